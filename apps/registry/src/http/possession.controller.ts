import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Public } from '#platform';
import { SealingChallenge } from '../domain/sealing-challenge.js';

/** To what a new sealing key answers, in the header `Delge-Possession` of the statement that brings it. */
@Controller('v1/possession-challenge')
export class PossessionController {
  constructor(@Inject(SealingChallenge) private readonly challenge: SealingChallenge) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-store')
  async ask(): Promise<{ readonly key: object; readonly until: string }> {
    const { key, until } = await this.challenge.current(new Date());
    return { key, until: until.toISOString() };
  }
}

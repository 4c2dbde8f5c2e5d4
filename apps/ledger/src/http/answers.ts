import { ProblemError } from '#platform';
import type { Request, Response } from 'express';
import type { Checkpoints } from '../application/checkpoints.js';
import type { ReadLog } from '../application/read-log.js';
import type { LogName } from '../domain/log.js';
import type { CheckpointQueryDto, RangeQueryDto } from './log.dto.js';

const FOREVER = 'public, max-age=31536000, immutable';

/** A body that is a compact JWS. @throws {ProblemError} */
export function signedBody({ body }: Request): string {
  if (typeof body !== 'string') throw new ProblemError('unsupported-media-type', 415);
  return body.trim();
}

/** What both logs answer alike. */
export class LogAnswers {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly reading: ReadLog,
  ) {}

  /** Signed note. */
  async checkpoint(log: LogName, { after, waitMs }: CheckpointQueryDto, response: Response): Promise<string> {
    const newest = await this.checkpoints.larger(log, BigInt(after), waitMs);
    if (newest === undefined) throw new ProblemError('not-found', 404);
    response.type('text/plain; charset=utf-8').setHeader('Cache-Control', 'no-store');
    return newest.note;
  }

  /** Tile or entry bundle; its path is the rest of the URL, since it has slashes. */
  async tile(log: LogName, request: Request, response: Response): Promise<void> {
    const path = request.path.split('/tile/')[1] ?? '';
    const tile = await this.reading.tile(log, path);
    if (tile === undefined) throw new ProblemError('not-found', 404);
    response.type('application/octet-stream').setHeader('Cache-Control', tile.full ? FOREVER : 'no-store');
    response.send(Buffer.from(tile.bytes));
  }

  /** Base64 hashes, RFC 9162 section 2.1.4. Between two sizes there is one proof: whoever stands before the ledger may keep it. */
  async consistency(
    log: LogName,
    { from, to }: RangeQueryDto,
    response: Response,
  ): Promise<{ readonly hashes: readonly string[] }> {
    const hashes = await this.reading.consistency(log, BigInt(from), BigInt(to));
    if (hashes === undefined) throw new ProblemError('not-found', 404);
    response.setHeader('Cache-Control', 'public, max-age=3600');
    return { hashes: hashes.map((hash) => Buffer.from(hash).toString('base64')) };
  }
}

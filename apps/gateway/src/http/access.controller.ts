import { Body, Controller, Header, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdParamDto } from '#contracts';
import type { TokenRequestDto } from '#contracts';
import { Public } from '#platform';
import type { Request, Response } from 'express';
import { IssueToken } from '../application/issue-token.js';
import type { IssuedToken } from '../application/issue-token.js';
import { RegisterStaff } from '../application/register-staff.js';
import { RegisterSystem } from '../application/register-system.js';
import { Answer, Problems } from './openapi.js';

/** How a system comes in: registered by its administrator's signature, then a token for its own. */
@ApiTags('access')
@Controller()
export class AccessController {
  constructor(
    @Inject(IssueToken) private readonly tokens: IssueToken,
    @Inject(RegisterSystem) private readonly systems: RegisterSystem,
    @Inject(RegisterStaff) private readonly staff: RegisterStaff,
  ) {}

  @Post('oauth2/token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Public()
  @ApiOperation({
    summary: 'Access token',
    description: 'Client credentials with private_key_jwt (RFC 7523). Åtkomsttoken.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['grant_type', 'client_assertion_type', 'client_assertion'],
      properties: {
        grant_type: { type: 'string', enum: ['client_credentials'] },
        client_assertion_type: { type: 'string', enum: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'] },
        client_assertion: {
          type: 'string',
          description: 'JWT signed ES256 by the system; iss = sub = the system id, aud = the token endpoint',
        },
        client_id: { type: 'string', format: 'uuid' },
        scope: {
          type: 'string',
          description:
            'Scopes with spaces between, some of those that the system is registered with; absent: all of those',
        },
      },
    },
  })
  @Answer(200, 'Bearer token, ten minutes', 'token')
  @Problems(400, 401, 413, 415, 503)
  token(@Body() form: unknown): Promise<IssuedToken> {
    return this.tokens.execute((typeof form === 'object' && form !== null ? form : {}) as Partial<TokenRequestDto>);
  }

  @Put('v1/systems/:id')
  @Public()
  @ApiOperation({
    summary: "Register a system's key",
    description: 'Signed by the administrator of the participant. Registrera ett verksamhetssystem.',
  })
  @ApiConsumes('application/jose')
  @ApiBody({ schema: { type: 'string', description: 'Compact JWS, typ delge-system+jws' } })
  @Answer(200, 'Registered before with the same key', 'system')
  @Answer(201, 'Registered', 'system')
  @Problems(400, 401, 413, 415, 422, 503)
  async register(
    @Param() { id }: IdParamDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly system: string }> {
    const outcome = await this.systems.execute(id, textOf(request));
    response.status(outcome === 'stored' ? 201 : 200);
    return { system: id };
  }

  @Put('v1/staff/:id')
  @Public()
  @ApiOperation({
    summary: 'Say what a member of staff may do, or that they act no more',
    description:
      'Signed by the administrator of the participant; the issuer is one that this gateway has pinned to it. Registrera en befattningshavare.',
  })
  @ApiConsumes('application/jose')
  @ApiBody({ schema: { type: 'string', description: 'Compact JWS, typ delge-staff+jws' } })
  @Answer(200, 'Registered before by the same statement', 'staff')
  @Answer(201, 'Registered', 'staff')
  @Problems(400, 401, 413, 415, 422, 503)
  async registerStaff(
    @Param() { id }: IdParamDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly staff: string }> {
    const outcome = await this.staff.execute(id, textOf(request));
    response.status(outcome === 'stored' ? 201 : 200);
    return { staff: id };
  }
}

const textOf = (request: Request): string => (typeof request.body === 'string' ? request.body.replace(/\n$/, '') : '');

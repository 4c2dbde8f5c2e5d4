import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Conditional, Public, entityTagOf, isAmong, sendPage } from '#platform';
import type { Request, Response } from 'express';
import { Law } from '../application/law.js';
import { ApiDocument } from './api-document.js';
import { docsPage } from './docs-page.js';
import { Answer } from './openapi.js';

/** What the API is, for people and tools (Digg's REST API-profil, VER.06). */
@ApiTags('api')
@Controller()
export class ApiController {
  private page: string | undefined;
  private published: { readonly text: string; readonly tag: string } | undefined;

  constructor(
    @Inject(ApiDocument) private readonly document: ApiDocument,
    @Inject(Law) private readonly law: Law,
  ) {}

  @Get('api-info')
  @Public()
  @Conditional()
  @ApiOperation({
    summary: 'About this API',
    description: 'Version, status, rule set and size of the keys log. Om detta API.',
  })
  @Answer(200, 'About this API', 'info')
  info(): object {
    const snapshot = this.law.newest();
    const ruleSet = snapshot?.ruleSet();
    return {
      apiName: 'delge-gateway',
      apiVersion: '1.0.0',
      apiReleased: '2026-11-24',
      apiDocumentation: '/docs',
      apiStatus: 'beta',
      environment: this.document.environment,
      gateway: this.document.gateway,
      ...(ruleSet === undefined ? {} : { ruleSet: { number: ruleSet.number, sha256: ruleSet.sha256 } }),
      ...(snapshot === undefined ? {} : { keysLog: { size: snapshot.size.toString(), root: snapshot.rootBase64 } }),
    };
  }

  /** Text and tag are made once: it is large, and anyone may ask. */
  @Get('openapi.json')
  @Public()
  @ApiExcludeEndpoint()
  openapi(@Req() request: Request, @Res() response: Response): void {
    this.published ??= published(this.document.read());
    const { text, tag } = this.published;
    response.setHeader('ETag', tag);
    if (isAmong(request.headers['if-none-match'], tag)) response.status(304).end();
    else response.type('application/json').send(text);
  }

  /** For people: the same, to browse in. */
  @Get('docs')
  @Public()
  @ApiExcludeEndpoint()
  docs(@Res() response: Response): void {
    this.page ??= docsPage(this.document.read());
    sendPage(response, 'Delge gateway', this.page);
  }
}

const published = (document: object): { readonly text: string; readonly tag: string } => {
  const text = JSON.stringify(document);
  return { text, tag: entityTagOf(text) };
};

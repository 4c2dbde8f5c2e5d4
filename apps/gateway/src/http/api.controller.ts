import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Public } from '#platform';
import { Law } from '../application/law.js';
import { ApiDocument } from './api-document.js';
import { Answer } from './openapi.js';

/** What the API is, for people and tools (Digg's REST API-profil, VER.06). */
@ApiTags('api')
@Controller()
export class ApiController {
  constructor(
    @Inject(ApiDocument) private readonly document: ApiDocument,
    @Inject(Law) private readonly law: Law,
  ) {}

  @Get('api-info')
  @Public()
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
      apiDocumentation: '/openapi.json',
      apiStatus: 'beta',
      environment: this.document.environment,
      gateway: this.document.gateway,
      ...(ruleSet === undefined ? {} : { ruleSet: { number: ruleSet.number, sha256: ruleSet.sha256 } }),
      ...(snapshot === undefined ? {} : { keysLog: { size: snapshot.size.toString(), root: snapshot.rootBase64 } }),
    };
  }

  @Get('openapi.json')
  @Public()
  @ApiExcludeEndpoint()
  openapi(): OpenAPIObject {
    return this.document.read();
  }
}

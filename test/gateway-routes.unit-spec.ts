import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { ALL_SCOPES } from '#contracts';
import { Conditional, Policy, Public, entityTagOf, routesOfController } from '#platform';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Law } from '../apps/gateway/src/application/law.js';
import { answers } from '../apps/gateway/src/http/answers.js';
import { ApiController } from '../apps/gateway/src/http/api.controller.js';
import { ApiDocument } from '../apps/gateway/src/http/api-document.js';
import { assertEveryRouteDeclares } from '../apps/gateway/src/http/declarations.js';
import { LogsAccess } from '../apps/gateway/src/http/logs-access.interceptor.js';
import { nameOfAnswer } from '../apps/gateway/src/http/openapi-complete.js';
import { SCOPE, Scope } from '../apps/gateway/src/http/scope.js';
import { SHOWS, Shows } from '../apps/gateway/src/http/shows.js';
import { STAFF_MAY } from '../apps/gateway/src/http/staff-may.js';
import { served } from './support/served.js';

const files = readdirSync('apps/gateway/src/http').filter((name) => name.endsWith('.controller.ts'));
const controllers = await Promise.all(
  files.map(
    async (name) =>
      Object.values((await import(`../apps/gateway/src/http/${name.replace(/\.ts$/, '.js')}`)) as object) as object[],
  ),
);
const routes = controllers.flat().flatMap(routesOfController);

/** Members of answers that carry what was sealed, claims, what was answered under seal, what was recorded of a disclosure, what a case is called, as whom a message names somebody, or who asked. */
const CONTENT = [
  'content',
  'document',
  'registration',
  'manifest',
  'annex',
  'diaryNumber',
  'title',
  'recorded',
  'roles',
  'person',
];
const SCHEMAS = new Map(Object.entries(answers).map(([name, schema]) => [nameOfAnswer(name), schema]));
const isYesOrNo = (schema: unknown): boolean => (schema as { readonly type?: unknown }).type === 'boolean';
/** What of that an answer with this schema has. */
const contentIn = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const {
    properties = {},
    format,
    $ref = '',
  } = schema as { readonly properties?: object; readonly format?: string; readonly $ref?: string };
  const named = SCHEMAS.get($ref.split('/').at(-1) ?? '');
  if (named !== undefined) return contentIn(named);
  const own = [
    // A problem has a title in both languages.
    ...('titleSv' in properties
      ? []
      : Object.entries(properties).flatMap(([name, of]) => (CONTENT.includes(name) && !isYesOrNo(of) ? [name] : []))),
    ...(format === 'binary' ? [format] : []),
  ];
  return [...own, ...Object.values(schema).flatMap(contentIn)];
};
const answersOf = (handler: object): unknown => Reflect.getMetadata('swagger/apiResponse', handler);
const showsOf = (handler: object): unknown => Reflect.getMetadata(SHOWS, handler);

describe('a route of the gateway', () => {
  it('of a system says which scope it needs, and what content it shows', () => {
    expect(routes.filter(({ policy }) => policy === 'system').length).toBeGreaterThan(30);
    expect(() => assertEveryRouteDeclares(routes)).not.toThrow();
  });

  const scopesOf = (handler: object): readonly string[] | undefined =>
    Reflect.getMetadata(SCOPE, handler) as readonly string[] | undefined;

  it('needs the scopes that its description names, and each scope is needed by one', () => {
    const needed = routes.flatMap(({ handler }) => {
      const scopes = scopesOf(handler);
      const staff = Reflect.hasMetadata(STAFF_MAY, handler) ? [{ staff: [] }] : [];
      if (scopes !== undefined)
        expect(Reflect.getMetadata('swagger/apiSecurity', handler)).toEqual([{ system: scopes }, ...staff]);
      return scopes ?? [];
    });
    expect(ALL_SCOPES.filter((scope) => !needed.includes(scope))).toEqual([]);
  });

  it('by which events are sent to somebody needs the scope to read them as well', () => {
    const sending = routes.filter(({ handler }) => scopesOf(handler)?.join() === 'webhooks:write,events:read');
    expect(sending.map(({ name }) => name)).toEqual(['WebhookController.put', 'WebhookController.replay']);
  });

  it('that answers with content says so, and no other', () => {
    const answering = routes.filter(({ handler }) => contentIn(answersOf(handler)).length > 0);
    const saying = routes.filter(({ handler }) => ![undefined, 'no-content'].includes(showsOf(handler) as string));
    expect(answering.map(({ name }) => name)).toEqual(saying.map(({ name }) => name));
    expect(saying.length).toBeGreaterThan(8);
  });

  it('that does not say it keeps the gateway from starting', () => {
    class Forgetful {
      @Get('a') @Policy('system') @Scope('events:read') forgot(): void {}
      @Get('b') @Policy('system') @Scope('events:read') @Shows('no-content') said(): void {}
      @Get('c') @Public() open(): void {}
    }
    class Open {
      @Get('a') @Policy('system') @Shows('no-content') forgot(): void {}
    }
    expect(() => assertEveryRouteDeclares(routesOfController(Forgetful))).toThrow(/shows: Forgetful\.forgot$/);
    expect(() => assertEveryRouteDeclares(routesOfController(Open))).toThrow(/needs: Open\.forgot$/);
  });
});

describe('an answer with a tag', () => {
  const caller = { system: randomUUID(), authority: 'linkoping/omsorgsnamnden' };
  const heard = async (url: string, tag?: string): Promise<readonly [number, string | null, string]> => {
    const response = await fetch(url, { headers: tag === undefined ? {} : { 'if-none-match': tag } });
    return [response.status, response.headers.get('etag'), await response.text()];
  };

  it('is shown once and noted once, and its tag does not leave where the access log takes no row', async () => {
    const content = { content: 'x' };
    const [text, tag] = [JSON.stringify(content), entityTagOf(content)];
    @Controller('things')
    class Things {
      @Get(':id') @Policy('system') @Shows('read-delivery') @Conditional() one(): object {
        return content;
      }
    }
    let rows = 0;
    let isAway = false;
    const note = async (): Promise<void> => {
      if (isAway) throw new Error('away');
      rows += 1;
    };
    const logs = { provide: APP_INTERCEPTOR, useValue: new LogsAccess(new Reflector(), { note }) };
    const app = await served([Things], [logs], () => caller);
    try {
      const url = `${app.base}/things/${randomUUID()}`;
      expect([await heard(url), rows]).toEqual([[200, tag, text], 1]);
      expect([await heard(url, tag), rows]).toEqual([[304, tag, ''], 1]);
      expect([await heard(url, '*'), rows]).toEqual([[200, tag, text], 2]);
      isAway = true;
      const [status, told] = await heard(url);
      expect([status, told, rows]).toEqual([500, null, 2]);
    } finally {
      await app.close();
    }
  });

  it('is made once of the description, whoever asks', async () => {
    let made = 0;
    const document = {
      toJSON: () => {
        made += 1;
        return { openapi: '3.1.0' };
      },
    };
    const providers = [
      { provide: ApiDocument, useValue: { read: () => document } },
      { provide: Law, useValue: {} },
    ];
    const app = await served([ApiController], providers, () => caller);
    try {
      const url = `${app.base}/openapi.json`;
      const [status, tag, text] = await heard(url);
      expect([status, text]).toEqual([200, '{"openapi":"3.1.0"}']);
      expect(await heard(url)).toEqual([200, tag, text]);
      expect(await heard(url, tag ?? '')).toEqual([304, tag, '']);
      expect(made).toBe(1);
    } finally {
      await app.close();
    }
  });
});

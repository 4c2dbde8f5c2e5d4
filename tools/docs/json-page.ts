import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SubmitReferralDto } from '#contracts';
import { MAX_REQUEST_BODY, ProblemError, bodyReader, validationPipe } from '#platform';
import { code, table } from './markdown.js';

type Middleware = ReturnType<typeof bodyReader>;
const reader = bodyReader({ maxBytes: MAX_REQUEST_BODY, rules: [] });
const pipe = validationPipe();

export interface Intake {
  /** Status and problem of the body reader, absent where it hands the value on. */
  readonly refused?: string;
  /** What a route answers that takes a referral, where the body was read. */
  readonly asReferral?: string;
}

/** What happens to octets that come as the body of `POST /v1/referrals`: through the very reader and pipe that the gateway has. */
export async function intakeOf(octets: Uint8Array): Promise<Intake> {
  const { body, refused } = await readBody(octets);
  if (refused !== undefined) return { refused };
  try {
    await pipe.transform(body, { type: 'body', metatype: SubmitReferralDto });
    return { asReferral: 'taken' };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { asReferral: `${error.status} ${error.code}` };
  }
}

function readBody(octets: Uint8Array): Promise<{ readonly body?: unknown; readonly refused?: string }> {
  const headers = { 'content-type': 'application/json', 'content-length': String(octets.length) };
  const request = Object.assign(Readable.from([Buffer.from(octets)]), {
    method: 'POST',
    path: '/v1/referrals',
    headers,
  });
  return new Promise((resolve, reject) => {
    let status = 0;
    const response = {
      setHeader: () => response,
      removeHeader: () => undefined,
      status: (given: number) => {
        status = given;
        return response;
      },
      type: () => response,
      send: (problem: string) => {
        const { type } = JSON.parse(problem) as { readonly type: string };
        resolve({ refused: `${status} ${type.replace('/problems/', '')}` });
      },
    };
    const [asRequest, asResponse] = [request, response] as unknown as [
      Parameters<Middleware>[0],
      Parameters<Middleware>[1],
    ];
    reader(asRequest, asResponse, (error?: unknown) => {
      if (error === undefined) resolve({ body: (request as { readonly body?: unknown }).body });
      else reject(error instanceof Error ? error : new Error('the body reader failed'));
    });
  });
}

/** Cases of the suite that RFC 8259 says are JSON. @param suite folder of nst/JSONTestSuite */
export const validCases = (suite: string): readonly { readonly name: string; readonly octets: Uint8Array }[] =>
  readdirSync(join(suite, 'test_parsing'))
    .filter((file) => file.startsWith('y_'))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((file) => ({ name: file.replace('.json', ''), octets: readFileSync(join(suite, 'test_parsing', file)) }));

/** What the HTTP intake does with each text that is JSON. @param suite folder of nst/JSONTestSuite */
export async function jsonPage(suite: string): Promise<string> {
  const rows: string[][] = [];
  const routes = new Set<string>();
  for (const { name, octets } of validCases(suite)) {
    const { refused, asReferral } = await intakeOf(octets);
    if (asReferral !== undefined) routes.add(asReferral);
    rows.push([code(name), code(shown(octets)), refused === undefined ? 'read' : linked(refused)]);
  }
  return [
    '# JSON at the door',
    '',
    'Bodies are JSON (RFC 8259) read more strictly than the RFC demands, because what is signed, hashed or checked must have one meaning to everyone who reads it: UTF-8 alone and no byte order mark, no member name twice,',
    `no lone surrogate and no NUL in text, no member named ${['__proto__', 'constructor', 'prototype'].map(code).join(', ')}, no integer that a double cannot hold, at most ${MAX_REQUEST_BODY.toLocaleString('en')} octets and 32 levels. What is no JSON is refused as`,
    '[malformed-json](problems.md#malformed-json). Nothing is repaired or guessed.',
    '',
    `Of the ${rows.length} texts that [JSONTestSuite](https://github.com/nst/JSONTestSuite) says every parser must take, ${rows.filter(([, , reader]) => reader === 'read').length} are read. Then the route judges the value: none of these is a referral, and to each it answers ${[...routes].map(linked).join(' or ')}. Made by \`npm run docs\` from the reader itself, where \`DELGE_CORPORA\` names the suite.`,
    '',
    table(['case', 'text', 'the reader'], rows),
    '',
  ].join('\n');
}

const linked = (answer: string | undefined): string => {
  const [status, slug] = (answer ?? '').split(' ');
  return slug === undefined ? (answer ?? '') : `${status} [${slug}](problems.md#${slug})`;
};

/** As it stands, on one line and in characters that every page shows; at most 40. */
const shown = (octets: Uint8Array): string => {
  const text = Buffer.from(octets)
    .toString('utf8')
    .replaceAll('\n', '⏎')
    .replaceAll(/[\u0000-\u001f`\u007f-\u23cd\u23cf-\uffff]/g, (unit) => `<${unit.charCodeAt(0).toString(16)}>`);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};

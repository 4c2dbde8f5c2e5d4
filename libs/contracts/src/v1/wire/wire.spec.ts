import { describe, expect, it } from '@jest/globals';
import { MAX_BODY, MAX_PROOF, MAX_SEALED, MAX_STATEMENT } from './index.js';
import {
  ContractError,
  parseDeliveryReleasedV1,
  parseDisclosureRecordedV1,
  parseMessageDecidedV1,
  parseMessageSubmittedV1,
  parseNoticeIssuedV1,
  parseReceiptRecordedV1,
  parseReceiptSignedV1,
  parseReleaseHoldSignedV1,
  parseRefusalReportedV1,
  parseRetractionRecordedV1,
  parseRetractionSignedV1,
} from '../../index.js';

const jws = 'aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl';
const jwe = 'aGVhZGVy..aXY.Y2lwaGVydGV4dA.dGFn';
const uuid = '01930000-0000-7000-8000-000000000001';
const [blind, proof] = ['A'.repeat(43), 'c2sp.org/tlog-proof@v1\nindex 0\n\nx\n1\nAAAA\n\n— x AAAA\n'];

type Parse = (body: Uint8Array) => object;
const messages: readonly (readonly [string, Parse, Readonly<Record<string, unknown>>, readonly string[]])[] = [
  ['message.submitted.v1', parseMessageSubmittedV1, { manifest: jws, jwe }, []],
  ['refusal.reported.v1', parseRefusalReportedV1, { refusal: jws }, []],
  ['receipt.signed.v1', parseReceiptSignedV1, { receipt: jws, sealed: jwe }, ['sealed']],
  [
    'delivery.released.v1',
    parseDeliveryReleasedV1,
    { manifest: jws, jwe, decision: jws, blind, proof, deliveryNumber: 1 },
    [],
  ],
  ['message.decided.v1', parseMessageDecidedV1, { messageId: uuid, attempt: 1, decision: jws, blind, proof }, []],
  ['receipt.recorded.v1', parseReceiptRecordedV1, { receipt: jws, sealed: jwe, notice: jws, blind, proof }, ['sealed']],
  ['retraction.signed.v1', parseRetractionSignedV1, { retraction: jws }, []],
  ['release-hold.signed.v1', parseReleaseHoldSignedV1, { hold: jws }, []],
  ['retraction.recorded.v1', parseRetractionRecordedV1, { retraction: jws, notice: jws, blind, proof }, []],
  ['notice.issued.v1', parseNoticeIssuedV1, { notice: jws, blind, proof }, []],
  ['disclosure.recorded.v1', parseDisclosureRecordedV1, { recorded: jws }, []],
];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const faultOf = (parse: Parse, body: Uint8Array): string => {
  try {
    parse(body);
    return 'accepted';
  } catch (error) {
    if (error instanceof ContractError) return error.path === undefined ? error.code : `${error.code} ${error.path}`;
    throw error;
  }
};

describe.each(messages)('%s', (_, parse, good, optional) => {
  const fault = (value: unknown): string => faultOf(parse, bytes(JSON.stringify(value)));
  const without = (name: string): object => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));

  it('is read as it is', () => {
    expect(parse(bytes(JSON.stringify(good)))).toEqual(good);
  });

  it('may not have a member that is not known', () => {
    expect(fault({ ...good, extra: 1 })).toBe('UNKNOWN_MEMBER');
    expect(fault({ ...good, toString: 1 })).toBe('UNKNOWN_MEMBER');
  });

  it.each(Object.keys(good))('must have %s, in its form', (name) => {
    expect(fault(without(name))).toBe(optional.includes(name) ? 'accepted' : `MISSING_MEMBER ${name}`);
    for (const wrong of [null, {}, [], true, ['a.b.c'], `${'ä'.repeat(3)}.b.c`, '\t', -1]) {
      expect(fault({ ...good, [name]: wrong })).toBe(`INVALID_MEMBER ${name}`);
    }
  });

  it.each(['[]', '"text"', 'null', '1', '', '{', '{}x', '\uFEFF{}'])('is not %j', (text) => {
    expect(faultOf(parse, bytes(text))).toBe('MALFORMED_MESSAGE');
  });

  it('may not say the same member twice, nor hide one behind an escape', () => {
    const [name = ''] = Object.keys(good);
    const again = `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`;
    const text = JSON.stringify(good).slice(0, -1);
    expect(faultOf(parse, bytes(`${text},"${name}":"${jws}"}`))).toBe('MALFORMED_MESSAGE');
    expect(faultOf(parse, bytes(`${text},"${again}":"${jws}"}`))).toBe('MALFORMED_MESSAGE');
  });

  it('is no larger than the wire lets through, and its texts are UTF-8', () => {
    const room = 1024 * 1024 - bytes(JSON.stringify(good)).length;
    const padded = (spaces: number): Uint8Array => bytes(JSON.stringify(good) + ' '.repeat(spaces));
    expect(faultOf(parse, padded(room))).toBe('accepted');
    expect(faultOf(parse, padded(room + 1))).toBe('MALFORMED_MESSAGE');
    expect(faultOf(parse, Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))).toBe('MALFORMED_MESSAGE');
  });

  it('may not be nested without end', () => {
    expect(faultOf(parse, bytes('{"a":'.repeat(50_000)))).toBe('MALFORMED_MESSAGE');
  });
});

it('a delivery number counts from one', () => {
  const good = messages[3]?.[2];
  for (const wrong of [0, 1.5, -1, 2 ** 53, '1']) {
    const body = bytes(JSON.stringify({ ...good, deliveryNumber: wrong }));
    expect(['INVALID_MEMBER deliveryNumber', 'MALFORMED_MESSAGE']).toContain(faultOf(parseDeliveryReleasedV1, body));
  }
});

it('a token too large for its kind is refused by its member', () => {
  const manifest = `${'a'.repeat(512 * 1024)}.b.c`;
  expect(faultOf(parseMessageSubmittedV1, bytes(JSON.stringify({ manifest, jwe })))).toBe('INVALID_MEMBER manifest');
});

/** The largest value that a member of this kind may have. */
const largest = (name: string, value: unknown): unknown => {
  if (typeof value === 'number') return Number.MAX_SAFE_INTEGER;
  if (name === 'blind') return 'A'.repeat(64);
  if (name === 'proof') return 'x'.repeat(MAX_PROOF);
  if (name === 'messageId') return value;
  const parts = String(value).split('.');
  const size = parts.length === 5 ? MAX_SEALED : MAX_STATEMENT;
  return ['A'.repeat(size - String(parts.slice(1).join('.')).length - 1), ...parts.slice(1)].join('.');
};

it.each(messages)('the largest %s fits into a body, so that what was taken in can be carried on', (_, parse, good) => {
  const whole = Object.fromEntries(Object.entries(good).map(([name, value]) => [name, largest(name, value)]));
  const body = bytes(JSON.stringify(whole));
  expect(faultOf(parse, body)).toBe('accepted');
  expect(body.length).toBeLessThanOrEqual(MAX_BODY);
});

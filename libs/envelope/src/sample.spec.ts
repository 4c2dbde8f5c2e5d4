import { beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalBytes } from '#json';
import {
  EnvelopeError,
  MOST_STRATA,
  generateKey,
  localSigner,
  parseFindingAct,
  parseSampleAct,
  signFindingAct,
  signSampleAct,
  verifyFindingAct,
  verifySampleAct,
} from './index.js';
import type { FindingAct, PrivateKey, SampleAct, SampleFixed, Typ } from './index.js';

const uuid = '01930000-0000-7000-8000-000000000001';
const digest = 'A'.repeat(43);
const keys = { size: '1', root: `${digest}=` };
const common = {
  v: 1,
  env: 'sandbox',
  entryId: uuid,
  auditor: digest,
  assignment: uuid,
  authorities: ['linkoping/socialnamnden', 'linkoping/utbildningsnamnden'],
  keys,
  at: '2026-11-20T21:15:00.000Z',
} as const;
const fixed: SampleFixed = {
  ...common,
  kind: 'sample-fixed',
  sample: uuid,
  query: digest,
  logSize: '4711',
  stratifiedBy: 'recipient',
  strata: [
    { key: 'fk/forsakringskassan', population: 300, size: 12 },
    { key: 'skv/skatteverket', population: 2, size: 0 },
  ],
  population: digest,
  nonce: digest,
};
const drawn = {
  ...common,
  kind: 'sample-drawn',
  sample: uuid,
  nonce: digest,
  checkpoint: { size: '4713', root: `${digest}=` },
  drawn: digest,
  count: 12,
} as const satisfies SampleAct;
const reviewed = {
  ...common,
  kind: 'item-reviewed',
  sample: uuid,
  item: 0,
  sheet: digest,
  outcome: 'serious',
  second: false,
} as const satisfies SampleAct;
const signed = {
  ...common,
  kind: 'sample-signed',
  sample: uuid,
  report: digest,
  items: 12,
  remarks: 2,
  serious: 1,
} as const satisfies SampleAct;
const opened = {
  ...common,
  kind: 'finding-opened',
  finding: uuid,
  text: digest,
  severity: 'remark',
} as const satisfies FindingAct;
const assigned = {
  ...common,
  kind: 'finding-assigned',
  finding: uuid,
  to: 'linkoping/socialnamnden',
} as const satisfies FindingAct;
const answered = { ...common, kind: 'finding-answered', finding: uuid, text: digest } as const satisfies FindingAct;
const closed = { ...answered, kind: 'finding-closed', result: 'corrected' } as const satisfies FindingAct;

let key: PrivateKey;
beforeAll(async () => {
  key = await generateKey('access');
});

const read = async (typ: Typ, parse: (text: string) => unknown, members: object): Promise<string> => {
  const text = await localSigner(key).sign(typ, canonicalBytes(members));
  try {
    parse(text);
    return 'read';
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code;
    throw error;
  }
};
const without = (from: object, member: string): object =>
  Object.fromEntries(Object.entries(from).filter(([name]) => name !== member));
const ownOf = (act: object): readonly string[] => Object.keys(act).filter((name) => !(name in common));

describe('the entries of a sample', () => {
  it('are read and verified as they were signed, and by no other key', async () => {
    const signer = localSigner(key);
    for (const act of [fixed, drawn, reviewed, signed] satisfies SampleAct[]) {
      const text = await signSampleAct(signer, act);
      expect(parseSampleAct(text)).toEqual({ act, kid: key.kid });
      expect(await verifySampleAct(text, key)).toEqual(act);
      await expect(verifySampleAct(text, await generateKey('access'))).rejects.toMatchObject({ code: 'WRONG_KEY' });
    }
  });

  it.each<[string, object]>([
    ['strata out of order', { ...fixed, strata: fixed.strata.toReversed() }],
    ['one stratum twice', { ...fixed, strata: [fixed.strata[0], fixed.strata[0]] }],
    ['no strata', { ...fixed, strata: [] }],
    ['more strata than a sample has', { ...fixed, logSize: '9999', strata: numbered(MOST_STRATA + 1, 1) }],
    ['two strata of an undivided population', { ...fixed, stratifiedBy: 'none' }],
    ['a stratum with more drawn than there is', { ...fixed, strata: [{ key: 'a', population: 2, size: 3 }] }],
    ['an empty stratum', { ...fixed, strata: [{ key: 'a', population: 0, size: 0 }] }],
    ['nothing to draw', { ...fixed, strata: [{ key: 'a', population: 2, size: 0 }] }],
    ['more to draw than a sample has', { ...fixed, strata: [{ key: 'a', population: 501, size: 501 }] }],
    ['a population larger than the log', { ...fixed, logSize: '301' }],
    ['a key in words', { ...fixed, strata: [{ key: 'Försäkringskassan', population: 2, size: 1 }] }],
    ['a division that is not on the list', { ...fixed, stratifiedBy: 'officer' }],
    ['a nonce in the clear', { ...fixed, nonce: 'hemligt' }],
    ['authorities out of order', { ...fixed, authorities: common.authorities.toReversed() }],
    ['nothing drawn', { ...drawn, count: 0 }],
    ['a root in another spelling', { ...drawn, checkpoint: { size: '4713', root: digest } }],
    ['an item before the first', { ...reviewed, item: -1 }],
    ['an item beyond the last of any sample', { ...reviewed, item: 500 }],
    ['an outcome that is not on the list', { ...reviewed, outcome: 'fraud' }],
    ['a second pair of eyes in words', { ...reviewed, second: 'yes' }],
    ['more remarks than items', { ...signed, remarks: 12, serious: 1 }],
    ['a sheet in the report', { ...signed, sheet: digest }],
    ['an unknown kind', { ...signed, kind: 'sample-forgotten' }],
    ...[fixed, drawn, reviewed, signed].flatMap((act) =>
      [...ownOf(act), 'authorities', 'auditor', 'assignment'].map((member): [string, object] => [
        `${act.kind} without ${member}`,
        without(act, member),
      ]),
    ),
  ])('are refused with %s', async (_, members) => {
    expect(await read('delge-sample+jws', parseSampleAct, members)).toBe('MALFORMED_STATEMENT');
  });

  it('take as many strata and as many drawn as a sample has', async () => {
    const act = { ...fixed, strata: numbered(MOST_STRATA, 2.5) };
    expect(await read('delge-sample+jws', parseSampleAct, act)).toBe('read');
  });
});

/** @returns strata of 10, from which this many are drawn on average */
function numbered(count: number, size: number): readonly object[] {
  return Array.from({ length: count }, (_, at) => ({
    key: `s${String(at).padStart(3, '0')}`,
    population: 10,
    size: at % 2 === 0 ? Math.floor(size) : Math.ceil(size),
  }));
}

describe('the entries of a finding', () => {
  it('are read and verified as they were signed, and by no other key', async () => {
    const signer = localSigner(key);
    for (const act of [opened, assigned, { ...assigned, to: digest }, answered, closed] satisfies FindingAct[]) {
      const text = await signFindingAct(signer, act);
      expect(parseFindingAct(text)).toEqual({ act, kid: key.kid });
      expect(await verifyFindingAct(text, key)).toEqual(act);
      await expect(verifyFindingAct(text, await generateKey('access'))).rejects.toMatchObject({ code: 'WRONG_KEY' });
    }
  });

  it.each<[string, object]>([
    ['a text in the clear', { ...opened, text: 'beslutet saknar grund' }],
    ['a severity that is not on the list', { ...opened, severity: 'nothing' }],
    ['an authority outside the assignment to answer', { ...assigned, to: 'skv/skatteverket' }],
    ['a name to answer', { ...assigned, to: 'Anna Andersson' }],
    ['a result that is not on the list', { ...closed, result: 'forgotten' }],
    ['a result before it is closed', { ...answered, result: 'corrected' }],
    ['a sample', { ...opened, sample: uuid }],
    ['authorities out of order', { ...opened, authorities: common.authorities.toReversed() }],
    ...[opened, assigned, answered, closed].flatMap((act) =>
      [...ownOf(act), 'authorities', 'auditor', 'assignment'].map((member): [string, object] => [
        `${act.kind} without ${member}`,
        without(act, member),
      ]),
    ),
  ])('are refused with %s', async (_, members) => {
    expect(await read('delge-finding+jws', parseFindingAct, members)).toBe('MALFORMED_STATEMENT');
  });

  it('never pass for those of a sample', async () => {
    expect(await read('delge-finding+jws', parseSampleAct, fixed)).toBe('WRONG_TYPE');
  });
});

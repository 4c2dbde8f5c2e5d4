import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  EnvelopeError,
  generateKey,
  localSigner,
  messageIdOf,
  parseRecordedDisclosure,
  recordedDisclosureIdOf,
  signRecordedDisclosure,
  verifyRecordedDisclosure,
} from './index.js';
import type { PrivateKey, RecordedDisclosure } from './index.js';
import { canonicalBytes } from '#json';

const uuid = '01930000-0000-7000-8000-000000000001';
const digest = 'A'.repeat(43);
const recorded: RecordedDisclosure = {
  v: 1,
  env: 'sandbox',
  messageId: uuid,
  caseId: uuid,
  sender: 'linkoping/socialnamnden',
  recipient: 'polisen/polismyndigheten',
  gateway: 'kommunerna',
  claims: { v: 1, messageType: 'recorded-disclosure/1' },
  outcome: 'deny',
  verdict: { outcome: 'deny' },
  channel: 'telephone',
  identityCheck: 'call-back',
  office: 'handlaggare',
  officer: digest,
  disclosedAt: '2026-11-20T21:15:00.000Z',
  ruleSet: { number: 1, sha256: digest },
  engineVersion: 1,
  keys: { size: '1', root: `${'A'.repeat(43)}=` },
  at: '2026-11-21T07:00:00.000Z',
};
let key: PrivateKey;
beforeAll(async () => {
  key = await generateKey('manifest');
});

/** Code of what the reader says of a statement of these members. */
const read = async (members: object): Promise<string> => {
  const text = await localSigner(key).sign('delge-recorded-disclosure+jws', canonicalBytes(members));
  try {
    parseRecordedDisclosure(text);
    return 'read';
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code;
    throw error;
  }
};

describe('a recorded disclosure', () => {
  it('is read and verified as it was signed, and by no other key', async () => {
    const text = await signRecordedDisclosure(localSigner(key), recorded);
    expect(parseRecordedDisclosure(text)).toEqual({ recorded, kid: key.kid });
    expect(await verifyRecordedDisclosure(text, key)).toEqual(recorded);
    await expect(verifyRecordedDisclosure(text, await generateKey('manifest'))).rejects.toMatchObject({
      code: 'WRONG_KEY',
    });
  });

  it.each(Object.keys(recorded))('needs its %s', async (member) => {
    const rest = Object.fromEntries(Object.entries(recorded).filter(([name]) => name !== member));
    expect(await read(rest)).toBe('MALFORMED_STATEMENT');
  });

  it.each<[string, unknown]>([
    ['v', 2],
    ['env', 'Sandbox'],
    ['messageId', 'x'],
    ['caseId', 'dnr 2026/14'],
    ['sender', 'linkoping'],
    ['recipient', 'Polisen'],
    ['gateway', 'a/b'],
    ['claims', []],
    ['claims', { v: 1, messageType: 'crime-report/1' }],
    ['claims', { v: 1 }],
    ['outcome', 'permitted'],
    ['verdict', 'deny'],
    ['channel', 'e-mail'],
    ['identityCheck', 'ringde upp'],
    ['office', 'Anna Andersson, enhetschef'],
    ['officer', 'anna.andersson'],
    ['disclosedAt', '2026-11-20'],
    ['ruleSet', { number: 1 }],
    ['engineVersion', 0],
    ['keys', { size: 1, root: '' }],
    ['at', '2026-11-21T07:00:00Z'],
    ['askedBy', 'vakthavande befäl'],
  ])('has no other %s', async (member, value) => {
    expect(await read({ ...recorded, [member]: value })).toBe('MALFORMED_STATEMENT');
  });

  it('is not recorded before it was made', async () => {
    expect(await read({ ...recorded, disclosedAt: recorded.at })).toBe('read');
    expect(await read({ ...recorded, disclosedAt: '2026-11-21T07:00:00.001Z' })).toBe('MALFORMED_STATEMENT');
  });

  it('has the same message id on every retry, another for each sender, and never that of a referral', () => {
    const [id, other] = [recordedDisclosureIdOf(recorded.sender, uuid), recordedDisclosureIdOf('fk/fk', uuid)];
    expect(recordedDisclosureIdOf(recorded.sender, uuid)).toBe(id);
    expect(other).not.toBe(id);
    expect(messageIdOf(recorded.sender, uuid, recorded.recipient)).not.toBe(id);
    expect(messageIdOf(recorded.sender, uuid, '')).not.toBe(id);
  });
});

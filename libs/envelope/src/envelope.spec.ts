import { beforeAll, describe, expect, it } from '@jest/globals';
import { CompactEncrypt, CompactSign } from 'jose';
import fc from 'fast-check';
import { canonicalBytes } from '#json';
import { generateKey, privateCryptoKey, publicCryptoKey } from './keys.js';
import type { PrivateKey } from './keys.js';
import {
  EnvelopeError,
  importPublic,
  localOpener,
  localSigner,
  messageIdOf,
  unsealDocument,
  verifyDocument,
  openNote,
  parseReceipt,
  parseToken,
  sealDocument,
  sealTo,
  sha256Base64url,
  signErasure,
  signErasureDecision,
  signHold,
  signReceipt,
  signedBy,
  typOf,
  verifyErasure,
  verifyErasureDecision,
  verifyHold,
  verifyManifest,
  verifyReceipt,
  verifyToken,
} from './index.js';
import type { Context, Erasure, Hold, Opener, PublicKey, Receipt, SealedDocument } from './index.js';

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code;
    throw error;
  }
};

const context: Context = {
  v: 1,
  env: 'sandbox',
  sender: 'linkoping/socialnamnden',
  recipient: 'fk/forsakringskassan',
  messageId: messageIdOf('linkoping/socialnamnden', '01890000-0000-7000-8000-000000000001', 'fk/forsakringskassan'),
  attempt: 1,
  issuedAt: '2026-11-24T08:00:00.000Z',
  expiresAt: '2026-12-01T08:00:00.000Z',
};
const receipt: Receipt = {
  v: 1,
  env: 'sandbox',
  receiptId: '01890000-0000-7000-8000-000000000002',
  messageId: context.messageId,
  attempt: 1,
  kind: 'technical',
  by: context.recipient,
  gateway: 'myndigheterna',
  decisionEntryId: '01890000-0000-7000-8000-000000000003',
  jweSha256: sha256Base64url('x'),
  at: '2026-11-24T08:00:01.000Z',
};
const document = Buffer.from('{"content":"innehåll"}');
let sender: PrivateKey, stranger: PrivateKey, recipient: PrivateKey, other: PrivateKey;
let sealed: SealedDocument;
const open = (jwe: string, as = context): Promise<unknown> =>
  openDocument({ jwe, context: as, opener: localOpener(recipient), documentKey: sender });

beforeAll(async () => {
  [sender, stranger, recipient, other] = await Promise.all([
    generateKey('document'),
    generateKey('document'),
    generateKey('sealing'),
    generateKey('sealing'),
  ]);
  sealed = await sealDocument({ document, context, documentSigner: localSigner(sender), sealingKey: recipient });
});

const openDocument = async (input: {
  readonly jwe: string;
  readonly context: Context;
  readonly opener: Opener;
  readonly documentKey: PublicKey;
}): Promise<{ readonly document: Uint8Array; readonly jws: string }> => {
  const { jwe, context, opener, documentKey } = input;
  const jws = await unsealDocument(jwe, context, opener);
  return { document: await verifyDocument(jws, context, documentKey), jws };
};

describe('a sealed document', () => {
  it('opens for its recipient, octet for octet', async () => {
    expect(await open(sealed.jwe)).toEqual({ document: new Uint8Array(document), jws: sealed.jws });
  });

  it('opens for no other key, and under no other context', async () => {
    expect(
      await codeOf(() => openDocument({ jwe: sealed.jwe, context, opener: localOpener(other), documentKey: sender })),
    ).toBe('WRONG_KEY');
    for (const changed of [
      { recipient: 'polis/polismyndigheten' },
      { sender: 'uppsala/socialnamnden' },
      { messageId: receipt.receiptId },
      { attempt: 2 },
      { env: 'production' },
      { expiresAt: '2026-12-02T08:00:00.000Z' },
    ]) {
      expect(await codeOf(() => open(sealed.jwe, { ...context, ...changed }))).toBe('WRONG_CONTEXT');
    }
  });

  it('does not pass when an honest recipient seals it on to another (surreptitious forwarding)', async () => {
    const onward = { ...context, sender: context.recipient, recipient: 'polis/polismyndigheten' };
    const forwarded = await sealDocument({
      document,
      context: onward,
      documentSigner: localSigner(sender),
      sealingKey: other,
    });
    const inside = await sealRaw(sealed.jws, onward, other);
    const opener = localOpener(other);
    expect(await codeOf(() => openDocument({ jwe: forwarded.jwe, context: onward, opener, documentKey: sender }))).toBe(
      'accepted',
    );
    expect(await codeOf(() => openDocument({ jwe: inside, context: onward, opener, documentKey: sender }))).toBe(
      'WRONG_CONTEXT',
    );
  });

  it('is refused when another than its sender signed it', async () => {
    const forged = await sealDocument({
      document,
      context,
      documentSigner: localSigner(stranger),
      sealingKey: recipient,
    });
    expect(await codeOf(() => open(forged.jwe))).toBe('WRONG_KEY');
    const posing = localSigner({ ...stranger, kid: sender.kid });
    const posed = await sealDocument({ document, context, documentSigner: posing, sealingKey: recipient });
    expect(await codeOf(() => open(posed.jwe))).not.toBe('accepted');
  });

  it('is refused with any one character changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.jwe.length - 1), fc.constantFrom(...'ABab01-_.=+ \n'), async (at, unit) => {
        const changed = sealed.jwe.slice(0, at) + unit + sealed.jwe.slice(at + 1);
        if (changed !== sealed.jwe) expect(await codeOf(() => open(changed))).not.toBe('accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when compressed, or when its header names a key of its own', async () => {
    for (const extra of [{ zip: 'DEF' }, { jku: 'https://example.com' }, { x5c: [] }]) {
      const [, ...rest] = sealed.jwe.split('.');
      const header = JSON.parse(Buffer.from(sealed.jwe.split('.')[0] ?? '', 'base64url').toString()) as object;
      const changed = [Buffer.from(JSON.stringify({ ...header, ...extra })).toString('base64url'), ...rest].join('.');
      expect(await codeOf(() => open(changed))).toBe('FORBIDDEN_HEADER');
    }
  });
});

/** Seals a given inner token without signing it anew, as a dishonest recipient would. */
async function sealRaw(jws: string, as: Context, key: PrivateKey): Promise<string> {
  const { v, env, sender: snd, recipient: rcp, messageId, attempt, issuedAt, expiresAt } = as;
  const apu = Buffer.from(snd);
  const apv = Buffer.from(sha256Base64url(`${env}\n${rcp}\n${messageId}\n${key.kid}`), 'base64url');
  const ctx = { v, env, sender: snd, recipient: rcp, messageId, attempt, issuedAt, expiresAt };
  return new CompactEncrypt(Buffer.from(jws))
    .setProtectedHeader({
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      kid: key.kid,
      typ: 'delge-seal+jwe',
      cty: 'delge-document+jws',
      apu: apu.toString('base64url'),
      apv: apv.toString('base64url'),
      crit: ['ctx'],
      ctx,
    })
    .setKeyManagementParameters({ apu, apv })
    .encrypt(await publicCryptoKey(key), { crit: { ctx: true } });
}

describe('a signed statement', () => {
  it('verifies under its key and reads back', async () => {
    const text = await signReceipt(localSigner(sender), receipt);
    expect(await verifyReceipt(text, sender)).toEqual(receipt);
    expect(parseReceipt(text)).toEqual({ receipt, kid: sender.kid });
    expect(await codeOf(() => verifyReceipt(text, stranger))).toBe('WRONG_KEY');
  });

  it('never passes for a statement of another kind', async () => {
    const text = await signReceipt(localSigner(sender), receipt);
    expect(await codeOf(() => verifyManifest(text, sender))).toBe('WRONG_TYPE');
  });

  const refusedBy = { office: 'enhetschef', officer: 'A'.repeat(43), mandate: 'delegation' } as const;
  const refused: Receipt = { ...receipt, kind: 'request-refused', reason: 'not-disclosed', refusedBy };

  it('that refuses a request has the office and the pseudonym of its officer', async () => {
    expect(parseReceipt(await signReceipt(localSigner(sender), refused)).receipt).toEqual(refused);
  });

  it.each([
    ['an unknown member', { ...receipt, extra: 1 }],
    ['a missing member', Object.fromEntries(Object.entries(receipt).filter(([name]) => name !== 'by'))],
    ['an instant without milliseconds', { ...receipt, at: '2026-11-24T08:00:01Z' }],
    ['a day that does not exist', { ...receipt, at: '2026-02-30T08:00:01.000Z' }],
    ['an unknown kind', { ...receipt, kind: 'read' }],
    ['an authority without unit', { ...receipt, by: 'fk' }],
    ['an id that no route takes', { ...receipt, messageId: '00000000-0000-0000-0000-000000000000' }],
    ['free text for a reason', { ...receipt, reason: 'Anna Andersson bor kvar' }],
    ['a reason for what needs none', { ...receipt, kind: 'accepted', reason: 'incomplete' }],
    ['a rejection for its form without a reason', { ...receipt, kind: 'form-rejected' }],
    ['a rejection for its substance', { ...receipt, kind: 'form-rejected', reason: 'unfounded' }],
    ['a rejection without a reason', { ...receipt, kind: 'rejected' }],
    ['a refused request that nobody stands behind', { ...receipt, kind: 'request-refused', reason: 'not-disclosed' }],
    [
      'a refused request whose officer has a name',
      { ...refused, refusedBy: { ...refusedBy, officer: 'Anna Andersson' } },
    ],
    ['a refused request that says what there is', { ...refused, reason: 'secrecy-26-1' }],
    ['an officer behind what refuses nothing', { ...receipt, kind: 'accepted', refusedBy }],
  ])('is refused with %s', async (_, payload) => {
    const text = await localSigner(sender).sign('delge-receipt+jws', canonicalBytes(payload));
    expect(await codeOf(() => verifyReceipt(text, sender))).toBe('MALFORMED_STATEMENT');
  });

  it('is refused in any other spelling of the same token', async () => {
    const text = await signReceipt(localSigner(sender), receipt);
    const [header, payload, signature] = text.split('.') as [string, string, string];
    const twice = Buffer.from(`{"alg":"none","alg":"ES256","kid":"${sender.kid}","typ":"delge-receipt+jws"}`).toString(
      'base64url',
    );
    const spaced = Buffer.from(`{"alg": "ES256","kid":"${sender.kid}","typ":"delge-receipt+jws"}`).toString(
      'base64url',
    );
    const last = signature.at(-1) === 'A' ? 'B' : String.fromCharCode((signature.at(-1) ?? 'A').charCodeAt(0) + 1);
    for (const changed of [
      `${text}=`,
      `${text}\n`,
      ` ${text}`,
      `${header}.${payload}=.${signature}`,
      `${header}.${payload}.${signature.slice(0, -1)}${last}`,
      `${twice}.${payload}.${signature}`,
      `${spaced}.${payload}.${signature}`,
      `${text}.`,
    ]) {
      expect(await codeOf(() => verifyReceipt(changed, sender))).not.toBe('accepted');
    }
  });

  it('needs its critical header where the kind has one, and bears none elsewhere', async () => {
    const bare = await localSigner(sender).sign('delge-document+jws', document);
    expect(await codeOf(() => verifyToken(bare, 'delge-document+jws', sender, ['ctx']))).toBe('FORBIDDEN_HEADER');
    expect(await codeOf(() => parseToken(sealed.jws, 'delge-document+jws'))).toBe('FORBIDDEN_HEADER');
  });

  it('needs the one algorithm of its key, and a kid', async () => {
    const header = { alg: 'HS256', kid: sender.kid, typ: 'delge-receipt+jws' };
    const hs = await new CompactSign(canonicalBytes(receipt)).setProtectedHeader(header).sign(Buffer.alloc(32, 1));
    expect(await codeOf(() => verifyReceipt(hs, sender))).toBe('WRONG_ALGORITHM');
    const noKid = await new CompactSign(canonicalBytes(receipt))
      .setProtectedHeader({ alg: 'ES256', typ: 'delge-receipt+jws' })
      .sign(await privateCryptoKey(sender));
    expect(await codeOf(() => verifyReceipt(noKid, sender))).toBe('WRONG_KEY');
  });
});

it('seals a note beside a receipt to that receipt alone', async () => {
  const note = await sealTo(recipient, Buffer.from('Dnr 1'), receipt);
  expect(Buffer.from(await openNote(localOpener(recipient), note, receipt)).toString()).toBe('Dnr 1');
  expect(await codeOf(() => openNote(localOpener(recipient), note, { ...receipt, by: 'polis/polismyndigheten' }))).toBe(
    'WRONG_CONTEXT',
  );
  expect(await codeOf(() => open(note))).toBe('WRONG_TYPE');
});

it('gives a message the same id on every retry, and another for every other sender, referral and recipient', () => {
  const id = messageIdOf('a/b', 'r', 'c/d');
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(messageIdOf('a/b', 'r', 'c/d')).toBe(id);
  expect(
    new Set([id, messageIdOf('a/c', 'r', 'c/d'), messageIdOf('a/b', 's', 'c/d'), messageIdOf('a/b', 'r', 'c/e')]).size,
  ).toBe(4);
});

it('admits no key of another curve, with a wrong length, or off the curve', async () => {
  const { jwk } = sender;
  for (const bad of [
    recipient.jwk,
    { ...jwk, x: `${jwk.x ?? ''}A` },
    { ...jwk, y: jwk.x as string },
    { ...jwk, crv: 'P-384' },
  ]) {
    expect(await codeOf(() => importPublic(bad, 'manifest'))).toBe('MALFORMED_KEY');
  }
  expect(await codeOf(() => importPublic(jwk, 'sealing'))).toBe('MALFORMED_KEY');
});

describe('verifying at once', () => {
  it('says of every signature what jose says', async () => {
    const signer = localSigner(sender);
    const taken = async (token: string, key: PublicKey): Promise<boolean> =>
      (await codeOf(() => verifyToken(token, 'delge-receipt+jws', key))) === 'accepted';
    for (let round = 0; round < 200; round += 1) {
      const token = await signer.sign('delge-receipt+jws', Buffer.from(`{"round":${round}}`));
      const at = token.lastIndexOf('.') + 1;
      const signature = Buffer.from(token.slice(at), 'base64url');
      // Leading zeroes and high bits of r and s are where the two spellings of a signature differ.
      const bent = [
        Buffer.concat([Buffer.alloc(32), signature.subarray(32)]),
        Buffer.concat([signature.subarray(0, 32), Buffer.alloc(32)]),
        Buffer.from(signature.map((octet, i) => (i === round % 64 ? octet ^ (1 << (round % 8)) : octet))),
        Buffer.alloc(64, 0xff),
      ].map((one) => token.slice(0, at) + one.toString('base64url'));
      expect(signedBy(token, sender)).toBe(true);
      expect(await taken(token, sender)).toBe(true);
      expect(signedBy(token, { ...stranger, kid: sender.kid })).toBe(false);
      for (const one of bent) expect(signedBy(one, sender)).toBe(await taken(one, sender));
    }
  });

  it('takes the other of the two signatures that ECDSA allows, as jose does: an entry is named by its octets, never by its signature', async () => {
    const token = await signReceipt(localSigner(sender), receipt);
    const at = token.lastIndexOf('.') + 1;
    const raw = Buffer.from(token.slice(at), 'base64url').toString('hex');
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const other = (order - BigInt(`0x${raw.slice(64)}`)).toString(16).padStart(64, '0');
    const twin = token.slice(0, at) + Buffer.from(raw.slice(0, 64) + other, 'hex').toString('base64url');
    expect([signedBy(twin, sender), await codeOf(() => verifyReceipt(twin, sender))]).toEqual([true, 'accepted']);
  });
});

it('tells what a token says it is, and of anything else nothing', async () => {
  expect(typOf(await signReceipt(localSigner(sender), receipt))).toBe('delge-receipt+jws');
  for (const text of ['', 'x', '..', 'e30.e30.e30', sealed.jwe.slice(3)]) expect(typOf(text)).toBeUndefined();
});

describe('an erasure', () => {
  const entryId = receipt.decisionEntryId;
  const erasure: Erasure = {
    v: 1,
    kind: 'erasure',
    env: 'sandbox',
    entryId: receipt.receiptId,
    erased: [{ index: '12', entryId, sender: context.sender, recipient: context.recipient, number: 3 }],
    decisionsSha256: sha256Base64url('x'),
    keys: { size: '1', root: `${'A'.repeat(43)}=` },
    at: receipt.at,
  };

  it('and the decisions it rests on are statements of their own', async () => {
    const signer = localSigner(sender);
    expect(await verifyErasure(await signErasure(signer, erasure), sender)).toEqual(erasure);
    const decision = {
      v: 1,
      env: 'sandbox',
      decisionId: entryId,
      authority: context.sender,
      messageId: receipt.messageId,
      caseId: entryId,
      openings: erasure.erased,
      at: receipt.at,
    } as const;
    for (const openings of [erasure.erased, []]) {
      const decided = { ...decision, openings };
      expect(await verifyErasureDecision(await signErasureDecision(signer, decided), sender)).toEqual(decided);
    }
  });

  it('is stopped by a hold on messages or on a case, which is lifted by its id alone', async () => {
    const signer = localSigner(sender);
    const base = { v: 1, env: 'sandbox', holdId: entryId, authority: context.sender, at: receipt.at } as const;
    const laid = { ...base, kind: 'laid', ground: 'court' } as const;
    const good: readonly Hold[] = [
      { ...laid, caseId: entryId },
      { ...laid, messageIds: [entryId] },
      { ...base, kind: 'lifted' },
    ];
    for (const hold of good) expect(await verifyHold(await signHold(signer, hold), sender)).toEqual(hold);
    for (const hold of [
      laid,
      { ...laid, caseId: entryId, messageIds: [entryId] },
      { ...laid, messageIds: [] },
      { ...laid, ground: 'because', caseId: entryId },
      { ...base, kind: 'laid', caseId: entryId },
      { ...base, kind: 'lifted', ground: 'court' },
      { ...base, kind: 'lifted', caseId: entryId },
    ] as Hold[])
      expect(await codeOf(() => signHold(signer, hold))).toBe('MALFORMED_STATEMENT');
  });

  it('names what it erases', async () => {
    const [one] = erasure.erased;
    for (const erased of [
      [],
      [{ ...one, index: '012' }],
      [{ ...one, number: 0 }],
      [{ ...one, reason: 'x' }],
    ] as never[])
      expect(await codeOf(() => signErasure(localSigner(sender), { ...erasure, erased }))).toBe('MALFORMED_STATEMENT');
  });
});

import { describe, expect, it } from '@jest/globals';
import { corpus, unexpected } from '#testing';
import { compactDecrypt, compactVerify, importJWK } from 'jose';
import type { JWK } from 'jose';
import { EnvelopeError } from './errors.js';
import { parseCompact } from './form.js';
import { generateKey, importPublic, localOpener, openNote, verifyToken } from './index.js';
import { speaksFor } from './keys.js';

/**
 * Wycheproof's JOSE vectors (C2SP/wycheproof), twice. Once through our strict form and jose with the case's own algorithm, where every deviation
 * from what they expect stands below with its reason. Once through our product as it is, which takes ES256 and ECDH-ES on X25519 alone, and tokens
 * of its own types: it refuses all, and of the valid ones it is said why.
 */
const deviations = {
  json_web_signature_test: {
    346: 'valid, refused: the key says PS256 and the token PS384; one key has one algorithm',
    350: 'valid, refused: the key says PS256 and the token PS384; one key has one algorithm',
    347: 'valid, refused: the key says ES521, which is no algorithm',
    351: 'valid, refused: the key says ES521, which is no algorithm',
    367: 'invalid, taken: a defect of the corpus, its octets are those of 357, which is valid',
    370: 'invalid, taken: a defect of the corpus, its octets are those of 357, which is valid',
    372: 'valid, refused: a question mark is no base64url',
    373: 'valid, refused: a question mark is no base64url',
    376: 'valid, refused: white space in the header; it has one spelling here, so that two strings are never one token',
    377: 'valid, refused: white space in the header; it has one spelling here, so that two strings are never one token',
  },
  json_web_encryption_test: {
    100: 'valid, refused: RSA1_5, which jose does not have',
    101: 'valid, refused: RSA1_5, which jose does not have',
    102: 'valid, refused: RSA1_5, which jose does not have',
    103: 'valid, refused: RSA1_5, which jose does not have',
    104: 'valid, refused: RSA1_5, which jose does not have',
    105: 'valid, refused: RSA1_5, which jose does not have',
    112: 'valid, refused: RSA1_5, which jose does not have',
    128: 'valid, refused: RSA1_5, which jose does not have',
    132: 'valid, refused: the key says A128GCM and the token dir; one key has one algorithm',
    135: 'valid, refused: compressed; no header may say zip',
  },
} as const;

interface Case {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid';
  readonly jws?: string;
  readonly jwe?: string;
  readonly pt?: string;
}
interface Group {
  readonly public?: JWK & { readonly keys?: readonly JWK[] };
  readonly private: JWK & { readonly keys?: readonly JWK[] };
  readonly tests: readonly Case[];
}

const wycheproof = corpus('wycheproof');
const withCorpus = wycheproof ? it : it.skip;
type Read = (one: Case, group: Group) => Promise<boolean>;
const groupsOf = (file: string): readonly Group[] =>
  (corpus('wycheproof')?.json(`${file}.json`) as { readonly testGroups: readonly Group[] } | undefined)?.testGroups ??
  [];

/** @returns cases that were judged otherwise than the corpus says, and how many there were */
async function judged(
  file: string,
  read: Read,
): Promise<{ readonly seen: number; readonly deviating: readonly string[] }> {
  const deviating: string[] = [];
  let seen = 0;
  for (const group of groupsOf(file))
    for (const one of group.tests) {
      seen += 1;
      if ((await read(one, group)) !== (one.result === 'valid')) deviating.push(String(one.tcId));
    }
  return { seen, deviating };
}

/** @returns how many valid cases were refused for which reason; an invalid one that was taken stands under its number */
async function refusals(
  file: string,
  read: (one: Case, group: Group) => Promise<unknown>,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const add = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  for (const group of groupsOf(file))
    for (const one of group.tests) {
      try {
        await read(one, group);
        add(`taken: ${one.tcId}`);
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error;
        add(one.result === 'valid' ? error.code : 'invalid, refused');
      }
    }
  return counts;
}

const throughForm: Readonly<Record<keyof typeof deviations, Read>> = {
  json_web_signature_test: async ({ jws = '' }, group) => {
    const key = group.public ?? group.private;
    try {
      const { header } = parseCompact(jws, 3, 400_000);
      const algorithm = key.alg ?? (header['alg'] as string);
      if (!speaksFor(key, algorithm)) return false;
      await compactVerify(jws, await importJWK(key, algorithm), { algorithms: [algorithm] });
      return true;
    } catch {
      return false;
    }
  },
  json_web_encryption_test: async ({ jwe = '', pt = '' }, { private: key }) => {
    try {
      parseCompact(jwe, 5, 900_000);
      const algorithm = String(key.alg);
      const { plaintext } = await compactDecrypt(jwe, await importJWK(key, algorithm), {
        keyManagementAlgorithms: [algorithm],
        maxDecompressedLength: 0,
      });
      return Buffer.from(plaintext).toString('hex') === pt;
    } catch {
      return false;
    }
  },
};

describe("Wycheproof's vectors", () => {
  // pitfall 1: and pitfall 5: other spellings, other algorithms and other keys are most of them.
  withCorpus.each([
    ['json_web_signature_test', 401],
    ['json_web_encryption_test', 139],
  ] as const)('%s: our form and jose judge as the corpus does, but for what is listed', async (file, count) => {
    const { seen, deviating } = await judged(file, throughForm[file]);
    expect(seen).toBe(count);
    expect(unexpected(deviating, deviations[file])).toEqual([]);
  });

  withCorpus('signatures: our product refuses every one, the valid for its key or for its header', async () => {
    const product = refusals('json_web_signature_test', async ({ jws = '' }, group) =>
      verifyToken(jws, 'delge-receipt+jws', await importPublic(group.public ?? group.private, 'manifest')),
    );
    // RSA, HMAC and P-521; the two under an admitted key have no thumbprint for a kid.
    expect(await product).toEqual({ 'invalid, refused': 355, MALFORMED_KEY: 44, WRONG_KEY: 2 });
  });

  withCorpus('encryption: our product refuses every one, the valid for its header', async () => {
    const context = { env: 'sandbox', receiptId: 'r', messageId: 'm', attempt: 1, by: 'a/b' };
    const opener = localOpener(await generateKey('sealing'));
    const product = refusals('json_web_encryption_test', ({ jwe = '' }) => openNote(opener, jwe, context));
    // They carry an encrypted key or another length of nonce and tag; are of no type of ours; or are compressed.
    expect(await product).toEqual({ 'invalid, refused': 74, MALFORMED_TOKEN: 60, WRONG_TYPE: 4, FORBIDDEN_HEADER: 1 });
  });

  withCorpus('keys: our product admits none that they refuse, and of the valid none of another algorithm', async () => {
    const admitted = refusals('json_web_key_test', async ({ jws = '' }, group) => {
      const { keys = [] } = group.public ?? group.private;
      for (const key of keys) await importPublic(key, 'manifest');
      await verifyToken(jws, 'delge-receipt+jws', await importPublic(keys[0] ?? {}, 'manifest'));
    });
    expect(await admitted).toEqual({ 'invalid, refused': 21, MALFORMED_KEY: 5 });
  });
});

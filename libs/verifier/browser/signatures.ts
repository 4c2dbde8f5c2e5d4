import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** A public key as it was in a JWK. */
export interface VerifyingKey {
  readonly crv: 'P-256' | 'Ed25519' | 'X25519';
  /** Coordinates, 32 octets each; of an Edwards curve the one. */
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly name: string;
}
interface Question {
  readonly key: VerifyingKey;
  readonly input: Uint8Array<ArrayBuffer>;
  /** r and s, or that of RFC 8032: 64 octets. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

const SPKI_P256 = Uint8Array.of(4);
const known = new Map<string, boolean>();
const MOST_KNOWN = 200_000;
/** Asked and not answered in the run that goes on; absent: answered at once. */
let asked: Map<string, Question> | undefined;

const text = (octets: Uint8Array): string => String.fromCharCode(...octets);
const nameOf = ({ key, input, signature }: Question): string => `${key.name} ${text(signature)} ${text(sha256(input))}`;

/**
 * Whether the key made the signature. Within `settled` one that was not seen before passes for genuine, and the run does not count.
 */
export function verifies(question: Question): boolean {
  const name = nameOf(question);
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  if (asked === undefined) return keep(name, here(question));
  asked.set(name, question);
  return true;
}

/** As `verifies`, once Web Crypto has said so. */
export async function verifying(question: Question): Promise<boolean> {
  const name = nameOf(question);
  return known.get(name) ?? keep(name, await answered(question));
}

/** One run at a time: they share the questions. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs synchronous verification on asynchronous signatures: what a run asks is answered by Web Crypto, all at once, and then it is run anew, until a run
 * asks nothing that was not answered. Its result is the one that counts. A run keeps nothing for the next but the answers.
 */
export function settled<T>(run: () => T | Promise<T>): Promise<T> {
  const result = last.then(() => untilSettled(run));
  last = result.catch(() => undefined);
  return result;
}

async function untilSettled<T>(run: () => T | Promise<T>): Promise<T> {
  for (;;) {
    const questions = new Map<string, Question>();
    asked = questions;
    let outcome: () => T;
    try {
      const value = await run();
      outcome = () => value;
    } catch (error) {
      outcome = () => {
        throw error;
      };
    } finally {
      asked = undefined;
    }
    if (questions.size === 0) return outcome();
    await Promise.all(Array.from(questions, async ([name, question]) => keep(name, await answered(question))));
  }
}

const keep = (name: string, answer: boolean): boolean => {
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, answer);
  return answer;
};

const imported = new WeakMap<VerifyingKey, Promise<CryptoKey | undefined>>();
const ALGORITHMS = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  Ed25519: { name: 'Ed25519' },
} as const;

/** @returns undefined where the browser has no such algorithm, or no Web Crypto at all */
function importedKey(key: VerifyingKey): Promise<CryptoKey | undefined> {
  const before = imported.get(key);
  if (before !== undefined) return before;
  const { crv, octets } = key;
  // Of an older browser, and of a page that came without TLS.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  const raw = crv === 'P-256' ? Uint8Array.of(...SPKI_P256, ...octets) : octets;
  const made =
    subtle === undefined || crv === 'X25519'
      ? Promise.resolve(undefined)
      : subtle.importKey('raw', raw, ALGORITHMS[crv], false, ['verify']).catch(() => undefined);
  imported.set(key, made);
  return made;
}

async function answered(question: Question): Promise<boolean> {
  const { key, input, signature } = question;
  const cryptoKey = await importedKey(key);
  if (cryptoKey === undefined || key.crv === 'X25519') return here(question);
  return crypto.subtle.verify(ALGORITHMS[key.crv], cryptoKey, signature, input);
}

/** On this thread, in JavaScript: twenty times as slow. */
function here({ key: { crv, octets }, input, signature }: Question): boolean {
  if (signature.length !== 64) return false;
  try {
    return crv === 'P-256'
      ? p256.verify(signature, input, Uint8Array.of(...SPKI_P256, ...octets), { lowS: false })
      : ed25519.verify(signature, input, octets, { zip215: false });
  } catch {
    return false;
  }
}

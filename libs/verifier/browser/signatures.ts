import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';

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
const MOST_KNOWN = 20_000;
/** What the run that goes on has asked and nobody had answered before, with the answers to come; absent: answered at once. */
let asked: Map<string, Promise<boolean>> | undefined;
/** Answers of the run that goes on, by which a signature is not genuine. */
let refused = 0;

const letters = new TextDecoder('latin1');
/** Key, signature and every octet of what was signed: an answer is never another question's. */
const nameOf = ({ key, input, signature }: Question): string =>
  // Not by the decoder, whose letters beyond ASCII would make two octets of each that follows.
  `${key.name} ${String.fromCharCode(...signature)} ${letters.decode(input)}`;

/**
 * Whether the key made the signature. Within `settled` one that was not seen before passes for genuine, and the run counts only if it is.
 */
export function verifies(question: Question): boolean {
  const name = nameOf(question);
  const answer = known.get(name);
  if (answer === false) refused += 1;
  if (answer !== undefined) return answer;
  if (asked === undefined) return keep(name, here(question));
  // At once: where another thread answers, it does so while the run goes on.
  if (!asked.has(name)) asked.set(name, answered(question));
  return true;
}

/** As `verifies`, once Web Crypto has said so. */
export async function verifying(question: Question): Promise<boolean> {
  const name = nameOf(question);
  const genuine = known.get(name) ?? keep(name, await answered(question));
  if (!genuine) refused += 1;
  return genuine;
}

/** One run at a time: they share the questions. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs synchronous verification on asynchronous signatures: a run takes each signature that was not seen before for genuine, and Web Crypto answers
 * meanwhile. When all are genuine, the run went by nothing but what is so, and its result counts. When one is not, everything is run anew by the answers, until
 * a run took nothing for genuine that is not.
 * @param run makes everything anew that remembers what has verified, the trust file's own objects among it: nothing but the answers may pass from one run to
 * the next
 */
export function settled<T>(run: () => Promise<T>): Promise<T> {
  const result = last.then(() => untilSettled(run));
  last = result.catch(() => undefined);
  return result;
}

async function untilSettled<T>(run: () => Promise<T>): Promise<T> {
  // Never within the runs: what one has asked, the next must find answered.
  if (known.size > MOST_KNOWN) known.clear();
  let forged = false;
  for (;;) {
    const questions = new Map<string, Promise<boolean>>();
    asked = questions;
    refused = 0;
    const [outcome] = await Promise.allSettled([run()]);
    asked = undefined;
    const answers = await Promise.all(Array.from(questions, async ([name, answer]) => keep(name, await answer)));
    if (answers.every((genuine) => genuine)) {
      // What a run before this one took for genuine was remembered somewhere, and not asked again.
      if (forged && refused === 0) throw new Error('a signature that is not genuine was passed over');
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    }
    forged = true;
  }
}

const keep = (name: string, answer: boolean): boolean => {
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
  return crypto.subtle.verify(ALGORITHMS[key.crv], cryptoKey, signature, input).catch(() => here(question));
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

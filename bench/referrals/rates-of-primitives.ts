import { checkpointSigner, rateOf } from './primitives.js';
import type { Primitives } from './primitives.js';
import { Limit } from './limit.js';

const SECONDS = 0.4;

/** Each primitive of the limit alone, per second of this process's processor time. */
export async function primitiveRates(
  ways: readonly Primitives[],
  limit: Limit,
): Promise<Readonly<Record<string, number>>> {
  const rates: Record<string, number> = {};
  const payload = Buffer.alloc(1_500);
  for (const { name, sign, verify, seal, open } of ways) {
    const [signed, sealed] = [await sign(payload), await seal(payload)];
    rates[`sign (${name})`] = await rateOf(SECONDS, () => sign(payload));
    rates[`verify (${name})`] = await rateOf(SECONDS, () => verify(signed));
    rates[`seal (${name})`] = await rateOf(SECONDS, () => seal(payload));
    rates[`open (${name})`] = await rateOf(SECONDS, () => open(sealed));
  }
  const ed25519 = checkpointSigner();
  const signature = ed25519.sign();
  rates['Ed25519 verify'] = await rateOf(SECONDS, () => Promise.resolve(ed25519.verify(signature)));
  rates['confirmed hops of a batch'] = (await rateOf(SECONDS, limit.hops)) * Limit.batch;
  rates['rows committed of a batch'] = (await rateOf(SECONDS, limit.commit)) * Limit.batch;
  return rates;
}

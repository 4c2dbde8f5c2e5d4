import { generateKey, localOpener, localSigner, openNote, sealTo, verifyToken } from '#envelope';
import { numberAfter, quantile } from './arguments.js';
import { byJose, byNode, rateOf, type Primitives } from './referrals/primitives.js';
import { perSecond, tableOf, type Measure } from './table.js';

/** What a document of a referral has, and what a manifest has, about. */
const OCTETS = 2_048;
const [SLICE_S, ROUNDS, SHORT_ROUNDS] = [0.25, 9, 1];
const OPERATIONS = ['sign', 'verify', 'seal', 'open'] as const;
type Operation = (typeof OPERATIONS)[number];

/**
 * `npm run bench -- envelope [--octets NUMBER] [--short]`: operations per second of processor time through our interface, strict reading and binding included, beside jose and node:crypto
 * alone. They take turns in short slices, so that what else goes on meets all alike. Told and not judged.
 */
export async function benchEnvelope(args: readonly string[]): Promise<boolean> {
  const rounds = args.includes('--short') ? SHORT_ROUNDS : ROUNDS;
  const octets = numberAfter(args, '--octets') ?? OCTETS;
  const payload = Buffer.alloc(octets, 'a referral ');
  const all = [await ours(), await byJose(), byNode()];
  const rates = new Map(
    all.map(({ name }) => [name, new Map(OPERATIONS.map((operation) => [operation, [] as number[]]))]),
  );
  for (let round = 0; round < rounds; round += 1)
    for (const operation of OPERATIONS)
      for (const one of all) {
        const work = await prepared(one, operation, payload);
        rates
          .get(one.name)
          ?.get(operation)
          ?.push(await rateOf(SLICE_S, work));
      }
  const rate = (name: string, operation: Operation): number =>
    quantile(
      (rates.get(name)?.get(operation) ?? []).toSorted((a, b) => a - b),
      0.5,
    );
  const measures = OPERATIONS.flatMap((operation): Measure[] => {
    const [own, jose, node] = all.map(({ name }) => rate(name, operation)) as [number, number, number];
    return [
      told(operation, perSecond(own)),
      told('  jose alone', perSecond(jose)),
      told('  node:crypto alone', perSecond(node)),
      told('  ratio to jose', (own / jose).toFixed(2)),
      told('  ratio to node:crypto', (own / node).toFixed(2)),
    ];
  });
  process.stdout.write(
    `${octets.toLocaleString('en-US')} octets, per second of processor time, Node ${process.versions.node}\n\n${tableOf(measures)}`,
  );
  return true;
}

const told = (measure: string, seen: string): Measure => ({ measure, seen, bar: '', goal: '' });

const prepared = async (
  one: Primitives,
  operation: Operation,
  payload: Uint8Array,
): Promise<() => Promise<unknown>> => {
  if (operation === 'sign') return () => one.sign(payload);
  if (operation === 'seal') return () => one.seal(payload);
  const made = await (operation === 'verify' ? one.sign(payload) : one.seal(payload));
  return () => one[operation](made);
};

/** The product's: types, kids, strict form, contexts bound and held against what they must be. */
async function ours(): Promise<Primitives> {
  const [signing, sealing] = [await generateKey('manifest'), await generateKey('sealing')];
  const [signer, opener] = [localSigner(signing), localOpener(sealing)];
  const context = {
    env: 'sandbox',
    receiptId: '01890000-0000-7000-8000-000000000002',
    messageId: '01890000-0000-7000-8000-000000000001',
    attempt: 1,
    by: 'fk/forsakringskassan',
  };
  return {
    name: 'ours',
    sign: (payload) => signer.sign('delge-manifest+jws', payload),
    verify: async (signed) => void (await verifyToken(signed as string, 'delge-manifest+jws', signing)),
    seal: (payload) => sealTo(sealing, payload, context),
    open: async (sealed) => void (await openNote(opener, sealed as string, context)),
  };
}

import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey, parseManifest } from '#envelope';
import type { PrivateKey } from '#envelope';
import { KeysFollower } from '#operator';
import { EventLog } from '#platform';
import { KeysFeed, parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';
import { aGateway, aWorld, example, noteSigner, publicJwk, sealed, trustText } from '#testing';
import type { World } from '#testing';
import { checkpointText, cosignatureLine, nodeSha256, nodeVerifyEd25519, signNote, witnessKey } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { rootOfLeaves } from '#tlog/verify';

const RECIPIENT = 'fk/forsakringskassan';

/** What the ledger shows a gateway: entries, and a note about them that need not be true. */
interface Shown {
  readonly entries: readonly Uint8Array[];
  readonly note: string;
}

describe('a sender that is shown a recipient’s key which is not its own', () => {
  let world: World;
  let trust: Trust;
  let witnesses: readonly NoteSigner[];
  let genuine: string;
  let thief: PrivateKey;
  let before: readonly Uint8Array[];
  let after: readonly Uint8Array[];

  beforeAll(async () => {
    world = await aWorld();
    witnesses = ['a', 'b', 'c', 'd'].map((name) => noteSigner(`${name}.example/witness`));
    const text = JSON.parse(trustText(world.environment, world.keys)) as { logs: Record<string, { policy: string }> };
    const lines = witnesses.map((one, i) => `witness w${i} ${witnessKey(one.name, one.publicKey, nodeSha256)}`);
    const policy = [...lines, 'group all 3 w0 w1 w2 w3', 'quorum all', ''].join('\n');
    for (const log of Object.values(text.logs)) log.policy = policy;
    trust = await parseTrust(JSON.stringify(text));
    genuine = world.keys.sealings[RECIPIENT]?.kid ?? '';
    before = [...world.entries];
    // In due form: the administrator's key and both operators' were stolen.
    thief = await generateKey('sealing');
    const administrator = world.keys.administrators['fk'] as PrivateKey;
    await world.state({ kind: 'key-added', holder: RECIPIENT, use: 'sealing', key: publicJwk(thief) }, administrator);
    after = [...world.entries];
  });

  const note = (entries: readonly Uint8Array[], by: readonly NoteSigner[], signer = world.keys.logs.keys): string => {
    const text = checkpointText(signer.name, BigInt(entries.length), rootOfLeaves(entries, nodeSha256));
    const time = BigInt(Math.floor(world.clock.now().getTime() / 1000));
    const lines = by.map((witness) => cosignatureLine(text, witness, time, nodeSha256));
    return `${signNote(text, signer, nodeSha256)}${lines.join('')}`;
  };

  /** A gateway that has seen the genuine log and is then shown this. @returns to which key it seals */
  const sealsTo = async (then: Shown): Promise<{ readonly kid: string; readonly told: readonly unknown[] }> => {
    let shown: Shown = { entries: before, note: note(before, witnesses) };
    const told: unknown[] = [];
    const log = new EventLog('test', 'info', {
      write: (line) => {
        const { event, code } = JSON.parse(line) as { readonly event: string; readonly code?: string };
        if (event === 'keys.not-advanced') told.push(code);
      },
    });
    const source = {
      checkpoint: () => Promise.resolve(shown.note),
      entries: (from: bigint, to: bigint) => Promise.resolve(shown.entries.slice(Number(from), Number(to))),
    };
    const feed = new KeysFeed(source, trust, { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 }, world.clock.now);
    const seen = { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };
    const follower = new KeysFollower(feed, seen, 900_000, log, world.clock.now);
    await follower.refresh();
    shown = then;
    await follower.refresh();
    const gateway = await aGateway(world, 'kommunerna', { follower });
    const { manifest } = await sealed(world, gateway, example('01'));
    const { recipient, sealingKey } = parseManifest(manifest).manifest;
    expect(recipient).toBe(RECIPIENT);
    return { kid: sealingKey, told };
  };

  it.each<[string, () => Shown, string]>([
    [
      'a quorum short of one witness',
      () => ({ entries: after, note: note(after, witnesses.slice(0, 2)) }),
      'QUORUM_NOT_MET',
    ],
    ['the log’s own signature alone', () => ({ entries: after, note: note(after, []) }), 'QUORUM_NOT_MET'],
    [
      'cosignatures of strangers under the witnesses’ names',
      () => ({
        entries: after,
        note: note(
          after,
          witnesses.map(({ name }) => noteSigner(name)),
        ),
      }),
      'QUORUM_NOT_MET',
    ],
    [
      'another signer’s checkpoint',
      () => ({ entries: after, note: note(after, witnesses, noteSigner(world.keys.logs.keys.name)) }),
      'NO_LOG_SIGNATURE',
    ],
    [
      'a root under quorum that its entries do not give',
      () => {
        const other = after.map((entry, at) => (at === after.length - 1 ? Uint8Array.from([...entry, 0x0a]) : entry));
        return { entries: after, note: note(other, witnesses) };
      },
      'LOG_FORKED',
    ],
    [
      'a log under quorum in whose past the genuine key was exchanged for another',
      () => {
        const other = [after.at(-1) as Uint8Array, ...after.slice(1)];
        return { entries: other, note: note(other, witnesses) };
      },
      'LOG_FORKED',
    ],
  ])('under %s does not seal to it', async (_, shown, code) => {
    const { kid, told } = await sealsTo(shown());
    expect(kid).toBe(genuine);
    expect(told).toEqual([code]);
  });

  it('seals to it under quorum alone, which is why the gateway that has the true keys alarms', async () => {
    const { kid, told } = await sealsTo({ entries: after, note: note(after, witnesses.slice(1)) });
    expect([kid, told]).toEqual([thief.kid, []]);
  });
});

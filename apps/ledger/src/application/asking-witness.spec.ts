import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventLog } from '#platform';
import { DisclosureLog, noteSigner } from '#testing';
import { cosignatureLine, nodeSha256, nodeVerifyEd25519, verifierKey } from '#tlog/build';
import { TlogError, emptyRoot, openCheckpoint, parseNote, parseOffer, verifyConsistency } from '#tlog/verify';
import { StandardWitness } from '../witness/standard-witness.js';
import { AskingWitness } from './asking-witness.js';
import type { OfferCheckpoints } from './offer-checkpoints.js';
import type { TakeCosignatures } from './take-cosignatures.js';

const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
const key = noteSigner('witness.example/standard');
const signer = noteSigner('logg.example/disclosure');
const trust = { origin: signer.name, keys: [verifierKey(signer.name, signer.publicKey, nodeSha256)], policy: '' };

/** A witness as c2sp.org/tlog-witness describes it, for one log. */
class FakeWitness {
  size = 0n;
  root = emptyRoot(nodeSha256);
  readonly asked: [bigint, number][] = [];
  private readonly server: Server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request) body += String(part);
      const [status, type, text] = request.url === '/w/add-checkpoint' ? this.add(body) : [404, 'text/plain', ''];
      response.writeHead(status, { 'content-type': type }).end(text);
    })();
  });
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/w/`;
  }
  close(): void {
    this.server.close();
  }
  private add(body: string): [number, string, string] {
    const { oldSize, hashes, checkpoint: note } = parseOffer(body);
    const answer = this.answer(oldSize, hashes, note);
    this.asked.push([oldSize, answer[0]]);
    return answer;
  }
  private answer(oldSize: bigint, hashes: readonly Uint8Array[], note: string): [number, string, string] {
    try {
      const { size, root } = openCheckpoint(note, trust, verification);
      if (oldSize > size) return [400, 'text/plain', ''];
      if (oldSize !== this.size) return [409, 'text/x.tlog.size', `${this.size}\n`];
      verifyConsistency(nodeSha256, oldSize, size, hashes, this.root, root);
      [this.size, this.root] = [size, root];
      const time = BigInt(Math.floor(Date.now() / 1000));
      return [200, 'text/plain', cosignatureLine(parseNote(note).text, key, time, nodeSha256)];
    } catch (error) {
      if (!(error instanceof TlogError)) throw error;
      return error.code === 'NO_LOG_SIGNATURE' ? [403, 'text/plain', ''] : [422, 'text/plain', ''];
    }
  }
}

class Rounds extends AskingWitness {
  once(): Promise<number> {
    return this.round();
  }
}

let witness: FakeWitness;
let url: string;
beforeAll(async () => {
  witness = new FakeWitness();
  url = await witness.listen();
});
afterAll(() => witness.close());
beforeEach(() => {
  [witness.size, witness.root] = [0n, emptyRoot(nodeSha256)];
  witness.asked.length = 0;
});

/** @param offer as the ledger makes it */
const anAsker = (offer: (from: bigint) => Promise<string | undefined>, at = url) => {
  const taken: string[] = [];
  const offers = { next: (_: string, from: bigint) => offer(from) } as unknown as OfferCheckpoints;
  const cosignatures = {
    execute: (_: string, note: string) => Promise.resolve(void taken.push(note)),
  } as unknown as TakeCosignatures;
  const silent = new EventLog('test', 'silent');
  return { taken, asker: new Rounds('disclosure', new StandardWitness(at), offers, cosignatures, silent) };
};

it('a standard witness is asked for every checkpoint, and its cosignature is handed on with it', async () => {
  const log = new DisclosureLog(signer);
  const { asker, taken } = anAsker((from) => log.offer(from));
  for (const leaves of [3, 300, 0]) {
    await log.fill(leaves);
    expect(await asker.once()).toBe(0);
  }
  expect(witness.asked).toEqual([
    [0n, 200],
    [3n, 200],
    [303n, 200],
  ]);
  expect(taken.map((note) => parseNote(note).signatures.map(({ name }) => name))).toEqual(
    Array.from({ length: 3 }, () => [signer.name, key.name]),
  );
});

it('a witness that holds another size says so, and is asked again from there', async () => {
  const log = new DisclosureLog(signer);
  await log.fill(5);
  [witness.size, witness.root] = [5n, log.root];
  await log.fill(4);
  const { asker, taken } = anAsker((from) => log.offer(from));
  expect([await asker.once(), await asker.once()]).toEqual([0, 0]);
  expect(witness.asked).toEqual([
    [0n, 409],
    [5n, 200],
  ]);
  expect(taken).toHaveLength(1);
});

it('a fork is refused by it, and nothing is handed on', async () => {
  const log = new DisclosureLog(signer);
  await log.fill(5);
  [witness.size, witness.root] = [5n, log.root];
  const fork = new DisclosureLog(signer);
  await fork.append('another');
  await fork.fill(8);
  const { asker, taken } = anAsker((from) => fork.offer(from));
  for (let nth = 0; nth < 2; nth += 1) await asker.once();
  expect(witness.asked.at(-1)).toEqual([5n, 422]);
  expect([taken, witness.size]).toEqual([[], 5n]);
});

it('one that is away, or is no witness, is asked again after a pause', async () => {
  const log = new DisclosureLog(signer);
  for (const away of ['http://127.0.0.1:1', `${url}elsewhere`]) {
    const { asker, taken } = anAsker((from) => log.offer(from), away);
    expect(await asker.once()).toBeGreaterThan(0);
    expect(taken).toEqual([]);
  }
});

import { createHash } from 'node:crypto';
import { importPrivate, localSigner } from '#envelope';
import { LedgerKeys, OperatorClient } from '#operator';
import { verifyProven } from '#client';
import type { ProvenStatement } from '#contracts';
import { KeysFeed } from '#snapshot';
import { TILE_WIDTH, nodeVerifyEd25519, tilePath } from '#tlog/build';
import { disclosureLeaf, openCheckpoint, rootOfLeaves } from '#tlog/verify';
import { gatewayKeys } from '../sandbox/keys.js';
import type { Sandbox } from './sandbox.js';
import type { Row } from './send.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const LEAF_BYTES = 33;

export interface Verified {
  readonly proofs: number;
  readonly disclosure: { readonly size: bigint; readonly root: string };
  readonly keys: { readonly size: bigint; readonly root: string };
  readonly faults: readonly string[];
}

/** Index of the decision's leaf, by its proof. @throws {TlogError} */
export const indexOf = (sandbox: Sandbox, proven: ProvenStatement): bigint => {
  const { entry, blind = '', proof = '' } = proven;
  return verifyProven({ entry, blind, proof }, sandbox.trust.logs.disclosure).index;
};

/**
 * Verifies every proof that the senders hold, and both logs from their leaves: root recomputed and held against the signed checkpoint, and each
 * proven entry against the leaf that stands at its index.
 */
export async function verify(
  sandbox: Sandbox,
  rows: readonly Row[],
  ledgerUrl: string,
  gateway: string,
): Promise<Verified> {
  const faults: string[] = [];
  const signer = localSigner(await importPrivate(gatewayKeys(sandbox.dir, gateway).manifest, 'manifest'));
  const ledger = new OperatorClient('ledger', ledgerUrl, `gateway:${gateway}`, signer);
  const leaves = await disclosureLeaves(sandbox, ledger);
  let proofs = 0;
  for (const { message, example } of rows) {
    if (message === undefined) continue;
    for (const statement of [message.decision, ...message.receipts]) {
      if (statement === undefined) continue;
      try {
        const index = indexOf(sandbox, statement);
        const leaf = disclosureLeaf(
          Buffer.from(statement.blind ?? '', 'base64url'),
          Buffer.from(statement.entry),
          sha256,
        );
        if (Buffer.compare(leaf, leaves.at(Number(index)) ?? Buffer.alloc(0)) !== 0) {
          faults.push(`${example.name}: the leaf at ${index} is another`);
        }
        proofs += 1;
      } catch (error) {
        faults.push(`${example.name}: ${error instanceof Error ? error.message : 'proof'}`);
      }
    }
  }
  const disclosureRoot = Buffer.from(rootOfLeaves(leaves, sha256)).toString('base64');
  const feed = new KeysFeed(
    new LedgerKeys(ledger),
    sandbox.trust,
    { sha256, verifyEd25519: nodeVerifyEd25519 },
    () => new Date(),
  );
  await feed.refresh();
  const newest = feed.newest();
  if (newest === undefined) throw new Error('the keys log has no checkpoint');
  return {
    proofs,
    disclosure: { size: BigInt(leaves.length), root: disclosureRoot },
    keys: { size: newest.size, root: newest.snapshot.rootBase64 },
    faults,
  };
}

/** All leaves under the newest checkpoint. @throws when the root they give is not the signed one */
async function disclosureLeaves(sandbox: Sandbox, ledger: OperatorClient): Promise<readonly Uint8Array[]> {
  const note = await ledger.get('/log/v1/disclosure/checkpoint?after=0&waitMs=0');
  const text = new TextDecoder().decode(note);
  const trust = sandbox.trust.logs.disclosure;
  const checkpoint = openCheckpoint(text, trust, { sha256, verifyEd25519: nodeVerifyEd25519 });
  const leaves: Uint8Array[] = [];
  while (BigInt(leaves.length) < checkpoint.size) {
    const bundle = BigInt(leaves.length) / BigInt(TILE_WIDTH);
    const width = checkpoint.size - bundle * BigInt(TILE_WIDTH);
    const partial = width < BigInt(TILE_WIDTH) ? `.p/${width}` : '';
    const path = `tile/entries/${tilePath(bundle)}${partial}`;
    const bytes = await ledger.get(`/log/v1/disclosure/${path}`);
    const asked = partial === '' ? BigInt(TILE_WIDTH) : width;
    // Asked for again it would give no more: a ledger that has lost leaves must not be asked for ever.
    if (bytes === undefined || BigInt(bytes.length) !== asked * BigInt(2 + LEAF_BYTES))
      throw new Error(`the ledger has no ${path}`);
    // c2sp.org/tlog-tiles: each entry with its length before it, two octets big-endian.
    for (let at = 0; at < bytes.length; at += 2 + LEAF_BYTES) leaves.push(bytes.slice(at + 2, at + 2 + LEAF_BYTES));
  }
  if (Buffer.compare(rootOfLeaves(leaves, sha256), checkpoint.root) !== 0) {
    throw new Error('the disclosure log does not give the root that was signed');
  }
  return leaves;
}

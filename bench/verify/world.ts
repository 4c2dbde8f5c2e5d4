import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { KeysHead, Signer } from '#envelope';
import { canonicalBytes } from '#json';
import { KeysLog, parseTrust, signEntry, type Trust } from '#snapshot';
import { nodeNoteSigner, nodeSha256, type NoteSigner } from '#tlog/build';
import { readDirectory, type SandboxDirectory } from '../../tools/sandbox/directory.js';
import { plan } from '../../tools/sandbox/enrol.js';
import { decisionKey, gatewayKeys, keyFiles, logKey, makeKeys, witnessName } from '../../tools/sandbox/keys.js';

/** The sandbox's directory with keys of its own: what the exchange, the gateways, the log and its witnesses sign with. */
export interface BenchWorld {
  readonly directory: SandboxDirectory;
  readonly trust: Trust;
  readonly keys: KeysLog;
  /** Entries of the keys log. */
  readonly entries: readonly Uint8Array[];
  /** Openings of cooperation decisions, JSON. */
  readonly cooperations: readonly Uint8Array[];
  /** The keys log at a size, as decisions carry it. */
  head(size: bigint): KeysHead;
  readonly exchange: Signer;
  manifestSigner(gateway: string): Signer;
  /** Of the two logs. */
  readonly logs: { readonly disclosure: NoteSigner; readonly keys: NoteSigner };
  /** As many as the policy asks for. */
  readonly witnesses: readonly NoteSigner[];
}

/** Makes keys and trust.json in this folder, and the keys log that the sandbox has, every statement signed. */
export async function benchWorld(root: string, dir: string): Promise<BenchWorld> {
  const directory = readDirectory(join(root, 'examples/sandbox-directory.yaml'));
  await makeKeys(dir, directory);
  const files = keyFiles(dir);
  const trust = await parseTrust(readFileSync(files.trust));
  const { planned, openings } = await plan(dir, directory);
  const keys = KeysLog.empty(trust, nodeSha256);
  const entries: Uint8Array[] = [];
  for (const { body, principal, countersigners, brought } of planned) {
    const statement = { ...body, env: directory.environment, id: randomUUID(), issuedAt: '2026-11-01T08:00:00.000Z' };
    const entry = await signEntry(statement, principal, countersigners, brought?.signers);
    await keys.append(entry);
    entries.push(entry);
  }
  const stores = new Map<string, Signer>();
  const witnesses: NoteSigner[] = [];
  for (const { id } of directory.gateways) {
    const store = gatewayKeys(dir, id);
    stores.set(id, await signerOf(store.manifest));
    if (directory.witnesses.gateways.includes(id))
      witnesses.push(nodeNoteSigner(witnessName(directory.environment, id), store.witness));
  }
  const log = (name: 'disclosure' | 'keys'): NoteSigner => nodeNoteSigner(trust.logs[name].origin, logKey(dir, name));
  return {
    directory,
    trust,
    keys,
    entries,
    cooperations: openings.map((opening) => canonicalBytes(opening)),
    head: (size) => ({ size: size.toString(), root: keys.at(size).rootBase64 }),
    exchange: await signerOf(decisionKey(dir)),
    manifestSigner: (gateway) => {
      const signer = stores.get(gateway);
      if (signer === undefined) throw new Error(`no gateway ${gateway}`);
      return signer;
    },
    logs: { disclosure: log('disclosure'), keys: log('keys') },
    witnesses: witnesses.slice(0, directory.witnesses.quorum),
  };
}

/** Signs at once and on this thread: half a million signatures are made. */
async function signerOf(jwk: JWK): Promise<Signer> {
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  const kid = await calculateJwkThumbprint(jwk, 'sha256');
  return {
    kid,
    sign: (typ, payload) => {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid, typ })).toString('base64url');
      const input = `${header}.${Buffer.from(payload).toString('base64url')}`;
      const signature = sign('sha256', Buffer.from(input, 'latin1'), { key, dsaEncoding: 'ieee-p1363' });
      return Promise.resolve(`${input}.${signature.toString('base64url')}`);
    },
  };
}

export const digestOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('base64url');

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { Signer } from '#envelope';
import type { KeyStorePlace } from '#keystore';
import { KeysFeed, parseEntry } from '#snapshot';
import type { Snapshot, StatementBody, Trust } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { HttpLedger } from '../watch/ledger-source.js';
import { state } from '../rules/state.js';
import type { Brought } from './possession.js';
import { below } from './place.js';
import { readTrustFile, signerFrom } from './request.js';

/** Where the operator's services are, and by which trust. */
export interface Site {
  readonly registry: string;
  readonly ledger: string;
  readonly trust: Trust;
  /** Folder of a sandbox, where everybody's keys lie at hand. */
  readonly sandbox: string;
}

interface SandboxFile {
  readonly operator: { readonly registry: string; readonly ledger: string; readonly trustFile: string };
}
/** @throws when there is no sandbox */
export async function siteOf(command: Command): Promise<Site> {
  const file = below(command.optsWithGlobals<{ readonly sandbox: string }>().sandbox);
  if (!existsSync(file))
    throw new Error('there is no sandbox here: run `npm start` first, or say what the command asks for');
  const { operator } = JSON.parse(readFileSync(file, 'utf8')) as SandboxFile;
  const { registry, ledger, trustFile } = operator;
  return { registry, ledger, trust: await readTrustFile(trustFile), sandbox: dirname(file) };
}

/** The keys log, verified here, and when each key was stated. */
export async function readKeys(
  ledger: string,
  trust: Trust,
): Promise<{ readonly snapshot: Snapshot; readonly entries: readonly Uint8Array[] }> {
  const http = new HttpLedger(ledger);
  const entries: Uint8Array[] = [];
  const source = {
    checkpoint: () => http.checkpoint('keys'),
    entries: async (from: bigint, to: bigint) => {
      const page = await http.entries(from, to);
      entries.push(...page);
      return page;
    },
  };
  const feed = new KeysFeed(source, trust, { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 }, () => new Date());
  await feed.refresh();
  const newest = feed.newest();
  if (newest === undefined) throw new Error('the keys log has no checkpoint yet');
  return { snapshot: newest.snapshot, entries };
}

/** Statement that brought each key, by the key's place in the log. */
export const statedAt = (entries: readonly Uint8Array[], from: bigint): string =>
  parseEntry(entries[Number(from) - 1] ?? new Uint8Array()).statement.issuedAt;

/** Participant whose administrator states a holder's keys; undefined for the operator's services. */
export function ownerOf(snapshot: Snapshot, holder: string): string | undefined {
  if (['exchange', 'ledger', 'console'].includes(holder)) return undefined;
  const [scheme, id = ''] = holder.split(':');
  const owner =
    scheme === 'participant'
      ? id
      : scheme === 'gateway'
        ? snapshot.gateway(id)?.operatedBy
        : snapshot.authority(holder)?.participant;
  if (owner === undefined) throw new Error(`${holder} is not in the keys log`);
  return owner;
}

/** Key store of the sandbox that has a holder's keys. */
export const storeIn = (sandbox: string, snapshot: Snapshot, holder: string): KeyStorePlace => {
  const gateway = holder.startsWith('gateway:') ? holder.slice(8) : snapshot.authority(holder)?.gateway;
  const service = gateway === undefined ? holder : `gateway-${gateway}`;
  return { file: join(sandbox, `keys/${service}.keystore`), secretFile: join(sandbox, `keys/${service}.secret`) };
};

/** States as whoever owns the holder, with both operators of the sandbox. @returns the statement's id */
export async function stateInSandbox(
  { sandbox, registry, trust }: Site,
  owner: string | undefined,
  body: StatementBody,
  brought?: Brought,
): Promise<string> {
  const file = (name: string): string => join(sandbox, `keys/${name}.jwk.json`);
  const countersigners: Signer[] = [];
  for (const n of [1, 2]) countersigners.push(await signerFrom(file(`operator-${n}`), 'operator'));
  const [first] = countersigners;
  const principal =
    owner === undefined ? first : await signerFrom(file(`participant-${owner}-administrator`), 'administrator');
  if (principal === undefined) throw new Error('the sandbox has no operators');
  return state(registry, trust.environment, {
    body,
    principal,
    countersigners,
    ...(brought === undefined ? {} : { brought }),
  });
}

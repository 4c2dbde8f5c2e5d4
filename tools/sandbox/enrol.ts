import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPrivate, localSigner } from '#envelope';
import type { KeyUse, PrivateKey, Signer } from '#envelope';
import { canonicalBytes } from '#json';
import { basisVersionIds, ruleSetDigest, ruleSets } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { cooperationCommitment, cooperationJson } from '#snapshot';
import type { StatementBody } from '#snapshot';
import { broughtBy } from '../../apps/cli/src/keys/possession.js';
import { send, state as give } from '../../apps/cli/src/rules/state.js';
import type { Planned } from '../../apps/cli/src/rules/state.js';
import type { JWK } from 'jose';
import type { SandboxDirectory } from './directory.js';
import { accessKey, decisionKey, gatewayKeys, keyFiles, open, readKey } from './keys.js';
import type { GatewayKeys } from './keys.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

const signerOf = async (file: string, use: KeyUse): Promise<Signer> =>
  localSigner(await importPrivate(readKey(file), use));

/** Everything that the sandbox states, in the order in which each can stand on what was stated before. */
export async function plan(
  dir: string,
  directory: SandboxDirectory,
): Promise<{ planned: Planned[]; openings: object[] }> {
  const files = keyFiles(dir);
  const operators = [
    await signerOf(files.operator(1), 'operator'),
    await signerOf(files.operator(2), 'operator'),
  ] as const;
  const administrators = new Map<string, Signer>();
  const jurists = new Map<string, Signer>();
  for (const { slug } of directory.participants) {
    administrators.set(slug, await signerOf(files.participant(slug, 'administrator'), 'administrator'));
    jurists.set(slug, await signerOf(files.participant(slug, 'jurist'), 'jurist'));
  }
  const of = (signers: Map<string, Signer>, slug: string): Signer => {
    const found = signers.get(slug);
    if (found === undefined) throw new Error(`participant ${slug} is not in the sandbox directory`);
    return found;
  };
  const planned: Planned[] = [];
  const state = (body: StatementBody, principal: Signer, more: readonly Signer[] = [], ruleSet?: RuleSet): void => {
    const countersigners = [...more, ...operators.filter((one) => one !== principal)];
    planned.push({ body, principal, countersigners, ...(ruleSet === undefined ? {} : { ruleSet }) });
  };
  /** As `state`, of a statement that brings keys, whose private halves lie here. */
  const bring = async (
    body: StatementBody,
    principal: Signer,
    keys: readonly (readonly [KeyUse, JWK])[],
    more: readonly Signer[] = [],
  ): Promise<void> => {
    const countersigners = [...more, ...operators.filter((one) => one !== principal)];
    const brought = broughtBy(await Promise.all(keys.map(([use, key]) => importPrivate(key, use))));
    planned.push({ body, principal, countersigners, brought });
  };

  for (const { slug, organisationNumber, nameSv, nameEn } of directory.participants) {
    const participant = { slug, organisationNumber: organisationNumber.replace('-', ''), nameSv, nameEn };
    const administratorKey = open(readKey(files.participant(slug, 'administrator')));
    state({ kind: 'participant-enrolled', participant, administratorKey }, of(administrators, slug));
  }
  const add = (holder: string, use: 'decision' | 'access' | 'jurist', key: JWK, by: Signer): Promise<void> => {
    const more = by === operators[0] ? [by] : [];
    return bring({ kind: 'key-added', holder, use, key: open(key) }, by, [[use, key]], more);
  };
  await add('exchange', 'decision', decisionKey(dir), operators[0]);
  for (const { slug } of directory.participants) {
    await add(`participant:${slug}`, 'jurist', readKey(files.participant(slug, 'jurist')), of(administrators, slug));
  }
  const stores = new Map<string, GatewayKeys>();
  for (const { id, operatedBy } of directory.gateways) {
    const store = gatewayKeys(dir, id);
    stores.set(id, store);
    const { manifest, witness } = store;
    const [manifestKey, witnessKey] = [open(manifest), open(witness)];
    const body = { kind: 'gateway-enrolled' as const, gateway: id, operatedBy, manifestKey, witnessKey };
    await bring(body, of(administrators, operatedBy), [
      ['manifest', manifest],
      ['witness', witness],
    ]);
  }
  for (const { functions, gateway, ...authority } of directory.authorities) {
    const keys = stores.get(gateway)?.authorities[authority.id];
    if (keys === undefined) throw new Error(`${authority.id} has no keys at ${gateway}`);
    const [documentKey, sealingKey] = [open(keys.document), open(keys.sealing)];
    const body = { kind: 'authority-enrolled' as const, authority, functions, gateway, documentKey, sealingKey };
    await bring(body, of(administrators, slugOf(authority.id)), [
      ['document', keys.document],
      ['sealing', keys.sealing],
    ]);
  }
  const [first, second] = [...jurists.values()];
  if (first === undefined || second === undefined) throw new Error('a release needs jurists of two participants');
  for (const ruleSet of ruleSets) {
    const { number, date } = ruleSet;
    const digest = ruleSetDigest(ruleSet, sha256);
    const engineVersion = ruleSet.engine ?? 1;
    state({ kind: 'rule-set-released', number, date, sha256: digest, engineVersion }, first, [second], ruleSet);
    for (const { id: authority } of directory.authorities) {
      const versions = basisVersionIds(ruleSet);
      state({ kind: 'rules-adopted', authority, ruleSet: number, versions }, of(jurists, slugOf(authority)));
    }
  }
  const openings = directory.cooperations.map(({ cooperation: id, parties, from, until }) => {
    // Made from the id, so that a second run commits to the same: in the sandbox the decisions are invented and no secret.
    const blind = createHash('sha256').update(`sandbox cooperation ${id}`).digest('base64url');
    const opening = { id, parties, from, blind, ...(until === undefined ? {} : { until }) };
    const commitment = cooperationCommitment(opening);
    state({ kind: 'cooperation-decided', cooperation: id, commitment }, of(administrators, slugOf(parties[0] ?? '')));
    return cooperationJson(opening);
  });
  // Last: a sandbox of before there was such a key is given it by itself.
  for (const service of READERS) await add(service, 'access', accessKey(dir, service), operators[0]);
  return { planned, openings };
}

/** Of the entries that this build writes and reads; a keys log of another form is no sandbox of it. */
const FORM = 2;

/** What an earlier run has done. */
interface Enrolled {
  readonly form: number;
  readonly last: string;
  readonly count: number;
  /** Digests of the rule sets that were released. */
  readonly rules: string;
  /** Ids of the ledger's and the console's access keys; absent in a sandbox of before there was one. */
  readonly access?: string;
  readonly console?: string;
}

/** @throws when the keys log of an earlier run has entries of another form: every service would refuse it */
export function assertReadable(dir: string): void {
  const done = join(dir, 'enrolled.json');
  if (existsSync(done) && (JSON.parse(readFileSync(done, 'utf8')) as Partial<Enrolled>).form !== FORM)
    throw new Error('this sandbox was made by an earlier version: `npm run clean`, then start again');
}

/** For the command line: who states what, and where. */
const stated = (dir: string, { environment, participants, authorities }: SandboxDirectory, registry: string) => ({
  registry,
  environment,
  operators: [keyFiles(dir).operator(1), keyFiles(dir).operator(2)],
  jurists: Object.fromEntries(participants.map(({ slug }) => [slug, keyFiles(dir).participant(slug, 'jurist')])),
  authorities: authorities.map(({ id }) => id),
});
const released = (): string => ruleSets.map((ruleSet) => ruleSetDigest(ruleSet, sha256)).join();

/** Services that record who read, in the order in which their keys are stated. */
const READERS = ['ledger', 'console'] as const;
const accessKids = (dir: string) => ({
  access: accessKey(dir, 'ledger').kid ?? '',
  console: accessKey(dir, 'console').kid ?? '',
});
const slugOf = (authority: string): string => authority.split('/')[0] ?? '';

/**
 * States the sandbox's directory at the registry. A second run finds what the first left and states nothing.
 * @returns number of statements in the keys log
 */
export async function enrol(dir: string, directory: SandboxDirectory, registry: string): Promise<number> {
  const done = join(dir, 'enrolled.json');
  if (existsSync(done)) {
    const { last, count, rules, ...before } = JSON.parse(readFileSync(done, 'utf8')) as Enrolled;
    if (rules !== released())
      throw new Error('this sandbox was made with other rules: `npm run clean`, then start again');
    const known = await fetch(`${registry}/v1/statements/${last}`);
    await known.arrayBuffer();
    if (known.ok) {
      const lacking = [before.access, before.console].filter((kid) => kid === undefined).length;
      const missing = lacking === 0 ? [] : (await plan(dir, directory)).planned.slice(-lacking);
      for (const key of missing) await give(registry, directory.environment, key);
      const now = { form: FORM, last, count: count + lacking, rules, ...accessKids(dir) };
      keep(done, { ...now, ...stated(dir, directory, registry) });
      return now.count;
    }
  }
  const { planned, openings } = await plan(dir, directory);
  let last = '';
  for (const one of planned) last = await give(registry, directory.environment, one);
  for (const opening of openings) {
    const { cooperation } = opening as { readonly cooperation: string };
    const body = Buffer.from(canonicalBytes(opening)).toString('utf8');
    const headers = { 'content-type': 'application/json' };
    await send(`${registry}/v1/cooperation-decisions/${cooperation}`, 'PUT', headers, body, 'cooperation');
  }
  const enrolled = { form: FORM, last, count: planned.length, rules: released(), ...accessKids(dir) };
  keep(done, { ...enrolled, ...stated(dir, directory, registry) });
  return planned.length;
}

/** States one thing more, as a participant's administrator with both operators. @param keys that the statement brings */
export async function stateAs(
  dir: string,
  environment: string,
  registry: string,
  slug: string,
  body: StatementBody,
  keys: readonly PrivateKey[] = [],
): Promise<void> {
  const files = keyFiles(dir);
  const principal = await signerOf(files.participant(slug, 'administrator'), 'administrator');
  const operators = [1, 2] as const;
  const countersigners = await Promise.all(operators.map((n) => signerOf(files.operator(n), 'operator')));
  await give(registry, environment, { body, principal, countersigners, brought: broughtBy(keys) });
}

const keep = (file: string, value: Enrolled): void => writeFileSync(file, JSON.stringify(value), { mode: 0o600 });

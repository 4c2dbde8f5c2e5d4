import { existsSync, readFileSync } from 'node:fs';
import type { MessageView } from '#contracts';
import { nodeNoteSigner, nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { verifyBundle } from '#verifier';
import { generateKeyPairSync } from 'node:crypto';
import type { Row } from '../../../tools/demo/send.js';
import { verify } from '../../../tools/demo/verify.js';
import { HttpLedger } from '../../../apps/cli/src/watch/ledger-source.js';
import { Watcher } from '../../../apps/cli/src/watch/watcher.js';
import { StackBundle } from '../bundle.js';
import { Parties } from '../parties.js';
import { TestStack, eventually, example, permitted } from '../stack.js';
import { Withheld } from './withheld.js';

const SETTLED_MS = 60_000;
/** `delge watch` alarms on a log that its witnesses have not cosigned for this long. */
export const FREEZE_MS = 15 * 60_000;

/** Tables of the log, each after what refers to it: the ledger works meanwhile. */
const TABLES = ['round', 'cosignature', 'checkpoint', 'leaf', 'opening', 'tile', 'edge', 'pending', 'log'];

/** Who takes part: one who sends, one who receives, and whoever else witnesses. */
const AUTHORITIES = [
  'linkoping/omsorgsnamnden',
  'fk/forsakringskassan',
  'polis/polismyndigheten',
  'um/utbetalningsmyndigheten',
];

/** A Delge, the superuser of its operator's database, and those who look: signer, sender, recipient, witnesses, and an auditor with `delge verify`. */
export class Scene {
  /** What the superuser did since it was last asked. */
  private done: string[] = [];
  private readonly rows: Row[] = [];
  private known: readonly string[] = [];
  private pinned = '';
  private withheldNow: Withheld | undefined;

  private readonly watcher: Watcher;

  private constructor(
    readonly delge: TestStack,
    readonly parties: Parties,
  ) {
    const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
    const ledger = new HttpLedger(delge.stack.url('ledger'));
    this.watcher = new Watcher(delge.sandbox.trust, ledger, verification, {}, FREEZE_MS, new Date());
  }

  static async open(name: string): Promise<Scene> {
    const delge = await TestStack.own(name, {}, AUTHORITIES);
    const scene = new Scene(delge, new Parties(delge));
    await scene.travel();
    await scene.copy('ledger', 'early');
    for (let nth = 0; nth < 2; nth += 1) await scene.travel();
    return scene;
  }

  async end(): Promise<void> {
    await this.withheldNow?.end();
    await this.delge.end();
  }

  /** Nothing is signed and nothing released from now on: what is done to the tables is done at rest. */
  async rest(): Promise<void> {
    await this.delge.stack.stop('signer');
    await this.copy('ledger', 'kept');
    await this.watch();
    this.pinned = await (await fetch(`${this.delge.stack.url('ledger')}/log/v1/disclosure/checkpoint`)).text();
  }
  async wake(): Promise<void> {
    await this.delge.stack.run('signer');
  }

  /** SQL of the superuser, past triggers and foreign keys. */
  async superuser(...statements: readonly string[]): Promise<void> {
    this.done.push(...statements);
    await this.quietly(...statements);
  }
  /** The same, and no part of the show. */
  async quietly(...statements: readonly string[]): Promise<void> {
    await this.delge.sql('operator', [`SET session_replication_role = 'replica'`, ...statements].join(';\n'));
  }
  /** What the superuser did since this was last asked. */
  taken(): readonly string[] {
    const { done } = this;
    this.done = [];
    return done;
  }

  /** Puts the tables of the log back. @param from `kept` or `early` */
  async restore(from: string): Promise<void> {
    await this.quietly(...restoring(from));
  }
  /** The same as an act of the superuser. */
  async rollBack(from: string): Promise<void> {
    this.done.push(
      ...TABLES.map(
        (table) => `DELETE FROM ledger.${table}; INSERT INTO ledger.${table} SELECT * FROM ${from}.${table}`,
      ),
    );
    await this.quietly(...restoring(from));
  }

  /** A referral that goes all the way. */
  async travel(): Promise<MessageView> {
    const { system, referral } = permitted();
    await this.delge.sandbox.client(system).submit(referral);
    const [message] = await this.delge.settled(system, referral.id, ['fetched'], SETTLED_MS);
    if (message === undefined) throw new Error('it did not travel');
    const about = { recipient: message.authority, ground: '', verdict: 'permit', delivered: true, faults: [] };
    this.rows.push({ example: example('01'), ...about, message });
    return message;
  }

  /** A genuine delivery that has not reached its recipient yet, with the superuser's hands on the way there. */
  async withheld(): Promise<Withheld> {
    this.withheldNow ??= await Withheld.of(this.delge);
    return this.withheldNow;
  }
  async letGo(): Promise<void> {
    await this.withheldNow?.end();
    this.withheldNow = undefined;
  }

  /** What the senders find who hold the proofs they were given against the log as the ledger shows it now. */
  async senders(): Promise<readonly string[]> {
    try {
      const { faults } = await verify(this.delge.sandbox, this.rows, this.delge.stack.url('ledger'), 'kommunerna');
      return faults.length === 0 ? [] : ['sender: other-leaves'];
    } catch {
      return ['sender: other-root'];
    }
  }

  /** What `delge verify` finds in a bundle of the log as it is now that it did not find before. */
  async auditor(): Promise<readonly string[]> {
    const found = await this.findings();
    return [...new Set(found.filter((one) => !this.known.includes(one)).map((one) => one.split(' ')[0] ?? ''))]
      .map((code) => `auditor: ${code}`)
      .sort((a, b) => (a < b ? -1 : 1));
  }
  /** What is found from here on is told apart from what was found so far. */
  async remember(): Promise<void> {
    this.known = await this.findings();
  }
  private async findings(): Promise<readonly string[]> {
    const bundle = await StackBundle.of(this.delge, this.parties, { lacking: 'left-out' });
    const pinned = this.pinned === '' ? {} : { pinned: this.pinned };
    const { findings } = await verifyBundle(await bundle.source(), this.delge.sandbox.trust, {
      now: new Date(),
      ...pinned,
    });
    return findings.map(({ code, ...where }) => `${code} ${JSON.stringify(where)}`);
  }

  /** What `delge watch` alarms on, which has seen the log as it was when it was last asked. */
  async watch(at = new Date()): Promise<readonly string[]> {
    const { alarms } = await this.watcher.look(at);
    return [...new Set(alarms.map(({ kind, code }) => `watch: ${kind} ${code}`))];
  }

  /** When the witnesses cosigned the newest checkpoint of the `disclosure` log that is shown. */
  async shownAt(): Promise<Date> {
    await this.watcher.look(new Date());
    return this.watcher.seenAt('disclosure') ?? new Date(0);
  }

  /** What the signer says when it is started over the log as it is. */
  async signer(): Promise<readonly string[]> {
    const { stack } = this.delge;
    const starting = stack.run('signer').catch(() => undefined);
    const faults = await eventually('the signer has made up its mind', SETTLED_MS, async () => {
      const response = await fetch(`${stack.url('signer')}/health/ready`).catch(() => undefined);
      const body = (await response?.json()) as { readonly faults?: Readonly<Record<string, string>> } | undefined;
      const found = body?.faults ?? {};
      return body === undefined || Object.values(found).includes('not-started') ? undefined : found;
    });
    await stack.stop('signer');
    await starting;
    return Object.entries(faults).map(([log, code]) => `signer: ${code}${log === 'keys' ? ' (keys)' : ''}`);
  }

  /** Waits until a service logs this event so many times more than before. */
  async logged(service: string, event: string, before: number, times = 1): Promise<void> {
    await eventually(`${service} logs ${event}`, SETTLED_MS, () =>
      Promise.resolve(this.countLogged(service, event) >= before + times ? true : undefined),
    );
  }
  countLogged(service: string, event: string): number {
    const { instance, name } = this.delge.stack.options;
    const file = instance.path('log', `${name}-${service}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8').split(`"${event}"`).length - 1 : 0;
  }

  /** Waits for a warning on a service's readiness. */
  async warned(service: string, name: string, code: string | undefined): Promise<void> {
    await eventually(`${service} says ${code} of ${name}`, SETTLED_MS, async () => {
      const response = await fetch(`${this.delge.stack.url(service)}/health/ready`);
      const { warnings } = (await response.json()) as { readonly warnings: Readonly<Record<string, string>> };
      return warnings[name] === code ? true : undefined;
    });
  }

  /** Somebody who is none of the parties and has a key of the same name. */
  stranger(name: string): NoteSigner {
    return nodeNoteSigner(name, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
  }

  async restarted(service: string): Promise<void> {
    await this.delge.stack.stop(service);
    await this.delge.stack.run(service);
  }

  /** All tables of the log, with what is in them. */
  private async copy(from: string, to: string): Promise<void> {
    await this.quietly(
      `CREATE SCHEMA IF NOT EXISTS ${to}`,
      ...TABLES.map(
        (table) => `DROP TABLE IF EXISTS ${to}.${table}; CREATE TABLE ${to}.${table} AS TABLE ${from}.${table}`,
      ),
    );
  }
}

const restoring = (from: string): readonly string[] => [
  ...TABLES.map((table) => `DELETE FROM ledger.${table}`),
  ...[...TABLES]
    .reverse()
    .map((table) => `INSERT INTO ledger.${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${from}.${table}`),
];

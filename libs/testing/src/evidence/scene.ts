import { randomBytes, randomUUID } from 'node:crypto';
import {
  generateKey,
  localSigner,
  parseDecision,
  parseErasureDecision,
  parseManifest,
  parseRetraction,
  sha256Base64url,
  signErasure,
  signErasureDecision,
  signErasureReport,
  signHold,
  signLedgerNotice,
  signReceipt,
  signRetraction,
} from '#envelope';
import type {
  ErasedOpening,
  Erasure,
  ErasureDecision,
  Hold,
  KeysHead,
  LedgerNotice,
  PrivateKey,
  Receipt,
  Retraction,
} from '#envelope';
import type { MessageSubmittedV1 } from '#contracts';
import { canonicalBytes } from '#json';
import { cooperationJson, parseTrust, signEntry } from '#snapshot';
import type { Snapshot, Trust } from '#snapshot';
import { nodeSha256, witnessKey } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { rootOfLeaves } from '#tlog/verify';
import { example } from '../examples.js';
import type { Example } from '../examples.js';
import { TestExchange } from '../exchange.js';
import { forged } from '../forgery.js';
import { aGateway, sealed } from '../gateway.js';
import type { Sealed, TestGateway } from '../gateway.js';
import { MemoryRecordStore } from '../record-store.js';
import { toldByTelephone } from '../recorded.js';
import { RecordDisclosure } from '../../../../apps/gateway/src/application/record-disclosure.js';
import { noteSigner, publicJwk } from '../world-keys.js';
import { World, trustText } from '../world.js';

/** An entry of the disclosure log as it lies beside the log, and when it was put there. */
export interface Act {
  readonly entry: string;
  readonly blind: Uint8Array;
  readonly annex?: string;
  /** Milliseconds: of the checkpoint that first covers it. */
  readonly loggedAt: number;
}

/** Names of the scene's acts, in the order of the log. */
export const ACTS = [
  'permit',
  'technical',
  'refusal',
  'other-permit',
  'other-technical',
  'accepted',
  'superseded',
  'decided-anew',
  'anew-technical',
  'deny',
  'expired',
  'quarantined',
  'erased-permit',
  'erased-technical',
  'hold',
  'erasure-decided',
  'hold-lifted',
  'erasure',
  'handled',
  'erasure-reported',
  'delayed-permit',
  'delay',
  'cooperation-permit',
  'rejected',
  'retraction',
  'retraction-acknowledged',
  'withdrawn-permit',
  'withdrawn',
  'recorded',
] as const;
export type ActName = (typeof ACTS)[number];

/** Acts whose openings are erased. */
export const ERASED = ['erased-permit', 'erased-technical'] as const satisfies readonly ActName[];
/** Acts by which the ledger took something into the log, and its kind of notice. */
const KEPT = {
  hold: 'hold-laid',
  'erasure-decided': 'erasure-decided',
  'hold-lifted': 'hold-lifted',
  'erasure-reported': 'erasure-reported',
} as const satisfies Partial<Record<ActName, LedgerNotice['kind']>>;
export type KeptAct = keyof typeof KEPT;
/** Leaves before the scene's in a later period: enough for a full tile. */
export const EARLIER = 260;

/**
 * A few days of a log in which everything happens once: permits, refusals, a permit decided anew, a denial, receipts of each kind, an erasure, a delay, keys that
 * come and go. All of it is signed by the keys of a world of its own, whose exchange and gateways are the product's.
 */
export class Scene {
  readonly acts: Act[] = [];
  /** The erasure as it reads when `EARLIER` leaves stand before the scene. */
  laterErasure: Act | undefined;
  private readonly places = new Map<ActName, number>();
  private readonly numbers = new Map<string, number>();

  private constructor(
    readonly world: World,
    /** Demands three of four witnesses; trust.json and what it says. */
    readonly trustText: string,
    readonly trust: Trust,
    /** The same logs and operators without witnesses. */
    readonly unwitnessed: Trust,
    readonly witnesses: readonly NoteSigner[],
    readonly access: PrivateKey,
    readonly consoleKey: PrivateKey,
    /** The exchange's second decision key, added on the second day. */
    readonly secondKey: PrivateKey,
    readonly exchange: TestExchange,
    private readonly gateways: ReadonlyMap<string, TestGateway>,
  ) {}

  static async create(): Promise<Scene> {
    const world = await World.create();
    const access = await generateKey('access');
    const consoleKey = await generateKey('access');
    const [operator] = world.keys.operators;
    await world.state({ kind: 'key-added', holder: 'ledger', use: 'access', key: publicJwk(access) }, operator);
    await world.state({ kind: 'key-added', holder: 'console', use: 'access', key: publicJwk(consoleKey) }, operator);
    const witnesses = ['linkoping', 'fk', 'polis', 'skv'].map((name) => noteSigner(`${name}.example/witness`));
    const text = JSON.parse(trustText(world.environment, world.keys)) as { logs: Record<string, { policy: string }> };
    for (const log of Object.values(text.logs)) log.policy = policyOf(witnesses);
    const gateways = new Map<string, TestGateway>();
    for (const { id } of world.directory.gateways) gateways.set(id, await aGateway(world, id));
    const exchange = await TestExchange.create(world);
    const own = JSON.stringify(text);
    const trust = await parseTrust(own);
    const secondKey = await generateKey('decision');
    const scene = new Scene(
      world,
      own,
      trust,
      world.trust,
      witnesses,
      access,
      consoleKey,
      secondKey,
      exchange,
      gateways,
    );
    await scene.play();
    return scene;
  }

  at(name: ActName): number {
    const place = this.places.get(name);
    if (place === undefined) throw new Error(`no act ${name}`);
    return place;
  }
  act(name: ActName): Act {
    return this.acts[this.at(name)] as Act;
  }
  /** Openings of cooperation decisions, each the text of its bytes. */
  get cooperations(): readonly string[] {
    return [...this.world.cooperations.values()].map((one) =>
      Buffer.from(canonicalBytes(cooperationJson(one))).toString(),
    );
  }
  get snapshot(): Snapshot {
    return this.exchange.law.newest();
  }
  gateway(id: string): TestGateway {
    const found = this.gateways.get(id);
    if (found === undefined) throw new Error(`no gateway ${id}`);
    return found;
  }
  readonly holdId = fresh();

  nextNumber(sender: string): number {
    const number = (this.numbers.get(sender) ?? 0) + 1;
    this.numbers.set(sender, number);
    return number;
  }

  /** The document as its sender signed it, of the message that `permit` is about. */
  document = '';

  private async play(): Promise<void> {
    const { world } = this;
    const first = await this.sealed('01');
    this.document = first.message.detail.document ?? '';
    await this.decided('permit', first);
    await this.received('technical', 'permit', 'technical');
    await this.refused('refusal', example('03'));
    const other = await this.sealed('05');
    await this.decided('other-permit', other);
    await this.received('other-technical', 'other-permit', 'technical');
    await this.received('accepted', 'permit', 'accepted');
    const late = await this.sealed('23');
    await this.decided('superseded', late);
    await this.addDecisionKey();
    await this.decided('decided-anew', late, this.secondKey);
    await this.received('anew-technical', 'decided-anew', 'technical');
    const genuine = await this.sealed('05');
    const changed = await forged(world, genuine, {
      manifest: (manifest) => ({ ...manifest, messageId: fresh(), recipientFunction: 'ingen' }),
    });
    await this.decided('deny', changed);
    await this.noticed('expired', { kind: 'expired', messageId: fresh(), attempt: 1, ...parties(example('05')) });
    await this.noticed('quarantined', { kind: 'quarantined', reason: 'malformed', ...parties(example('01')) });
    const erased = await this.sealed('25');
    await this.decided('erased-permit', erased);
    await this.received('erased-technical', 'erased-permit', 'technical');
    await this.kept('hold', await this.holdOf({ kind: 'laid', ground: 'supervision', caseId: this.erasedCase }));
    await this.kept('erasure-decided', await this.decisionOf());
    await this.kept('hold-lifted', await this.holdOf({ kind: 'lifted' }));
    await this.erased();
    await this.received('handled', 'permit', 'handled');
    await this.kept('erasure-reported', await this.reportOf());
    await this.delayed();
    await this.decided('cooperation-permit', await this.sealed('22'));
    await this.received('rejected', 'cooperation-permit', 'rejected');
    await this.retracted('retraction', 'other-permit');
    const { retractionId } = parseRetraction(this.act('retraction').annex ?? '').retraction;
    const answer = { reason: 'used-in-decision', retractionId } as const;
    await this.received('retraction-acknowledged', 'other-permit', 'retraction-acknowledged', answer);
    await this.decided('withdrawn-permit', await this.sealed('01'));
    await this.retracted('withdrawn', 'withdrawn-permit', 'withdrawn');
    await this.recorded('recorded', example('20'));
  }

  async sealed(number: string): Promise<Sealed> {
    const { system, referral, ...rest } = example(number);
    const gateway = this.gateway(this.snapshot.authority(system)?.gateway ?? '');
    await gateway.follower.refresh();
    return sealed(this.world, gateway, {
      ...rest,
      system,
      referral: { ...referral, id: fresh(), caseId: fresh() },
    } as Example);
  }

  async decided(name: ActName, submitted: MessageSubmittedV1, key = this.world.keys.decision): Promise<void> {
    const { sender } = parseManifest(submitted.manifest).manifest;
    const number = this.nextNumber(sender);
    const { entry, blind } = await this.exchange.decide(submitted, {
      signer: localSigner(key),
      change: (decision) => ({ ...decision, number }),
    });
    this.add(name, entry, blind, submitted.manifest);
  }

  /** A receipt of the recipient's gateway for a decision of the scene, taken into the log. */
  async received(name: ActName, of: ActName, kind: Receipt['kind'], change: Partial<Receipt> = {}): Promise<void> {
    const { decision } = parseDecision(this.act(of).entry);
    const annex = await this.receiptFor(of, kind, change);
    const { messageId, attempt, sender, recipient } = decision;
    const body = {
      kind: 'receipt-recorded',
      messageId,
      attempt,
      sender,
      recipient,
      statementSha256: sha256Base64url(annex),
    } as const;
    const { entry, blind } = await this.exchange.notice(body);
    this.add(name, entry, blind, annex);
  }

  receiptFor(of: ActName, kind: Receipt['kind'], change: Partial<Receipt> = {}): Promise<string> {
    const { decision } = parseDecision(this.act(of).entry);
    const { messageId, attempt, recipient, entryId, jweSha256 } = decision;
    const gateway = this.snapshot.authority(change.by ?? recipient)?.gateway ?? '';
    return signReceipt(localSigner(this.world.keys.manifests[gateway] as PrivateKey), {
      v: 1,
      env: this.world.environment,
      receiptId: fresh(),
      messageId,
      attempt,
      kind,
      by: recipient,
      gateway,
      decisionEntryId: entryId,
      jweSha256,
      ...(kind === 'rejected' ? { reason: 'content-invalid' } : {}),
      ...(kind === 'technical' && of === 'permit' ? { documentSha256: sha256Base64url(this.document) } : {}),
      at: this.world.clock.now().toISOString(),
      ...change,
    });
  }

  /** A retraction by the sender of a decision of the scene, taken into the log. */
  private async retracted(
    name: ActName,
    of: ActName,
    kind: 'retraction-recorded' | 'withdrawn' = 'retraction-recorded',
  ): Promise<void> {
    const annex = await this.retractionOf(of, kind === 'withdrawn' ? {} : undefined);
    const { messageId, attempt, sender, recipient } = parseDecision(this.act(of).entry).decision;
    const statementSha256 = sha256Base64url(annex);
    const { entry, blind } = await this.exchange.notice({
      kind,
      messageId,
      attempt,
      sender,
      recipient,
      statementSha256,
    });
    this.add(name, entry, blind, annex);
  }

  /** @param change absent: it names the decision; who takes something back before it was told of one names none */
  retractionOf(of: ActName, change?: Partial<Retraction>, key?: PrivateKey): Promise<string> {
    const { messageId, attempt, sender, recipient, entryId, jweSha256 } = parseDecision(this.act(of).entry).decision;
    const gateway = this.snapshot.authority(sender)?.gateway ?? '';
    return signRetraction(localSigner(key ?? (this.world.keys.manifests[gateway] as PrivateKey)), {
      v: 1,
      env: this.world.environment,
      retractionId: fresh(),
      ...{ messageId, attempt, sender, recipient, gateway, jweSha256 },
      ...(change === undefined ? { decisionEntryId: entryId } : {}),
      reason: 'wrong-person',
      at: this.world.clock.now().toISOString(),
      ...change,
    });
  }

  private async refused(name: ActName, { system, referral }: Example): Promise<void> {
    const gateway = this.gateway(this.snapshot.authority(system)?.gateway ?? '');
    const now = this.world.clock.now();
    const evaluation = await gateway.evaluate.execute(system, referral, { now, added: referral.assessments ?? [] });
    const [to] = evaluation.recipients;
    if (to === undefined) throw new Error('nobody to refuse');
    const { statement } = await gateway.sealing.refusal(system, referral, to, evaluation, now);
    const { messageId, recipient } = to;
    const number = this.nextNumber(system);
    const statementSha256 = sha256Base64url(statement);
    const { entry, blind } = await this.exchange.notice({
      kind: 'refusal-recorded',
      messageId,
      sender: system,
      recipient,
      statementSha256,
      number,
    });
    this.add(name, entry, blind, statement);
  }

  /** A disclosure that was made by telephone, taken into the log. */
  private async recorded(name: ActName, { system, referral }: Example): Promise<void> {
    const { world } = this;
    const gateway = this.gateway(this.snapshot.authority(system)?.gateway ?? '');
    await gateway.follower.refresh();
    const store = new MemoryRecordStore();
    const { newId, clock, environment } = world;
    const { keys, evaluate } = gateway;
    const recording = new RecordDisclosure(store, evaluate, keys, environment, newId, clock.now, () => undefined);
    const told = toldByTelephone({ ...referral, id: fresh(), caseId: fresh() }, clock.now());
    const { messageId, recipient } = await recording.execute(system, told);
    const statement = (await store.find(system, told.id))?.detail.statement ?? '';
    const { entry, blind } = await this.exchange.notice({
      ...{ kind: 'disclosure-recorded', messageId, sender: system, recipient },
      ...{ statementSha256: sha256Base64url(statement), number: this.nextNumber(system) },
    });
    this.add(name, entry, blind, statement);
  }

  /** A statement about keeping or erasing, taken into the log by the ledger. */
  private async kept(name: ActName, statement: string): Promise<void> {
    const { entry, annex } = await this.keptAs(name as KeptAct, statement);
    this.add(name, entry, randomBytes(32).toString('base64url'), annex);
  }

  async keptAs(
    name: KeptAct,
    statement: string,
    {
      change = {},
      signer = this.access,
    }: { readonly change?: Partial<LedgerNotice>; readonly signer?: PrivateKey } = {},
  ): Promise<{ readonly entry: string; readonly annex: string }> {
    const { environment: env } = this.world;
    const logged = this.places.has(name) ? this.act(name).loggedAt : this.world.clock.now().getTime();
    const { size, rootBase64: root } = this.snapshot;
    const notice: LedgerNotice = {
      v: 1,
      kind: KEPT[name],
      env,
      entryId: fresh(),
      authority: this.holder,
      statementSha256: sha256Base64url(statement),
      keys: { size: size.toString(), root },
      at: new Date(logged).toISOString(),
      ...change,
    };
    return { entry: await signLedgerNotice(localSigner(signer), notice), annex: statement };
  }

  /** Who lays the scene's hold and decides: the sender of what is erased. */
  get holder(): string {
    return parseDecision(this.act('erased-permit').entry).decision.sender;
  }

  holdOf(change: Partial<Hold> & Pick<Hold, 'kind'>, participant = this.holder.split('/')[0] ?? ''): Promise<string> {
    const { environment: env, keys, clock } = this.world;
    const { holder: authority, holdId } = this;
    const hold: Hold = { v: 1, env, holdId, authority, at: clock.now().toISOString(), ...change };
    return signHold(localSigner(keys.administrators[participant] as PrivateKey), hold);
  }

  private get erasedCase(): string {
    return parseDecision(this.act('erased-permit').entry).decision.caseId;
  }

  private decisionOf(): Promise<string> {
    return this.decisionBy(
      this.holder,
      ERASED.map((name) => this.erasedOpening(name)),
    );
  }

  private decisionBy(authority: string, openings: readonly ErasedOpening[], change: Partial<ErasureDecision> = {}) {
    const { environment: env, keys, clock } = this.world;
    const { messageId, caseId } = parseDecision(this.act('erased-permit').entry).decision;
    return signErasureDecision(localSigner(keys.administrators[authority.split('/')[0] ?? ''] as PrivateKey), {
      v: 1,
      env,
      decisionId: fresh(),
      authority,
      messageId,
      caseId,
      openings,
      at: clock.now().toISOString(),
      ...change,
    });
  }

  private reportOf(): Promise<string> {
    const { environment: env, keys, clock } = this.world;
    const { decision } = parseErasureDecision(this.act('erasure-decided').annex ?? '');
    const { decisionId, authority, messageId } = decision;
    const gateway = this.snapshot.authority(authority)?.gateway ?? '';
    const signer = localSigner(keys.manifests[gateway] as PrivateKey);
    const at = clock.now().toISOString();
    return signErasureReport(signer, { v: 1, env, decisionId, authority, gateway, messageId, at });
  }

  private async noticed(name: ActName, body: Parameters<TestExchange['notice']>[0]): Promise<void> {
    const { entry, blind } = await this.exchange.notice(body);
    this.add(name, entry, blind);
  }

  private async addDecisionKey(): Promise<void> {
    const [operator] = this.world.keys.operators;
    await this.world.state(
      { kind: 'key-added', holder: 'exchange', use: 'decision', key: publicJwk(this.secondKey) },
      operator,
    );
    await this.exchange.follower.refresh();
    this.world.clock.advance(24 * 3600 * 1000);
  }

  private async erased(): Promise<void> {
    const { entry, annex } = await this.erasureOf(ERASED.map((name) => this.erasedOpening(name)));
    const later = await this.erasureOf(ERASED.map((name) => this.erasedOpening(name, EARLIER + this.at(name))));
    this.add('erasure', entry, randomBytes(32).toString('base64url'), annex);
    this.laterErasure = { ...this.act('erasure'), ...later };
  }

  erasedOpening(name: ActName, index = this.at(name)): ErasedOpening {
    const { entry } = this.act(name);
    const payload = JSON.parse(Buffer.from(entry.split('.')[1] ?? '', 'base64url').toString()) as Record<string, never>;
    const { entryId, sender, recipient, number } = payload;
    return {
      index: String(index),
      entryId,
      sender,
      recipient,
      ...(number === undefined ? {} : { number }),
    } as unknown as ErasedOpening;
  }

  /** An erasure on both parties' decisions. @param change of the erasure; of who decides */
  async erasureOf(
    erased: readonly ErasedOpening[],
    { change = {}, deciding = (all) => all, decided = () => ({}), signer = this.access }: ErasureDeviation = {},
  ): Promise<{ readonly entry: string; readonly annex: string }> {
    const { environment: env } = this.world;
    const logged = this.places.has('erasure') ? this.act('erasure').loggedAt : this.world.clock.now().getTime();
    const at = new Date(logged).toISOString();
    const parties = deciding([
      ...new Set(erased.flatMap(({ sender, recipient }) => [sender, ...(recipient === undefined ? [] : [recipient])])),
    ]);
    const lines = await Promise.all(
      parties.map((authority) => this.decisionBy(authority, erased, { at, ...decided(authority) })),
    );
    const annex = lines.join('\n');
    const { size, rootBase64: root } = this.snapshot;
    const decisionsSha256 = sha256Base64url(annex);
    const erasure: Erasure = {
      v: 1,
      kind: 'erasure',
      env,
      entryId: fresh(),
      erased,
      decisionsSha256,
      keys: { size: size.toString(), root },
      at,
      ...change,
    };
    return { entry: await signErasure(localSigner(signer), erasure), annex };
  }

  /** The keys log with one key revoked at its end, and its head then; the scene itself goes on without. */
  async withRevoked(
    kid: string,
    principal: PrivateKey,
  ): Promise<{ readonly entries: Uint8Array[]; readonly head: KeysHead }> {
    const { keys, environment: env, clock, entries: before } = this.world;
    const statement = { kind: 'key-revoked', kid, reason: 'compromised', env, id: fresh() } as const;
    const signed = { ...statement, issuedAt: clock.now().toISOString() };
    const entry = await signEntry(signed, localSigner(principal), keys.operators.map(localSigner));
    const entries = [...before, entry];
    const root = Buffer.from(rootOfLeaves(entries, nodeSha256)).toString('base64');
    return { entries, head: { size: String(entries.length), root } };
  }

  /** Signed, and put into the log ten minutes later; a later entry says so. */
  private async delayed(): Promise<void> {
    const message = await this.sealed('24');
    const number = this.nextNumber(message.sender);
    const { entry, blind } = await this.exchange.decide(message, { change: (decision) => ({ ...decision, number }) });
    this.world.clock.advance(600_000);
    this.add('delayed-permit', entry, blind, message.manifest);
    const { entryId } = parseDecision(entry).decision;
    await this.noticed('delay', { kind: 'delayed', delayedEntryId: entryId, reason: 'exchange-away' });
  }

  private add(name: ActName, entry: string, blind: string, annex?: string): void {
    this.places.set(name, this.acts.length);
    const act = { entry, blind: Buffer.from(blind, 'base64url'), loggedAt: this.world.clock.now().getTime() + 1_000 };
    this.acts.push({ ...act, ...(annex === undefined ? {} : { annex }) });
    this.world.clock.advance(120_000);
  }
}

export interface ErasureDeviation {
  readonly change?: Partial<Erasure>;
  readonly deciding?: (parties: readonly string[]) => readonly string[];
  /** What one party's decision says otherwise. */
  readonly decided?: (authority: string) => Partial<ErasureDecision>;
  readonly signer?: PrivateKey;
}

export const fresh = (): string => randomUUID();
const parties = ({ system, referral }: Example) => ({ sender: system, recipient: referral.to[0]?.authority ?? '' });

const policyOf = (witnesses: readonly NoteSigner[]): string =>
  [
    ...witnesses.map((one, i) => `witness w${i} ${witnessKey(one.name, one.publicKey, nodeSha256)}`),
    `group statutory 3 ${witnesses.map((_, i) => `w${i}`).join(' ')}`,
    'quorum statutory',
    '',
  ].join('\n');

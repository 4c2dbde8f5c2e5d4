import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CLIENT_ASSERTION_TYPE } from '#contracts';
import * as envelope from '#envelope';
import {
  TYPES,
  localSigner,
  parseToken,
  signAssignment,
  signAssignmentNotice,
  signErasure,
  signErasureDecision,
  signErasureReport,
  signExportCover,
  signHold,
  signLedgerNotice,
  signLook,
  signReceipt,
  signRecordedDisclosure,
  signRefusal,
  signReleaseHold,
  signRetraction,
  signFindingAct,
  signSampleAct,
  signSearch,
  typOf,
} from '#envelope';
import type { KeysHead, PrivateKey, PublicKey, Typ } from '#envelope';
import { canonicalBytes } from '#json';
import { entryOf, parseEntry, signServiceToken, verifyServiceToken } from '#snapshot';
import {
  MemoryReferralStore,
  MemoryRetractionStore,
  MemorySystemStore,
  aGateway,
  aWorld,
  anExchange,
  example,
  outcomeOf,
  publicJwk,
  sealed,
} from '#testing';
import type { TestExchange, TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import { DecideMessage } from '../apps/exchange/src/application/decide-message.js';
import type { Recorder } from '../apps/exchange/src/application/recorder.js';
import { TakeReceipt } from '../apps/exchange/src/application/take-receipt.js';
import { TakeRefusal } from '../apps/exchange/src/application/take-refusal.js';
import { TakeRecordedDisclosure } from '../apps/exchange/src/application/take-recorded-disclosure.js';
import { TakeReleaseHold } from '../apps/exchange/src/application/take-release-hold.js';
import { TakeRetraction } from '../apps/exchange/src/application/take-retraction.js';
import { IssueToken } from '../apps/gateway/src/application/issue-token.js';
import { verifiedRetraction } from '../apps/gateway/src/application/receive-retraction.js';
import { RecordOutcome } from '../apps/gateway/src/application/record-outcome.js';
import { RegisterStaff } from '../apps/gateway/src/application/register-staff.js';
import { RegisterSystem } from '../apps/gateway/src/application/register-system.js';
import { AccessTokens } from '../apps/gateway/src/keys/access-tokens.js';
import { TakeAssignment } from '../apps/ledger/src/application/take-assignment.js';
import { TakeKeeping } from '../apps/ledger/src/application/take-keeping.js';
import type { AssignmentStore } from '../apps/ledger/src/persistence/assignment.store.js';
import type { KeepingStore } from '../apps/ledger/src/persistence/keeping.store.js';

// It makes a whole world, and every reader has every type twice.
jest.setTimeout(120_000);

/**
 * Pitfall 4: a token of one type never passes for another (design.md I6). Every reader and every door that takes a token is given each other type, twice: as it is, by
 * its own signer; and with the very payload that this reader takes, signed by the very key, under the other type alone.
 */
interface Reader {
  readonly name: string;
  /** What it takes; a door that chooses its reader by type takes several. */
  readonly types: readonly Typ[];
  /** The one that it takes in this test; of these, the first. */
  readonly genuine: Genuine;
  /** Outcome of reading: `accepted` or a code. */
  readonly read: (token: string) => Promise<string>;
  /** Of every other type. */
  readonly refuses: string;
}
interface Genuine {
  readonly text: string;
  readonly signedWith: PrivateKey;
}

const AUTHORITY = 'linkoping/socialnamnden';
const ISSUER = 'https://gateway.example';
let world: World;
let exchange: TestExchange;
let gateway: TestGateway;
let recipient: TestGateway;
let genuine: Readonly<Record<Typ, Genuine>>;
let tokens: AccessTokens;
let readers: readonly Reader[];

/** What an empty store makes of a token that got past its reader: no code, so it is told from every refusal. */
const past = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    return await outcomeOf(work);
  } catch {
    return 'accepted';
  }
};

const genuineTokens = async (): Promise<Readonly<Record<Typ, Genuine>>> => {
  const message = await sealed(world, gateway, example('01'));
  const { manifest } = envelope.parseManifest(message.manifest);
  const { env, messageId, attempt, caseId, sender, claims, issuedAt: at } = manifest;
  const { keys } = world;
  const manifestKey = keys.manifests['kommunerna'] as PrivateKey;
  const administrator = keys.administrators['linkoping'] as PrivateKey;
  const access = await envelope.generateKey('access');
  const head: KeysHead = { size: world.snapshot.size.toString(), root: world.snapshot.rootBase64 };
  const digest = 'A'.repeat(43);
  const id = (): string => world.newId();
  const common = { v: 1, env, at } as const;
  const by = async (key: PrivateKey, text: Promise<string> | string): Promise<Genuine> => ({
    text: await text,
    signedWith: key,
  });
  const entries = world.entries.map((entry) => Buffer.from(entry).toString('latin1').split('\n'));
  // One that brings keys which prove that they are there.
  const whole = entries.find((lines) => lines.some((line) => typOf(line) === 'delge-possession+jws')) ?? [];
  const [statement = '', ...others] = whole;
  const lineOf = (typ: Typ): string => others.find((line) => typOf(line) === typ) ?? '';
  const opening = { index: '1', entryId: id(), sender, recipient: manifest.recipient, number: 1 };
  const documentKey = keys.documents[sender] as PrivateKey;
  const system = {
    v: 1,
    env,
    system: id(),
    authority: AUTHORITY,
    key: publicJwk(await envelope.generateKey('system')),
    at,
  };
  const member = {
    ...common,
    staff: id(),
    authority: AUTHORITY,
    issuer: ISSUER,
    subject: 'a@b',
    officer: 'x',
    office: 'handlaggare',
    mandate: 'delegation',
    scopes: [],
    ended: false,
  };
  const entered = { ...common, entryId: id(), keys: head };
  const tokenKey = await envelope.generateKey('token');
  tokens = new AccessTokens(() => ({ signers: [localSigner(tokenKey)], keys: [tokenKey] }), ISSUER);
  return {
    'at+jwt': await by(tokenKey, tokens.issue({ id: id(), kid: id() }, id(), world.clock.now(), [])),
    'delge-document+jws': await by(documentKey, message.message.detail.document ?? ''),
    'delge-manifest+jws': await by(manifestKey, message.manifest),
    'delge-decision+jws': await by(keys.decision, (await exchange.decide(message)).entry),
    'delge-notice+jws': await by(
      keys.decision,
      (await exchange.notice({ kind: 'expired', messageId, attempt, sender, recipient: manifest.recipient })).entry,
    ),
    'delge-receipt+jws': await by(
      manifestKey,
      signReceipt(localSigner(manifestKey), {
        ...common,
        receiptId: id(),
        messageId,
        attempt,
        kind: 'technical',
        by: sender,
        gateway: 'kommunerna',
        decisionEntryId: id(),
        jweSha256: manifest.jwe.sha256,
      }),
    ),
    'delge-refusal+jws': await by(
      manifestKey,
      signRefusal(localSigner(manifestKey), {
        ...common,
        ...{ messageId, caseId, sender, claims, keys: head },
        recipient: manifest.recipient,
        gateway: 'kommunerna',
        refusalId: id(),
        outcome: 'deny',
        verdict: {},
        ruleSet: { number: 1, sha256: digest },
        engineVersion: 1,
      }),
    ),
    'delge-recorded-disclosure+jws': await by(
      manifestKey,
      signRecordedDisclosure(localSigner(manifestKey), {
        ...common,
        ...{ messageId, caseId, sender, keys: head },
        claims: { ...claims, messageType: 'recorded-disclosure/1' },
        recipient: manifest.recipient,
        gateway: 'kommunerna',
        outcome: 'deny',
        verdict: {},
        channel: 'telephone',
        identityCheck: 'call-back',
        office: 'handlaggare',
        officer: digest,
        disclosedAt: at,
        ruleSet: { number: 1, sha256: digest },
        engineVersion: 1,
      }),
    ),
    'delge-retraction+jws': await by(
      manifestKey,
      signRetraction(localSigner(manifestKey), {
        ...common,
        ...{ retractionId: id(), messageId, attempt, sender, recipient: manifest.recipient, gateway: 'kommunerna' },
        jweSha256: manifest.jwe.sha256,
        reason: 'no-ground',
      }),
    ),
    'delge-release-hold+jws': await by(
      manifestKey,
      signReleaseHold(localSigner(manifestKey), {
        ...common,
        ...{ holdId: id(), caseId: id(), sender, recipient: manifest.recipient, gateway: 'kommunerna' },
        number: 1,
        code: 'case-closed',
      }),
    ),
    'delge-erasure+jws': await by(
      access,
      signErasure(localSigner(access), { ...entered, kind: 'erasure', erased: [opening], decisionsSha256: digest }),
    ),
    'delge-erasure-decision+jws': await by(
      administrator,
      signErasureDecision(localSigner(administrator), {
        ...common,
        ...{ decisionId: id(), authority: sender, messageId, caseId, openings: [opening] },
      }),
    ),
    'delge-erased+jws': await by(
      manifestKey,
      signErasureReport(localSigner(manifestKey), {
        ...common,
        ...{ decisionId: id(), authority: sender, gateway: 'kommunerna', messageId },
      }),
    ),
    'delge-hold+jws': await by(
      administrator,
      signHold(localSigner(administrator), {
        ...common,
        ...{ kind: 'laid', holdId: id(), authority: sender, ground: 'court', caseId },
      }),
    ),
    'delge-ledger-notice+jws': await by(
      access,
      signLedgerNotice(localSigner(access), {
        ...entered,
        kind: 'hold-laid',
        authority: sender,
        statementSha256: digest,
      }),
    ),
    'delge-look+jws': await by(
      access,
      signLook(localSigner(access), {
        ...entered,
        ...{ kind: 'look', gateway: 'kommunerna', authority: sender, purpose: 'evidence' },
        seen: [{ index: '1', entryId: id() }],
      }),
    ),
    'delge-assignment+jws': await by(
      administrator,
      signAssignment(localSigner(administrator), {
        ...common,
        ...{ kind: 'assignment-granted', assignment: id(), authorities: [sender], auditor: digest },
        ...{ provision: 'municipal-audit', diaryNumber: 'REV 2026:1', period: { from: at.slice(0, 10) } },
        ...{ fields: ['parties'], expires: '2028-01-01' },
      }),
    ),
    'delge-assignment-notice+jws': await by(
      access,
      signAssignmentNotice(localSigner(access), {
        ...entered,
        ...{ kind: 'assignment-granted', assignment: id(), authorities: [sender], statementSha256: digest },
      }),
    ),
    'delge-search+jws': await by(
      access,
      signSearch(localSigner(access), {
        ...entered,
        ...{ kind: 'search', auditor: digest, assignment: id(), authorities: [sender], query: digest, shown: 0 },
      }),
    ),
    'delge-sample+jws': await by(
      access,
      signSampleAct(localSigner(access), {
        ...entered,
        ...{ kind: 'item-reviewed', auditor: digest, assignment: id(), authorities: [sender] },
        ...{ sample: id(), item: 0, sheet: digest, outcome: 'nothing', second: false },
      }),
    ),
    'delge-finding+jws': await by(
      access,
      signFindingAct(localSigner(access), {
        ...entered,
        ...{ kind: 'finding-answered', auditor: digest, assignment: id(), authorities: [sender] },
        ...{ finding: id(), text: digest },
      }),
    ),
    'delge-export-cover+jws': await by(
      access,
      signExportCover(localSigner(access), {
        ...entered,
        ...{ kind: 'export-cover', auditor: digest, assignment: id(), authorities: [sender], format: 'csv' },
        ...{ query: `export?format=csv&sha256=${digest}`, count: 0, octets: 3, sha256: digest },
        checkpoint: { size: '0', root: entered.keys.root },
      }),
    ),
    'delge-statement+jws': await by(administrator, statement),
    'delge-countersign+jws': await by(keys.operators[0], lineOf('delge-countersign+jws')),
    'delge-possession+jws': await by(administrator, lineOf('delge-possession+jws')),
    'delge-service+jwt': await by(
      manifestKey,
      signServiceToken(localSigner(manifestKey), {
        iss: 'gateway:kommunerna',
        aud: 'ledger',
        now: world.clock.now(),
        jti: id(),
      }),
    ),
    'delge-system+jws': await by(
      administrator,
      localSigner(administrator).sign('delge-system+jws', canonicalBytes(system)),
    ),
    'delge-staff+jws': await by(
      administrator,
      localSigner(administrator).sign('delge-staff+jws', canonicalBytes(member)),
    ),
  };
};

/** Readers of `libs/envelope`: each takes one type, by its name. */
const PLAIN: Readonly<Record<string, Typ>> = {
  Manifest: 'delge-manifest+jws',
  Decision: 'delge-decision+jws',
  Notice: 'delge-notice+jws',
  Receipt: 'delge-receipt+jws',
  Refusal: 'delge-refusal+jws',
  Retraction: 'delge-retraction+jws',
  RecordedDisclosure: 'delge-recorded-disclosure+jws',
  ReleaseHold: 'delge-release-hold+jws',
  Erasure: 'delge-erasure+jws',
  ErasureDecision: 'delge-erasure-decision+jws',
  ErasureReport: 'delge-erased+jws',
  Hold: 'delge-hold+jws',
  LedgerNotice: 'delge-ledger-notice+jws',
  Look: 'delge-look+jws',
  Assignment: 'delge-assignment+jws',
  AssignmentNotice: 'delge-assignment-notice+jws',
  Search: 'delge-search+jws',
  SampleAct: 'delge-sample+jws',
  FindingAct: 'delge-finding+jws',
  ExportCover: 'delge-export-cover+jws',
};
type Functions = Readonly<Record<string, ((text: string, key?: PublicKey) => unknown) | undefined>>;

const plainReaders = (): readonly Reader[] =>
  Object.entries(PLAIN).flatMap(([what, typ]) => {
    const known = genuine[typ];
    const of = (name: string): Reader | undefined => {
      const read = (envelope as unknown as Functions)[name];
      if (read === undefined) return undefined;
      return {
        name,
        types: [typ],
        genuine: known,
        read: (text) => outcomeOf(() => read(text, known.signedWith)),
        refuses: 'WRONG_TYPE',
      };
    };
    return [of(`parse${what}`), of(`verify${what}`)].filter((reader) => reader !== undefined);
  });

const own = (typ: Typ): Pick<Reader, 'types' | 'genuine'> => ({ types: [typ], genuine: genuine[typ] });

const envelopeDoors = (): readonly Reader[] => {
  const { snapshot } = world;
  const manifest = envelope.parseManifest(genuine['delge-manifest+jws'].text).manifest;
  const context = envelope.contextOf(manifest);
  const statement = genuine['delge-statement+jws'].text;
  const entry = (lines: readonly string[]): Promise<string> => outcomeOf(() => parseEntry(entryOf(lines)));
  return [
    {
      name: 'verifyDocument',
      ...own('delge-document+jws'),
      read: (text) => outcomeOf(() => envelope.verifyDocument(text, context, genuine['delge-document+jws'].signedWith)),
      refuses: 'WRONG_TYPE',
    },
    {
      name: 'keys log: the statement',
      ...own('delge-statement+jws'),
      read: (text) => entry([text]),
      refuses: 'MALFORMED_ENTRY',
    },
    {
      name: 'keys log: a line below it',
      types: ['delge-countersign+jws', 'delge-possession+jws'],
      genuine: genuine['delge-countersign+jws'],
      read: (text) => entry([statement, text]),
      refuses: 'MALFORMED_ENTRY',
    },
    {
      name: 'service token',
      ...own('delge-service+jwt'),
      read: (text) => outcomeOf(() => verifyServiceToken(text, { aud: 'ledger', now: world.clock.now(), snapshot })),
      refuses: 'TOKEN_REFUSED',
    },
  ];
};

const gatewayDoors = async (): Promise<readonly Reader[]> => {
  const { now } = world.clock;
  const register = new RegisterSystem(new MemorySystemStore(), gateway.law, gateway.keys, world.environment, now);
  const system = JSON.parse(
    Buffer.from(genuine['delge-system+jws'].text.split('.')[1] ?? '', 'base64url').toString(),
  ) as { readonly system: string };
  const pinned = [{ issuer: ISSUER, participant: AUTHORITY.split('/')[0] ?? '' }];
  const put = async (): Promise<'stored'> => 'stored';
  const registerStaff = new RegisterStaff({ put }, gateway.law, gateway.keys, pinned, world.environment, now);
  const member = JSON.parse(
    Buffer.from(genuine['delge-staff+jws'].text.split('.')[1] ?? '', 'base64url').toString(),
  ) as { readonly staff: string };
  const delivery = await exchange.release(await sealed(world, gateway, example('01')));
  const message = await sealed(world, gateway, example('01'));
  const proven = await exchange.decide(message);
  const notice = await exchange.notice({ kind: 'expired', messageId: world.newId() });
  const outcomes = new RecordOutcome(
    gateway.evidence,
    new MemoryReferralStore(),
    new MemoryRetractionStore(),
    gateway.keys,
    now,
  );
  const { manifest } = envelope.parseManifest(message.manifest);
  const by = (gatewayId: string): PrivateKey => world.keys.manifests[gatewayId] as PrivateKey;
  const recorded = await exchange.recorded(manifest, genuine['delge-receipt+jws'].text);
  const retraction = genuine['delge-retraction+jws'].text;
  const { messageId, attempt, sender, recipient: to } = envelope.parseRetraction(retraction).retraction;
  const statementSha256 = envelope.sha256Base64url(retraction);
  const taken = await exchange.notice({
    ...{ kind: 'retraction-recorded', messageId, attempt, sender, recipient: to, statementSha256 },
  });
  const retracted = { retraction, notice: taken.entry, blind: taken.blind, proof: taken.proof };
  /** Proof and blind are of the genuine entry: what comes in its place is told by its type before they are looked at. */
  return [
    {
      name: 'gateway: registration of a system',
      ...own('delge-system+jws'),
      read: (text) => outcomeOf(() => register.execute(system.system, text)),
      refuses: 'UNAUTHENTICATED',
    },
    {
      name: 'gateway: registration of staff',
      ...own('delge-staff+jws'),
      read: (text) => outcomeOf(() => registerStaff.execute(member.staff, text)),
      refuses: 'UNAUTHENTICATED',
    },
    {
      name: 'gateway: a delivery’s decision',
      types: ['delge-decision+jws'],
      genuine: { text: delivery.decision, signedWith: world.keys.decision },
      read: (decision) => outcomeOf(() => recipient.verify.execute({ ...delivery, decision })),
      refuses: 'malformed',
    },
    {
      name: 'gateway: a delivery’s manifest',
      types: ['delge-manifest+jws'],
      genuine: { text: delivery.manifest, signedWith: by('kommunerna') },
      read: (text) => outcomeOf(() => recipient.verify.execute({ ...delivery, manifest: text })),
      refuses: 'malformed',
    },
    {
      name: 'gateway: a decision on its own message',
      types: ['delge-decision+jws'],
      genuine: { text: proven.entry, signedWith: world.keys.decision },
      read: (decision) => {
        const { messageId, attempt } = manifest;
        const { blind, proof } = proven;
        return outcomeOf(() => outcomes.decided({ messageId, attempt, decision, blind, proof }));
      },
      refuses: 'malformed',
    },
    {
      name: 'gateway: a notice',
      types: ['delge-notice+jws'],
      genuine: { text: notice.entry, signedWith: world.keys.decision },
      read: (text) =>
        outcomeOf(() => outcomes.notice({ notice: text, blind: notice.blind, proof: notice.proof } as never)),
      refuses: 'malformed',
    },
    {
      name: 'gateway: the notice of a receipt',
      types: ['delge-notice+jws'],
      genuine: { text: recorded.notice, signedWith: world.keys.decision },
      read: (text) => outcomeOf(() => outcomes.receipt({ ...recorded, notice: text })),
      refuses: 'malformed',
    },
    {
      name: 'gateway: a receipt',
      ...own('delge-receipt+jws'),
      read: (receipt) => outcomeOf(() => outcomes.receipt({ ...recorded, receipt })),
      refuses: 'unreadable',
    },
    {
      name: 'gateway: the notice of a retraction',
      types: ['delge-notice+jws'],
      genuine: { text: taken.entry, signedWith: world.keys.decision },
      read: (text) => outcomeOf(() => verifiedRetraction(gateway.evidence, { ...retracted, notice: text })),
      refuses: 'malformed',
    },
    {
      name: 'gateway: a retraction',
      ...own('delge-retraction+jws'),
      read: (text) => outcomeOf(() => verifiedRetraction(gateway.evidence, { ...retracted, retraction: text })),
      refuses: 'unreadable',
    },
  ];
};

/** A store in which nothing is and nothing can be put: who gets that far has been read and verified. */
const nowhere = { manager: { query: () => Promise.resolve([]) } } as unknown as DataSource;
const operatorDoors = (): readonly Reader[] => {
  const { senders, judge } = exchange;
  const { now } = world.clock;
  const recorder = {} as Recorder;
  const nothing = (): void => undefined;
  const account = 'gw-kommunerna';
  const decide = new DecideMessage(nowhere, senders, judge, recorder, now, nothing);
  const receipts = new TakeReceipt(nowhere, senders, recorder, now, nothing);
  const refusals = new TakeRefusal(nowhere, senders, recorder, now);
  const recorded = new TakeRecordedDisclosure(nowhere, senders, recorder, now);
  const retractions = new TakeRetraction(nowhere, senders, recorder, now);
  const holds = new TakeReleaseHold(nowhere, senders, recorder, now);
  const live = () => Promise.resolve({ signer: localSigner(world.keys.decision), snapshot: world.snapshot });
  const fresh = { id: world.newId, blind: () => randomBytes(32) };
  const parties = { upToNow: () => Promise.resolve() };
  const assignments = new TakeAssignment({} as AssignmentStore, { live }, world.environment, fresh, now);
  const keeping = new TakeKeeping({} as KeepingStore, parties, { live }, world.environment, fresh, now, nothing);
  return [
    {
      name: 'exchange: a message',
      ...own('delge-manifest+jws'),
      read: (manifest) => past(() => decide.execute({ manifest, jwe: 'x'.repeat(10) }, account)),
      refuses: 'manifest-unreadable',
    },
    {
      name: 'exchange: a receipt',
      ...own('delge-receipt+jws'),
      read: (receipt) => past(() => receipts.execute({ receipt }, account)),
      refuses: 'receipt-unreadable',
    },
    {
      name: 'exchange: a refusal',
      ...own('delge-refusal+jws'),
      read: (refusal) => past(() => refusals.execute({ refusal }, account)),
      refuses: 'refusal-unreadable',
    },
    {
      name: 'exchange: a recorded disclosure',
      ...own('delge-recorded-disclosure+jws'),
      read: (text) => past(() => recorded.execute({ recorded: text }, account)),
      refuses: 'recorded-unreadable',
    },
    {
      name: 'exchange: a retraction',
      ...own('delge-retraction+jws'),
      read: (retraction) => past(() => retractions.execute({ retraction }, account)),
      refuses: 'retraction-unreadable',
    },
    {
      name: 'exchange: a hold of what is not released',
      ...own('delge-release-hold+jws'),
      read: (hold) => past(() => holds.execute({ hold }, account)),
      refuses: 'hold-unreadable',
    },
    ...(['delge-erasure-decision+jws', 'delge-erased+jws', 'delge-hold+jws'] as const).map((typ): Reader => ({
      name: `ledger: keeping, ${typ}`,
      types: ['delge-erasure-decision+jws', 'delge-erased+jws', 'delge-hold+jws'],
      genuine: genuine[typ],
      read: (text) => past(() => keeping.execute(text)),
      refuses: 'malformed',
    })),
    {
      name: 'ledger: an assignment',
      ...own('delge-assignment+jws'),
      read: (text) => past(() => assignments.execute(text)),
      refuses: 'malformed',
    },
  ];
};

/** The gateway's own tokens, and where no type of ours is taken at all. */
const otherDoors = async (): Promise<readonly Reader[]> => {
  const { now } = world.clock;
  const issue = await IssueToken.create(new MemorySystemStore(), tokens, [ISSUER], world.newId, now);
  const manifest = genuine['delge-manifest+jws'];
  const opener = envelope.localOpener(world.keys.sealings[AUTHORITY] as PrivateKey);
  const note = { env: 'sandbox', receiptId: 'r', messageId: 'm', attempt: 1, by: AUTHORITY };
  return [
    {
      name: 'gateway: client assertion',
      types: [],
      genuine: manifest,
      read: (client_assertion) =>
        outcomeOf(() =>
          issue.execute({
            grant_type: 'client_credentials',
            client_assertion_type: CLIENT_ASSERTION_TYPE,
            client_assertion,
          }),
        ),
      refuses: 'UNAUTHENTICATED',
    },
    {
      name: 'gateway: access token',
      ...own('at+jwt'),
      read: async (text) => ((await tokens.verify(text, world.clock.now())) === undefined ? 'no one' : 'accepted'),
      refuses: 'no one',
    },
    {
      name: 'a seal',
      types: [],
      genuine: manifest,
      read: (text) => outcomeOf(() => envelope.openNote(opener, text, note)),
      refuses: 'MALFORMED_TOKEN',
    },
  ];
};

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  gateway = await aGateway(world, 'kommunerna');
  recipient = await aGateway(world, 'myndigheterna');
  genuine = await genuineTokens();
  readers = [
    ...plainReaders(),
    ...envelopeDoors(),
    ...(await gatewayDoors()),
    ...operatorDoors(),
    ...(await otherDoors()),
  ];
});

describe('pitfall 4: a token of one type', () => {
  it('is taken by its own readers, so that what follows shows something', async () => {
    for (const [typ, { text }] of Object.entries(genuine)) expect([typ, typOf(text)]).toEqual([typ, typ]);
    const outcomes = await Promise.all(
      readers
        .filter(({ types }) => types.length > 0)
        .map(async ({ name, genuine: { text }, read }) => [name, await read(text)]),
    );
    expect(outcomes.filter(([, outcome]) => outcome !== 'accepted')).toEqual([]);
  });

  it('is refused by every other reader, as it is', async () => {
    const taken: unknown[] = [];
    for (const { name, types, read, refuses } of readers)
      for (const typ of TYPES) {
        if (types.includes(typ)) continue;
        const outcome = await read(genuine[typ].text);
        if (outcome !== refuses) taken.push([name, typ, outcome]);
      }
    expect(taken).toEqual([]);
  });

  it('is refused under its name alone: with what the reader takes, by the key that signs it', async () => {
    const taken: unknown[] = [];
    for (const { name, types, genuine: own, read, refuses } of readers) {
      const [, payload = ''] = own.text.split('.');
      const signer = localSigner(own.signedWith);
      const { crit, ctx } = headerOf(own.text);
      for (const typ of TYPES) {
        if (types.includes(typ)) continue;
        const critical = crit === undefined ? undefined : { ctx: ctx as object as never };
        const outcome = await read(await signer.sign(typ, Buffer.from(payload, 'base64url'), critical));
        if (outcome !== refuses) taken.push([name, typ, outcome]);
      }
    }
    expect(taken).toEqual([]);
  });

  it('has a reader here, whichever type it is, and every reader of the library stands in the table', () => {
    expect(TYPES.filter((typ) => !readers.some(({ types }) => types.includes(typ)))).toEqual([]);
    const general = ['parseCompact', 'parseToken', 'verifyToken'];
    const names = Object.keys(envelope).filter((name) => /^(parse|verify)[A-Z]/.test(name) && !general.includes(name));
    expect(names.filter((name) => !readers.some((reader) => reader.name === name))).toEqual([]);
  });
});

const headerOf = (text: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString()) as Readonly<Record<string, unknown>>;

it('parseToken takes each type under its own name', () => {
  for (const typ of TYPES) {
    const critical = typ === 'delge-document+jws' ? ['ctx'] : [];
    expect(parseToken(genuine[typ].text, typ, critical).kid).toMatch(/^[\w-]{43}$/);
  }
});

import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { localSigner, parseDecision, parseErasureReport, parseNotice, signErasureDecision, typOf } from '#envelope';
import type { ErasedOpening, ErasureDecision, Notice, PrivateKey } from '#envelope';
import { aGateway, aWorld, anExchange, example, sealed } from '#testing';
import type { LoggedEntry, TestExchange, TestGateway, World } from '#testing';
import { parseProof } from '#tlog/verify';
import { GatewayError, NotYet } from '../domain/errors.js';
import { EraseMessage } from './erase-message.js';
import type { DecidedErasure, ErasureSubject } from './ports/erasure.js';
import type { ShownOpening } from './ports/evidence.js';

const SENDER = 'linkoping/omsorgsnamnden';
let world: World;
let gateway: TestGateway;
let exchange: TestExchange;
let logged: LoggedEntry;
let other: LoggedEntry;
let subject: ErasureSubject | undefined;
let shown: ShownOpening[];
/** What the ledger answers, and what it and the store were given, in order. */
let held: boolean;
let done: string[];
let erased: DecidedErasure[];
/** Decisions that were carried out before, by their text. */
let before: string[];
/** Entries whose proof is not under quorum yet. */
let unproven: string[];
/** Reports that the ledger was told, and what it answers to one about a decision. */
let reports: string[];
let answers: Map<string, GatewayError>;
/** Of every entry that was shown. */
const proofs = new Map<string, { readonly proof: string }>();

const decisionIn = ({ entry }: LoggedEntry) => parseDecision(entry).decision;
const idOf = (entry: string): string =>
  typOf(entry) === 'delge-notice+jws' ? parseNotice(entry).notice.entryId : parseDecision(entry).decision.entryId;
const shownOf = ({ entry, blind, proof }: LoggedEntry): ShownOpening => {
  const entryId = idOf(entry);
  proofs.set(entryId, { proof });
  return { entryId, entry, blind };
};
const openingOf = (one: LoggedEntry): ErasedOpening => {
  const { entryId, sender, recipient, number } = decisionIn(one);
  return { index: parseProof(one.proof).index.toString(), entryId, sender, recipient, number };
};
/** Something that the exchange tells of the message. */
const told = (kind: Notice['kind'], recipient?: string): Promise<LoggedEntry> => {
  const { messageId, attempt, sender } = decisionIn(logged);
  return exchange.notice({ kind, messageId, attempt, sender, ...(recipient === undefined ? {} : { recipient }) });
};

beforeAll(async () => {
  world = await aWorld();
  gateway = await aGateway(world, 'kommunerna');
  exchange = await anExchange(world);
  logged = await exchange.decide(await sealed(world, gateway, example('01')));
  const again = example('01');
  const referral = { ...again.referral, id: world.newId(), caseId: world.newId() };
  other = await exchange.decide(await sealed(world, gateway, { ...again, referral }));
});
beforeEach(() => {
  subject = { ended: true, refusals: [], caseId: decisionIn(logged).caseId };
  shown = [shownOf(logged)];
  [held, done, erased] = [false, [], []];
  [before, unproven, reports] = [[], [], []];
  answers = new Map();
});

const erasing = (): EraseMessage =>
  new EraseMessage(
    {
      subject: () => Promise.resolve(subject),
      erase: (_, erasure) => {
        done.push('erased');
        erased.push(erasure);
        return Promise.resolve(true);
      },
      decisions: () => Promise.resolve(before),
      unreported: (authority, after) => Promise.resolve(authority === SENDER && after === undefined ? erased : []),
      reported: () => Promise.resolve(void done.push('told')),
    },
    {
      state: (text) => {
        done.push('stated');
        if (typOf(text) !== 'delge-erased+jws') return Promise.resolve({ held });
        reports.push(text);
        const answer = answers.get(parseErasureReport(text).report.decisionId);
        return answer === undefined ? Promise.resolve({ held }) : Promise.reject(answer);
      },
    },
    {
      openings: () => Promise.resolve(shown),
      dated: () => Promise.resolve(new Map([...proofs].filter(([entryId]) => !unproven.includes(entryId)))),
    },
    gateway.evidence,
    () => gateway.law.newest(),
    gateway.keys,
    world.environment,
    world.clock.now,
    () => undefined,
  );
const signed = async (change: Partial<ErasureDecision> = {}, key?: PrivateKey): Promise<string> => {
  const { messageId, caseId } = decisionIn(logged);
  const administrator = key ?? (world.keys.administrators['linkoping'] as PrivateKey);
  return signErasureDecision(localSigner(administrator), {
    v: 1,
    env: world.environment,
    decisionId: world.newId(),
    authority: SENDER,
    messageId,
    caseId,
    openings: [openingOf(logged)],
    at: world.clock.now().toISOString(),
    ...change,
  });
};
const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof GatewayError || error instanceof NotYet) return error.code;
    throw error;
  }
};

describe('what a decision to erase says', () => {
  it('is what the ledger proves of this message, word for word', async () => {
    const { messageId, caseId } = decisionIn(logged);
    const { openings, ...rest } = await erasing().read(SENDER, messageId);
    expect(rest).toEqual({ env: world.environment, authority: SENDER, messageId, caseId, ended: true });
    expect(openings).toEqual([openingOf(logged)]);
  });

  it('is not told while something of it has no proof yet, is of another message, of another blind, or was changed', async () => {
    const { messageId } = decisionIn(logged);
    const [header, , signature] = logged.entry.split('.');
    const payload = Buffer.from(JSON.stringify({ ...decisionIn(logged), number: 77 })).toString('base64url');
    for (const wrong of [
      shownOf(other),
      { ...shownOf(logged), blind: other.blind },
      { ...shownOf(logged), entry: [header, payload, signature].join('.') },
      { ...shownOf(logged), entryId: world.newId() },
    ]) {
      shown = [shownOf(logged), wrong];
      expect(await codeOf(() => erasing().read(SENDER, messageId))).toBe('ledger');
    }
    shown = [shownOf(logged)];
    unproven = [decisionIn(logged).entryId];
    expect(await codeOf(() => erasing().read(SENDER, messageId))).toBe('ledger');
    const text = await signed();
    expect(await codeOf(() => erasing().execute(text))).toBe('ledger');
    expect(done).toEqual([]);
  });

  it('goes on with what came into the log after the last decision, no more than the ledger takes in one', async () => {
    const { messageId } = decisionIn(logged);
    before = [await signed()];
    expect((await erasing().read(SENDER, messageId)).openings).toEqual([]);
    const many = [];
    for (let at = 0; at < 101; at += 1) many.push(await told('quarantined'));
    shown = [logged, ...many].map(shownOf).reverse();
    const { openings } = await erasing().read(SENDER, messageId);
    expect(openings.map(({ entryId }) => entryId)).toEqual(many.slice(0, 100).map(({ entry }) => idOf(entry)));
  });

  it('is also for the recipient of what never reached it, and for nobody who is no party', async () => {
    const { messageId, caseId } = decisionIn(logged);
    subject = undefined;
    expect(await erasing().read(SENDER, messageId)).toMatchObject({ caseId, openings: [{}] });
    shown = [];
    expect(await codeOf(() => erasing().read(SENDER, messageId))).toBe('NOT_FOUND');
    const text = await signed();
    expect(await codeOf(() => erasing().execute(text))).toBe('NOT_FOUND');
  });
});

describe('erasing a message', () => {
  it('is stated to the ledger first, then done, then reported by the gateway’s own signature', async () => {
    const text = await signed();
    const erase = erasing();
    await erase.execute(text);
    expect(done).toEqual(['stated', 'erased']);
    const [one] = erased;
    expect(one?.statement).toBe(text);
    expect(await erase.report()).toEqual({ told: 1, refused: 0 });
    const { report, kid } = parseErasureReport(reports[0] ?? '');
    const at = one?.at.toISOString();
    expect(report).toMatchObject({ decisionId: one?.decisionId, authority: SENDER, gateway: 'kommunerna', at });
    expect(kid).toBe(gateway.keys.manifestSigner.kid);
    expect(done.slice(2)).toEqual(['stated', 'told']);
  });

  it('is reported although one before it is refused for good, and counts as told where the ledger has its report', async () => {
    const at = world.clock.now();
    const [refused, known, last] = [world.newId(), world.newId(), world.newId()];
    erased = [refused, known, last].map((decisionId) => ({ decisionId, messageId: world.newId(), statement: '', at }));
    answers = new Map([
      [refused, new GatewayError('ERASURE_REFUSED')],
      [known, new GatewayError('ID_REUSE')],
    ]);
    expect(await erasing().report()).toEqual({ told: 2, refused: 1 });
    expect(reports).toHaveLength(3);
  });

  it('is not decided by leaving out those whose hold would stop it', async () => {
    const own = await told('discarded');
    shown = [shownOf(logged), shownOf(own)];
    const { index } = parseProof(own.proof);
    const alone = { index: index.toString(), entryId: idOf(own.entry), sender: SENDER };
    for (const openings of [[], [alone]]) {
      const text = await signed({ openings });
      expect(await codeOf(() => erasing().execute(text))).toBe('ERASURE_REFUSED');
    }
    expect(done).toEqual([]);
    // The other party is asked by what was decided on before.
    before = [await signed()];
    const more = await signed({ openings: [alone] });
    expect(await codeOf(() => erasing().execute(more))).toBe('none');
    // Brought again when its openings are gone, and others have come.
    shown = [shownOf(await told('receipt-recorded', 'skv/skatteverket'))];
    before = [more];
    expect(await codeOf(() => erasing().execute(more))).toBe('none');
  });

  it('is not decided by whom it has not reached while it may yet arrive', async () => {
    subject = undefined;
    const { messageId, recipient } = decisionIn(logged);
    const text = await signed();
    expect(await erasing().read(SENDER, messageId)).toMatchObject({ ended: false });
    expect(await codeOf(() => erasing().execute(text))).toBe('NOT_ENDED');
    expect(done).toEqual([]);
    shown.push(shownOf(await told('quarantined', recipient)));
    expect(await codeOf(() => erasing().execute(text))).toBe('NOT_ENDED');
    for (const kind of ['receipt-recorded', 'expired', 'discarded'] as const) {
      shown = [shownOf(logged), shownOf(await told(kind, recipient))];
      expect(await erasing().read(SENDER, messageId)).toMatchObject({ ended: true });
      expect(await codeOf(() => erasing().execute(text))).toBe('none');
    }
    // A later attempt goes on where an earlier one ended.
    const submitted = await sealed(world, gateway, example('01'));
    const later = await exchange.decide(submitted, { change: (said) => ({ ...said, messageId, outcome: 'permit' }) });
    shown.push(shownOf(later));
    expect(await codeOf(() => erasing().execute(text))).toBe('NOT_ENDED');
  });

  it('is not done while a hold stands, before it has ended, or for another case', async () => {
    held = true;
    const text = await signed();
    expect(await codeOf(() => erasing().execute(text))).toBe('HELD');
    expect(done).toEqual(['stated']);
    done = [];
    held = false;
    const otherCase = await signed({ caseId: world.newId() });
    expect(await codeOf(() => erasing().execute(otherCase))).toBe('ERASURE_REFUSED');
    subject = { ended: false, refusals: [] };
    expect(await codeOf(() => erasing().execute(text))).toBe('NOT_ENDED');
    expect(done).toEqual([]);
  });

  it('is decided by an administrator whose key is live, for an authority hosted here', async () => {
    const jurist = world.keys.jurists['linkoping'] as PrivateKey;
    const stranger = world.keys.administrators['uppsala'] as PrivateKey;
    const elsewhere = world.keys.administrators['fk'] as PrivateKey;
    const posing = { ...stranger, kid: (world.keys.administrators['linkoping'] as PrivateKey).kid };
    for (const [reason, text] of [
      ['key', await signed({}, jurist)],
      ['key', await signed({}, stranger)],
      ['signature', await signed({}, posing)],
      ['not-hosted', await signed({ authority: 'fk/forsakringskassan' }, elsewhere)],
      ['environment', await signed({ env: 'test' })],
      ['malformed', `${await signed()}x`],
      ['malformed', logged.entry],
      ['malformed', ''],
    ] as const)
      await expect(erasing().execute(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: { reason } });
    const text = await signed();
    await world.revoke((world.keys.administrators['linkoping'] as PrivateKey).kid, 'linkoping');
    await gateway.follower.refresh();
    expect(await codeOf(() => erasing().execute(text))).toBe('UNAUTHENTICATED');
    expect(done).toEqual([]);
    // What it had decided before counts no more: it is there to be decided on anew.
    before = [text];
    expect((await erasing().read(SENDER, decisionIn(logged).messageId)).openings).toEqual([openingOf(logged)]);
  });
});

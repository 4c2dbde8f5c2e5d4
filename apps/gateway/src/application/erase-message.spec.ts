import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { localSigner, parseDecision, parseErasureReport, signErasureDecision } from '#envelope';
import type { ErasureDecision, PrivateKey } from '#envelope';
import { aGateway, aWorld, anExchange, example, sealed } from '#testing';
import type { LoggedEntry, TestGateway, World } from '#testing';
import { GatewayError } from '../domain/errors.js';
import { EraseMessage } from './erase-message.js';
import type { DecidedErasure, ErasureSubject, ShownOpening } from './ports.js';

const SENDER = 'linkoping/omsorgsnamnden';
let world: World;
let gateway: TestGateway;
let logged: LoggedEntry;
let other: LoggedEntry;
let subject: ErasureSubject | undefined;
let shown: ShownOpening[];
/** What the ledger answers, and what it and the store were given, in order. */
let held: boolean;
let done: string[];
let erased: DecidedErasure[];

const decisionIn = ({ entry }: LoggedEntry) => parseDecision(entry).decision;
const shownOf = ({ entry, blind }: LoggedEntry): ShownOpening => ({
  entryId: decisionIn({ entry } as LoggedEntry).entryId,
  entry,
  blind,
});

beforeAll(async () => {
  world = await aWorld();
  gateway = await aGateway(world, 'kommunerna');
  const exchange = await anExchange(world);
  logged = await exchange.decide(await sealed(world, gateway, example('01')));
  const again = example('01');
  const referral = { ...again.referral, id: world.newId(), caseId: world.newId() };
  other = await exchange.decide(await sealed(world, gateway, { ...again, referral }));
});
beforeEach(() => {
  subject = { ended: true, refusals: [], caseId: decisionIn(logged).caseId };
  shown = [shownOf(logged)];
  [held, done, erased] = [false, [], []];
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
      unreported: () => Promise.resolve(erased),
      reported: () => Promise.resolve(void done.push('told')),
    },
    {
      state: () => {
        done.push('stated');
        return Promise.resolve({ held });
      },
    },
    {
      openings: () => Promise.resolve(shown),
      dated: () =>
        Promise.resolve(new Map([logged, other].map((one) => [decisionIn(one).entryId, { proof: one.proof }]))),
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
    openings: [],
    at: world.clock.now().toISOString(),
    ...change,
  });
};
const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
};

describe('what a decision to erase says', () => {
  it('is what the ledger proves of this message, word for word', async () => {
    const { entryId, messageId, caseId, sender, recipient, number } = decisionIn(logged);
    const { openings, ...rest } = await erasing().read(SENDER, messageId);
    expect(rest).toEqual({ env: world.environment, authority: SENDER, messageId, caseId, ended: true });
    expect(openings).toEqual([{ index: expect.stringMatching(/^\d+$/), entryId, sender, recipient, number }]);
  });

  it('has nothing of another message, of another blind, or that was changed, whatever the ledger shows', async () => {
    const { messageId } = decisionIn(logged);
    const [header, , signature] = logged.entry.split('.');
    const payload = Buffer.from(JSON.stringify({ ...decisionIn(logged), number: 77 })).toString('base64url');
    shown = [
      shownOf(other),
      { ...shownOf(logged), blind: other.blind },
      { ...shownOf(logged), entry: [header, payload, signature].join('.') },
      { ...shownOf(logged), entryId: world.newId() },
    ];
    expect((await erasing().read(SENDER, messageId)).openings).toEqual([]);
  });

  it('is also for the recipient of what never reached it, and for nobody who is no party', async () => {
    const { messageId, caseId } = decisionIn(logged);
    subject = undefined;
    expect(await erasing().read(SENDER, messageId)).toMatchObject({ caseId, ended: true, openings: [{}] });
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
    const { report, kid } = parseErasureReport(one?.report ?? '');
    expect(report).toMatchObject({ decisionId: one?.decisionId, authority: SENDER, gateway: 'kommunerna' });
    expect(kid).toBe(gateway.keys.manifestSigner.kid);
    expect(await erase.report()).toBeGreaterThan(0);
    expect(done.slice(2, 4)).toEqual(['stated', 'told']);
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
    for (const text of [
      await signed({}, jurist),
      await signed({}, stranger),
      await signed({ authority: 'fk/forsakringskassan' }, elsewhere),
      await signed({ env: 'test' }),
      `${await signed()}x`,
      logged.entry,
      '',
    ])
      expect(await codeOf(() => erasing().execute(text))).toBe('UNAUTHENTICATED');
    const text = await signed();
    await world.revoke((world.keys.administrators['linkoping'] as PrivateKey).kid, 'linkoping');
    await gateway.follower.refresh();
    expect(await codeOf(() => erasing().execute(text))).toBe('UNAUTHENTICATED');
    expect(done).toEqual([]);
  });
});

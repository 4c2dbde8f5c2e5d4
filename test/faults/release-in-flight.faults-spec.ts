import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { DelgeProblem } from '#client';
import type { SubmitReferralDto } from '#contracts';
import { parseDecision, parseManifest } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { LedgerKeys, OperatorClient, RuleSets } from '#operator';
import { EventLog } from '#platform';
import { KeysFeed } from '#snapshot';
import type { KeysLog } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { SandboxJurists } from '../../apps/cli/src/rules/release.js';
import { replay } from '#replay';
import type { Recorded } from '#replay';
import { judge, nothing } from '../support/history.js';
import { Parties } from '../support/parties.js';
import { TestStack, eventually, permitted } from '../support/stack.js';
import { record } from './results.js';

/** `npm run test:release-in-flight` sends 2,000. Fewer show the same, as long as some are in flight when the release is taken up. */
const REFERRALS = Number(process.env['DELGE_REFERRALS'] ?? 120);
const AT_ONCE = 16;
const SETTLED_MS = 240_000;
const PAGE = 200;
const sender = { gateway: 'kommunerna', authority: 'linkoping/omsorgsnamnden' };
const recipient = { gateway: 'myndigheterna', authority: 'fk/forsakringskassan' };
/** The basis that the release amends: its next wording does not cover the purpose of these referrals. */
const AMENDED = 'LSS-15-10';

jest.setTimeout(600_000);

/** The next release: one wording ends today, and another begins that nobody has adopted. */
const nextOf = (newest: RuleSet): RuleSet => {
  const today = stockholmDate(new Date());
  const versions = newest.versions.flatMap((version) =>
    version.id === AMENDED && version.until === undefined
      ? [
          { ...version, until: today },
          { ...version, from: today, points: { '-': ['prevent-incorrect-payment'] } },
        ]
      : version,
  );
  return { ...newest, number: newest.number + 1, versions };
};
/** Every other rests on the basis that is amended. */
const referralOf = (at: number): SubmitReferralDto => {
  const { referral } = permitted();
  if (at % 2 === 0) return referral;
  const assessments = referral.assessments?.filter(({ test }) => test === 'ANLEDNING');
  return {
    ...referral,
    bases: [{ id: AMENDED }],
    assessments: (assessments ?? []).map((one) => ({ ...one, basis: AMENDED })),
  };
};

describe('a rule set released while referrals are in flight', () => {
  let delge: TestStack;
  let registry: OperatorClient;
  let next: RuleSet;
  let digest: string;
  const accepted: string[] = [];
  /** Stopped by the sender's own gateway, which had the release already. */
  let stopped = 0;

  beforeAll(async () => {
    delge = await TestStack.own('release', {}, [sender.authority, recipient.authority]);
    const gateway = await new Parties(delge).gateway(sender.gateway);
    registry = new OperatorClient('registry', delge.stack.url('registry'), `gateway:${sender.gateway}`, gateway);
  });
  afterAll(() => delge.end());

  const unsettled = async (): Promise<number> => {
    const [row] = await delge.sql<{ count: string }>(
      sender.gateway,
      `SELECT count(*) FROM gateway.message WHERE state NOT IN ('fetched', 'acknowledged', 'refused')`,
    );
    return Number(row?.count);
  };
  const submit = async (): Promise<void> => {
    const client = delge.sandbox.client(sender.authority);
    const queue = Array.from({ length: REFERRALS }, (_, at) => referralOf(at));
    const worker = async (): Promise<void> => {
      for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
        try {
          const { recipients } = await client.submit(one);
          accepted.push(recipients[0]?.messageId ?? '');
        } catch (error) {
          if (!(error instanceof DelgeProblem) || error.slug !== 'formal-obstacle') throw error;
          stopped += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  const keysLog = async (): Promise<KeysLog> => {
    const signer = await new Parties(delge).gateway(sender.gateway);
    const ledger = new OperatorClient('ledger', delge.stack.url('ledger'), `gateway:${sender.gateway}`, signer);
    const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
    const feed = new KeysFeed(new LedgerKeys(ledger), delge.sandbox.trust, verification, () => new Date());
    await feed.refresh();
    const newest = feed.newest();
    if (newest === undefined) throw new Error('the keys log has no checkpoint');
    return newest.log;
  };
  const decisions = async (): Promise<readonly Recorded[]> => {
    const all: Recorded[] = [];
    for (let after = 0; ;) {
      const { body } = await delge.operator('GET', `/v1/decisions?after=${after}&limit=${PAGE}`);
      const { items } = body as { readonly items: readonly (Recorded & { readonly seq: number })[] };
      all.push(...items);
      if (items.length < PAGE) return all;
      after = items.at(-1)?.seq ?? 0;
    }
  };

  it('takes effect without a restart, and loses none', async () => {
    const jurists = await SandboxJurists.open(delge.stack.options.dir);
    next = nextOf(jurists.newest());
    const started = Date.now();
    const submitting = submit();
    await eventually('a third accepted', SETTLED_MS, async () => (accepted.length >= REFERRALS / 3 ? true : undefined));
    expect(await unsettled()).toBeGreaterThan(0);
    digest = await jurists.release(next);
    await submitting;
    await eventually('all settled', SETTLED_MS, async () => ((await unsettled()) === 0 ? true : undefined));
    const ms = Date.now() - started;
    process.stdout.write(`${REFERRALS} referrals in ${ms} ms: ${accepted.length} accepted, ${stopped} stopped\n`);
    expect(new Set(accepted).size + stopped).toBe(REFERRALS);
    expect(await judge(delge, accepted, sender, recipient)).toEqual(nothing);
  });

  it('decides each by exactly one rule set, that of the snapshot which its decision names', async () => {
    const keys = await keysLog();
    const kept = { all: () => Promise.resolve([]), keep: () => Promise.resolve() };
    const newest = (): ReturnType<KeysLog['at']> => keys.at(keys.size);
    const ruleSets = new RuleSets(
      (sha256) => registry.get(`/v1/rule-sets/${sha256}`),
      kept,
      newest,
      new EventLog('test', 'silent'),
    );
    await ruleSets.prepare(newest());
    expect(ruleSets.missing()).toBeUndefined();

    const all = await decisions();
    // A decision whose ground had changed before its release was never told: the message was decided anew (design.md section 4).
    const anew = await delge.sql<{ entry_id: string; released: boolean }>(
      'operator',
      `SELECT entry_id, released_at IS NOT NULL AS released FROM exchange.decision WHERE superseded_at IS NOT NULL`,
    );
    expect(anew.filter(({ released }) => released)).toEqual([]);
    const superseded = new Set(anew.map(({ entry_id: id }) => id));
    const seen = new Map<string, readonly string[]>();
    const counts = new Map<string, number>();
    for (const one of all) {
      const { decision } = parseDecision(one.decision);
      expect(keys.at(BigInt(decision.keys.size)).ruleSet()).toMatchObject(decision.ruleSet);
      if (!superseded.has(one.entryId))
        seen.set(decision.messageId, [...(seen.get(decision.messageId) ?? []), decision.ruleSet.sha256]);
      const { manifest } = parseManifest(one.manifest!);
      const { bases } = manifest.claims as { readonly bases: readonly { readonly id: string }[] };
      const flips = bases.some(({ id }) => id === AMENDED);
      expect(decision.outcome).toBe(flips && decision.ruleSet.sha256 === digest ? 'deny' : 'permit');
      const what = `${superseded.has(one.entryId) ? 'superseded: ' : ''}rule set ${decision.ruleSet.number} ${decision.outcome}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      expect(await replay(one, keys, (sha256) => ruleSets.find(sha256))).toMatchObject({ outcome: 'same' });
    }
    process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}\n`);
    expect([...seen.keys()].sort()).toEqual(accepted.toSorted());
    expect([...seen.values()].filter(({ length }) => length !== 1)).toEqual([]);
    const used = new Set([...seen.values()].flat());
    expect([used.size, used.has(digest)]).toEqual([2, true]);
  });

  it('is there after a restart without the registry', async () => {
    await delge.stack.process('registry').stop();
    const service = `gateway-${sender.gateway}`;
    await delge.stack.process(service).stop();
    await delge.stack.run(service);
    const client = delge.sandbox.client(sender.authority);
    await expect(client.submit(referralOf(1))).rejects.toMatchObject({ slug: 'formal-obstacle' });
    const { recipients } = await client.submit(referralOf(0));
    expect(recipients.map(({ state }) => state)).toEqual(['accepted']);
    record('F29', { 'without the registry, started again, taken': 1, 'stopped by the newest release': 1 });
  });

  it('is not taken when it alters a wording that was released', async () => {
    await delge.stack.run('registry');
    const jurists = await SandboxJurists.open(delge.stack.options.dir);
    const altered = {
      ...next,
      number: next.number + 1,
      versions: next.versions.map((one) => (one.id === 'BBL-6' ? { ...one, points: { '-': ['*'] } } : one)),
    };
    await expect(jurists.release(altered)).rejects.toThrow(/422 .*BASIS_VERSION_ALTERED.*BBL-6@2020-01-01/);
    expect(jurists.newest()).toEqual(next);
  });

  it('is given by digest to whoever shows a service token, and to nobody else', async () => {
    const bytes = (await registry.get(`/v1/rule-sets/${digest}`)) ?? Buffer.alloc(0);
    expect(createHash('sha256').update(bytes).digest('base64url')).toBe(digest);
    expect(await registry.get(`/v1/rule-sets/${'A'.repeat(43)}`)).toBeUndefined();
    expect((await fetch(`${delge.stack.url('registry')}/v1/rule-sets/${digest}`)).status).toBe(401);
  });
});

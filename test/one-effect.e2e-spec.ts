import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DeliveryListItem, ReferralAccepted, ReferralListItem, SubmitReferralDto } from '#contracts';
import { parseManifest, sha256Base64url } from '#envelope';
import { canonicalize } from '#json';
import type { JsonValue } from '#json';
import { randomUUID } from 'node:crypto';
import { Auditor } from './support/evidence.js';
import { call, json } from './support/http.js';
import type { Answer } from './support/http.js';
import { TestStack, eventually, example, permitted, problemOf } from './support/stack.js';

jest.setTimeout(120_000);
const TRAVEL_MS = 60_000;
const TIMES = 20;

let delge: TestStack;
let auditor: Auditor;
beforeAll(async () => {
  delge = await TestStack.shared();
  auditor = await Auditor.of(delge);
});

/** Posts bodies at the same time, as a system that retries without waiting. */
const postAll = async (system: string, bodies: readonly unknown[]): Promise<readonly Answer[]> => {
  const { gateway } = delge.sandbox.system(system);
  const token = await delge.sandbox.client(system).accessToken();
  return Promise.all(bodies.map((body) => call(`${gateway}/v1/referrals`, json(body, token))));
};
const canonical = ({ text }: Answer): string => canonicalize(JSON.parse(text) as JsonValue);
const deliveriesOf = async (recipient: string, caseId: string): Promise<readonly DeliveryListItem[]> =>
  (await delge.sandbox.client(recipient).deliveries({ caseId })).items;
const withCircumstances = (referral: SubmitReferralDto, circumstances: string): SubmitReferralDto => ({
  ...referral,
  content: { ...referral.content, circumstances },
});

describe('one id (I2)', () => {
  it('with the same body many times at once is one message, one delivery and the same answer', async () => {
    const { system, recipient, referral } = permitted();
    const answers = await postAll(
      system,
      Array.from({ length: TIMES }, () => referral),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(new Set(answers.map(canonical)).size).toBe(1);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    expect(message?.receipts.map(({ kind }) => kind)).toEqual(['technical']);

    const turned = JSON.stringify(Object.fromEntries(Object.entries(referral).reverse()));
    const [later] = await postAll(system, [turned]);
    expect([later].flatMap((one) => one ?? []).map(canonical)).toEqual(answers.slice(0, 1).map(canonical));
    // What came after it in the same case has arrived, so nothing that went before is still on its way.
    await delge.sandbox.client(system).submit({ ...referral, id: randomUUID() });
    const arrived = await eventually('the next of the case', TRAVEL_MS, async () => {
      const items = await deliveriesOf(recipient, referral.caseId);
      return items.length > 1 ? items : undefined;
    });
    expect(arrived.map(({ deliveryNumber }) => deliveryNumber)).toEqual([1, 2]);
    expect(arrived.filter(({ id }) => id === message?.messageId)).toHaveLength(1);
    const ids = [message?.messageId];
    const decided = await delge.sql('operator', 'SELECT 1 FROM exchange.decision WHERE message_id = ANY($1)', [ids]);
    expect(decided).toHaveLength(1);
  });

  it('with another body is refused, whether the first has gone or comes at the same time', async () => {
    const { system, recipient, referral } = permitted();
    const other = withCircumstances(referral, 'Samma nummer, något annat.');
    const answers = await postAll(
      system,
      Array.from({ length: TIMES }, (_, i) => (i % 2 === 0 ? referral : other)),
    );
    const [first, second] = [0, 1].map((half) => answers.filter((_, i) => i % 2 === half));
    const outcomes = [first, second].map((half) =>
      [...new Set(half?.map(({ status, slug }) => `${status} ${slug}`))].join(),
    );
    expect(outcomes.sort()).toEqual(['202 ', '409 id-reuse']);
    await delge.settled(system, referral.id, ['fetched']);
    const third = withCircumstances(referral, 'Något tredje.');
    expect(await problemOf(delge.sandbox.client(system).submit(third))).toBe('id-reuse');
    const [delivery, ...more] = await deliveriesOf(recipient, referral.caseId);
    expect(more).toEqual([]);
    const { content } = await delge.sandbox.client(recipient).delivery(delivery?.id ?? '');
    expect(content).toEqual(answers[0]?.status === 202 ? referral.content : other.content);
  });

  it('of a draft keeps its assessments under the same body, and loses them under another', async () => {
    const { system, referral, assessments = [] } = example('19-uppsala');
    const sender = delge.sandbox.client(system);
    const draft = await sender.submit(referral);
    expect(await sender.submit(referral)).toEqual(draft);
    const kept = await sender.referral(referral.id);
    expect(kept.assessments.map(({ test }) => test).sort()).toEqual(['ANDAMAL', 'BEHOV']);
    const { assessments: _none, ...bare } = withCircumstances(referral, 'Annan uppgift än den som bedömdes.');
    const replaced: ReferralAccepted = await sender.submit(bare);
    expect(replaced.state).toBe('awaiting-assessment');
    expect((await sender.referral(referral.id)).assessments).toEqual([]);
    const [last] = assessments;
    if (last === undefined) throw new Error('the example has no assessment');
    const after = await sender.assess(referral.id, last.body);
    expect(after.recipients.map(({ state }) => state)).toEqual(['awaiting-assessment']);
    // The body that it replaced is another body now.
    expect((await sender.submit(referral)).recipients[0]?.verdict.codes).toEqual(draft.recipients[0]?.verdict.codes);
  });

  it('given to a draft many times at once goes out once', async () => {
    const { system, referral, assessments = [] } = example('19-uppsala');
    const sender = delge.sandbox.client(system);
    await sender.submit(referral);
    const [last] = assessments;
    if (last === undefined) throw new Error('the example has no assessment');
    const slugs = await Promise.all(Array.from({ length: 10 }, () => problemOf(sender.assess(referral.id, last.body))));
    expect(slugs.filter((slug) => slug === 'none')).toHaveLength(1);
    expect([...new Set(slugs)].sort()).toEqual(['none', 'not-a-draft']);
    await delge.settled(system, referral.id, ['fetched']);
    expect(await deliveriesOf('skv/skatteverket', referral.caseId)).toHaveLength(1);
  });
});

describe('what a sender reconciles by (I1)', () => {
  const system = 'linkoping/omsorgsnamnden';

  it('lists each of its referrals exactly once while others are being submitted, and each ends with a signed statement', async () => {
    const sender = delge.sandbox.client(system);
    const from = new Date().toISOString();
    const referrals = Array.from({ length: 12 }, () => permitted().referral);
    const submitting = Promise.all(referrals.map((referral) => sender.submit(referral)));
    const seen: ReferralListItem[] = [];
    let after: string | undefined;
    await eventually('all referrals in the list', TRAVEL_MS, async () => {
      const page = await sender.referrals({ from, limit: '2', ...(after === undefined ? {} : { after }) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      after = page.next;
      return seen.length >= referrals.length ? true : undefined;
    });
    await submitting;
    const ids = seen.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(referrals.map(({ id }) => id).toSorted());

    const until = new Date(Date.now() + 1).toISOString();
    for (const { id } of referrals) {
      const [message, ...more] = await delge.settled(system, id, ['fetched']);
      expect(more).toEqual([]);
      if (message === undefined) throw new Error(`${id} has no message`);
      const { decision, receipts, places } = await auditor.message(message);
      expect([decision.outcome, ...receipts.map(({ kind }) => kind)]).toEqual(['permit', 'technical']);
      expect(places.every(({ index, size }) => index < size)).toBe(true);
    }
    const inState = async (state: string): Promise<readonly string[]> =>
      (await sender.referrals({ from, until, state, limit: '200' })).items.map(({ id }) => id).sort();
    expect(await inState('fetched')).toEqual(ids.toSorted());
    expect(await inState('accepted')).toEqual([]);
    expect((await sender.referrals({ until: from, limit: '200' })).items.filter(({ id }) => ids.includes(id))).toEqual(
      [],
    );
  });
});

describe('every delivery there is (I3)', () => {
  it('was permitted for exactly its ciphertext, and logged under a checkpoint before it was stored', async () => {
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    await delge.settled(system, referral.id, ['fetched']);
    let [count, placed] = [0, 0];
    for (const { id: authority, gateway } of delge.directory.authorities) {
      for (const item of await allDeliveries(authority)) {
        // Another spec's: what proved it is erased, at the operator too.
        if (item.erasedAt !== undefined) continue;
        count += 1;
        const { evidence, sender, caseId } = await delge.sandbox.client(authority).delivery(item.id);
        const decision = await auditor.decision(evidence.decision);
        const { manifest } = parseManifest(evidence.manifest);
        const parties = { messageId: item.id, attempt: item.attempt, sender, recipient: authority, caseId };
        expect(decision).toMatchObject({ ...parties, outcome: 'permit' });
        expect(manifest).toMatchObject(parties);
        const [stored] = await delge.sql<{ jwe_sha256: string }>(
          gateway,
          'SELECT jwe_sha256 FROM gateway.delivery WHERE authority = $1 AND message_id = $2',
          [authority, item.id],
        );
        const [carried] = await delge.sql<{ jwe: string }>(
          'operator',
          'SELECT jwe FROM exchange.message WHERE sender = $1 AND message_id = $2 AND attempt = $3',
          [sender, item.id, item.attempt],
        );
        expect([decision.manifestSha256, decision.jweSha256]).toEqual([
          sha256Base64url(evidence.manifest),
          manifest.jwe.sha256,
        ]);
        expect([stored?.jwe_sha256, sha256Base64url(carried?.jwe ?? '')]).toEqual([
          decision.jweSha256,
          decision.jweSha256,
        ]);
        const proven = auditor.place({ entry: evidence.decision, blind: evidence.blind, proof: evidence.proof });
        expect(proven.index).toBeLessThan(proven.size);
        const technical = await technicalIndex(sender, item);
        if (technical === 'erased') continue;
        expect(technical).toBeGreaterThanOrEqual(proven.size);
        placed += 1;
      }
    }
    expect([count > 0, placed > 0]).toEqual([true, true]);
  });

  const allDeliveries = async (authority: string): Promise<readonly DeliveryListItem[]> => {
    const items: DeliveryListItem[] = [];
    for (let after: string | undefined; ;) {
      const page = await delge.sandbox
        .client(authority)
        .deliveries({ limit: '50', ...(after === undefined ? {} : { after }) });
      items.push(...page.items);
      after = page.next;
      if (page.items.length === 0) return items;
    }
  };

  /** The log itself gives the order: a technical receipt stands after every leaf of the checkpoint that its delivery was proven under. What another spec had its sender erase has none to be read. */
  const technicalIndex = (sender: string, { id }: DeliveryListItem): Promise<bigint | 'erased'> =>
    eventually(`the technical receipt of ${id}`, TRAVEL_MS, async () => {
      const { gateway = '' } = delge.directory.authorities.find((one) => one.id === sender) ?? {};
      const [row] = await delge.sql<{ referral_id: string }>(
        gateway,
        'SELECT referral_id FROM gateway.message WHERE message_id = $1',
        [id],
      );
      const asked = delge.sandbox.client(sender).referral(row?.referral_id ?? '');
      if ((await problemOf(asked)) === 'erased') return 'erased';
      const receipt = (await asked).recipients
        .find(({ messageId }) => messageId === id)
        ?.receipts.find(({ kind }) => kind === 'technical');
      return receipt === undefined ? undefined : auditor.place(receipt).index;
    });
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { verifyProven } from '#client';
import type { MessageView } from '#contracts';
import { changeKeyStore, withKey } from '#keystore';
import { stateAs } from '../../tools/sandbox/enrol.js';
import { gatewayKeys, open, storePlace } from '../../tools/sandbox/keys.js';
import { untilFollowed } from '../../tools/sandbox/systems.js';
import { TestStack, eventually, example, permitted } from '../support/stack.js';
import { record } from './results.js';

jest.setTimeout(240_000);
const SETTLED_MS = 60_000;

/** Design.md I1: each end that an accepted message can come to, and that its sender is told of it, signed and logged. */
describe('an accepted message ends, and its sender is told how', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.own('ends', { 'gateway-kommunerna': { SWEEP_INTERVAL_MS: '200' } }, [
      ...['linkoping/omsorgsnamnden', 'uppsala/socialnamnden', 'orebro/socialnamnden'],
      ...['fk/forsakringskassan', 'skv/skatteverket', 'csn/csn'],
    ]);
  });
  afterAll(() => delge.end());

  const restart = async (service: string, variables: Readonly<Record<string, string>> = {}): Promise<void> => {
    await delge.stack.stop(service);
    await delge.stack.run(service, variables);
  };
  const proven = ({ decision, notices, receipts }: MessageView): readonly string[] =>
    [decision, ...notices, ...receipts].flatMap((statement) => {
      if (statement === undefined) return [];
      const { entry, blind = '', proof = '' } = statement;
      verifyProven({ entry, blind, proof }, delge.sandbox.trust.logs.disclosure);
      return 'outcome' in statement ? [statement.outcome] : [statement.kind];
    });
  const ended = async (system: string, referral: string, state: string): Promise<MessageView> => {
    const [message] = await delge.settled(system, referral, [state], SETTLED_MS);
    if (message === undefined) throw new Error('a referral without messages');
    return message;
  };

  it('expired, as a draft that nobody assessed', async () => {
    await restart('gateway-kommunerna', { DRAFT_LIFETIME_MS: '1000' });
    const { system, referral } = example('19-uppsala');
    expect((await delge.sandbox.client(system).submit(referral)).state).toBe('awaiting-assessment');
    await ended(system, referral.id, 'expired');
    await restart('gateway-kommunerna');
  });

  it('expired, when the exchange was away for longer than the manifest is good', async () => {
    await delge.stack.stop('exchange');
    await restart('gateway-kommunerna', { MESSAGE_LIFETIME_MS: '1000' });
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    await eventually('published', SETTLED_MS, async () => {
      const sql = `SELECT 1 FROM gateway.outbox WHERE published_at IS NULL`;
      return (await delge.sql('kommunerna', sql)).length === 0 ? true : undefined;
    });
    await eventually('past its time', SETTLED_MS, async () => {
      const sql = `SELECT 1 FROM gateway.message WHERE referral_id = $1 AND expires_at < now()`;
      return (await delge.sql('kommunerna', sql, [referral.id])).length === 1 ? true : undefined;
    });
    await delge.stack.run('exchange');
    expect(proven(await ended(system, referral.id, 'expired'))).toEqual(['expired']);
    await restart('gateway-kommunerna');
  });

  it('delivered on a decision made anew, when the log was away for longer than a decision is good', async () => {
    await restart('exchange', { DECISION_MAX_AGE_MS: '1000', SWEEP_INTERVAL_MS: '100' });
    await delge.stack.stop('signer');
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const decided = (): Promise<readonly { entry_id: string; superseded: boolean }[]> =>
      delge.sql(
        'operator',
        `SELECT entry_id, superseded_at IS NOT NULL AS superseded FROM exchange.decision d
         JOIN exchange.message m USING (sender, message_id, attempt) WHERE m.case_id = $1 ORDER BY seq`,
        [referral.caseId],
      );
    await eventually('decided anew', SETTLED_MS, async () => ((await decided()).length >= 2 ? true : undefined));
    await restart('exchange');
    await delge.stack.run('signer');
    expect(proven(await ended(system, referral.id, 'fetched'))).toEqual(['permit', 'technical']);
    const decisions = await decided();
    expect(decisions.map(({ superseded }) => superseded)).toEqual(decisions.map((_, at) => at < decisions.length - 1));
  });

  it('refused by the exchange, when the ground fell away on the way to it', async () => {
    await delge.stack.stop('exchange');
    const { system, referral } = example('12-orebro');
    expect((await delge.sandbox.client(system).submit(referral)).state).toBe('accepted');
    const { dir, directory } = delge.stack.options;
    const kid = gatewayKeys(dir, 'kommunerna').authorities[system]?.document.kid ?? '';
    const registry = delge.stack.url('registry');
    await stateAs(dir, directory.environment, registry, 'orebro', { kind: 'key-revoked', kid, reason: 'lost' });
    await delge.stack.run('exchange');
    const message = await ended(system, referral.id, 'refused');
    expect(proven(message)).toEqual(['deny']);
  });

  it('delivered as a second attempt, once, when its recipient had lost the key it was sealed to', async () => {
    const { dir, directory, instance } = delge.stack.options;
    const { system, referral, recipient } = permitted();
    const client = delge.sandbox.client(system);
    const place = storePlace(dir, 'gateway-myndigheterna');
    const [slug = ''] = recipient.split('/');
    // While the gateway runs: it reads its store again.
    const made = await changeKeyStore(place, async (content) => {
      const lost = content.keys.filter(({ holder, use }) => holder !== recipient || use !== 'sealing');
      const { content: changed, key } = await withKey({ ...content, keys: lost }, recipient, 'sealing', new Date());
      const { jwk = {} } = changed.keys.at(-1) ?? {};
      return { content: changed, result: { ...key, privateJwk: jwk } };
    });
    await eventually(
      'the store is read',
      SETTLED_MS,
      async () =>
        readFileSync(instance.path('log', 'ends-gateway-myndigheterna.log'), 'utf8').includes('key-store.read') ||
        undefined,
    );
    await client.submit(referral);
    const waiting = await ended(system, referral.id, 'awaiting-key');
    expect(waiting.receipts.map(({ kind, reason }) => [kind, reason])).toEqual([['rejected', 'seal-not-openable']]);
    const key = open(made.privateJwk);
    const body = { kind: 'key-added', holder: recipient, use: 'sealing', key } as const;
    await stateAs(dir, directory.environment, delge.stack.url('registry'), slug, body, [made]);
    const message = await ended(system, referral.id, 'fetched');
    expect(message.attempt).toBe(2);
    expect(message.earlier?.map(({ attempt }) => attempt)).toEqual([1]);
    expect(proven(message)).toEqual(['permit', 'rejected', 'technical']);
    const { items } = await delge.sandbox.client(recipient).deliveries();
    expect(items.filter(({ id }) => id === message.messageId).map(({ attempt }) => attempt)).toEqual([2]);
    record('F27', { 'sealed to a lost key': 1, 'told with a reason': 1, 'delivered, sealed again': 1 });
  });

  it('quarantined, and told so, then discarded', async () => {
    await delge.stack.stop('exchange');
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const { dir, directory } = delge.stack.options;
    const store = gatewayKeys(dir, 'kommunerna');
    const kid = store.manifest.kid ?? '';
    const registry = delge.stack.url('registry');
    await stateAs(dir, directory.environment, registry, 'linkoping', { kind: 'key-revoked', kid, reason: 'lost' });
    // In the log, so that the exchange finds it there before it decides.
    const [row] = await delge.sql<{ size: string }>('operator', `SELECT count(*) AS size FROM registry.statement`);
    await untilFollowed(delge.stack.url('gateway-kommunerna'), Number(row?.size));
    await delge.stack.run('exchange');
    const { messageId, ...quarantined } = await ended(system, referral.id, 'quarantined');
    expect(proven({ messageId, ...quarantined })).toEqual(['quarantined']);
    expect(quarantined.notices.map(({ reason }) => reason)).toEqual(['manifest-key']);
    const { body } = await delge.operator('GET', '/v1/quarantine');
    const { items } = body as { readonly items: readonly { readonly id: string; readonly messageId?: string }[] };
    const held = items.find((item) => item.messageId === messageId);
    const path = `/v1/quarantine/${held?.id}/discard`;
    expect((await delge.operator('POST', path, { reason: 'agreed-with-sender' })).status).toBe(200);
    expect(proven(await ended(system, referral.id, 'discarded'))).toEqual(['quarantined', 'discarded']);
  });
});

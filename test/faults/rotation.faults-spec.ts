import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MessageState } from '#contracts';
import { importPrivate, parseManifest } from '#envelope';
import type { KeyUse } from '#envelope';
import { newestKey } from '#keystore';
import type { StatementBody } from '#snapshot';
import type { Report } from '#verifier';
import { addKey } from '../../apps/cli/src/keys/add.js';
import { stateAs } from '../../tools/sandbox/enrol.js';
import { keysOf, open, storePlace } from '../../tools/sandbox/keys.js';
import { untilFollowed } from '../../tools/sandbox/systems.js';
import { StackBundle } from '../support/bundle.js';
import { cli } from '../support/cli.js';
import { Auditor } from '../support/evidence.js';
import { judge, nothing } from '../support/history.js';
import { Parties } from '../support/parties.js';
import { TestStack, eventually, permitted } from '../support/stack.js';
import { record } from './results.js';

/** `npm run test:rotation` queues 10,000. Fewer show the same. */
const MESSAGES = Number(process.env['DELGE_MESSAGES'] ?? 120);
const AT_ONCE = 16;
const SETTLED_MS = 1_800_000;
/** Bar of F26: from the statement that a key is revoked until nobody goes by it any more. */
const IN_EFFECT_MS = 60_000;
const UNDER_WAY = 20;
const AGAIN_MS = 100;
const sender = { gateway: 'kommunerna', authority: 'linkoping/omsorgsnamnden', slug: 'linkoping' };
const recipient = { gateway: 'myndigheterna', authority: 'fk/forsakringskassan', slug: 'fk' };

jest.setTimeout(3_600_000);

/** Rotation with overlap costs nobody a message, and a revocation takes effect on everything that is still queued. */
describe('keys replaced and ended while messages are queued', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.own('rotation', { 'gateway-kommunerna': { SWEEP_INTERVAL_MS: '500' } }, [
      sender.authority,
      recipient.authority,
    ]);
  });
  afterAll(() => delge.end());

  const referralOf = new Map<string, string>();
  /** Accepted, and waiting at the broker for an exchange that is away. @returns message ids */
  const queued = async (count: number): Promise<readonly string[]> => {
    const client = delge.sandbox.client(sender.authority);
    const [ids, waiting]: [string[], number[]] = [[], Array.from({ length: count }, (_, at) => at)];
    const worker = async (): Promise<void> => {
      while (waiting.pop() !== undefined) {
        const { id, recipients } = await client.submit(permitted().referral);
        const messageId = recipients[0]?.messageId ?? '';
        referralOf.set(messageId, id);
        ids.push(messageId);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await eventually('published', SETTLED_MS, async () => {
      const sql = `SELECT 1 FROM gateway.outbox WHERE published_at IS NULL LIMIT 1`;
      return (await delge.sql(sender.gateway, sql)).length === 0 ? true : undefined;
    });
    return ids;
  };
  /** With what the registry has taken: the ledger may not have it in the log yet. */
  const keysSize = async (): Promise<number> => {
    const [row] = await delge.sql<{ size: string }>('operator', `SELECT count(*) AS size FROM registry.statement`);
    return Number(row?.size);
  };
  const stated = async (slug: string, body: StatementBody, keys: Parameters<typeof stateAs>[5] = []): Promise<void> => {
    const { dir, directory } = delge.stack.options;
    await stateAs(dir, directory.environment, delge.stack.url('registry'), slug, body, keys);
    const size = await keysSize();
    for (const { gateway } of [sender, recipient]) await untilFollowed(delge.stack.url(`gateway-${gateway}`), size);
  };
  /** Beside the old one, in a store that its gateway has open. @returns kid of the old one and of the new */
  const rotate = async (
    { gateway, slug }: typeof sender,
    holder: string,
    use: KeyUse & ('sealing' | 'document' | 'manifest'),
  ): Promise<readonly [string, string]> => {
    const { dir } = delge.stack.options;
    const newest = () => newestKey(keysOf(dir, `gateway-${gateway}`), holder, use);
    const old = newest().kid;
    const { kid } = await addKey(storePlace(dir, `gateway-${gateway}`), holder, use);
    const { jwk } = newest();
    const body = { kind: 'key-added', holder, use, key: open(jwk) } as const;
    await stated(slug, body, [await importPrivate(jwk, use)]);
    return [old, kid];
  };
  const revoke = (slug: string, kid: string, reason: 'superseded' | 'compromised'): Promise<void> =>
    stated(slug, { kind: 'key-revoked', kid, reason });
  const inState = async (ids: readonly string[], ...states: readonly MessageState[]): Promise<void> => {
    await eventually(`${ids.length} ${states.join(' or ')}`, SETTLED_MS, async () => {
      const [row] = await delge.sql<{ count: string }>(
        sender.gateway,
        `SELECT count(*) FROM gateway.message WHERE message_id = ANY($1::uuid[]) AND state = ANY($2)`,
        [ids, states],
      );
      return Number(row?.count) === ids.length ? true : undefined;
    });
  };
  const manifests = async (ids: readonly string[]) =>
    (
      await delge.sql<{ manifest: string; attempt: number }>(
        'operator',
        `SELECT manifest, attempt FROM exchange.message WHERE message_id = ANY($1::uuid[])`,
        [ids],
      )
    ).map(({ manifest, attempt }) => ({ ...parseManifest(manifest), attempt }));
  const deliveredOf = async (ids: readonly string[]): Promise<number> =>
    (await delge.sql('operator', `SELECT 1 FROM exchange.delivery WHERE message_id = ANY($1::uuid[])`, [ids])).length;

  const kids: Record<'sealing' | 'document' | 'manifest', readonly [string, string]> = {
    sealing: ['', ''],
    document: ['', ''],
    manifest: ['', ''],
  };
  let before: readonly string[] = [];

  it('lose no message and reject none when each is replaced with overlap', async () => {
    await delge.stack.stop('exchange');
    const began = Date.now();
    const half = Math.floor(MESSAGES / 2);
    before = await queued(half);
    kids.sealing = await rotate(recipient, recipient.authority, 'sealing');
    kids.document = await rotate(sender, sender.authority, 'document');
    kids.manifest = await rotate(sender, `gateway:${sender.gateway}`, 'manifest');
    const after = await queued(MESSAGES - half);
    const submitted = Date.now();
    await delge.stack.run('exchange');
    const all = [...before, ...after];
    await inState(all, 'fetched');
    const ms = Date.now();
    process.stdout.write(
      `${MESSAGES} queued in ${submitted - began} ms, delivered in ${ms - submitted} ms: 0 refused or rejected\n`,
    );
    expect(await judge(delge, all, sender, recipient)).toEqual(nothing);
    record('F25', { queued: MESSAGES, rejected: 0, lost: 0, 'delivered after': `${ms - submitted} ms` });
    record('F27', { 'key replaced, queued': MESSAGES, unreadable: 0 });
    const used = async (ids: readonly string[]) => {
      const of = await manifests(ids);
      expect(of.every(({ attempt }) => attempt === 1)).toBe(true);
      const only = (values: readonly string[]): readonly string[] => [...new Set(values)];
      return [
        only(of.map(({ manifest }) => manifest.sealingKey)),
        only(of.map(({ manifest }) => manifest.documentKey)),
        only(of.map(({ kid }) => kid)),
      ];
    };
    const { sealing, document, manifest } = kids;
    expect(await used(before)).toEqual([[sealing[0]], [document[0]], [manifest[0]]]);
    expect(await used(after)).toEqual([[sealing[1]], [document[1]], [manifest[1]]]);
  });

  it('leave what they signed and opened before as good as it was, when the old ones are revoked', async () => {
    await revoke(recipient.slug, kids.sealing[0], 'superseded');
    await revoke(sender.slug, kids.document[0], 'superseded');
    await revoke(sender.slug, kids.manifest[0], 'superseded');
    const auditor = await Auditor.of(delge);
    const client = delge.sandbox.client(sender.authority);
    let places = 0;
    for (const messageId of before) {
      const [message] = (await client.referral(referralOf.get(messageId) ?? '')).recipients;
      const held = await auditor.message(message!);
      expect(held.receipts.map(({ kind }) => kind)).toEqual(['technical']);
      places += held.places.length;
    }
    expect(places).toBe(2 * before.length);
    process.stdout.write(`${places} statements of before verify after the revocation\n`);
  });

  it('let nothing go to one that was revoked with messages queued, and all of it to the next one', async () => {
    await delge.stack.stop('exchange');
    const ids = await queued(MESSAGES);
    await revoke(recipient.slug, kids.sealing[1], 'compromised');
    await delge.stack.run('exchange');
    await inState(ids, 'awaiting-key');
    expect(await deliveredOf(ids)).toBe(0);
    await rotate(recipient, recipient.authority, 'sealing');
    await inState(ids, 'fetched');
    const made = await manifests(ids);
    expect(made.filter(({ attempt }) => attempt === 2)).toHaveLength(ids.length);
    expect(made.filter(({ attempt }) => attempt > 2)).toEqual([]);
    expect(await deliveredOf(ids)).toBe(ids.length);
    expect(await judge(delge, ids, sender, recipient)).toEqual(nothing);
    record('F26', { 'sealing key, queued': ids.length, disclosed: 0, 'sealed again, delivered once': ids.length });
  });

  it('let nothing go that one signed which was revoked with messages queued', async () => {
    await delge.stack.stop('exchange');
    const ids = await queued(MESSAGES);
    await revoke(sender.slug, kids.document[1], 'compromised');
    await delge.stack.run('exchange');
    await inState(ids, 'refused');
    expect(await deliveredOf(ids)).toBe(0);
    expect(await judge(delge, ids, sender, recipient)).toEqual(nothing);
    record('F26', { 'document key, queued': ids.length, refused: ids.length, disclosed: 0 });
  });

  it('are gone by within a minute by nobody when one is revoked while messages are under way', async () => {
    const [, kid] = await rotate(sender, sender.authority, 'document');
    const client = delge.sandbox.client(sender.authority);
    const ids: string[] = [];
    const over = new AbortController();
    let revokedAt = 0;
    const worker = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const submitted = await client.submit(permitted().referral).catch((error: unknown) => {
          // Without a key that is live nothing more can be signed: that is what was asked for.
          if (over.signal.aborted || revokedAt > 0) return undefined;
          throw error;
        });
        if (submitted === undefined) await delay(AGAIN_MS);
        else ids.push(submitted.recipients[0]?.messageId ?? '');
      }
    };
    const working = Promise.all(Array.from({ length: 4 }, worker));
    await eventually('under way', SETTLED_MS, async () => (ids.length >= UNDER_WAY ? true : undefined));
    revokedAt = Date.now();
    await revoke(sender.slug, kid, 'compromised');
    const gatewaysMs = Date.now() - revokedAt;
    const size = await keysSize();
    // What is signed by the next one shows when the exchange has seen that this one is not live.
    await rotate(sender, sender.authority, 'document');
    const [{ at } = { at: new Date(NaN) }] = await eventually('the exchange goes by it', SETTLED_MS, async () => {
      const rows = await delge.sql<{ at: Date }>(
        'operator',
        `SELECT decided_at AS at FROM exchange.decision WHERE keys_size >= $1 ORDER BY decided_at LIMIT 1`,
        [size],
      );
      return rows.length === 1 ? rows : undefined;
    });
    over.abort();
    await working;
    await inState(ids, 'fetched', 'refused');
    const signed = (await manifests(ids)).filter(({ manifest }) => manifest.documentKey === kid);
    const ofKey = signed.map(({ manifest }) => manifest.messageId);
    expect(ofKey.length).toBeGreaterThanOrEqual(UNDER_WAY);
    const after = await delge.sql(
      'operator',
      `SELECT FROM exchange.decision WHERE message_id = ANY($1::uuid[]) AND outcome = 'permit' AND keys_size >= $2`,
      [ofKey, size],
    );
    const [last] = await delge.sql<{ at: Date }>(
      'operator',
      `SELECT max(released_at) AS at FROM exchange.delivery WHERE message_id = ANY($1::uuid[])`,
      [ofKey],
    );
    const exchangeMs = at.getTime() - revokedAt;
    const lastMs = (last?.at.getTime() ?? NaN) - revokedAt;
    expect([after.length, exchangeMs < IN_EFFECT_MS, gatewaysMs < IN_EFFECT_MS, lastMs < IN_EFFECT_MS]).toEqual([
      ...[0, true, true, true],
    ]);
    expect(await judge(delge, ids, sender, recipient)).toEqual(nothing);
    record('F26', {
      'under way, signed by it': ofKey.length,
      'in effect at the gateways after': `${gatewaysMs} ms`,
      'at the exchange after': `${exchangeMs} ms`,
      'disclosed after it was known': after.length,
    });
  });

  it('leave a log that holds, keys, attempts and all, for somebody who trusts nobody', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'delge-rotation-'));
    try {
      const trust = join(delge.stack.options.dir, 'trust.json');
      await (await StackBundle.of(delge, new Parties(delge))).write(join(folder, 'bundle'));
      const { code, out } = await cli('verify', join(folder, 'bundle'), '--trust', trust, '--json');
      const report = JSON.parse(out) as Report;
      expect({ ...report, code }).toMatchObject({ findings: [], conclusion: 'holds', code: 0 });
      expect(report.counts?.deny).toBeGreaterThanOrEqual(2 * MESSAGES);
      expect(report.counts?.permit).toBeGreaterThanOrEqual(2 * MESSAGES);
      process.stdout.write(`${JSON.stringify(report.counts)}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

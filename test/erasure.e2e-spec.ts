import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateKey, importPrivate, localSigner, parseManifest, signErasureDecision } from '#envelope';
import type { ErasureDecision } from '#envelope';
import { canonicalBytes } from '#json';
import type { Report } from '#verifier';
import { findPostgres } from '../tools/machine/postgres.js';
import { keyFiles, readKey } from '../tools/sandbox/keys.js';
import { searchAtRest } from './support/at-rest.js';
import { StackBundle } from './support/bundle.js';
import { Canaries } from './support/canaries.js';
import { cli } from './support/cli.js';
import { Parties } from './support/parties.js';
import { Search } from './support/search.js';
import { TestStack, eventually, problemOf } from './support/stack.js';

jest.setTimeout(240_000);
const SETTLED_MS = 60_000;
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'delge-erasure-'));

describe('a message that both its parties erase', () => {
  const canaries = new Canaries();
  let delge: TestStack;
  let sent: ReturnType<Canaries['marked']>;
  let messageId: string;
  /** Content in the clear; and exact bytes of what proves it, which stand readable where the operator keeps them. */
  let content: Search;
  let proofs: Search;
  let proven: Readonly<Record<string, string>>;
  let gateways: readonly [sender: string, recipient: string];

  const sandbox = (): string => join(delge.stack.options.dir, 'sandbox.json');
  const delgeCli = (...args: readonly string[]) => cli('--sandbox', sandbox(), ...args);
  const slugOf = (authority: string): string => authority.split('/')[0] ?? '';
  const signerOf = async (slug: string, use: 'administrator' | 'jurist' = 'administrator') =>
    localSigner(await importPrivate(readKey(keyFiles(delge.stack.options.dir).participant(slug, use)), use));
  /** The decision that the gateway proposes, as somebody changes and signs it. */
  const decided = async (
    change: Partial<ErasureDecision> = {},
    slug = slugOf(sent.system),
    use: 'administrator' | 'jurist' = 'administrator',
  ): Promise<string> => {
    const { env, authority, caseId, openings } = await delge.sandbox.client(sent.system).erasure(messageId);
    const at = new Date().toISOString();
    const decision = {
      v: 1,
      decisionId: randomUUID(),
      env,
      authority,
      messageId,
      caseId,
      openings,
      at,
      ...change,
    } as const;
    return signErasureDecision(await signerOf(slug, use), decision);
  };
  const brought = (decision: string): Promise<string> => problemOf(delge.sandbox.client(sent.system).erase(decision));
  /** Every database of the stack, as `pg_dump` writes it. */
  const dumped = async (name: string): Promise<void> => {
    const program = join(await findPostgres(), 'pg_dump');
    mkdirSync(join(folder, name));
    for (const database of ['operator', ...delge.directory.gateways.map(({ id }) => `gw_${id}`)]) {
      const url = new URL(delge.stack.options.servers.postgres);
      url.pathname = `/delge_${delge.stack.options.name}_${database}`;
      await run(program, ['--dbname', url.toString(), '--file', join(folder, name, `${database}.sql`)]);
    }
  };
  const everywhere = async (search: Search): Promise<readonly string[]> => {
    const databases = ['operator', ...delge.directory.gateways.map(({ id }) => id)];
    const found: string[] = [];
    for (const database of databases)
      for (const one of (await search.tables(delge, database)).found) found.push(`${database}: ${one}`);
    for (const { id } of delge.directory.gateways)
      for (const one of (await searchAtRest(delge, id, search)).found) found.push(`${id} at rest: ${one}`);
    for (const one of search.files(delge.stack.options.instance.path('log')).found) found.push(`log: ${one}`);
    return found;
  };

  beforeAll(async () => {
    delge = await TestStack.shared();
    sent = canaries.marked();
    const { system, recipient, referral } = sent;
    await delge.sandbox.client(system).submit(referral);
    messageId = (await delge.settled(system, referral.id, ['fetched'], SETTLED_MS))[0]?.messageId ?? '';
    await delge.sandbox.client(recipient).give(messageId, { kind: 'accepted', diaryNumber: canaries.at('answer') });
    const [message] = await delge.settled(system, referral.id, ['acknowledged'], SETTLED_MS);
    const { manifest = '', decision, receipts = [] } = message ?? {};
    const statements = [
      manifest,
      decision?.entry ?? '',
      ...receipts.flatMap((one) => [one.entry, one.statement ?? '']),
    ];
    const claims = Buffer.from(canonicalBytes(parseManifest(manifest).manifest.claims)).toString('utf8');
    content = new Search(canaries.words);
    proven = {
      ...Object.fromEntries(statements.map((text, at) => [`payload ${at}`, decodedPayload(text)])),
      claims,
    };
    proofs = new Search(proven);
    // Whose entries they are is found out beside sequencing.
    await eventually('three openings', SETTLED_MS, async () => {
      for (const party of [system, recipient]) {
        const client = delge.sandbox.client(party);
        if ((await problemOf(client.erasure(messageId))) === 'not-ready') return undefined;
        if ((await client.erasure(messageId)).openings.length < 3) return undefined;
      }
      return true;
    });
    const parties = new Parties(delge);
    gateways = [parties.hosting(system), parties.hosting(recipient)];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('stands before that where it must: proofs at the operator, content at its two gateways, encrypted', async () => {
    const { found } = await proofs.tables(delge, 'operator');
    for (const place of [
      'exchange.message.manifest',
      'exchange.decision.decision',
      'ledger.opening.entry',
      'ledger.opening.annex',
    ])
      expect(found.some((one) => one.endsWith(place))).toBe(true);
    expect(found.filter((one) => one.includes('claims in exchange.message.manifest'))).toHaveLength(1);
    await dumped('before');
    expect(proofs.files(join(folder, 'before')).found).not.toEqual([]);
    const words = Object.keys(canaries.words);
    const [sender, recipient] = gateways;
    for (const [gateway, column] of [
      [sender, 'referral.body'],
      [sender, 'referral.assessments'],
      [sender, 'message.detail'],
      [sender, 'statement.note'],
      [recipient, 'delivery.detail'],
      [recipient, 'delivery_receipt.detail'],
    ] as const) {
      const { found: there } = await searchAtRest(delge, gateway, content);
      expect(there.some((one) => one.endsWith(column) && words.some((word) => one.startsWith(word)))).toBe(true);
    }
  });

  it('is erased by nobody but its party’s administrator, here, now, and for this message', async () => {
    expect(await brought(await decided({}, 'uppsala'))).toBe('unauthenticated');
    expect(await brought(await decided({}, slugOf(sent.system), 'jurist'))).toBe('unauthenticated');
    expect(await brought(await decided({ env: 'test' }))).toBe('unauthenticated');
    expect(await brought(await decided({ authority: sent.recipient }, slugOf(sent.recipient)))).toBe('unauthenticated');
    const stranger = localSigner(await generateKey('administrator'));
    const genuine = await decided();
    const [header, payload] = genuine.split('.');
    expect(await brought([header, payload, 'A'.repeat(86)].join('.'))).toBe('unauthenticated');
    expect(
      await brought(await stranger.sign('delge-erasure-decision+jws', Buffer.from(payload ?? '', 'base64url'))),
    ).toBe('unauthenticated');
    expect(await brought(await decided({ messageId: randomUUID(), openings: [] }))).toBe('not-found');
    expect(await brought(await decided({ messageId: randomUUID() }))).toBe('not-found');
    expect(await brought(await decided({ caseId: randomUUID() }))).toBe('keeping-refused');
    const { openings } = await delge.sandbox.client(sent.system).erasure(messageId);
    const [first] = openings;
    expect(await brought(await decided({ openings: [] }))).toBe('keeping-refused');
    expect(
      await brought(await decided({ openings: first === undefined ? [] : [{ ...first, number: 1_000_000 }] })),
    ).toBe('keeping-refused');
    expect((await delge.sandbox.client(sent.system).referral(sent.referral.id)).recipients).toHaveLength(1);
  });

  it('cannot be erased before it has ended', async () => {
    const { system, referral } = canaries.marked();
    const draft = await delge.sandbox.client(system).submit({ ...referral, assessments: [] });
    const [waiting] = draft.recipients;
    const { ended, caseId } = await delge.sandbox.client(system).erasure(waiting?.messageId ?? '');
    expect(ended).toBe(false);
    expect(await brought(await decided({ messageId: waiting?.messageId ?? '', caseId, openings: [] }))).toBe(
      'not-ended',
    );
    await delge.sandbox.client(system).withdraw(referral.id);
    const withdrawn = await delgeCli('erase', waiting?.messageId ?? '', '--as', system);
    expect([withdrawn.code, withdrawn.err]).toEqual([0, '']);
    expect(await problemOf(delge.sandbox.client(system).referral(referral.id))).toBe('erased');
  });

  it('stays at both while a hold of either stands, and goes when it is lifted', async () => {
    const laid = await delgeCli(
      'hold',
      '--as',
      sent.recipient,
      '--case',
      sent.referral.caseId,
      '--ground',
      'supervision',
    );
    expect([laid.code, laid.err]).toEqual([0, '']);
    const { holdId } = JSON.parse(laid.out) as { readonly holdId: string };
    const decision = await decided();
    expect(await brought(decision)).toBe('held');
    expect((await delge.sandbox.client(sent.system).referral(sent.referral.id)).recipients).toHaveLength(1);
    const byOther = await delgeCli('hold', '--as', sent.system, '--lift', holdId);
    expect([byOther.code, byOther.err.includes('hold-unknown')]).toEqual([1, true]);
    expect((await delgeCli('hold', '--as', sent.recipient, '--lift', holdId)).code).toBe(0);
    // The same decision, once more: and again, for who did not hear the answer.
    expect(await brought(decision)).toBe('none');
    expect(await brought(decision)).toBe('none');
  });

  it('is gone at the sender, its id used, and at the operator not before the recipient has decided too', async () => {
    const { system, recipient, referral } = sent;
    const client = delge.sandbox.client(system);
    expect(await problemOf(client.referral(referral.id))).toBe('erased');
    expect(await problemOf(client.submit(referral))).toBe('erased');
    expect(
      await problemOf(client.submit({ ...referral, content: { ...referral.content, circumstances: 'Annat.' } })),
    ).toBe('erased');
    expect(await problemOf(client.evidence(messageId))).toBe('erased');
    const [sender, other] = gateways;
    expect((await searchAtRest(delge, sender, content)).found.filter((one) => !one.startsWith('answer'))).toEqual([]);
    expect((await searchAtRest(delge, other, content)).found).not.toEqual([]);
    expect((await delge.sandbox.client(recipient).delivery(messageId)).id).toBe(messageId);
    const operator = (await proofs.tables(delge, 'operator')).found;
    expect(operator.some((one) => one.endsWith('ledger.opening.entry'))).toBe(true);
  });

  it('is then found in no table, no queue and no log of anybody', async () => {
    const erased = await delgeCli('erase', messageId, '--as', sent.recipient);
    expect([erased.code, erased.err]).toEqual([0, '']);
    await eventually('openings erased', SETTLED_MS, async () => {
      const [row] = await delge.sql<{ left: string }>(
        'operator',
        `SELECT count(*) AS left FROM ledger.erasure_vote v WHERE message_id = $1
           AND NOT EXISTS (SELECT FROM ledger.erased e WHERE e.entry_id = v.entry_id)`,
        [messageId],
      );
      return row?.left === '0' ? true : undefined;
    });
    const all = new Search({ ...canaries.words, ...proven });
    expect(await everywhere(all)).toEqual([]);
    await dumped('after');
    const { read, found } = all.files(join(folder, 'after'));
    expect(read).toBeGreaterThan(100_000);
    expect(found).toEqual([]);
    const connection = await delge.amqp('admin');
    const channel = await connection.createChannel();
    const queues = ['exchange.in', 'quarantine', ...delge.directory.gateways.map(({ id }) => `gw.${id}.in`)];
    for (const queue of queues) {
      await eventually(`${queue} is empty`, SETTLED_MS, async () =>
        (await channel.checkQueue(queue)).messageCount === 0 ? true : undefined,
      );
    }
    await connection.close();
    const client = delge.sandbox.client(sent.recipient);
    expect(await problemOf(client.delivery(messageId))).toBe('erased');
    expect(await problemOf(client.give(messageId, { kind: 'handled' }))).toBe('erased');
    expect(await problemOf(client.evidence(messageId))).toBe('erased');
  });

  it('leaves entries that say so, from both gateways and the ledger, and a log that still verifies whole', async () => {
    const rows = await eventually('reported', SETTLED_MS, async () => {
      const found = await delge.sql<{ kind: string; authority: string }>(
        'operator',
        `SELECT k.kind, k.authority FROM ledger.keeping k JOIN ledger.leaf l ON l.log = 'disclosure' AND l.entry_id = k.entry_id
         WHERE k.kind = 'erasure-reported' AND k.authority = ANY ($1::text[])`,
        [[sent.system, sent.recipient]],
      );
      return found.some(({ authority }) => authority === sent.recipient) ? found : undefined;
    });
    expect(new Set(rows.map(({ authority }) => authority))).toEqual(new Set([sent.system, sent.recipient]));
    const erased = await delge.sql<{ count: string }>('operator', 'SELECT count(*) AS count FROM ledger.erased');
    const bundle = await StackBundle.of(delge, new Parties(delge));
    await bundle.write(join(folder, 'bundle'));
    writeFileSync(join(folder, 'trust.json'), readFileSync(join(delge.stack.options.dir, 'trust.json')));
    const told = await cli('verify', join(folder, 'bundle'), '--trust', join(folder, 'trust.json'), '--json');
    const report = JSON.parse(told.out) as Report;
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ conclusion: 'holds', counts: { erased: Number(erased[0]?.count) } });
    expect(Number(erased[0]?.count)).toBeGreaterThanOrEqual(3);
  });

  it('leaves either party’s own export complete, what is erased told of', async () => {
    for (const party of [sent.system, sent.recipient]) {
      const out = join(folder, slugOf(party));
      const made = await delgeCli('export', '--as', party, '--out', out);
      expect([made.code, made.err]).toEqual([0, '']);
      const told = await cli('verify', out, '--trust', join(folder, 'trust.json'), '--json');
      const report = JSON.parse(told.out) as Report;
      expect(report).toMatchObject({ findings: [], conclusion: 'holds', period: { bounds: [party] } });
      expect(report.counts?.erased).toBeGreaterThanOrEqual(3);
    }
  });
});

const decodedPayload = (token: string): string => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');

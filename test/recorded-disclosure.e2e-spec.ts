import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordDisclosureDto, RecordedDisclosureView } from '#contracts';
import { parseRecordedDisclosure } from '#envelope';
import { toldByTelephone } from '#testing';
import type { Report } from '#verifier';
import { cli } from './support/cli.js';
import { TestStack, eventually, example, problemOf } from './support/stack.js';

jest.setTimeout(300_000);
const LOGGED_MS = 60_000;
const SENDER = 'uppsala/socialnamnden';
const RECIPIENT = 'polis/polismyndigheten';

/** A minute ago. */
const aRecord = (change: Partial<RecordDisclosureDto> = {}): RecordDisclosureDto => ({
  ...toldByTelephone(example('20').referral, new Date(Date.now() - 60_000)),
  id: randomUUID(),
  caseId: randomUUID(),
  ...change,
});
const KINDS: readonly (readonly ['permit' | 'deny' | 'assess', () => RecordDisclosureDto])[] = [
  ['permit', () => aRecord()],
  ['deny', () => aRecord({ bases: [{ id: 'LBM-2025-170-4' }], assessments: [] })],
  ['assess', () => aRecord({ assessments: [] })],
];

describe('a disclosure made by telephone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'delge-recorded-'));
  const at = (...parts: readonly string[]): string => join(folder, ...parts);
  let delge: TestStack;
  const logged = (id: string): Promise<RecordedDisclosureView> =>
    eventually('the record is in the log', LOGGED_MS, async () => {
      const record = await delge.sandbox.client(SENDER).recordedDisclosure(id);
      return record.state === 'accepted' ? undefined : record;
    });
  beforeAll(async () => {
    delge = await TestStack.shared();
    writeFileSync(at('trust.json'), readFileSync(join(delge.stack.options.dir, 'trust.json')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(KINDS)('is recorded with the verdict %s, logged with proof, and sent to nobody', async (outcome, make) => {
    const body = make();
    const as = delge.sandbox.client(SENDER);
    const accepted = await as.recordDisclosure(body);
    expect(accepted).toMatchObject({ id: body.id, recipient: RECIPIENT, state: 'accepted', verdict: { outcome } });
    const record = await logged(body.id);
    expect(record).toMatchObject({ state: 'logged', outcome, notice: { kind: 'disclosure-recorded' } });
    const { askedBy, officer, content } = body;
    expect(record.recorded).toMatchObject({ askedBy, officer, content });
    const { recorded } = parseRecordedDisclosure(record.statement);
    expect(recorded).toMatchObject({ outcome, channel: 'telephone', identityCheck: 'call-back', disclosedAt: body.at });
    for (const secret of ['Provberg', 'Bulvansson', '196703143435', officer, 'hyreskontrakt'])
      expect(JSON.stringify(recorded)).not.toContain(secret);
    // The same again gets the same answer, and another body none.
    expect(await as.recordDisclosure(body)).toEqual(accepted);
    expect(await problemOf(as.recordDisclosure({ ...body, identityCheck: 'not-checked' }))).toBe('id-reuse');
    expect((await as.recordedDisclosures({ limit: '200', state: 'logged' })).items).toContainEqual(
      expect.objectContaining({ id: body.id, messageId: accepted.messageId, outcome }),
    );
    const { items } = await as.events({ since: record.recordedAt, limit: '200' });
    expect(items.filter(({ data }) => data.messageId === accepted.messageId).map(({ type }) => type)).toEqual([
      'record.accepted',
      'record.logged',
    ]);
    // Nothing of it is at its recipient, or on its way there.
    const other = delge.sandbox.client(RECIPIENT);
    expect(await problemOf(other.delivery(accepted.messageId))).toBe('not-found');
    expect(await problemOf(other.recordedDisclosure(body.id))).toBe('not-found');
    expect(await problemOf(other.evidence(accepted.messageId))).toBe('not-found');
    expect(
      await delge.sql('operator', 'SELECT 1 FROM exchange.message WHERE message_id = $1', [accepted.messageId]),
    ).toEqual([]);
    expect((await as.accessLog({ referralId: body.id })).items).toContainEqual(
      expect.objectContaining({ operation: 'read-recorded-disclosure' }),
    );
  });

  it('holds in an export of its authority, and as evidence, in the hands of somebody who trusts nobody', async () => {
    const sandbox = ['--sandbox', join(delge.stack.options.dir, 'sandbox.json')];
    const verify = async (what: string): Promise<Report> => {
      const { out } = await cli('verify', what, '--trust', at('trust.json'), '--json');
      return JSON.parse(out) as Report;
    };
    const bodies = KINDS.map(([, make]) => make());
    for (const body of bodies) await delge.sandbox.client(SENDER).recordDisclosure(body);
    const records = await Promise.all(bodies.map(({ id }) => logged(id)));
    const [{ messageId }] = records as [RecordedDisclosureView];
    await eventually('it has a checkpoint', LOGGED_MS, async () => {
      const { code } = await cli('evidence', messageId, '--as', SENDER, '--out', at('evidence'), ...sandbox);
      return code === 0 ? true : undefined;
    });
    const evidence = await verify(at('evidence'));
    expect(evidence).toMatchObject({ findings: [], conclusion: 'holds' });
    expect(evidence.message?.statements).toMatchObject([
      { kind: 'disclosure-recorded', by: SENDER, outcome: 'permit' },
    ]);
    expect(await cli('export', '--as', SENDER, '--out', at('own'), ...sandbox)).toMatchObject({ code: 0, err: '' });
    const report = await verify(at('own'));
    expect(report).toMatchObject({ findings: [], conclusion: 'holds' });
    expect(report.counts?.recorded).toBeGreaterThanOrEqual(3);
  });

  it('is recorded from a file by `delge record`, which ends when it stands in the log', async () => {
    const body = aRecord();
    writeFileSync(at('record.json'), JSON.stringify(body));
    const { code, out } = await cli(
      ...['record', at('record.json'), '--as', SENDER],
      ...['--sandbox', join(delge.stack.options.dir, 'sandbox.json')],
    );
    expect([code, JSON.parse(out)]).toMatchObject([0, { id: body.id, state: 'logged', outcome: 'permit' }]);
  });

  it.each<[string, string, Partial<RecordDisclosureDto>]>([
    ['made tomorrow', 'content-invalid', { at: new Date(Date.now() + 86_400_000).toISOString() }],
    ['made on another day than its content says', 'content-invalid', { at: '2026-11-20T09:00:00.000Z' }],
    ['by an office that nobody knows', 'content-invalid', { office: 'vaktmastare' }],
    ['to nobody', 'unknown-recipient', { recipient: 'ingen/alls' }],
    ['of another form', 'content-invalid', { content: { channel: 'telephone' } }],
    ['on an unknown basis', 'unknown-code', { bases: [{ id: 'X' }] }],
    ['with an identity check in words', 'invalid-request', { identityCheck: 'ringde upp' as 'call-back' }],
  ])('is not recorded as %s', async (_, slug, change) => {
    const body = aRecord(change);
    expect(await problemOf(delge.sandbox.client(SENDER).recordDisclosure(body))).toBe(slug);
    expect(await problemOf(delge.sandbox.client(SENDER).recordedDisclosure(body.id))).toBe('not-found');
  });
});

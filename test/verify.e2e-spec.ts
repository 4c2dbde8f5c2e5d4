import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeliveryView } from '#contracts';
import type { Report } from '#verifier';
import { StackBundle } from './support/bundle.js';
import { cli } from './support/cli.js';
import type { Told } from './support/cli.js';
import { FalseGateway } from './support/false-gateway.js';
import { Parties } from './support/parties.js';
import { TestStack, eventually, example, examples, permitted, problemOf, refusalOf } from './support/stack.js';

jest.setTimeout(300_000);
const folder = mkdtempSync(join(tmpdir(), 'delge-verify-'));
const at = (...parts: readonly string[]): string => join(folder, ...parts);

const verify = async (...args: readonly string[]): Promise<Report & { readonly code: number }> => {
  const { code, out } = await cli('verify', ...args, '--trust', at('trust.json'), '--json');
  return { ...(JSON.parse(out) as Report), code };
};

describe('what a run of Delge leaves behind, in the hands of somebody who trusts nobody', () => {
  let delge: TestStack;
  let bundle: StackBundle;
  let delivery: DeliveryView;
  let recipient: string;

  beforeAll(async () => {
    delge = await TestStack.own('verify');
    const parties = new Parties(delge);
    await delge.sendAll(examples().filter(({ referral }) => referral.requestId === undefined));
    // And one that stops before the law is asked.
    const gateway = await FalseGateway.of(delge, parties, 'kommunerna');
    const { messageId, ...stopped } = await gateway.made(await gateway.genuine(), { recipientFunction: 'ingen' });
    await gateway.send(stopped);
    await gateway.decided(messageId);
    await gateway.close();
    const { system, recipient: to, referral } = permitted();
    recipient = to;
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    delivery = await delge.sandbox.client(recipient).delivery(message?.messageId ?? '');
    bundle = await StackBundle.of(delge, parties);
    writeFileSync(at('trust.json'), readFileSync(join(delge.stack.options.dir, 'trust.json')));
    await bundle.write(at('bundle'));
  });
  afterAll(async () => {
    await delge.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds as a bundle, on one thread and on several', async () => {
    for (const threads of ['1', '2']) {
      const report = await verify(at('bundle'), '--threads', threads);
      expect(report).toMatchObject({ findings: [], conclusion: 'holds', code: 0 });
      expect(report.complete?.length).toBeGreaterThan(5);
      expect(report.counts).toMatchObject({ erased: 0, blinded: 0 });
      expect(report.counts?.permit).toBeGreaterThan(10);
      expect(report.counts?.deny).toBeGreaterThan(0);
      expect(report.counts?.refusals).toBeGreaterThan(0);
    }
  });

  it('holds bounded to one authority, its numbers whole', async () => {
    await bundle.write(at('bounded'), ['linkoping/omsorgsnamnden']);
    const report = await verify(at('bounded'));
    expect(report).toMatchObject({ findings: [], conclusion: 'holds', code: 0 });
    expect(report.complete?.map(({ authority, from }) => [authority, from])).toEqual([['linkoping/omsorgsnamnden', 1]]);
    expect(report.counts?.blinded).toBeGreaterThan(0);
  });

  it('does not hold when an opening is gone', async () => {
    cpSync(at('bundle'), at('robbed'), { recursive: true });
    const lines = readFileSync(at('robbed/openings/0.jsonl'), 'utf8').split('\n');
    writeFileSync(at('robbed/openings/0.jsonl'), lines.toSpliced(3, 1).join('\n'));
    const { code, out } = await cli('verify', at('robbed'), '--trust', at('trust.json'));
    expect(code).toBe(2);
    expect(out).toContain('[file-digest]');
    expect(out).toContain('[opening-missing]\n      post 3\n');
  });

  describe('an export', () => {
    const AUTHORITY = 'linkoping/socialnamnden';
    const exported = (out: string, ...args: readonly string[]): Promise<Told> =>
      cli(
        'export',
        '--as',
        AUTHORITY,
        '--out',
        out,
        '--sandbox',
        join(delge.stack.options.dir, 'sandbox.json'),
        ...args,
      );
    let size = '';

    it('holds, complete for its authority, refused included', async () => {
      const { code, out, err } = await exported(at('own'));
      expect([code, err, out]).toEqual([0, '', expect.stringContaining(`verify ${at('own')} --trust trust.json`)]);
      const report = await verify(at('own'));
      expect(report).toMatchObject({ findings: [], conclusion: 'holds', code: 0 });
      expect(report.period?.bounds).toEqual([AUTHORITY]);
      const [row] = report.complete ?? [];
      expect(report.complete).toHaveLength(1);
      expect(row).toMatchObject({ authority: AUTHORITY, from: 1 });
      expect(row?.refused).toBeGreaterThan(0);
      const human = await cli('verify', at('own'), '--trust', at('trust.json'), '--en');
      expect(human.out).toContain(
        `complete for ${AUTHORITY}, numbers 1 to ${row?.to}, refused included (${row?.refused})`,
      );
      size = report.period?.to ?? '';
    });

    it('has the look of the export before, and by dates what was logged then', async () => {
      await eventually(
        'the look has a checkpoint',
        30_000,
        async () =>
          Number((await delge.sandbox.client(AUTHORITY).checkpoint('disclosure')).split('\n')[1]) > Number(size) ||
          undefined,
      );
      expect(await exported(at('later'), '--from', size)).toMatchObject({ code: 0, err: '' });
      const later = await verify(at('later'));
      expect(later).toMatchObject({ findings: [], code: 0, period: { from: size } });
      expect(later.counts?.looks).toBeGreaterThan(0);
      expect(await exported(at('dated'), '--from', '2020-01-01', '--to', '2099-01-01')).toMatchObject({
        code: 0,
        err: '',
      });
      expect(await verify(at('dated'))).toMatchObject({ findings: [], code: 0, period: { from: '0' } });
      expect(await exported(at('empty'), '--from', '2020-01-01', '--to', '2020-01-02')).toMatchObject({
        code: 0,
        err: '',
      });
      expect(await verify(at('empty'))).toMatchObject({ findings: [], code: 0, period: { from: '0', to: '0' } });
    });
  });

  describe('evidence of one message', () => {
    const file = at('case.delge-evidence.json');
    const evidence = (as: string, message: string, ...args: readonly string[]): Promise<Told> =>
      cli(
        'evidence',
        message,
        '--as',
        as,
        '--out',
        file,
        '--sandbox',
        join(delge.stack.options.dir, 'sandbox.json'),
        ...args,
      );

    it.each(['sender', 'recipient'] as const)('holds with its content, made by its %s', async (party) => {
      const { code, out } = await evidence(
        party === 'sender' ? delivery.sender : recipient,
        delivery.id,
        '--with-content',
      );
      expect([code, out]).toEqual([0, expect.stringContaining(`verify ${file} --trust trust.json`)]);
      const report = await verify(file);
      expect(report).toMatchObject({ findings: [], conclusion: 'holds', code: 0 });
      expect(report.message).toMatchObject({ content: 'shown', decisions: [{ outcome: 'permit' }] });
      expect(report.message?.statements).toMatchObject([{ kind: 'technical' }]);
    });

    it('holds linked to a checkpoint that its reader has seen', async () => {
      writeFileSync(at('seen'), readFileSync(at('bundle/checkpoint')));
      expect(await evidence(delivery.sender, delivery.id, '--checkpoint', at('seen'))).toMatchObject({ code: 0 });
      const report = await verify(file, '--checkpoint', at('seen'));
      expect(report).toMatchObject({ findings: [], conclusion: 'holds', code: 0 });
    });

    it('holds of what its sender’s own gateway stopped, once that stands in the log', async () => {
      const { system, referral } = example('03-linkoping');
      const { recipients } = await refusalOf(delge.sandbox.client(system).submit(referral));
      const message = recipients[0]?.messageId ?? '';
      await eventually('the refusal is logged', 30_000, async () => {
        const { code } = await evidence(system, message, '--with-content');
        return code === 0 ? true : undefined;
      });
      const report = await verify(file);
      expect(report).toMatchObject({ findings: [], code: 0 });
      expect(report.message?.statements).toMatchObject([{ kind: 'refusal-recorded' }]);
    });

    it('is given to nobody else', async () => {
      const others = delge.directory.authorities
        .map(({ id }) => id)
        .filter((id) => id !== delivery.sender && id !== recipient)
        .slice(0, 3);
      expect(others).toHaveLength(3);
      for (const other of others) {
        expect(await problemOf(delge.sandbox.client(other).evidence(delivery.id, { content: true }))).toBe('not-found');
      }
    });
  });

  it('is not made while the ledger is away: nothing is shown of what it would have to say was looked at', async () => {
    const asking = delge.sandbox.client(recipient);
    await delge.stack.stop('ledger');
    const [evidence, openings] = await Promise.all([
      problemOf(asking.evidence(delivery.id, { content: true })),
      problemOf(asking.openings(0n, 10n)),
    ]);
    expect([evidence, openings]).toEqual(['not-ready', 'not-ready']);
  });
});

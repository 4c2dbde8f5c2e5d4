import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDecision, parseManifest, sha256Base64url, signDecision, signManifest } from '#envelope';
import type { Decision } from '#envelope';
import { canonicalBytes } from '#json';
import { ruleSetByDigest } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { LedgerKeys, OperatorClient } from '#operator';
import { KeysFeed } from '#snapshot';
import type { KeysLog } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { replay } from '#replay';
import type { Recorded } from '#replay';
import type { StoredImpact } from '../apps/cli/src/rules/impact.js';
import { cli } from './support/cli.js';
import type { Told } from './support/cli.js';
import { FalseGateway } from './support/false-gateway.js';
import { Parties } from './support/parties.js';
import { TestStack, examples } from './support/stack.js';

jest.setTimeout(240_000);
const PAGE = 100;
const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();

describe('the decisions of a run, computed again by somebody else', () => {
  let delge: TestStack;
  let parties: Parties;
  let keys: KeysLog;
  let decisions: readonly Recorded[];

  beforeAll(async () => {
    delge = await TestStack.shared();
    parties = new Parties(delge);
    // Of every kind: as examples are, and one that stops before the law is asked.
    await delge.sendAll(examples().filter(({ referral }) => referral.requestId === undefined));
    const gateway = await FalseGateway.of(delge, parties, 'kommunerna');
    const { messageId, ...stopped } = await gateway.made(await gateway.genuine(), { recipientFunction: 'ingen' });
    await gateway.send(stopped);
    await gateway.decided(messageId);
    await gateway.close();
    decisions = await allDecisions();
    keys = await keysLog();
  });

  const allDecisions = async (): Promise<readonly Recorded[]> => {
    const all: Recorded[] = [];
    for (let after = 0; ;) {
      const { status, body } = await delge.operator('GET', `/v1/decisions?after=${after}&limit=${PAGE}`);
      expect(status).toBe(200);
      const { items } = body as { readonly items: readonly (Recorded & { readonly seq: number })[] };
      all.push(...items);
      if (items.length < PAGE) return all;
      after = items.at(-1)?.seq ?? 0;
    }
  };
  /** As anybody admitted reads and verifies it. */
  const keysLog = async (): Promise<KeysLog> => {
    const client = new OperatorClient(
      'ledger',
      delge.stack.url('ledger'),
      'gateway:kommunerna',
      await parties.gateway('kommunerna'),
    );
    const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
    const feed = new KeysFeed(new LedgerKeys(client), delge.sandbox.trust, verification, () => new Date());
    await feed.refresh();
    const newest = feed.newest();
    if (newest === undefined) throw new Error('the keys log has no checkpoint');
    return newest.log;
  };
  const permit = (): Recorded => {
    const found = decisions.find(({ decision }) => parseDecision(decision).decision.outcome === 'permit');
    if (found === undefined) throw new Error('nothing was permitted');
    return found;
  };

  it('gives the same codes for every one of them', async () => {
    expect(decisions.length).toBeGreaterThan(15);
    const replayed = await Promise.all(decisions.map((recorded) => replay(recorded, keys)));
    expect(replayed.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
    const decided = new Set(replayed.map((one) => (one.outcome === 'same' ? one.decided : '')));
    expect([...decided].sort()).toEqual(['by-law', 'by-verification']);
  });

  it('shows a decision whose claims were others', async () => {
    const one = permit();
    const { manifest } = parseManifest(one.manifest!);
    const changed = { ...manifest, claims: { ...manifest.claims, assessments: [] } };
    const text = await signManifest(await parties.gateway(manifest.gateway), changed);
    expect(await replay({ ...one, manifest: text }, keys)).toMatchObject({ code: 'manifest-digest' });
    // Also where the exchange itself would stand by it.
    const { decision } = parseDecision(one.decision);
    const again = await signDecision(await parties.exchange(), {
      ...decision,
      manifestSha256: sha256Base64url(text),
      claimsSha256: createHash('sha256').update(canonicalBytes(changed.claims)).digest('base64url'),
    });
    const replayed = await replay({ ...one, manifest: text, decision: again }, keys);
    expect(replayed).toMatchObject({ outcome: 'mismatch', computed: { outcome: 'assess' } });
  });

  it('shows a decision that says other codes than the law gives', async () => {
    const one = permit();
    const { decision } = parseDecision(one.decision);
    const again = await signDecision(await parties.exchange(), {
      ...decision,
      verdict: { ...decision.verdict, force: otherForce(decision) },
    });
    expect(await replay({ ...one, decision: again }, keys)).toMatchObject({ outcome: 'mismatch' });
  });

  it('shows a rule that was changed since', async () => {
    const without = (digest: string): RuleSet | undefined => {
      const ruleSet = ruleSetByDigest(digest, nodeSha256);
      return ruleSet === undefined ? undefined : { ...ruleSet, versions: [] };
    };
    expect(await replay(permit(), keys, without)).toMatchObject({ outcome: 'mismatch' });
  });

  it('does not take a decision of another key, of another keys log, or of an engine to come', async () => {
    const one = permit();
    const { decision } = parseDecision(one.decision);
    const gateway = await parties.gateway('kommunerna');
    const stranger = await signDecision(gateway, decision);
    expect(await replay({ ...one, decision: stranger }, keys)).toMatchObject({ code: 'decision-key' });
    const said = async (change: object): Promise<object> =>
      replay({ ...one, decision: await signDecision(await parties.exchange(), { ...decision, ...change }) }, keys);
    const root = Buffer.alloc(32, 7).toString('base64');
    expect(await said({ keys: { ...decision.keys, root } })).toMatchObject({ code: 'keys-root' });
    expect(await said({ engineVersion: 99 })).toMatchObject({ code: 'engine-unknown' });
    expect(await said({ engineVersion: 1 })).toMatchObject({ code: 'engine-too-old' });
    expect(await said({ ruleSet: { ...decision.ruleSet, sha256: 'A'.repeat(43) } })).toMatchObject({
      code: 'rule-set-not-released',
    });
  });

  describe('by the command line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'delge-replay-'));
    const file = join(folder, 'decisions.jsonl');
    let sandbox: readonly string[];
    const ofFiles = (): Promise<Told> =>
      cli(...sandbox, 'rules', 'replay', '--json', '--decisions', file, '--keys', join(folder, 'keys.json'));
    const replayed = async (change: (all: Recorded[]) => Recorded[]): Promise<Told> => {
      const kept = readFileSync(file, 'utf8');
      const all = kept
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Recorded);
      writeFileSync(
        file,
        change(all)
          .map((one) => JSON.stringify(one))
          .join('\n'),
      );
      try {
        return await ofFiles();
      } finally {
        writeFileSync(file, kept);
      }
    };
    beforeAll(() => {
      sandbox = ['--sandbox', join(delge.stack.options.dir, 'sandbox.json')];
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('computes those of a running Delge again, and keeps them', async () => {
      const { code, out, err } = await cli(...sandbox, 'rules', 'replay', '--json', '--save', folder);
      expect([code, err]).toEqual([0, '']);
      const { decisions: count, same, mismatch } = JSON.parse(out) as Record<string, number>;
      expect(count).toBeGreaterThanOrEqual(decisions.length);
      expect([same, mismatch]).toEqual([count, 0]);
    });

    it('computes them again from files, and says so in lines', async () => {
      expect(await ofFiles()).toMatchObject({ code: 0, out: expect.stringContaining('"stands":true') });
      const lines = await cli(...sandbox, 'rules', 'replay', '--decisions', file, '--keys', join(folder, 'keys.json'));
      expect(lines.out).toMatch(/^(\d+) decisions: \1 same, 0 mismatch, 0 not replayable\n$/);
    });

    it('says which it cannot for want of an opening, and lets the rest stand', async () => {
      const { code, out } = await replayed((all) =>
        all.map(({ manifest, ...one }, at) => (at === 0 ? one : { ...one, manifest: manifest! })),
      );
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ mismatch: 0, notReplayable: { 'opening-missing': 1 }, stands: true });
    });

    it('ends with 1 on other codes than the law gives, and on what the exchange did not sign', async () => {
      const one = permit();
      const { decision } = parseDecision(one.decision);
      const verdict = { ...decision.verdict, force: otherForce(decision) };
      const other = await signDecision(await parties.exchange(), { ...decision, verdict });
      const differing = await replayed((all) => [...all, { ...one, decision: other }]);
      expect(differing.code).toBe(1);
      expect(JSON.parse(differing.out)).toMatchObject({
        mismatch: 1,
        stands: false,
        differing: [{ recorded: verdict }],
      });
      const stranger = await signDecision(await parties.gateway('kommunerna'), decision);
      const forged = await replayed(() => [{ ...one, decision: stranger }]);
      expect(forged.code).toBe(1);
      expect(JSON.parse(forged.out)).toMatchObject({ notReplayable: { 'decision-key': 1 }, stands: false });
    });

    describe('under rules that a jurist has changed', () => {
      const BASIS = 'LUF-2008-206-3';
      const rules = join(folder, 'rules');
      const act = join(rules, 'luf-2008-206.yaml');
      const asIs = readFileSync(join(ROOT, 'libs/legal-basis/rules/luf-2008-206.yaml'), 'utf8');
      const altered = asIs.replace('[control-incorrect-payment, prevent-incorrect-payment]', '[correct-taxation]');
      const diff = (...args: readonly string[]): Promise<Told> =>
        cli(...sandbox, 'rules', 'diff', ...args, '--decisions', file, '--keys', join(folder, 'keys.json'));
      const impactOf = async (...args: readonly string[]): Promise<StoredImpact> => {
        const { code, out, err } = await diff(...args, '--json');
        expect([code, err]).toEqual([0, '']);
        return JSON.parse(out) as StoredImpact;
      };
      beforeAll(() => cpSync(join(ROOT, 'libs/legal-basis/rules'), rules, { recursive: true }));

      it('says which fall out differently, and that none does under rules that say the same', async () => {
        expect(altered).not.toBe(asIs);
        expect(await impactOf('own', rules)).toMatchObject({ changed: [], withheld: [] });
        writeFileSync(act, altered);
        const { changed, changes, unchanged, decisions: count } = await impactOf('own', rules);
        const all = readFileSync(file, 'utf8').trim().split('\n');
        const stored = all.map((line) => parseDecision((JSON.parse(line) as Recorded).decision).decision);
        const verdicts = new Map(stored.map((one) => [one.entryId, one.verdict as { readonly bases?: string[] }]));
        const carried = stored.filter(
          ({ entryId, outcome }) =>
            outcome === 'permit' && verdicts.get(entryId)?.bases?.some((basis) => basis.startsWith(BASIS)) === true,
        );
        expect(carried.length).toBeGreaterThan(3);
        const told = new Map(changed.map((one) => [one.entryId, one]));
        for (const { entryId, messageId, sender, recipient, verdict } of carried)
          expect(told.get(entryId)).toMatchObject({ messageId, sender, recipient, before: verdict });
        expect(changed.length).toBeLessThan(count);
        expect([changed.length + unchanged, Object.values(changes).reduce((a, b) => a + b)]).toEqual([
          count,
          changed.length,
        ]);
        for (const { entryId, before, after } of changed) {
          expect(before).toEqual(verdicts.get(entryId));
          expect(JSON.stringify([before, after])).toContain(BASIS);
        }
        expect(changes['permit → deny']).toBe(carried.length);
      });

      it('prints them as a table, from the running Delge too', async () => {
        const digest = parseDecision(permit().decision).decision.ruleSet.sha256;
        const { code, out } = await cli(...sandbox, 'rules', 'diff', digest, rules, '--decisions');
        expect(code).toBe(0);
        expect(out).toContain('| Meddelande | Avsändare | Mottagare | Typ | Före | Efter |');
        expect(out).toMatch(/inget formellt hinder<br>.*\| formellt hinder<br>.*PURPOSE_NOT_COVERED LUF-2008-206-3/);
        expect(out).toContain('| inget formellt hinder → formellt hinder |');
      });

      it('says which it cannot compute for want of an opening, and takes no rule set that it does not know', async () => {
        const kept = readFileSync(file, 'utf8');
        const [first = '', ...rest] = kept.trim().split('\n');
        const { manifest: _, ...unopened } = JSON.parse(first) as Recorded;
        writeFileSync(file, [JSON.stringify(unopened), ...rest].join('\n'));
        const { code, out } = await diff('2', rules);
        writeFileSync(file, kept);
        expect(code).toBe(0);
        expect(out).toMatch(/\| opening-missing \| [^|]+ \| 1 \|/);
        expect(out).toContain(`- ${unopened.entryId}: opening-missing`);
        expect(await diff('own', '99')).toEqual({ code: 2, out: '', err: 'no released rule set 99\n' });
      });
    });

    it('takes no keys log but the one that was signed', async () => {
      const keysFile = join(folder, 'keys.json');
      const kept = readFileSync(keysFile, 'utf8');
      const { checkpoint, entries } = JSON.parse(kept) as { checkpoint: string; entries: string[] };
      writeFileSync(keysFile, JSON.stringify({ checkpoint, entries: entries.slice(0, -1) }));
      const shorter = await ofFiles();
      writeFileSync(keysFile, kept);
      expect(shorter).toMatchObject({ code: 1, out: '', err: expect.stringContaining('LOG_ROLLED_BACK') });
    });
  });
});

/** A force that the law does not give here. */
const otherForce = ({ verdict }: Decision): string =>
  (verdict as { readonly force?: unknown }).force === 'permission' ? 'duty' : 'permission';

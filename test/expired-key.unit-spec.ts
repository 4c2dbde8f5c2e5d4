import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey, localSigner, parseDecision, parseManifest, sha256Base64url, signReceipt } from '#envelope';
import type { PrivateKey } from '#envelope';
import { KeysLog } from '#snapshot';
import { aClock, aGateway, aWorld, anExchange, example, outcomeOf, publicJwk, sealed } from '#testing';
import type { Sealed, TestExchange, World } from '#testing';
import { nodeSha256 } from '#tlog/build';
import { EntryChecker } from '#verifier';

const DAY_MS = 86_400_000;
const GATEWAY = 'myndigheterna';
const dayAfter = (at: Date, days: number): string => new Date(at.getTime() + days * DAY_MS).toISOString().slice(0, 10);

describe('a key that has expired', () => {
  let world: World;
  let exchange: TestExchange;
  let message: Sealed;
  let decision: PrivateKey;
  let manifest: PrivateKey;
  const clock = aClock();

  beforeAll(async () => {
    world = await aWorld(clock);
    [decision, manifest] = [await generateKey('decision'), await generateKey('manifest')];
    const expiresOn = dayAfter(clock.now(), 2);
    const operatedBy = world.snapshot.gateway(GATEWAY)?.operatedBy ?? '';
    const administrator = world.keys.administrators[operatedBy] as PrivateKey;
    await world.state(
      { kind: 'key-added', holder: 'exchange', use: 'decision', key: publicJwk(decision), expiresOn },
      world.keys.operators[0],
    );
    await world.state(
      { kind: 'key-added', holder: `gateway:${GATEWAY}`, use: 'manifest', key: publicJwk(manifest), expiresOn },
      administrator,
    );
    exchange = await anExchange(world);
    message = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  });

  const decided = () => exchange.release(message, { signer: localSigner(decision) });
  /** What the offline verifier finds of one entry, by the whole keys log. */
  const findings = async (entry: string, annex: string): Promise<readonly string[]> => {
    const keys = KeysLog.empty(world.trust, nodeSha256);
    await keys.appendAll(world.entries);
    const checker = new EntryChecker({
      environment: world.environment,
      keys,
      ruleSetOf: world.ruleSets.find,
      cooperations: new Map(),
    });
    return checker.check({ index: 0n, entry, blind: '', annex }).findings.map(({ code }) => code);
  };
  const receiptFor = async (entry: string) => {
    const { entryId, messageId, attempt, sender, recipient, jweSha256 } = parseDecision(entry).decision;
    const receipt = await signReceipt(localSigner(manifest), {
      v: 1,
      env: world.environment,
      receiptId: world.newId(),
      messageId,
      attempt,
      kind: 'technical',
      by: recipient,
      gateway: GATEWAY,
      decisionEntryId: entryId,
      jweSha256,
      // A time at which it had not: whoever signs names what he likes.
      at: '2020-01-01T00:00:00.000Z',
    });
    const statementSha256 = sha256Base64url(receipt);
    const body = { kind: 'receipt-recorded', messageId, attempt, sender, recipient, statementSha256 } as const;
    return { receipt, notice: await exchange.notice(body) };
  };

  it('stays good for what it did before, and does nothing new, to the gateway as to the verifier', async () => {
    const gateway = await aGateway(world, GATEWAY);
    const before = await decided();
    const taken = await receiptFor(before.decision);
    expect(await outcomeOf(() => gateway.verify.execute(before))).toBe('accepted');

    clock.advance(3 * DAY_MS);
    const after = await decided();
    const late = await receiptFor(before.decision);
    expect(await outcomeOf(() => gateway.verify.execute(after))).toBe('decision-key');
    expect(await findings(after.decision, after.manifest)).toEqual(['entry-key']);
    expect(await findings(late.notice.entry, late.receipt)).toEqual(['annex-key']);

    expect(await outcomeOf(() => gateway.verify.execute(before))).toBe('accepted');
    expect(await findings(before.decision, before.manifest)).toEqual([]);
    expect(await findings(taken.notice.entry, taken.receipt)).toEqual([]);
  });

  it('is no longer offered to those who would seal to it', async () => {
    const recipient = 'fk/forsakringskassan';
    const key = await generateKey('sealing');
    const expiresOn = dayAfter(clock.now(), 2);
    await world.state(
      { kind: 'key-added', holder: recipient, use: 'sealing', key: publicJwk(key), expiresOn },
      world.keys.administrators['fk'] as PrivateKey,
    );
    const gateway = await aGateway(world, 'kommunerna');
    const sealedTo = async (): Promise<string> => {
      const { system, referral } = example('01');
      const to = { ...example('01'), system, referral: { ...referral, id: world.newId(), caseId: world.newId() } };
      return (await sealed(world, gateway, to)).message.detail.manifest ?? '';
    };
    expect(parseManifest(await sealedTo()).manifest.sealingKey).toBe(key.kid);
    clock.advance(3 * DAY_MS);
    expect(parseManifest(await sealedTo()).manifest.sealingKey).toBe(world.keys.sealings[recipient]?.kid);
  });
});

import { beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_BODY, MAX_SEALED, MAX_STATEMENT, parseMessageSubmittedV1 } from '#contracts';
import type { SubmitReferralDto } from '#contracts';
import { canonicalBytes } from '#json';
import { aGateway, aWorld, example, outcomeOf } from '#testing';
import type { TestGateway, World } from '#testing';
import type { Evaluated, Evaluation } from './evaluate-referral.js';
import { MAX_CONTENT_BYTES } from './evaluate-referral.js';

/** Content of so many octets in canonical form, of characters of four octets and a rest. */
const contentOf = (octets: number): { readonly text: string } => {
  const room = octets - canonicalBytes({ text: '' }).length;
  return { text: '🜁'.repeat(Math.floor(room / 4)) + 'x'.repeat(room % 4) };
};

describe('the largest referral', () => {
  const { system, referral } = example('01');
  let world: World;
  let sender: TestGateway;
  let evaluation: Evaluation;
  let to: Evaluated;
  beforeAll(async () => {
    world = await aWorld();
    sender = await aGateway(world, 'kommunerna');
    evaluation = await sender.evaluate.execute(system, referral, {
      now: world.clock.now(),
      added: referral.assessments ?? [],
    });
    to = evaluation.recipients[0] as Evaluated;
  });
  const registration = { diaryNumber: '🜁'.repeat(32), subject: '🜁'.repeat(100), secrecyMark: '🜁'.repeat(50) };
  const sealing = (body: SubmitReferralDto, about: Partial<Evaluated> = {}) =>
    sender.sealing.seal(system, body, { ...to, ...about }, evaluation, world.clock.now());

  it('has 256 KiB of content, and fits into a message when it is sealed', async () => {
    const content = contentOf(MAX_CONTENT_BYTES);
    expect(canonicalBytes(content)).toHaveLength(256 * 1024);
    const { outgoing } = await sealing({ ...referral, registration }, { content });
    expect(outgoing.body.length).toBeLessThan(MAX_BODY);
    expect(parseMessageSubmittedV1(outgoing.body).jwe.length).toBeLessThan(MAX_SEALED);
  });

  it('is refused with one octet more, before anything else is looked at', async () => {
    const evaluating = (octets: number): Promise<string> =>
      outcomeOf(() =>
        sender.evaluate.execute(system, { ...referral, content: contentOf(octets) }, { now: world.clock.now() }),
      );
    expect(await evaluating(MAX_CONTENT_BYTES)).toBe('CONTENT_INVALID');
    expect(await evaluating(MAX_CONTENT_BYTES + 1)).toBe('TOO_LARGE');
  });

  it('is refused when no message can carry it', async () => {
    expect(await outcomeOf(() => sealing(referral, { content: contentOf(300_000) }))).toBe('TOO_LARGE');
    const items = Array.from({ length: 500 }, (_, n) => ({ ...to.claims.items[0], id: `${'i'.repeat(300)}${n}` }));
    const claims = { ...to.claims, items } as Evaluated['claims'];
    expect(canonicalBytes({ ...claims }).length * (4 / 3)).toBeGreaterThan(MAX_STATEMENT);
    expect(await outcomeOf(() => sealing(referral, { claims }))).toBe('TOO_LARGE');
  });
});

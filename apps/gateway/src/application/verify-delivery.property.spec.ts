import { beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeliveryReleasedV1 } from '#contracts';
import { aGateway, aWorld, anExchange, example, outcomeOf, sealed } from '#testing';
import type { TestGateway } from '#testing';

let recipient: TestGateway;
let delivery: DeliveryReleasedV1;

beforeAll(async () => {
  const world = await aWorld();
  recipient = await aGateway(world, 'myndigheterna');
  const message = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  delivery = await (await anExchange(world)).release(message);
});

const MEMBERS = ['manifest', 'jwe', 'decision', 'blind', 'proof'] as const;
const CHARACTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/= \n'];
const anyChange = fc.record({
  member: fc.constantFrom(...MEMBERS),
  // A place in the text as a share of its length, and the places where the unused bits of base64url hide.
  at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(1)),
  character: fc.constantFrom(...CHARACTERS),
  how: fc.constantFrom('replace', 'insert', 'remove'),
});

it('accepts nothing in which one character is another', async () => {
  expect(await outcomeOf(() => recipient.verify.execute(delivery))).toBe('accepted');
  await fc.assert(
    fc.asyncProperty(anyChange, async ({ member, at, character, how }) => {
      const text = delivery[member];
      const place = Math.min(Math.floor(at * text.length), text.length - 1);
      const rest = text.slice(how === 'insert' ? place : place + 1);
      const changed = text.slice(0, place) + (how === 'remove' ? '' : character) + rest;
      fc.pre(changed !== text);
      expect(await outcomeOf(() => recipient.verify.execute({ ...delivery, [member]: changed }))).not.toBe('accepted');
    }),
    { numRuns: 400 },
  );
}, 120_000);

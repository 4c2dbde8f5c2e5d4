import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DelgeClient } from '#client';
import type { IncidentView, MessageView } from '#contracts';
import { TestStack, eventually, permitted, problemOf } from './support/stack.js';

jest.setTimeout(60_000);
const TRAVEL_MS = 30_000;

describe('a message that came to the wrong authority', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
  });

  it('is an incident of one id at both ends, each with its clocks', async () => {
    const { system, recipient, referral } = permitted();
    const sender = delge.sandbox.client(system);
    const receiver = delge.sandbox.client(recipient);
    await sender.submit(referral);
    const [{ messageId }] = (await delge.settled(system, referral.id, ['fetched'])) as [MessageView];
    await receiver.give(messageId, { kind: 'form-rejected', reason: 'misdirected' });
    const at = (client: DelgeClient): Promise<IncidentView> =>
      eventually('the incident', TRAVEL_MS, async () => {
        for (let after: string | undefined; ;) {
          const page = await client.incidents({
            limit: '200',
            open: 'true',
            ...(after === undefined ? {} : { after }),
          });
          const found = page.items.find((one) => one.messageId === messageId);
          if (found !== undefined || page.items.length === 0) return found;
          after = page.next;
        }
      });
    const there = await at(receiver);
    const here = await at(sender);
    expect(here).toMatchObject({ id: there.id, side: 'sender', other: recipient });
    expect(there).toMatchObject({ side: 'recipient', other: system });
    expect(here.clocks.map(({ clock, hours, state }) => [clock, hours, state])).toEqual([
      ['early-warning', 24, 'running'],
      ['notification', 72, 'running'],
    ]);
    expect(await sender.closeIncident(here.id, { code: 'notified-imy' })).toHaveProperty('closedAt');
    expect(await problemOf(sender.closeIncident(here.id, { code: 'not-required' }))).toBe('incident-closed');
    expect((await at(receiver)).closedAt).toBeUndefined();
  });
});

import { expect, it } from '@jest/globals';
import type { ConsumeMessage } from 'amqplib';
import { incoming } from './incoming.js';

const came = (properties: object): ReturnType<typeof incoming> =>
  incoming({ content: Buffer.from('{}'), fields: { redelivered: false }, properties } as unknown as ConsumeMessage);

it('gives type, id and account as they came', () => {
  const messageId = '6f0d3a1e-0c5f-4c8e-9d1f-6d7a5b3c2e10';
  const message = came({ type: 'message.submitted.v1', messageId, userId: 'gw-fk' });
  expect(message).toMatchObject({ type: 'message.submitted.v1', messageId, userId: 'gw-fk' });
});

it.each(['delivery\u0000', 'Anna Andersson, 19121212-1212', 'x'.repeat(65), 'a\nb', 7])(
  'takes no type that could not be stored or logged: %j',
  (type) => {
    expect(came({ type }).type).toBe('');
    expect(came({ messageId: type }).messageId).toBe('');
  },
);

it('believes the broker on where a message died, not the publisher', () => {
  const headers = {
    'x-first-death-queue': 'gw.victim.in',
    'x-first-death-reason': 'delivery_limit',
    'x-death': [
      { queue: 'exchange.in', reason: 'rejected' },
      { queue: 'gw.victim.in', reason: 'delivery_limit' },
    ],
  };
  expect(came({ headers }).death).toEqual({ queue: 'exchange.in', reason: 'rejected' });
});

it('knows no death where there was none', () => {
  expect(came({ headers: { 'x-first-death-queue': 'gw.victim.in' } })).not.toHaveProperty('death');
  expect(came({ headers: { 'x-death': 'gw.victim.in' } })).not.toHaveProperty('death');
});

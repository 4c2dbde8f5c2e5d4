import { expect, it } from '@jest/globals';
import { HoldError } from '#messaging';
import { EventLog } from '#platform';
import { HandleGatewayMessage } from './handle-gateway-message.js';

const none = undefined as never;
const body = (members: object): Uint8Array => Buffer.from(JSON.stringify(members));
const wire = { messageId: 'm', userId: 'gw-kommunerna', redelivered: false, deliveries: 0 };

it('takes what stops a message while as much waits for its proof as may, and nothing else', async () => {
  const taken: string[] = [];
  const taking = (what: string) => ({
    execute: () => {
      taken.push(what);
      return Promise.resolve({ messageId: 'm', sender: 'a/b', code: 'case-closed', outcome: 'taken' });
    },
  });
  const handle = new HandleGatewayMessage(
    ...([taking('message'), taking('receipt'), taking('retraction'), none, none, none] as unknown as [
      never,
      never,
      never,
      never,
      never,
      never,
    ]),
    { wake: () => undefined } as never,
    () => undefined,
    new EventLog('test', 'silent'),
    () => true,
    undefined,
    taking('hold') as never,
  );
  await handle.take({ ...wire, type: 'release-hold.signed.v1', body: body({ hold: 'a.b.c' }) });
  await handle.take({ ...wire, type: 'retraction.signed.v1', body: body({ retraction: 'a.b.c' }) });
  await expect(handle.take({ ...wire, type: 'receipt.signed.v1', body: body({ receipt: 'a.b.c' }) })).rejects.toThrow(
    HoldError,
  );
  expect(taken).toEqual(['hold', 'retraction']);
});

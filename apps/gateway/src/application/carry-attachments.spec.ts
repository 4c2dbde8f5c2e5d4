import { expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import type { BlobClient } from '../attachments/blob-client.js';
import { CarryAttachments } from './carry-attachments.js';
import type { AttachmentStore, WaitingAttachment } from './ports/attachment.js';
import type { SealAttachments } from './seal-attachments.js';

class Rounds extends CarryAttachments {
  once(): Promise<number> {
    return this.round();
  }
}
const failing = (code: string, syscall: string): Error => Object.assign(new Error(code), { code, syscall });

/** Two that wait, of which the first cannot be read. @returns ids of those that were carried */
const carried = async (fault: Error): Promise<readonly string[]> => {
  const waiting = ['first', 'second'].map((id) => ({ id, length: 1 })) as unknown as readonly WaitingAttachment[];
  const done: string[] = [];
  const store = {
    waiting: () => Promise.resolve(waiting),
    carried: (_authority: string, _messageId: string, id: string) => Promise.resolve(void done.push(id)),
  };
  const sealing = {
    async *ciphertext({ id }: WaitingAttachment) {
      if (id === 'first') throw fault;
      yield Buffer.alloc(1);
    },
  };
  const exchange = { announce: () => Promise.resolve(0), append: () => Promise.resolve() };
  await new Rounds(
    store as unknown as AttachmentStore,
    sealing as unknown as SealAttachments,
    exchange as unknown as BlobClient,
    'test',
    () => ['linkoping/socialnamnden'],
    new EventLog('test', 'silent'),
  ).once();
  return done;
};

it('a file that cannot be read keeps no other attachment from leaving', async () => {
  expect(await carried(failing('EIO', 'read'))).toEqual(['second']);
  expect(await carried(failing('EAGAIN', 'read'))).toEqual(['second']);
});

it('a process without descriptors carries none now: the others would fare no better', async () => {
  expect(await carried(failing('EMFILE', 'open'))).toEqual([]);
});

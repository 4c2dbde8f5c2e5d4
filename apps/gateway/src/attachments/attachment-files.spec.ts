import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttachmentFiles } from './attachment-files.js';

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'delge-files-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('opens a file that was received when it is read, and not when it is found', async () => {
  const files = new AttachmentFiles(dir, randomBytes);
  const file = { authority: 'a/b', messageId: randomUUID(), attempt: 1, id: randomUUID() };
  async function* octets(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('whole'));
  }
  await files.append(file, octets());
  await files.keep(file);
  const read = async (): Promise<string> => {
    const found = await files.kept(file);
    const parts: Uint8Array[] = [];
    for await (const part of found ?? []) parts.push(part);
    return Buffer.concat(parts).toString();
  };
  expect(await read()).toBe('whole');
  const found = await files.kept(file);
  // Were it open already, it could still be read.
  await rm(dir, { recursive: true });
  await expect(found?.[Symbol.asyncIterator]().next()).rejects.toThrow('ENOENT');
});

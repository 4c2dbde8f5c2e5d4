import { expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import type { Response } from 'express';
import { sendOctets } from './octets.js';

it('begins nothing for whoever has gone before it is sent', async () => {
  let began = false;
  async function* octets(): AsyncGenerator<Uint8Array> {
    began = true;
    yield await Promise.resolve(Buffer.from('x'));
  }
  const response = new PassThrough();
  response.destroy();
  await sendOctets(response as unknown as Response, octets());
  expect(began).toBe(false);
});

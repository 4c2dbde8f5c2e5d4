import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { ProblemError } from './problem.js';

/** Reads a body whole. @throws {ProblemError} too-large */
export const octetsOf = async (request: Request, maxBytes: number): Promise<Uint8Array> => {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new ProblemError('too-large', 413);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new ProblemError('too-large', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/**
 * Answers with a stream, as fast as its reader takes it. Its length must have been announced: one that breaks off is known for it by having
 * fewer octets.
 * @returns when the answer has ended, in whichever way
 */
export const sendOctets = (response: Response, octets: AsyncIterable<Uint8Array>): Promise<void> =>
  new Promise((resolve) => {
    const source = Readable.from(octets, { objectMode: false });
    // Whoever asked has gone meanwhile: that is told no more.
    if (response.destroyed) {
      source.destroy();
      resolve();
      return;
    }
    source.on('error', () => response.destroy());
    response.on('close', () => {
      source.destroy();
      resolve();
    });
    source.pipe(response);
  });

import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import {
  checkpointText,
  nodeNoteSigner,
  nodeSha256,
  nodeVerifyEd25519,
  signNote,
  verifierKey,
} from '../build/index.js';
import { openCheckpoint } from './index.js';
import type { VerifyEd25519 } from './index.js';

const signer = (): ReturnType<typeof nodeNoteSigner> =>
  nodeNoteSigner('logg.example/x', generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
const [log, stranger] = [signer(), signer()];
const trustIn = ({ name, publicKey }: typeof log) => ({
  origin: name,
  keys: [verifierKey(name, publicKey, nodeSha256)],
  policy: '',
});
const noteOf = (size: bigint, by = log): string =>
  signNote(checkpointText(log.name, size, Buffer.alloc(32, 1)), by, nodeSha256);
const counting = () => {
  const seen = { times: 0 };
  const verifyEd25519: VerifyEd25519 = (...args) => {
    seen.times += 1;
    return nodeVerifyEd25519(...args);
  };
  return { seen, verification: { sha256: nodeSha256, verifyEd25519 } };
};

it('is verified once under one trust, however many entries come with it', () => {
  const { seen, verification } = counting();
  const trust = trustIn(log);
  const first = openCheckpoint(noteOf(7n), trust, verification);
  expect(openCheckpoint(noteOf(7n), trust, verification)).toEqual(first);
  expect(seen.times).toBe(1);
  expect(openCheckpoint(noteOf(8n), trust, verification).size).toBe(8n);
  expect(seen.times).toBe(2);
});

it('means nothing to another trust, nor to another way of verifying', () => {
  const { verification } = counting();
  openCheckpoint(noteOf(7n), trustIn(log), verification);
  expect(() => openCheckpoint(noteOf(7n), trustIn(stranger), verification)).toThrow('NO_LOG_SIGNATURE');
  const trust = trustIn(log);
  openCheckpoint(noteOf(7n), trust, verification);
  const refuses = { sha256: nodeSha256, verifyEd25519: () => false };
  expect(() => openCheckpoint(noteOf(7n), trust, refuses)).toThrow('BAD_SIGNATURE');
});

it('is judged anew each time where it did not verify', () => {
  const trust = trustIn(log);
  const { seen, verification } = counting();
  const forged = noteOf(9n).replace('\n9\n', '\n10\n');
  for (const time of [1, 2, 3]) {
    expect(() => openCheckpoint(forged, trust, verification)).toThrow('BAD_SIGNATURE');
    expect(seen.times).toBe(time);
  }
});

it('is forgotten when many have come since', () => {
  const { seen, verification } = counting();
  const trust = trustIn(log);
  for (let size = 1n; size <= 65n; size += 1n) openCheckpoint(noteOf(size), trust, verification);
  openCheckpoint(noteOf(1n), trust, verification);
  expect(seen.times).toBe(66);
});

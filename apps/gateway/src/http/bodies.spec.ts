import { expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { MOST_OPENINGS, generateKey, localSigner, parseErasureDecision, signErasureDecision } from '#envelope';
import { ANYBODY } from './bodies.js';

it('have room for the longest decision to erase', async () => {
  const slug = 'a'.repeat(63);
  const authority = `${slug}/${slug}`;
  const openings = Array.from({ length: MOST_OPENINGS }, () => ({
    index: `${2n ** 63n}`,
    entryId: randomUUID(),
    sender: authority,
    recipient: authority,
    number: Number.MAX_SAFE_INTEGER,
  }));
  const signer = localSigner(await generateKey('administrator'));
  const [decisionId, messageId, caseId] = [randomUUID(), randomUUID(), randomUUID()];
  const at = '2026-12-01T00:00:00.000Z';
  const ids = { decisionId, messageId, caseId };
  const text = await signErasureDecision(signer, { v: 1, env: 'production', authority, ...ids, openings, at });
  expect(parseErasureDecision(text)).toBeDefined();
  expect(text.length).toBeLessThan(ANYBODY.maxBytes);
});

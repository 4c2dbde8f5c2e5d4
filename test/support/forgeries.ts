import { randomUUID } from 'node:crypto';
import type { DeliveryReleasedV1 } from '#contracts';
import { generateKey, localSigner, sha256Base64url } from '#envelope';
import { noteSigner } from '#testing';
import { repainted, touched } from './forger.js';
import type { Forger } from './forger.js';

type Forge = (
  one: DeliveryReleasedV1,
  other: DeliveryReleasedV1,
  forger: Forger,
) => DeliveryReleasedV1 | Promise<DeliveryReleasedV1>;

/** What can be wrong with a delivery that can be read, the reason for which it is rejected, and how it is made of genuine ones. */
export const FORGERIES: readonly [string, string, Forge][] = [
  ['without a proof', 'proof-missing', (one) => ({ ...one, proof: '' })],
  ['without the blind of its entry', 'proof-missing', (one) => ({ ...one, blind: '' })],
  ['with the proof of another entry', 'proof-invalid', (one, other) => ({ ...one, proof: other.proof })],
  ['with the blind of another entry', 'proof-invalid', (one, other) => ({ ...one, blind: other.blind })],
  [
    'proven under the key of another log',
    'proof-invalid',
    async (one, _, forger) => ({
      ...one,
      ...(await forger.logged(one.decision, noteSigner(forger.parties.log().name))),
    }),
  ],
  [
    'proven in another tree, by the log and two of its four witnesses',
    'proof-invalid',
    async (one, _, forger) => ({
      ...one,
      ...(await forger.logged(one.decision, forger.parties.log(), forger.parties.witnesses().slice(0, 2))),
    }),
  ],
  [
    'proven in another tree, by the log and strangers under the names of its witnesses',
    'proof-invalid',
    async (one, _, forger) => ({
      ...one,
      ...(await forger.logged(
        one.decision,
        forger.parties.log(),
        forger.parties.witnesses().map(({ name }) => noteSigner(name)),
      )),
    }),
  ],
  [
    'with a checkpoint of another size',
    'proof-invalid',
    (one) => ({
      ...one,
      proof: one.proof.replace(
        /(\/disclosure\n)(\d+)\n/,
        (__, origin: string, size: string) => `${origin}${Number(size) + 1}\n`,
      ),
    }),
  ],
  [
    'with a checkpoint whose signature was touched',
    'proof-invalid',
    (one) => ({
      ...one,
      proof: touched(one.proof.trimEnd(), 0.995).concat('\n'),
    }),
  ],
  [
    'proven at another index',
    'proof-invalid',
    (one) => ({
      ...one,
      proof: one.proof.replace(/^index (\d+)$/m, (__, index: string) => `index ${Number(index) + 1}`),
    }),
  ],
  [
    'with the proof of a decision whose text was touched',
    'decision-signature',
    (one) => ({
      ...one,
      decision: repainted(one.decision, (decision) => ({ ...decision, number: 4711 })),
    }),
  ],
  [
    'decided by a gateway',
    'decision-key',
    async (one, _, forger) => forger.decided(one, (same) => same, await forger.parties.gateway('kommunerna')),
  ],
  [
    'decided by nobody known',
    'decision-key',
    async (one, _, forger) => forger.decided(one, (same) => same, localSigner(await generateKey('decision'))),
  ],
  [
    'decided with codes that the law does not give',
    'verdict-mismatch',
    (one, _, forger) =>
      forger.decided(one, (decision) => ({
        ...decision,
        verdict: { ...decision.verdict, force: 'permission' },
      })),
  ],
  [
    'that was refused',
    'not-permitted',
    (one, _, forger) => forger.decided(one, (same) => ({ ...same, outcome: 'deny' })),
  ],
  [
    'decided for another recipient',
    'decision-binding',
    (one, _, forger) => forger.decided(one, (decision) => ({ ...decision, recipient: 'skv/skatteverket' })),
  ],
  [
    'under the permit of another message',
    'decision-binding',
    (one, other) => {
      const { decision, blind, proof } = other;
      return { ...one, decision, blind, proof };
    },
  ],
  ['with the ciphertext of another message', 'ciphertext-digest', (one, other) => ({ ...one, jwe: other.jwe })],
  [
    'whose decision names another ciphertext',
    'ciphertext-digest',
    (one, other, forger) => forger.decided(one, (decision) => ({ ...decision, jweSha256: sha256Base64url(other.jwe) })),
  ],
  [
    'with a manifest that was touched',
    'decision-binding',
    (one) => ({
      ...one,
      manifest: repainted(one.manifest, (manifest) => ({
        ...manifest,
        expiresAt: '2099-01-01T00:00:00.000Z',
      })),
    }),
  ],
  [
    'with a touched manifest that was decided on',
    'manifest-signature',
    async (one, _, forger) => {
      const manifest = touched(one.manifest, 0.999);
      return forger.decided({ ...one, manifest }, (same) => ({
        ...same,
        manifestSha256: sha256Base64url(manifest),
      }));
    },
  ],
  [
    'with a manifest of another gateway',
    'manifest-key',
    async (one, _, forger) => forger.manifested(one, (same) => same, await forger.parties.gateway('rattsvasendet')),
  ],
  [
    'for another authority at the same gateway',
    'seal-not-openable',
    (one, _, forger) =>
      forger.manifested(one, (manifest) => ({
        ...manifest,
        recipient: 'skv/skatteverket',
        recipientFunction: 'registrator',
      })),
  ],
  [
    'as another authority at the same gateway sent it',
    'document-key',
    (one, _, forger) => forger.manifested(one, (manifest) => ({ ...manifest, sender: 'linkoping/socialnamnden' })),
  ],
  [
    'under another id',
    'context-mismatch',
    (one, _, forger) => forger.manifested(one, (manifest) => ({ ...manifest, messageId: randomUUID() })),
  ],
];

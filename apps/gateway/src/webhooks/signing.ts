import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';

/** Base64url halves of an Ed25519 key, as in a JWK (RFC 8037). */
export interface WebhookSecret {
  readonly x: string;
  readonly d: string;
}
export interface WebhookKey {
  /** `whpk_` and base64 (Standard Webhooks). */
  readonly publicKey: string;
  readonly secret: WebhookSecret;
}

export const makeWebhookKey = (): WebhookKey => {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { publicKey: `whpk_${Buffer.from(x, 'base64url').toString('base64')}`, secret: { x, d } };
};

/**
 * Headers of Standard Webhooks 1.0.0, scheme `v1a`: what is signed is id, seconds and body with full stops between.
 * @param secrets newest first; each signs
 */
export const signedHeaders = (
  secrets: readonly WebhookSecret[],
  id: string,
  at: Date,
  body: Uint8Array,
): Readonly<Record<string, string>> => {
  const timestamp = Math.floor(at.getTime() / 1000).toString();
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`, 'utf8'), body]);
  const signatures = secrets.map(({ x, d }) => {
    const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' });
    return `v1a,${sign(null, content, key).toString('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
};

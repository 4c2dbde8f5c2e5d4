import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { EventView, WebhookTest } from '#contracts';

/** Either way, as the reference libraries of Standard Webhooks have it. */
const TOLERANCE_SECONDS = 5 * 60;
const PREFIX = 'whpk_';
const KEY_OCTETS = 32;

/** `headers`: one is missing, or there twice. `time`: it was not sent now. `signature`: by none of the keys. `body`: no JSON. */
export type WebhookRefusal = 'headers' | 'time' | 'signature' | 'body';

/** What came is not the gateway's, or not of now: answer `400`, and look no further at it. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
  constructor(readonly code: WebhookRefusal) {
    super(`a webhook is refused for its ${code}`);
  }
}

/**
 * What a gateway posted to a webhook, when it is that gateway's and of now: Standard Webhooks 1.0.0, scheme `v1a` (Ed25519).
 * That it is new it does not tell: the same event may come again, under the same `id`.
 * @param headers as they came, names in any case
 * @param body the octets as they came, before anything parsed them
 * @param publicKeys `whpk_` and base64: those of the webhook whose `until` has not passed
 * @throws {WebhookRefused}
 * @throws {TypeError} when one of the keys is none
 */
export const receivedWebhook = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: Uint8Array,
  publicKeys: readonly string[],
  now: Date = new Date(),
): EventView | WebhookTest => {
  const keys = publicKeys.map(keyOf);
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    only(headers, name),
  ) as [string, string, string];
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  // Not the other way round: what is not a number is refused.
  if (!(Math.abs(Math.floor(now.getTime() / 1000) - seconds) <= TOLERANCE_SECONDS)) throw new WebhookRefused('time');
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const signed = signatures
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .map((one) => Buffer.from(one.slice('v1a,'.length), 'base64'));
  if (!signed.some((signature) => keys.some((key) => verify(null, content, key, signature))))
    throw new WebhookRefused('signature');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as EventView | WebhookTest;
  } catch {
    throw new WebhookRefused('body');
  }
};

/** @throws {WebhookRefused} unless there is one that says something */
const only = (headers: Readonly<Record<string, string | readonly string[] | undefined>>, name: string): string => {
  const values = Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? (value ?? []) : []));
  const [value] = values;
  if (values.length !== 1 || value === undefined || value === '') throw new WebhookRefused('headers');
  return value;
};

const keyOf = (publicKey: string): KeyObject => {
  const octets = Buffer.from(publicKey.slice(PREFIX.length), 'base64');
  if (!publicKey.startsWith(PREFIX) || octets.length !== KEY_OCTETS)
    throw new TypeError('a public key of a webhook is whpk_ and the base64 of 32 octets');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: octets.toString('base64url') }, format: 'jwk' });
};

import { IsBoolean, IsString, Length } from 'class-validator';
import { IsInstant, IsUuid, Optional } from './rules.js';

/** `not-listed`: the operator lists its target no more. `retrying`: the event in hand was not taken yet. `suspended`: the system that registered it has another key since. `failed`: it was not taken for three days. `gone`: the receiver answered `410`. */
export const WEBHOOK_STATES = ['active', 'not-listed', 'retrying', 'suspended', 'failed', 'gone'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** Why there is no HTTP status: the address is not listed any more, its name leads to an address that is not allowed, nobody answered, or not in time, or the gateway stopped or whoever asked for it went. */
export const WEBHOOK_FAULTS = ['not-listed', 'address-refused', 'unreachable', 'timeout', 'broken-off'] as const;
export type WebhookFault = (typeof WEBHOOK_FAULTS)[number];

export const WEBHOOK_ATTEMPTS = ['delivery', 'test', 'replay'] as const;
export type WebhookAttemptKind = (typeof WEBHOOK_ATTEMPTS)[number];

/** Body of `PUT /v1/webhooks/{id}`. */
export class PutWebhookDto {
  /** Of an origin that the gateway's operator listed, written as it is compared: `https://host/path`, in lower case, without user, port 443 or fragment. */
  @IsString() @Length(1, 2000) readonly url!: string;
  /** Id of an event: it goes on behind that one. Absent: one that is new begins after what has happened, another goes on from its cursor. */
  @Optional() @IsUuid() readonly after?: string;
}

/** Body of `POST /v1/webhooks/{id}/rotation`, which may be absent. */
export class RotateWebhookDto {
  /** `false`: the keys before it sign no more from now on. Absent: `true`. */
  @Optional() @IsBoolean() readonly overlap?: boolean;
}

/** Body of `POST /v1/webhooks/{id}/replay`: one event, or those since a time. */
export class ReplayWebhookDto {
  /** Id of the event. */
  @Optional() @IsUuid() readonly event?: string;
  /** Events that happened at or after it, in their order; as many as fit in one answer. At most 30 days ago. */
  @Optional() @IsInstant() readonly since?: string;
  /** With `since`: `next` of the answer before. */
  @Optional() @IsUuid() readonly after?: string;
}

export interface WebhookKeyView {
  /** `whpk_` and the base64 of a raw Ed25519 public key (Standard Webhooks). */
  readonly publicKey: string;
  readonly madeAt: string;
  /** Until when it signs beside the newer one. */
  readonly until?: string;
}

/** Where an authority's systems are told of events. */
export interface WebhookView {
  readonly id: string;
  readonly url: string;
  /** Id of the system that registered it last. */
  readonly system: string;
  readonly state: WebhookState;
  readonly registeredAt: string;
  /** Id of the newest event that it took; absent: none before was there. */
  readonly cursor?: string;
  /** How often the event in hand was tried in vain. */
  readonly failures: number;
  /** When that is tried again. */
  readonly nextAttemptAt?: string;
  /** Newest first. */
  readonly keys: readonly WebhookKeyView[];
}

/** That an event was sent, and what came of it. */
export interface WebhookAttemptView {
  readonly kind: WebhookAttemptKind;
  readonly eventId: string;
  readonly at: string;
  /** HTTP status, or why there is none. */
  readonly status?: number;
  readonly code?: WebhookFault;
  readonly milliseconds: number;
  /** base64url SHA-256 of what was sent. */
  readonly bodySha256: string;
}

export interface WebhookReplayView {
  /** In the order in which they were sent; the first that was not taken is the last. */
  readonly items: readonly WebhookAttemptView[];
  /** `after` of what is left; absent: nothing is. */
  readonly next?: string;
}

/** What a test sends: in the form of an event, about nothing that happened. */
export interface WebhookTest {
  readonly id: string;
  readonly type: 'webhook.test';
  readonly timestamp: string;
  readonly data: { readonly webhookId: string };
}

import type { EventView, WebhookAttemptKind, WebhookFault } from '#contracts';
import type { WebhookKey, WebhookSecret } from '../../webhooks/signing.js';

/** Where events are sent, and by which keys they are signed, newest first. */
export interface WebhookTarget {
  readonly url: string;
  readonly secrets: readonly WebhookSecret[];
}

/** One that this process alone has in hand, with the event that comes next. */
export interface HeldWebhook extends WebhookTarget {
  readonly failures: number;
  readonly event: EventView;
}

export interface StoredWebhook {
  readonly id: string;
  readonly url: string;
  /** That registered it last. */
  readonly system: string;
  readonly state: 'active' | 'suspended' | 'failed' | 'gone';
  readonly registeredAt: Date;
  readonly cursor?: string;
  readonly failures: number;
  readonly dueAt: Date;
  /** Newest first. */
  readonly keys: readonly { readonly publicKey: string; readonly madeAt: Date; readonly until?: Date }[];
}

export interface WebhookAttempt {
  readonly kind: WebhookAttemptKind;
  readonly eventId: string;
  readonly at: Date;
  readonly status?: number;
  readonly code?: WebhookFault;
  readonly milliseconds: number;
  readonly bodySha256: string;
}

/** What an attempt leads to: its event is dealt with, or tried again, or the webhook ends; one that was broken off leads to nothing. */
export type WebhookOutcome =
  | { readonly is: 'taken' | 'broken-off' }
  | { readonly is: 'again'; readonly dueAt: Date }
  | { readonly is: 'failed' | 'gone' };

/** Of one loop, until it is over. */
export interface WebhookLease {
  readonly authority: string;
  readonly id: string;
  readonly lease: string;
}

export interface NewWebhook {
  readonly id: string;
  readonly url: string;
  readonly system: string;
  /** Key by which the system came. */
  readonly kid?: string | undefined;
  /** It goes on behind this event. */
  readonly after?: string | undefined;
}

/** `moved`: to another address. `resumed`: it had been suspended or had ended, or a key did not open. */
export type WebhookPut = 'created' | 'moved' | 'resumed' | 'kept' | 'too-many';

/** Throws unless it is as its caller expects. */
export type CheckWebhook = (webhook: StoredWebhook | undefined) => void;

export interface WebhookStore {
  /**
   * Registers it, or lets it go on from where it is, at this address.
   * @param key for one that is new, or whose own does not open any more; it begins after what has happened
   * @param check called under the lock under which it is changed
   * @throws {GatewayError} NOT_FOUND: there is no such event; UNAUTHENTICATED: the system has another key by now, or has ended
   */
  put(
    authority: string,
    webhook: NewWebhook,
    key: WebhookKey,
    most: number,
    at: Date,
    check?: CheckWebhook,
  ): Promise<WebhookPut>;
  /** By id. */
  list(authority: string, at: Date): Promise<readonly StoredWebhook[]>;
  find(authority: string, id: string, at: Date): Promise<StoredWebhook | undefined>;
  target(authority: string, id: string, at: Date): Promise<WebhookTarget | undefined>;
  /** @param check as of `put`, if there is one @returns false when there is none */
  remove(authority: string, id: string, at: Date, check?: CheckWebhook): Promise<boolean>;
  /** Adds a key, unless two hold already. @param until the end of the one before it; undefined: all end now, and one is added in any case */
  rotate(authority: string, id: string, key: WebhookKey, at: Date, until: Date | undefined): Promise<void>;
  /** Newest first. */
  attempts(
    authority: string,
    id: string,
    query: { readonly after?: string; readonly limit: number },
    at: Date,
  ): Promise<readonly (WebhookAttempt & { readonly cursor: string })[]>;
  /** Notes an attempt that moves nothing. */
  note(authority: string, id: string, attempt: WebhookAttempt): Promise<void>;
}

/** `isOurs`: the lease still held. */
export interface SettledWebhook {
  readonly isOurs: boolean;
  readonly next?: HeldWebhook;
}

export interface WebhookSending {
  /** Those that nobody has in hand and that an event waits for, longest due first. */
  due(
    authorities: readonly string[],
    at: Date,
    most: number,
  ): Promise<readonly { readonly authority: string; readonly id: string }[]>;
  /** @returns undefined when another was first, or nothing waits */
  take(lease: WebhookLease, at: Date, until: Date): Promise<HeldWebhook | undefined>;
  /** Notes an attempt and what it leads to, if the lease still holds. @returns the event after one that was taken, in hand until then */
  settle(
    lease: WebhookLease,
    attempt: WebhookAttempt,
    outcome: WebhookOutcome,
    at: Date,
    until: Date,
  ): Promise<SettledWebhook>;
  release(lease: WebhookLease): Promise<void>;
  /** How many are sent nothing until they are registered again. */
  stopped(authorities: readonly string[]): Promise<number>;
  /** Takes away what nobody reads any more: attempts after 30 days, keys that ended. */
  prune(authorities: readonly string[], at: Date): Promise<void>;
}

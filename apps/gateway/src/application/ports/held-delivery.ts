import type { DeliveryReleasedV1 } from '#contracts';

/** A delivery that was verified, whose attachments are not all here. */
export interface HeldDelivery {
  readonly messageId: string;
  readonly attempt: number;
  readonly since: Date;
  /** How often somebody took it in hand: whoever did last has it. */
  readonly tries: number;
  readonly message: DeliveryReleasedV1;
}

export interface HeldDeliveries {
  hold(
    authority: string,
    of: { readonly messageId: string; readonly attempt: number },
    message: DeliveryReleasedV1,
    at: Date,
  ): Promise<void>;
  /** Some that somebody is to look after now; nobody else has them for a while. */
  due(authority: string): Promise<readonly HeldDelivery[]>;
  /** @returns false when somebody else has it by now */
  renew(authority: string, held: HeldDelivery): Promise<boolean>;
  /** Look again later, the later the more often it was tried. */
  postpone(authority: string, held: HeldDelivery): Promise<void>;
  done(authority: string, held: HeldDelivery): Promise<void>;
}

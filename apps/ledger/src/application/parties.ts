/** Who may see an entry's opening, and which message it is about. */
export interface Parties {
  readonly authorities: readonly string[];
  readonly sender?: string;
  readonly recipient?: string;
  readonly messageId?: string;
  readonly caseId?: string;
}

const AUTHORITY = /^[a-z][a-z0-9-]{0,62}\/[a-z][a-z0-9-]{0,62}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Members of an entry, nothing of them verified. */
export interface Said {
  readonly kind?: unknown;
  readonly sender?: unknown;
  readonly recipient?: unknown;
  readonly authority?: unknown;
  readonly authorities?: unknown;
  readonly messageId?: unknown;
  readonly attempt?: unknown;
  readonly at?: unknown;
  readonly decidedAt?: unknown;
  readonly caseId?: unknown;
  readonly erased?: unknown;
}

const SENDERS_ALONE: readonly unknown[] = ['refusal-recorded', 'disclosure-recorded', 'hold-recorded'];
/** Whether the entry takes into the log what is the sender's own affair: a refusal, a recorded disclosure or a hold; only its annex names the case. */
export const isSendersAlone = (entry: Uint8Array): boolean => SENDERS_ALONE.includes(payloadOf(entry)?.kind);

/**
 * The authorities that an entry is about: sender and recipient, whose look or statement it is, those whom an auditor may read of, or those who were party to all that an erasure names. A refusal
 * is its sender's alone: secrecy stopped it, so nothing of it was disclosed to whom it was meant for. So is a recorded disclosure: nothing of it is sent to whom it was made. So is a hold: that there is something in the case which it is not to have is nothing for the recipient.
 * Nothing is verified here. Whoever can hand entries to the ledger could name readers of its own entry, and of no other.
 * @param annex of what is its sender's alone
 */
export function partiesOf(entry: Uint8Array, annex?: Uint8Array): Parties {
  const said = payloadOf(entry);
  if (said === undefined) return { authorities: [] };
  const { kind, sender, recipient, messageId } = said;
  const caseId = annex === undefined ? said.caseId : payloadOf(annex)?.caseId;
  return {
    authorities: Array.isArray(said.erased)
      ? ofAll(said.erased as readonly unknown[])
      : namedIn(SENDERS_ALONE.includes(kind) ? { sender } : said),
    ...(isAuthority(sender) ? { sender } : {}),
    ...(isAuthority(recipient) ? { recipient } : {}),
    ...(isUuid(messageId) ? { messageId } : {}),
    ...(isUuid(caseId) ? { caseId } : {}),
  };
}

const isAuthority = (value: unknown): value is string => typeof value === 'string' && AUTHORITY.test(value);
const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

const namedIn = ({ sender, recipient, authority, authorities }: Said): readonly string[] => [
  ...new Set(
    [sender, recipient, authority, ...(Array.isArray(authorities) ? (authorities as readonly unknown[]) : [])].filter(
      isAuthority,
    ),
  ),
];

const ofAll = (erased: readonly unknown[]): readonly string[] => {
  const [first, ...rest] = erased.map((one) => (isObject(one) ? namedIn(one) : []));
  return (first ?? []).filter((authority) => rest.every((others) => others.includes(authority)));
};

const isObject = (value: unknown): value is Said =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an entry says; nothing, where it is no token. */
export const saidIn = (entry: Uint8Array): Said => payloadOf(entry) ?? {};

/** @returns undefined when it is no token */
const payloadOf = (entry: Uint8Array): Said | undefined => {
  const payload = Buffer.from(entry).toString('latin1').split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const value = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

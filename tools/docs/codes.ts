import type { AssignmentFault } from '../../apps/ledger/src/domain/assignment.js';
import type { KeepingFault } from '../../apps/ledger/src/domain/keeping.js';
import type {
  Acknowledgement,
  AssignmentField,
  AssignmentNotice,
  AssignmentProvision,
  FindingAct,
  FormReason,
  HoldGround,
  LedgerNotice,
  Notice,
  Receipt,
  RequestRefusal,
  ReleaseHoldCode,
  RetractionReason,
  SampleAct,
  Search,
  SubscriptionAnswer,
  Typ,
} from '#envelope';
import type { SnapshotErrorCode, StatementBody } from '#snapshot';
import type { Rejection } from '../../apps/gateway/src/domain/errors.js';
import type { ReleaseFault } from '../../apps/registry/src/domain/release.js';
import type { QuarantineReason } from '../../apps/exchange/src/domain/errors.js';
import type { VerificationObstacle } from '#replay';
import {
  ANSWER_WORDS,
  ASSIGNMENT_FIELD_WORDS,
  ASSIGNMENT_PROVISION_WORDS,
  FORM_WORDS,
  HELD_WORDS,
  OBSTACLE_WORDS,
  REJECTION_WORDS,
  REQUEST_REFUSAL_WORDS,
  RETRACTION_WORDS,
  SUBSCRIPTION_WORDS,
} from '#contracts';
import type { Text } from '#contracts';

/** What people need to know of each kind of token. A kind without words fails to compile. */
export interface About {
  readonly what: string;
  readonly signer: string;
  readonly stands: string;
  readonly readers: string;
}

export const TOKENS: Readonly<Record<Typ, About>> = {
  'delge-document+jws': {
    what: 'The document: content, registration and parties, the context in a critical header. *Handlingen*',
    signer: "sending authority's document key",
    stands: 'sealed (JWE) in the message; the exact signed bytes stay in both gateways',
    readers: "the sender's and the recipient's gateway alone",
  },
  'delge-manifest+jws': {
    what: 'Manifest of one message: claims and digests, no content',
    signer: "sending gateway's manifest key",
    stands: 'opening of the decision in the `disclosure` log, as the annex',
    readers: "exchange, the recipient's gateway, whoever holds the opening",
  },
  'delge-decision+jws': {
    what: 'Verdict on one message. *Kontrollpost*; it is no *beslut* and binds nobody',
    signer: "exchange's decision key",
    stands: 'entry of the `disclosure` log',
    readers: "both parties' gateways, whoever holds the opening",
  },
  'delge-notice+jws': {
    what: "Something happened to a message, or a participant's statement was taken into the log",
    signer: "exchange's decision key",
    stands: 'entry of the `disclosure` log',
    readers:
      "both parties' gateways, of a refusal, of a recorded disclosure and of a hold the sender's alone; whoever holds the opening",
  },
  'delge-receipt+jws': {
    what: 'What became of a delivery. *Kvittens*',
    signer: "recipient's gateway's manifest key",
    stands: 'opening of a `receipt-recorded` notice, as the annex',
    readers: "exchange, both parties' gateways",
  },
  'delge-retraction+jws': {
    what: 'A sender takes back what it sent: a closed code and no new facts. *Återkallelse*',
    signer: "sending gateway's manifest key",
    stands: 'opening of a `retraction-recorded` or `withdrawn` notice, as the annex',
    readers: "exchange, both parties' gateways",
  },
  'delge-release-hold+jws': {
    what: 'A sender holds what is not released of a case to a recipient, or lets it go on: a closed code. *Spärr*',
    signer: "sending gateway's manifest key",
    stands: 'opening of a `hold-recorded` notice, as the annex',
    readers: "exchange, the sender's gateway",
  },
  'delge-refusal+jws': {
    what: 'A message was stopped before it left: claims and codes',
    signer: "sending gateway's manifest key",
    stands: 'opening of a `refusal-recorded` notice, as the annex',
    readers: "exchange, the sender's gateway",
  },
  'delge-recorded-disclosure+jws': {
    what: 'A disclosure was made outside Delge, by telephone, in a meeting, on paper or in an emergency: claims and codes. *Dokumenterat utlämnande*',
    signer: "disclosing authority's gateway's manifest key",
    stands: 'opening of a `disclosure-recorded` notice, as the annex',
    readers: "exchange, the disclosing authority's gateway",
  },
  'delge-erasure+jws': {
    what: 'Openings were erased: which, and what of them the log must still say. *Gallring*',
    signer: "ledger's access key",
    stands: 'entry of the `disclosure` log',
    readers: 'gateways of who is party to all that it names, whoever holds the opening',
  },
  'delge-erasure-decision+jws': {
    what: "An authority's decision that a message is erased at its own gateway, and openings of entries about it. *Gallringsbeslut*",
    signer: "participant's administrator key",
    stands: 'openings of an `erasure-decided` ledger notice and of the erasure, in the annex, one a line',
    readers: "the authority's gateway, of an erasure its parties', whoever holds the opening",
  },
  'delge-erased+jws': {
    what: 'A gateway has erased what its authority decided on',
    signer: "the authority's gateway's manifest key",
    stands: 'opening of an `erasure-reported` ledger notice, as the annex',
    readers: "the authority's gateway, whoever holds the opening",
  },
  'delge-hold+jws': {
    what: 'A legal hold is laid or lifted. *Gallringsstopp*',
    signer: "participant's administrator key",
    stands: 'opening of a `hold-laid` or `hold-lifted` ledger notice, as the annex',
    readers: "the authority's gateway, whoever holds the opening",
  },
  'delge-ledger-notice+jws': {
    what: 'A statement about keeping or erasing was taken into the log',
    signer: "ledger's access key",
    stands: 'entry of the `disclosure` log',
    readers: "the authority's gateway, whoever holds the opening",
  },
  'delge-look+jws': {
    what: 'Openings were shown to one of their parties, or to an auditor within an assignment: which, to whom and what for; put into the log before they were shown',
    signer: "ledger's access key",
    stands: 'entry of the `disclosure` log',
    readers: 'the authority whose openings they were, whoever holds the opening',
  },
  'delge-assignment+jws': {
    what: 'A participant grants an auditor a right to read what concerns its authorities, or takes it back. *Uppdrag*',
    signer: "participant's administrator key",
    stands: 'opening of an `assignment-granted` or `assignment-ended` notice, as the annex',
    readers: "the authorities' gateways, the console, whoever holds the opening",
  },
  'delge-assignment-notice+jws': {
    what: 'An assignment, or its end, was taken into the log',
    signer: "ledger's access key",
    stands: 'entry of the `disclosure` log',
    readers: "the authorities' gateways, the console, whoever holds the opening",
  },
  'delge-search+jws': {
    what: 'An auditor searched, or took out what a search found: the query by commitment, and how many were shown; put into the log before they were shown',
    signer: "console's access key",
    stands: 'entry of the `disclosure` log',
    readers: "the authorities' gateways, the console, whoever holds the opening",
  },
  'delge-sample+jws': {
    what: 'An auditor fixed, drew, reviewed or signed a sample: population, nonce and sheets by digest, strata and outcomes as codes and numbers',
    signer: "console's access key",
    stands: 'entry of the `disclosure` log',
    readers: "the authorities' gateways, the console, whoever holds the opening",
  },
  'delge-finding+jws': {
    what: 'An auditor opened, assigned, answered or closed a finding: what it is about and says by commitment, its severity and result as codes',
    signer: "console's access key",
    stands: 'entry of the `disclosure` log',
    readers: "the authorities' gateways, the console, whoever holds the opening",
  },
  'delge-export-cover+jws': {
    what: 'Cover sheet of a file that an auditor took out: the query, the checkpoint that was searched, how many disclosures, the SHA-256 of the file, and the entry that stands in the log',
    signer: "console's access key",
    stands: 'nowhere: beside the file; its `export` entry stands in the `disclosure` log',
    readers: 'whoever has the file',
  },
  'delge-statement+jws': {
    what: 'Statement for the `keys` log',
    signer: 'its principal, [by kind](entries.md#the-keys-log)',
    stands: 'first line of an entry of the `keys` log, in the clear',
    readers: 'anyone',
  },
  'delge-countersign+jws': {
    what: "Countersignature: the SHA-256 of the entry's first line",
    signer: 'each operator; for a rule set also a second jurist',
    stands: 'further lines of an entry of the `keys` log',
    readers: 'anyone',
  },
  'delge-possession+jws': {
    what: "Proof of possession: the SHA-256 of the entry's first line, signed by a key that the entry brings",
    signer:
      'each signing key that the statement brings, but the one that is its principal; a witness key with `Ed25519` (RFC 9864)',
    stands: 'further lines of an entry of the `keys` log',
    readers: 'anyone',
  },
  'delge-service+jwt': {
    what: "Who asks one of the operator's services, good for one minute",
    signer: "gateway's manifest key, exchange's decision key or console's access key",
    stands: 'nowhere: `Authorization` of one request',
    readers: 'ledger, registry',
  },
  'delge-system+jws': {
    what: "Registration of a system's key for one authority, or that the system acts no more",
    signer: "participant's administrator key",
    stands: "table of systems in that gateway's database",
    readers: 'that gateway',
  },
  'delge-staff+jws': {
    what: 'Who of the staff may do what for one authority, or does so no more',
    signer: "participant's administrator key",
    stands: "table of staff in that gateway's database",
    readers: 'that gateway',
  },
  'at+jwt': {
    what: 'Access token of a system at its gateway (RFC 9068), good for ten minutes',
    signer: "gateway's token key",
    stands: 'nowhere: `Authorization` of a request',
    readers: 'that gateway',
  },
};

export const NOTICES: Readonly<Record<Notice['kind'], string>> = {
  'receipt-recorded': 'A receipt was taken into the log; `statementSha256` is its digest',
  'refusal-recorded': 'A refusal by the sending gateway was taken into the log; it has a `number`',
  'disclosure-recorded':
    'A disclosure made outside Delge was taken into the log, whatever its verdict; it has a `number`, and nothing is sent of it',
  'retraction-recorded': 'A sender took back what was released, or refused; the annex is its retraction',
  'hold-recorded': 'A sender held what is not released of a case to a recipient, or lifted that; the annex is its hold',
  withdrawn: 'A sender took the message back before it was released: that is how it ended',
  expired: 'The manifest lapsed before the message was decided or released',
  quarantined: 'The message was set aside for people; `reason` is a quarantine reason',
  discarded: 'A person discarded what was set aside; `reason` is a discard reason',
  'retraction-quarantined':
    'A retraction of the message was set aside for people: the message is not released meanwhile, and stays as it is; `reason` is a quarantine reason',
  'retraction-discarded':
    'A person discarded that retraction: the message goes on, and may be retracted anew; `reason` is a discard reason',
  delayed: 'An earlier entry came into the log long after it was signed; `delayedEntryId` names it, `reason` says why',
};

export const LEDGER_NOTICES: Readonly<Record<LedgerNotice['kind'], string>> = {
  'erasure-decided': 'An authority decided that a message is erased; the annex is its decision',
  'erasure-reported': 'Its gateway has erased it; the annex is the gateway’s report',
  'hold-laid': 'A party laid a legal hold; the annex is the hold',
  'hold-lifted': 'The party that laid it lifted it',
};

export const ASSIGNMENT_NOTICES: Readonly<Record<AssignmentNotice['kind'], string>> = {
  'assignment-granted': 'A participant granted an auditor a right to read; the annex is the assignment',
  'assignment-ended': 'The participant took it back; the annex is its statement',
};

export const SEARCHES: Readonly<Record<Search['kind'], string>> = {
  search:
    'An auditor searched within an assignment; `query` is a commitment to what was asked, `shown` how many disclosures were shown',
  export: 'An auditor took out what a search found; `query` and `shown` as of a search',
};

export const SAMPLE_ACTS: Readonly<Record<SampleAct['kind'], readonly [what: string, type: string]>> = {
  'sample-fixed': [
    'An auditor fixed a sample before anything of it was shown: population, strata and sizes, and the nonce by its digest',
    'SampleFixed',
  ],
  'sample-drawn': [
    'The sample was drawn, by the nonce and the first root under quorum that covers its `sample-fixed`',
    'SampleDrawn',
  ],
  'item-reviewed': [
    'A disclosure of the sample was judged; with `second`, another auditor confirmed that',
    'ItemReviewed',
  ],
  'sample-signed': [
    'The review of the sample was signed: its report by digest, and how many remarks it has',
    'SampleSigned',
  ],
};
export const FINDING_ACTS: Readonly<Record<FindingAct['kind'], readonly [what: string, type: string]>> = {
  'finding-opened': ['An auditor holds something against a disclosure, a case or an item of a sample', 'FindingOpened'],
  'finding-assigned': ['Somebody is to answer it: an auditor, or an authority of the assignment', 'FindingAssigned'],
  'finding-answered': ['It was answered', 'FindingAnswered'],
  'finding-closed': ['It was closed, with a result', 'FindingClosed'],
};

/** An event of the `disclosure` log. */
export interface EntryAbout {
  readonly kind: string;
  readonly what: string;
  readonly typ: Typ;
  /** Interface of its members, in a file of libs/envelope. */
  readonly type: string;
  readonly file: string;
  /** What lies beside it in its opening. */
  readonly annex?: Typ;
}
const ANNEXES: Readonly<Partial<Record<Notice['kind'] | LedgerNotice['kind'] | AssignmentNotice['kind'], Typ>>> = {
  'receipt-recorded': 'delge-receipt+jws',
  'refusal-recorded': 'delge-refusal+jws',
  'disclosure-recorded': 'delge-recorded-disclosure+jws',
  'retraction-recorded': 'delge-retraction+jws',
  'hold-recorded': 'delge-release-hold+jws',
  withdrawn: 'delge-retraction+jws',
  'erasure-decided': 'delge-erasure-decision+jws',
  'erasure-reported': 'delge-erased+jws',
  'hold-laid': 'delge-hold+jws',
  'hold-lifted': 'delge-hold+jws',
  'assignment-granted': 'delge-assignment+jws',
  'assignment-ended': 'delge-assignment+jws',
};
const single = (kind: string, typ: Typ, type: string, file: string, annex?: Typ): EntryAbout => ({
  kind,
  what: TOKENS[typ].what,
  typ,
  type,
  file,
  ...(annex === undefined ? {} : { annex }),
});
const byKind = (
  notices: Readonly<Record<string, string>>,
  about: Pick<EntryAbout, 'typ' | 'type' | 'file'>,
): readonly EntryAbout[] =>
  Object.entries(notices).map(([kind, what]) => {
    const annex = ANNEXES[kind as keyof typeof ANNEXES];
    return { kind, what, ...about, ...(annex === undefined ? {} : { annex }) };
  });
/** Kinds that have an interface each. */
const ofReview = (
  acts: Readonly<Record<string, readonly [what: string, type: string]>>,
  typ: Typ,
  file: string,
): readonly EntryAbout[] => Object.entries(acts).map(([kind, [what, type]]) => ({ kind, what, typ, type, file }));

/** Every event of the `disclosure` log. */
export const ENTRIES: readonly EntryAbout[] = [
  single('decision', 'delge-decision+jws', 'Decision', 'statements.ts', 'delge-manifest+jws'),
  ...byKind(NOTICES, { typ: 'delge-notice+jws', type: 'Notice', file: 'statements.ts' }),
  ...byKind(LEDGER_NOTICES, { typ: 'delge-ledger-notice+jws', type: 'LedgerNotice', file: 'keeping.ts' }),
  single('erasure', 'delge-erasure+jws', 'Erasure', 'keeping.ts', 'delge-erasure-decision+jws'),
  single('look', 'delge-look+jws', 'Look', 'look.ts'),
  ...byKind(ASSIGNMENT_NOTICES, {
    typ: 'delge-assignment-notice+jws',
    type: 'AssignmentNotice',
    file: 'assignment.ts',
  }),
  ...byKind(SEARCHES, { typ: 'delge-search+jws', type: 'Search', file: 'assignment.ts' }),
  ...ofReview(SAMPLE_ACTS, 'delge-sample+jws', 'sample.ts'),
  ...ofReview(FINDING_ACTS, 'delge-finding+jws', 'finding.ts'),
];

export const HOLD_GROUNDS: Readonly<Record<HoldGround, string>> = {
  court: 'proceedings at a court. *Domstolsprövning*',
  'criminal-investigation': 'an investigation of a crime. *Förundersökning*',
  supervision: 'supervision. *Tillsyn*',
  audit: 'an audit. *Revision*',
  'access-request': 'somebody has asked for what is stored. *Begäran om utlämnande eller registerutdrag*',
};

/** Words that people are shown elsewhere too, as a page has them. */
const spoken = <Code extends string>(
  words: Readonly<Record<Code, Text>>,
  as: (text: Text) => string = ({ en }) => en,
): Readonly<Record<Code, string>> =>
  Object.fromEntries(Object.entries<Text>(words).map(([code, text]) => [code, as(text)])) as Record<Code, string>;

/** The provision as a page has it, in both languages. */
export const ASSIGNMENT_PROVISION_TEXTS: Readonly<Record<AssignmentProvision, string>> = spoken(
  ASSIGNMENT_PROVISION_WORDS,
  ({ sv, en }) => `${en}. *${sv}*`,
);
export const ASSIGNMENT_FIELD_TEXTS: Readonly<Record<AssignmentField, string>> = spoken(
  ASSIGNMENT_FIELD_WORDS,
  ({ sv, en }) => `${en}. *${sv}*`,
);

export const RECEIPTS: Readonly<Record<Receipt['kind'], string>> = {
  technical: "Verified and stored by the recipient's gateway. *Hämtad*",
  rejected: "Refused by the recipient's gateway; `reason` is a rejection reason",
  accepted: 'Taken up by the authority; its diary number travels sealed beside. *Kvitterad*',
  'form-rejected': 'Turned down for its form, and never `accepted`; `reason` is a form reason',
  handled: 'Dealt with by the authority, which had `accepted` it',
  'retraction-acknowledged': 'What became of what was taken back; `reason` is an answer, `retractionId` the retraction',
  'correction-acknowledged': 'Of a correction: what became of what it puts right; `reason` is an answer',
  'request-refused':
    "Of a request: an officer does not give out what was asked for (OSL 6:3); `reason` is a refusal reason, `refusedBy` the office and the officer's pseudonym. Whoever asked may demand the authority's decision",
  'subscription-answered':
    'What an owner says to who asked for a subscription; `reason` is an answer to that, and the highest `number` stands',
};

export const FORMS: Readonly<Record<FormReason, string>> = spoken(FORM_WORDS);

export const HELD: Readonly<Record<ReleaseHoldCode, string>> = spoken(HELD_WORDS);

export const SUBSCRIPTIONS: Readonly<Record<SubscriptionAnswer, string>> = spoken(SUBSCRIPTION_WORDS);

export const RETRACTIONS: Readonly<Record<RetractionReason, string>> = spoken(RETRACTION_WORDS);

export const REQUEST_REFUSALS: Readonly<Record<RequestRefusal, string>> = spoken(
  REQUEST_REFUSAL_WORDS,
  ({ sv, en }) => `${en}. *${sv}*`,
);

export const ANSWERS: Readonly<Record<Acknowledgement, string>> = spoken(
  ANSWER_WORDS,
  ({ sv, en }) => `${en}. *${sv}*`,
);

export const KEYS_LOG: Readonly<Record<StatementBody['kind'], { readonly what: string; readonly principal: string }>> =
  {
    'participant-enrolled': { what: 'A participant joins', principal: 'the administrator key that it brings' },
    'gateway-enrolled': {
      what: 'A gateway joins with its keys',
      principal: "administrator of `operatedBy`'s participant",
    },
    'authority-enrolled': {
      what: 'An authority, its functions, its gateway and its keys',
      principal: "the participant's administrator",
    },
    'key-added': {
      what: 'A further key for a holder',
      principal:
        "the holder's participant's administrator; for the exchange and the ledger the first operator of trust.json",
    },
    'key-revoked': { what: 'A key ends; it is never used again', principal: 'as for `key-added`' },
    'rule-set-released': {
      what: 'A rule set, by number and digest',
      principal: 'a jurist, countersigned by a jurist of another participant',
    },
    'rules-adopted': { what: 'An authority adopts basis versions', principal: "the participant's jurist" },
    'adoption-withdrawn': {
      what: 'An authority no longer adopts basis versions: what stands on them and is not released is stopped',
      principal: "the participant's jurist",
    },
    'legal-position-taken': { what: 'Answer to an open question of law', principal: "the participant's jurist" },
    'cooperation-decided': { what: 'Commitment to a cooperation decision', principal: 'any administrator' },
  };

export const REJECTIONS: Readonly<Record<Rejection, string>> = spoken(REJECTION_WORDS);

export const QUARANTINE: Readonly<Record<QuarantineReason, string>> = {
  malformed: 'the body is not one of its type',
  'unknown-type': 'the AMQP `type` is not known',
  'no-user-id': 'published without `user-id`',
  'handler-failed': 'a handler failed in a way nobody foresaw: see the log at that time',
  'delivery-limit':
    'killed whoever read it, alone, more than once; or, from the queue of a gateway, delivered 20 times without being settled',
  'manifest-unreadable': 'the manifest is not a manifest',
  'account-mismatch': "the broker's account is not that of the gateway named",
  environment: 'signed for another environment',
  'manifest-key': 'the key is no live manifest key of the gateway',
  'manifest-signature': 'the signature does not verify',
  'not-hosted': 'the gateway does not host the authority it speaks for',
  'attachment-missing': 'the ciphertext of an attachment is not here, or is another one than the manifest says',
  'length-mismatch': 'the sealed document has another length than the manifest says',
  'cooperation-not-opened': 'the cooperation decision named is committed to and not opened at the registry',
  'id-reuse': 'the id stands for something else already',
  'attempt-out-of-order':
    'attempt n+1 without an attempt n, or after n was received, has expired or was refused for anything but its sealing key',
  'receipt-unreadable': 'the receipt is not a receipt',
  'receipt-key': 'the key is no live manifest key of the gateway',
  'receipt-signature': 'the signature does not verify',
  'receipt-unbound': 'the receipt is for no delivery of this exchange, or its sealed note is another',
  'receipt-conflict':
    'another receipt of that kind stands already, or one that this contradicts: kept or accepted, and rejected or turned down for its form',
  'receipt-order': 'handled, and not accepted before; or of an authority, and none of its gateway before',
  'retraction-unreadable': 'the retraction is not a retraction',
  'retraction-key': 'the key is no live manifest key of the gateway',
  'retraction-signature': 'the signature does not verify',
  'retraction-unbound': 'the retraction is for no message of this exchange, or for another ciphertext or decision',
  'retraction-conflict': 'another retraction of the message stands already',
  'hold-unreadable': 'the hold is not a hold',
  'hold-key': 'the key is no live manifest key of the gateway',
  'hold-signature': 'the signature does not verify',
  'hold-conflict': 'another hold has its number already',
  'refusal-unreadable': 'the refusal is not a refusal',
  'refusal-key': 'the key is no live manifest key of the gateway',
  'refusal-signature': 'the signature does not verify',
  'recorded-unreadable': 'the recorded disclosure is not one',
  'recorded-key': 'the key is no live manifest key of the gateway',
  'recorded-signature': 'the signature does not verify',
  'recorded-ahead': 'it is dated more than a minute ahead, or names more of the keys log than the exchange finds there',
  'refused-by-gateway': "a gateway rejected what was in its queue: see that gateway's log",
};

export const OBSTACLES: Readonly<Record<VerificationObstacle, string>> = spoken(OBSTACLE_WORDS);

export const RELEASE_CODES: Readonly<Record<ReleaseFault, string>> = {
  RULE_SET_NOT_HELD: 'the rule set did not come with the release',
  RULE_SET_MISMATCH: 'number, date, engine or digest is another than the release says',
  RULE_SET_INVALID: 'no rule set that this engine can apply',
  BASIS_VERSION_ALTERED:
    'a version that was released before says something else under the same id, holds for longer, or is gone; `versions` names them',
};

export const KEEPING_CODES: Readonly<Record<KeepingFault | 'openings-missing', string>> = {
  malformed: 'no statement about keeping or erasing',
  environment: 'signed for another environment',
  key: "the key is no live administrator key of the authority's participant; of a report, no live manifest key of its gateway; told as `signature`, the ledger's log has which it was",
  signature: 'the signature does not verify',
  time: 'dated more than a minute ahead',
  'entry-unknown': 'an entry does not stand in the log',
  'too-many': 'more than 100 openings in one decision',
  'not-a-party': 'an entry is about others',
  'other-message': 'an entry is about another message or case than the decision names',
  'opening-differs': 'an opening has another index, other parties or another number than the decision says',
  'openings-missing':
    'by the gateway: the decision names no opening of somebody who is party to the message; ask it anew what to name',
  'not-erasable': 'an entry that is about no message stays',
  'hold-unknown': 'the authority has laid no such hold',
  'decision-unknown': 'the authority has decided no such thing',
  'id-reuse': 'the id stands for another statement; answered as [id-reuse](problems.md#id-reuse)',
};

export const ASSIGNMENT_CODES: Readonly<Record<AssignmentFault, string>> = {
  malformed: 'no assignment, nor the end of one',
  environment: 'signed for another environment',
  key: "the key is no live administrator key of the participant of all its authorities; or there is no such assignment to end; told as `signature`, the ledger's log has which it was",
  signature: 'the signature does not verify',
  time: 'dated more than a minute ahead',
  expiry: 'it is over, or lasts longer than two years from when it was stated',
  'id-reuse': 'the id stands for another assignment; answered as [id-reuse](problems.md#id-reuse)',
};

export const SNAPSHOT_CODES: Readonly<Record<SnapshotErrorCode, string>> = {
  MALFORMED_TRUST: 'trust.json is not one',
  MALFORMED_ENTRY: 'not one compact JWS a line, each line ended by a line feed',
  MALFORMED_STATEMENT: 'members missing, unknown, or not in canonical form',
  WRONG_ENVIRONMENT: 'for another environment',
  WRONG_PRINCIPAL: 'signed by somebody whose act it is not',
  NOT_COUNTERSIGNED: 'an operator or the second jurist is missing',
  BAD_SIGNATURE: 'a signature does not verify',
  NOT_POSSESSED:
    'a key that it brings has not proven that its private half is there; of a sealing key the registry alone can tell: answer its challenge',
  UNKNOWN_PARTICIPANT: 'no such participant',
  UNKNOWN_GATEWAY: 'no such gateway',
  UNKNOWN_AUTHORITY: 'no such authority',
  UNKNOWN_KEY:
    'no such live key, to the registry also one that has expired; of a signer it answers `BAD_SIGNATURE`, and its log has which it was',
  UNKNOWN_RULE_SET: 'no such rule set',
  NOT_ADOPTED: 'the authority has not adopted one of the versions, or has withdrawn that',
  NO_VERSIONS: 'adopts or withdraws nothing: it names no version',
  ALREADY_ENROLLED: 'it is enrolled, or the statement id is used',
  KEY_IN_USE: 'the key stands in the log already, be it revoked',
  LAST_KEY:
    'the last key of its holder and use that is live and not expired has not been superseded, and the last administrator goes for no reason: add the new one first, or give another reason',
  RULE_SET_OUT_OF_ORDER: 'the number is not higher than the last',
  SIZE_NOT_HELD: 'the log was not read that far',
  LOG_ROLLED_BACK: 'the log gives fewer entries than its checkpoint says',
  LOG_FORKED: 'the entries do not give the root that was signed or seen',
  TOKEN_REFUSED: 'the service token is not accepted',
};

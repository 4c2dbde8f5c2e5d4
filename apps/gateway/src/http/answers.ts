import type {
  AccessLogItem,
  AddresseeView,
  AttachmentView,
  BackfillView,
  CaseListItem,
  CaseView,
  CorrectionRow,
  CorrectionsView,
  DeliveredAttachmentView,
  DeliveryListItem,
  DeliveryView,
  DisclosureCheckView,
  DueView,
  ErasureOpeningView,
  ErasureView,
  EventView,
  EvidenceEntryView,
  EvidenceView,
  ForecastView,
  FoundMessage,
  GroundView,
  HandledView,
  HandlingChangeView,
  HandlingDueView,
  HandlingView,
  HeldItem,
  IncidentClockView,
  IncidentView,
  LoggedSearch,
  MessageSummary,
  MessageView,
  OpeningLineView,
  OpeningsView,
  Page,
  PermittedView,
  PersonSearchView,
  ProvenStatement,
  ReceivedCaseView,
  ReceiptView,
  RecordedDisclosureAccepted,
  RecordedDisclosureItem,
  RecordedDisclosureView,
  RecipientCheckView,
  ReferralAccepted,
  ReferralCheckView,
  ReferralListItem,
  ReferralView,
  RequestAnswer,
  RequestItem,
  RequestView,
  RosterRow,
  SheetRow,
  StandingOrderView,
  SubscriptionView,
  VerdictView,
  WaitingItem,
  WebhookAttemptView,
  WebhookReplayView,
  WebhookView,
} from '#contracts';
import {
  ACKNOWLEDGEMENTS,
  AWAITED,
  BACKFILL_OUTCOMES,
  BUSINESS_RECEIPTS,
  CASE_CLOSINGS,
  CASE_TYPES,
  CLOCKS,
  EVENT_TYPES,
  FORCES,
  FORECAST_DIFFERENCES,
  FORM_REASONS,
  HANDLINGS,
  HANDLING_CLOCKS,
  IDENTITY_CHECKS,
  HELD_REASONS,
  INCIDENT_CLOCKS,
  INCIDENT_CODES,
  MALWARE_FINDINGS,
  MEDIA_TYPES,
  MESSAGE_STATES,
  NOT_CORRECTED,
  NO_PARTS,
  PERSON_SEARCH_PURPOSES,
  OTHER_WAYS,
  PART_OUTCOMES,
  RECORD_STATES,
  REQUEST_CHANNELS,
  REQUEST_DIRECTIONS,
  REQUEST_REFUSALS,
  REQUEST_STATES,
  RETRACTION_REASONS,
  RIGHTED_BY,
  SAID_HANDLINGS,
  SHOWN,
  SUBSCRIPTION_ANSWERS,
  SUBSCRIPTION_SCOPES,
  SUBSCRIPTION_STATES,
  WEBHOOK_ATTEMPTS,
  WEBHOOK_FAULTS,
  WEBHOOK_STATES,
} from '#contracts';
import { ABOUT } from '#legal-basis';
import type { IssuedToken } from '../application/issue-token.js';

/** JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;
interface Absent {
  readonly mayBeAbsent: Schema;
}
/** Every member of an answer, and which of them may be absent: leaving one out, or inventing one, fails to compile. */
type Members<T> = { readonly [K in keyof T]-?: object extends Pick<T, K> ? Absent : Schema };

const absent = (mayBeAbsent: Schema): Absent => ({ mayBeAbsent });
const object = <T>(members: Members<T>): Schema => {
  const entries = Object.entries<Schema | Absent>(members);
  const isAbsent = (member: Schema | Absent): member is Absent => 'mayBeAbsent' in member;
  return {
    type: 'object',
    required: entries.filter(([, member]) => !isAbsent(member)).map(([name]) => name),
    properties: Object.fromEntries(
      entries.map(([name, member]) => [name, isAbsent(member) ? member.mayBeAbsent : member]),
    ),
  };
};
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const described = (schema: Schema, description: string): Schema => ({ ...schema, description });

const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer', minimum: 1 };
const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
/** Made up, and of the form that the real thing has. */
const as = (schema: Schema, example: string): Schema => ({ ...schema, examples: [example] });
const authority = as(described(text, 'Authority id `<slug>/<unit>`'), 'linkoping/omsorgsnamnden');
const jws = as(described(text, 'Compact JWS'), 'eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl');
const blind = as(described(text, 'base64url, 32 octets'), 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80');
const proof = as(
  described(text, 'c2sp.org/tlog-proof@v1'),
  'c2sp.org/tlog-proof@v1\nindex 4711\n\ndelge.example/disclosure\n4712\nq83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=\n\n— delge.example/disclosure c2ln\n',
);
const state: Schema = { type: 'string', enum: MESSAGE_STATES };
const json: Schema = { type: 'object', additionalProperties: true };

const itemIds = (description: string): Schema => described(listOf(text), description);
const permitted = object<PermittedView>({
  keeps: itemIds('Items that may go'),
  leavesOut: itemIds('Items that would be left out'),
  outcome: absent(described({ type: 'string', enum: PART_OUTCOMES }, '`permit`, or what people then still need to do')),
  why: absent(described({ type: 'string', enum: NO_PARTS }, 'In place of `outcome`: no part can be sent, and why')),
  text: object<PermittedView['text']>({ sv: text, en: text }),
});
const outcome: Schema = { type: 'string', enum: ['permit', 'assess', 'deny'] };
const verdict = object<VerdictView>({
  outcome,
  codes: described(json, 'The record; texts are rendered from it'),
  sv: described(json, 'The verdict explained, in Swedish'),
  en: described(json, 'The verdict explained, in English'),
  permitted: absent(
    described(permitted, 'With `deny` of a referral: what may go of it, and what `onDeny=send-permitted` would send'),
  ),
});
const checked: Members<Pick<DisclosureCheckView, 'on' | 'ruleSet'>> = {
  on: described({ type: 'string', format: 'date' }, 'The day the law was asked for, Europe/Stockholm'),
  ruleSet: object<DisclosureCheckView['ruleSet']>({ number: count, sha256: text }),
};
const grounds = absent(
  described(
    listOf(
      object<GroundView>({
        bases: described(listOf(text), 'Ids to claim: one, or the fewest that carry everything together'),
        versions: described(listOf(text), 'Their versions in force on the day'),
        outcome: { type: 'string', enum: ['permit', 'assess'] },
        kind: absent({ type: 'string', enum: ['officer', 'legal-question', 'protected'] }),
        force: { type: 'string', enum: ['duty', 'duty-on-request', 'permission'] },
        clock: { type: 'string', enum: ['none', 'genast', 'skyndsamt'] },
        adopted: described({ type: 'boolean' }, "By the sending authority's jurist"),
        sv: described(json, 'Text, citations, and what is missing as questions, in Swedish'),
        en: described(json, 'The same in English'),
      }),
    ),
    'When no basis was claimed: every ground that would carry everything, duties first',
  ),
);
const computedBy: Members<ForecastView['decidedBy']> = {
  ruleSet: object<ForecastView['ruleSet']>({ number: count, sha256: text }),
  keysSize: described(text, 'Size of the keys log'),
  on: described({ type: 'string', format: 'date' }, 'The day the law was asked for, Europe/Stockholm'),
};
const leftOut = itemIds('Items this recipient does not get, as asked with `onDeny=send-permitted`');
const summary: Members<MessageSummary> = {
  authority,
  function: text,
  messageId: uuid,
  state,
  verdict,
  leftOut: absent(leftOut),
};
const proven: Members<ProvenStatement> = {
  entry: described(jws, 'Compact JWS by the exchange: the entry in the disclosure log'),
  statement: absent(described(jws, "The participant's statement that the entry records, compact JWS")),
  blind: absent(blind),
  proof: absent(proof),
};
/** Kinds of receipt by which an authority says what became of a message. */
const ANSWERS = ['retraction-acknowledged', 'correction-acknowledged', 'request-refused'];
const receiptView = object<ReceiptView>({
  ...proven,
  receiptId: uuid,
  attempt: count,
  kind: { type: 'string', enum: ['technical', 'rejected', ...BUSINESS_RECEIPTS, ...ANSWERS] },
  by: authority,
  at: instant,
  reason: absent(text),
  diaryNumber: absent(described(text, "The recipient's diary number, opened by this gateway")),
});
const messageView = object<MessageView>({
  ...summary,
  attempt: count,
  stateText: object<MessageView['stateText']>({ sv: text, en: text }),
  changedAt: instant,
  due: described(
    listOf(
      object<DueView>({
        what: { type: 'string', enum: AWAITED },
        at: instant,
        overdue: { type: 'boolean', description: 'An alarm, and no receipt: the state is what it was' },
      }),
    ),
    'Receipts that have not come, and until when they should',
  ),
  manifest: absent(jws),
  decision: absent(
    object<NonNullable<MessageView['decision']>>({
      ...proven,
      outcome: { type: 'string', enum: ['permit', 'assess', 'deny'] },
      number: described(count, 'Gapless per sending authority'),
      decidedAt: instant,
      forecast: absent(
        described(
          object<ForecastView>({
            agrees: { type: 'boolean', description: 'Code for code' },
            differs: absent({ type: 'string', enum: FORECAST_DIFFERENCES }),
            ...computedBy,
            decidedBy: object<ForecastView['decidedBy']>(computedBy),
            text: object<ForecastView['text']>({ sv: text, en: text }),
          }),
          'What the forecast of your gateway was computed by, and how the decision stands to it',
        ),
      ),
    }),
  ),
  earlier: absent(
    described(
      listOf(
        object<NonNullable<MessageView['earlier']>[number]>({
          attempt: count,
          manifest: jws,
          decision: absent(object<ProvenStatement>(proven)),
        }),
      ),
      'Attempts that the recipient could not open for a lost or ended key; their receipts stand among `receipts`',
    ),
  ),
  retraction: absent(
    object<NonNullable<MessageView['retraction']>>({
      retractionId: uuid,
      reason: { type: 'string', enum: RETRACTION_REASONS },
      at: instant,
      retraction: jws,
      recorded: described({ type: 'boolean' }, 'Whether it stands in the log'),
      acknowledged: absent(
        described({ type: 'string', enum: ACKNOWLEDGEMENTS }, 'What became of the message at its recipient'),
      ),
    }),
  ),
  givenAnotherWay: absent(
    object<NonNullable<MessageView['givenAnotherWay']>>({
      how: { type: 'string', enum: OTHER_WAYS },
      office: text,
      at: described(instant, 'When it was given'),
      markedAt: instant,
    }),
  ),
  feedback: absent(described(listOf(uuid), 'Message ids of what its recipient said came of it, among the deliveries')),
  handling: absent(
    described(
      { type: 'string', enum: HANDLINGS },
      'How far its recipient has come, by its receipts; absent until one says so',
    ),
  ),
  receipts: listOf(receiptView),
  notices: listOf(object<MessageView['notices'][number]>({ ...proven, kind: text, reason: absent(text), at: instant })),
});
const handling: Members<HandlingView> = {
  status: described(
    { type: 'string', enum: HANDLINGS },
    'As HL7 FHIR Task has it; `requested`: no system has said anything',
  ),
  changedAt: instant,
  due: described(
    listOf(
      object<HandlingDueView>({
        what: { type: 'string', enum: HANDLING_CLOCKS },
        at: instant,
        overdue: { type: 'boolean', description: 'A courtesy that has passed: nothing else changes' },
      }),
    ),
    'Until when it should be taken over by a system, and taken up or turned down; none when it is erased or taken back',
  ),
};
const handlingChanges = described(
  listOf(
    object<HandlingChangeView>({
      status: { type: 'string', enum: SAID_HANDLINGS },
      at: instant,
      system: absent(described(uuid, 'That said so')),
    }),
  ),
  'Oldest first',
);
const listed: Members<DeliveryListItem> = {
  id: described(uuid, 'Message id'),
  attempt: count,
  caseId: uuid,
  type: text,
  sender: authority,
  recipientFunction: text,
  deliveryNumber: described(count, 'Order within (recipient authority, case), from 1'),
  receivedAt: instant,
  handling: described(object<HandlingView>(handling), 'How far this authority has come with it, as its systems say'),
  erasedAt: absent(described(instant, 'When it was erased here: then it is read no more')),
  retractedAt: absent(
    described(instant, 'When its sender took it back: do not use it, and say what became of it. It is not deleted'),
  ),
};
const messageType = described(text, 'Message type and version, as `request/2`');
const requestItem: Members<Omit<RequestItem, 'answers'>> = {
  id: described(uuid, 'What an answer names as `requestId`'),
  direction: { type: 'string', enum: REQUEST_DIRECTIONS },
  from: authority,
  to: authority,
  type: absent(messageType),
  caseId: absent(uuid),
  at: described(instant, 'When it was received, submitted or asked'),
  messageState: absent(described(state, 'Of one that was sent')),
  answerBy: absent(described({ type: 'string', format: 'date' }, 'As whoever asked set it, Europe/Stockholm')),
  overdue: described({ type: 'boolean' }, 'It is open and that day has passed'),
  state: described({ type: 'string', enum: REQUEST_STATES }, 'What has come of it'),
  retractedAt: absent(described(instant, 'Taken back: nothing is answered under it any more')),
  erasedAt: absent(instant),
};
const requestListItem = object<RequestItem>({
  ...requestItem,
  answers: described(listOf(uuid), 'Message ids, of those that stand'),
});
const caseItem: Members<CaseListItem> = {
  id: described(uuid, 'Which referrals name as `caseId`'),
  type: absent(
    described({ type: 'string', enum: CASE_TYPES }, 'Absent: a referral opened it, and nothing was said of it'),
  ),
  title: absent(described(text, 'What this authority calls it')),
  openedAt: instant,
  closed: absent(
    object<NonNullable<CaseListItem['closed']>>({ at: instant, reason: { type: 'string', enum: CASE_CLOSINGS } }),
  ),
};
const assessments = listOf(
  object<ReferralView['assessments'][number]>({
    id: uuid,
    recipient: authority,
    basis: text,
    test: text,
    outcome: text,
    office: text,
    mandate: text,
    at: instant,
  }),
);
const recordedDisclosure: Members<RecordedDisclosureItem> = {
  id: uuid,
  messageId: described(uuid, 'Of its entry in the log; no message was sent under it'),
  caseId: uuid,
  recipient: authority,
  outcome: described(outcome, 'Of the verdict that marks it'),
  state: { type: 'string', enum: RECORD_STATES },
  disclosedAt: instant,
  recordedAt: instant,
  changedAt: instant,
  erasedAt: absent(described(instant, 'When it was erased here')),
};
const some: Schema = { type: 'integer', minimum: 0 };
const rosterRow = object<RosterRow>({
  authority,
  received: listOf(
    object<RosterRow['received'][number]>({
      type: text,
      count,
      retracted: described(some, 'How many of them were taken back'),
    }),
  ),
  underWay: described(some, 'Messages that it may receive yet, or may have'),
  ended: described(some, 'Messages that ended without arriving'),
  givenAnotherWay: described(some, 'Messages, in whatever state, that were said to be given another way'),
  changedAt: instant,
});
const webhook = object<WebhookView>({
  id: uuid,
  url: { type: 'string', format: 'uri' },
  system: described(uuid, 'That registered it last'),
  state: described(
    { type: 'string', enum: WEBHOOK_STATES },
    '`not-listed`: the operator lists its target no more; `suspended`: its system has another key since; `failed`: an event was not taken for three days; `gone`: the receiver answered 410. Registered again it goes on',
  ),
  registeredAt: instant,
  cursor: absent(described(uuid, 'Id of the newest event that it took, or before which it was registered')),
  failures: described({ type: 'integer', minimum: 0 }, 'How often the event in hand was tried in vain'),
  nextAttemptAt: absent(instant),
  keys: described(
    listOf(
      object<WebhookView['keys'][number]>({
        publicKey: described(text, '`whpk_` and base64 of the raw Ed25519 public key'),
        madeAt: instant,
        until: absent(described(instant, 'Until when it signs beside the newer one')),
      }),
    ),
    'Newest first',
  ),
});
const webhookAttempt = object<WebhookAttemptView>({
  kind: { type: 'string', enum: WEBHOOK_ATTEMPTS },
  eventId: uuid,
  at: instant,
  status: absent(described({ type: 'integer' }, 'HTTP status')),
  code: absent(described({ type: 'string', enum: WEBHOOK_FAULTS }, 'Why there is no status')),
  milliseconds: { type: 'integer', minimum: 0 },
  bodySha256: described(text, 'Of what was sent, base64url'),
});
const incident = object<IncidentView>({
  id: described(uuid, 'The same at both ends: that of the receipt that says so'),
  messageId: uuid,
  side: { type: 'string', enum: ['sender', 'recipient'] },
  other: authority,
  openedAt: instant,
  clocks: listOf(
    object<IncidentClockView>({
      clock: { type: 'string', enum: INCIDENT_CLOCKS },
      hours: count,
      law: described(listOf(text), 'What it stands for'),
      dueAt: instant,
      state: { type: 'string', enum: ['running', 'met', 'overdue'] },
      code: absent({ type: 'string', enum: INCIDENT_CODES }),
      metAt: absent(instant),
    }),
  ),
  closedAt: absent(described(instant, 'When something was done within each clock')),
});
const page = (items: Schema): Schema =>
  object<Page<object>>({
    items: listOf(items),
    next: absent(
      described(
        text,
        'Cursor for `after`: what comes later than this page; the same again when the page is empty, absent when nothing has come yet',
      ),
    ),
  });

/** What the routes answer with. Written beside the contracts' types and held against them by the compiler. */
const subscriptionState: Schema = { type: 'string', enum: SUBSCRIPTION_STATES };
const messageTypeNames = described(listOf(text), 'Without version');
const subscription = object<SubscriptionView>({
  id: described(uuid, 'Message id of the request'),
  direction: { type: 'string', enum: ['received', 'sent'] },
  owner: authority,
  subscriber: authority,
  scope: { type: 'string', enum: SUBSCRIPTION_SCOPES },
  caseId: absent(described(uuid, 'With scope `case`')),
  messageTypes: messageTypeNames,
  function: described(text, 'Of the subscriber, to which messages go'),
  state: subscriptionState,
  retractedAt: absent(described(instant, 'When the request was taken back; of one that was received')),
  requestState: absent(described(state, 'Of one that was sent: how far the request has come')),
  answers: listOf(
    object<SubscriptionView['answers'][number]>({
      number: count,
      answer: { type: 'string', enum: SUBSCRIPTION_ANSWERS },
      at: instant,
      office: absent(described(text, 'Shown to the owner alone')),
      standingOrder: absent(uuid),
    }),
  ),
});
const standingOrder = object<StandingOrderView>({
  id: uuid,
  subscriber: authority,
  scope: { type: 'string', enum: SUBSCRIPTION_SCOPES },
  messageTypes: messageTypeNames,
  office: text,
  madeAt: instant,
  endedAt: absent(instant),
});

export const answers = {
  token: object<IssuedToken>({
    access_token: text,
    token_type: { type: 'string', enum: ['Bearer'] },
    expires_in: described({ type: 'integer' }, 'Seconds'),
    scope: described(text, 'Scopes that it carries, with spaces between'),
  }),
  system: object<{ readonly system: string }>({ system: uuid }),
  accepted: object<ReferralAccepted>({
    id: uuid,
    caseId: uuid,
    state: { type: 'string', enum: ['accepted', 'awaiting-assessment'] },
    recipients: listOf(object<MessageSummary>(summary)),
  }),
  referral: object<ReferralView>({
    id: uuid,
    caseId: uuid,
    type: text,
    submittedAt: instant,
    recipients: listOf(messageView),
    assessments,
  }),
  recorded: object<RecordedDisclosureAccepted>({
    id: uuid,
    messageId: described(uuid, 'Of its entry in the log; no message was sent under it'),
    caseId: uuid,
    recipient: authority,
    state: { type: 'string', enum: ['accepted'] },
    verdict: described(verdict, 'Marks the record and stops nothing'),
  }),
  recordedDisclosures: page(object<RecordedDisclosureItem>(recordedDisclosure)),
  recordedDisclosure: object<RecordedDisclosureView>({
    ...recordedDisclosure,
    stateText: object<RecordedDisclosureView['stateText']>({ sv: text, en: text }),
    verdict,
    recorded: described(json, 'The body as it was recorded, but for the assessments'),
    assessments,
    statement: described(jws, 'What the log says of it, compact JWS'),
    notice: absent(
      described(
        object<NonNullable<RecordedDisclosureView['notice']>>({
          ...proven,
          kind: text,
          reason: absent(text),
          at: instant,
        }),
        "The exchange's last word on it, with its place in the log",
      ),
    ),
  }),
  referrals: page(
    object<ReferralListItem>({
      id: uuid,
      caseId: uuid,
      type: text,
      submittedAt: instant,
      recipients: listOf(
        object<ReferralListItem['recipients'][number]>({
          authority,
          messageId: uuid,
          state,
          changedAt: instant,
          erasedAt: absent(described(instant, 'When it was erased here; the state is how it had ended')),
        }),
      ),
    }),
  ),
  corrections: object<CorrectionsView>({
    id: uuid,
    caseId: uuid,
    type: text,
    recipients: listOf(
      object<CorrectionRow>({
        authority,
        function: text,
        messageId: described(uuid, 'Of what is wrong'),
        received: object<CorrectionRow['received']>({
          state,
          fetchedAt: absent(described(instant, "When the recipient's gateway stored it")),
          handling: absent(
            described({ type: 'string', enum: HANDLINGS }, 'How far the recipient has come with it, by its receipts'),
          ),
        }),
        sentAs: described({ type: 'string', enum: RIGHTED_BY }, 'As what the recipient is told that it is wrong'),
        why: absent(described({ type: 'string', enum: NOT_CORRECTED }, 'Why the recipient gets no correction')),
        correction: absent(
          described(
            object<NonNullable<CorrectionRow['correction']>>({
              referralId: uuid,
              messageId: uuid,
              state,
              changedAt: instant,
            }),
            'The newest that was submitted and not stopped',
          ),
        ),
        retraction: absent(
          object<NonNullable<CorrectionRow['retraction']>>({
            retractionId: uuid,
            reason: { type: 'string', enum: RETRACTION_REASONS },
            at: instant,
            recorded: described({ type: 'boolean' }, 'Whether it stands in the log'),
          }),
        ),
        dueAt: absent(
          described(
            instant,
            'By when the recipient should have answered: a courtesy. Absent until it was released to it',
          ),
        ),
        overdue: described({ type: 'boolean' }, 'An alarm, and no receipt'),
        acknowledged: absent(
          described(
            object<NonNullable<CorrectionRow['acknowledged']>>({
              code: { type: 'string', enum: ACKNOWLEDGEMENTS },
              at: instant,
            }),
            "The recipient's signed answer",
          ),
        ),
        passedOn: described(
          { type: 'boolean' },
          'The recipient has given what is wrong to others, whom it tells (GDPR art. 19)',
        ),
      }),
    ),
  }),
  subscription,
  subscriptions: page(subscription),
  standingOrder,
  standingOrders: { type: 'object', required: ['items'], properties: { items: listOf(standingOrder) } },
  backfill: {
    type: 'object',
    required: ['items'],
    properties: {
      items: listOf(
        object<BackfillView['items'][number]>({
          referralId: uuid,
          outcome: described({ type: 'string', enum: BACKFILL_OUTCOMES }, 'What became of it; of a new one its state'),
          newReferralId: absent(described(uuid, 'Of the new disclosure')),
        }),
      ),
    },
  },
  sheet: {
    type: 'object',
    required: ['items'],
    properties: {
      items: listOf(
        object<SheetRow>({
          subscription: described(uuid, 'Message id of the request'),
          authority,
          function: text,
          state: subscriptionState,
          verdict: absent(described(verdict, 'Absent where nothing may be sent to it as a subscriber')),
        }),
      ),
    },
  },
  held: page(
    object<HeldItem>({
      messageId: uuid,
      referralId: uuid,
      caseId: uuid,
      type: text,
      authority,
      state,
      reason: described({ type: 'string', enum: HELD_REASONS }, 'Why it was not released'),
      reasonText: object<HeldItem['reasonText']>({ sv: text, en: text }),
      recorded: absent(described({ type: 'boolean' }, 'Of a hold: whether the exchange has it')),
      since: instant,
    }),
  ),
  waiting: page(
    object<WaitingItem>({
      messageId: uuid,
      referralId: uuid,
      caseId: uuid,
      type: text,
      authority,
      function: text,
      state,
      stateText: object<WaitingItem['stateText']>({ sv: text, en: text }),
      clock: described({ type: 'string', enum: CLOCKS }, 'Of the ground that carries it, as it was forecast'),
      submittedAt: instant,
      dueAt: described(instant, 'By when it must have been given, or expires'),
      overdue: { type: 'boolean' },
      expiresAt: absent(instant),
      here: described({ type: 'boolean' }, 'Whether it has certainly not left this gateway'),
      givenAnotherWay: described(
        { type: 'boolean' },
        'Whether somebody said so already, and the exchange has not answered yet',
      ),
    }),
  ),
  authorities: page(
    object<AddresseeView>({
      authority: described(authority, 'For `to.authority`'),
      nameSv: text,
      nameEn: text,
      kind: described(text, 'As the law tells them apart'),
      municipalityCode: absent(text),
      participant: object<AddresseeView['participant']>({
        slug: text,
        organisationNumber: text,
        nameSv: text,
        nameEn: text,
      }),
      functions: described(
        listOf(object<AddresseeView['functions'][number]>({ id: text, nameSv: text, nameEn: text })),
        'For `to.function`',
      ),
      receives: described({ type: 'boolean' }, 'Whether a document can be sealed to it today'),
    }),
  ),
  accessLog: page(
    object<AccessLogItem>({
      at: instant,
      system: described(uuid, 'The system that it was shown to'),
      operation: described({ type: 'string', enum: SHOWN }, 'By what it was shown'),
      messageId: absent(uuid),
      referralId: absent(uuid),
      attachmentId: absent(uuid),
      caseId: absent(uuid),
      entries: absent(
        described(
          object<NonNullable<AccessLogItem['entries']>>({ from: text, to: text }),
          'Indices [from, to) of the disclosure log that were asked for',
        ),
      ),
      search: absent(
        object<LoggedSearch>({
          id: uuid,
          token: described(text, 'In the number’s place, keyed by the authority'),
          purpose: { type: 'string', enum: PERSON_SEARCH_PURPOSES },
          office: text,
          officer: text,
          reference: text,
        }),
      ),
    }),
  ),
  personSearch: object<PersonSearchView>({
    searchId: described(uuid, 'Of the row of this search in the access log'),
    items: listOf(
      object<FoundMessage>({
        messageId: uuid,
        direction: { type: 'string', enum: ['sent', 'received'] },
        type: text,
        caseId: uuid,
        referralId: absent(uuid),
        authority: described(text, 'The other one: recipient, or sender'),
        at: instant,
        roles: described(
          listOf(
            object<FoundMessage['roles'][number]>({
              about: described({ type: 'string', enum: ABOUT }, 'Whom the item is about'),
              item: described(text, 'Id of the item that the number stands in'),
            }),
          ),
          'What the message says of whoever has the number',
        ),
      }),
    ),
    complete: described({ type: 'boolean' }, 'Whether all that is kept has been looked through'),
    next: absent(described(text, 'Cursor for `after`')),
  }),
  deliveries: page(object<DeliveryListItem>(listed)),
  receivedCase: object<ReceivedCaseView>({
    caseId: uuid,
    items: listOf(object<DeliveryListItem>(listed)),
    missing: described(
      listOf(object<ReceivedCaseView['missing'][number]>({ from: count, to: count })),
      'Delivery numbers up to the last of the page that are not here: on their way, or rejected by this gateway',
    ),
    next: described({ type: 'integer', minimum: 0 }, 'Delivery number for `after`'),
  }),
  delivery: object<DeliveryView>({
    ...listed,
    handlingChanges,
    corrects: absent(
      object<NonNullable<DeliveryView['corrects']>>({
        messageId: uuid,
        bound: described({ type: 'boolean' }, 'Whether this authority received it from the same sender'),
      }),
    ),
    retracted: absent(
      object<NonNullable<DeliveryView['retracted']>>({
        ...proven,
        retractionId: uuid,
        reason: { type: 'string', enum: RETRACTION_REASONS },
        receivedAt: instant,
      }),
    ),
    registration: described(json, "The sender's diary number, subject for the register and secrecy mark"),
    content: described(json, 'As the JSON Schema of the message type has it'),
    attachments: absent(
      listOf(
        object<DeliveredAttachmentView>({
          id: uuid,
          name: text,
          mediaType: { type: 'string', enum: MEDIA_TYPES },
          length: described(count, 'Octets'),
          sha256: described(text, 'base64url'),
          items: itemIds('Items of the content that it holds'),
          malware: object<DeliveredAttachmentView['malware']>({
            finding: { type: 'string', enum: MALWARE_FINDINGS },
            scanner: absent(text),
            at: absent(instant),
          }),
        }),
      ),
    ),
    sentAt: instant,
    verdict,
    evidence: object<DeliveryView['evidence']>({ document: jws, manifest: jws, decision: jws, blind, proof }),
    receipts: listOf(
      object<DeliveryView['receipts'][number]>({
        receiptId: uuid,
        kind: { type: 'string', enum: ['technical', ...BUSINESS_RECEIPTS, ...ANSWERS] },
        at: instant,
        receipt: jws,
        reason: absent({ type: 'string', enum: [...FORM_REASONS, ...ACKNOWLEDGEMENTS, ...REQUEST_REFUSALS] }),
        diaryNumber: absent(text),
      }),
    ),
  }),
  handled: object<HandledView>({ ...handling, changes: handlingChanges }),
  cases: page(object<CaseListItem>(caseItem)),
  case: object<CaseView>({
    ...caseItem,
    links: described(
      listOf(object<CaseView['links'][number]>({ authority, caseId: uuid, linkedAt: instant })),
      "Other authorities' cases, by the ids that these have there",
    ),
  }),
  roster: { type: 'object', required: ['items'], properties: { items: listOf(rosterRow) } },
  attachment: object<AttachmentView>({
    id: uuid,
    mediaType: { type: 'string', enum: MEDIA_TYPES },
    length: described(count, 'Octets'),
    received: described({ type: 'integer', minimum: 0 }, 'Octets that are there; the next part begins at this one'),
    sha256: absent(described(text, 'base64url; once all of it is there')),
    expiresAt: described(instant, 'When it is deleted unless a referral needs it'),
  }),
  receipt: object<{
    readonly receiptId: string;
    readonly kind: string;
    readonly at: string;
    readonly receipt: string;
  }>({
    receiptId: uuid,
    kind: { type: 'string', enum: [...BUSINESS_RECEIPTS, ...ANSWERS] },
    at: instant,
    receipt: jws,
  }),
  erasure: object<ErasureView>({
    env: text,
    authority,
    messageId: uuid,
    caseId: uuid,
    openings: described(
      listOf(
        object<ErasureOpeningView>({
          kind: absent(
            described(
              { type: 'string', enum: ['refusal', 'recorded-disclosure'] },
              "A refusal or a recorded disclosure, which is its sender's alone",
            ),
          ),
          index: described(text, 'Decimal'),
          entryId: uuid,
          sender: authority,
          recipient: absent(authority),
          number: absent(count),
        }),
      ),
      'Of entries about the message that stand in the log, each verified by its proof; at most 100, without those that a decision of yours names already. Some after `erasedAt`: decide on these too. That they were looked at is an entry.',
    ),
    ended: described({ type: 'boolean' }, 'Until it has, it cannot be erased'),
    erasedAt: absent(instant),
  }),
  events: page(
    object<EventView>({
      id: uuid,
      type: described({ type: 'string', enum: EVENT_TYPES }, 'What happened'),
      timestamp: described(instant, 'When it happened'),
      data: object<EventView['data']>({
        messageId: absent(described(uuid, 'Absent where it is about a case alone')),
        referralId: absent(described(uuid, 'Of what the authority sends itself')),
        caseId: absent(uuid),
        messageType: absent(described(text, 'Of the referral, as `request/1`')),
        deliveryNumber: absent(described({ type: 'integer' }, 'Of a delivery, within its case: the order of release')),
        code: absent(
          described(
            text,
            'Of a notice its kind, of what is overdue the receipt that is awaited, of an incident the side or the clock, of handling the status, of a case its type, `message` or `case` that it was linked to, or why it is closed, of a subscription the answer, or `asked`',
          ),
        ),
      }),
    }),
  ),
  eventsAcknowledged: object<{ readonly acknowledged: string }>({
    acknowledged: described(uuid, 'Id of the newest event that this system has acknowledged'),
  }),
  webhooks: { type: 'object', required: ['items'], properties: { items: listOf(webhook) } },
  webhook,
  webhookAttempt,
  webhookAttempts: page(webhookAttempt),
  webhookReplay: object<WebhookReplayView>({
    items: described(
      listOf(webhookAttempt),
      'In the order in which they were sent; the first that was not taken is the last',
    ),
    next: absent(described(uuid, '`after` of what is left; absent: nothing is, or none was taken')),
  }),
  incidents: page(incident),
  incident,
  requests: page(requestListItem),
  requestItem: requestListItem,
  request: object<RequestView>({
    ...requestItem,
    answers: listOf(
      object<RequestAnswer>({
        messageId: uuid,
        type: messageType,
        at: described(instant, 'When it was submitted, or received'),
        force: absent(
          described(
            { type: 'string', enum: FORCES },
            'Whether it had to be answered: a duty, a permission that the request made one (OSL 6:5), or a permission',
          ),
        ),
      }),
    ),
    refusal: absent(
      described(
        object<NonNullable<RequestView['refusal']>>({
          reason: { type: 'string', enum: REQUEST_REFUSALS },
          office: text,
          at: instant,
        }),
        "An officer's",
      ),
    ),
    demand: absent(
      described(
        object<NonNullable<RequestView['demand']>>({ messageId: uuid, at: instant }),
        "Whoever asked demands the authority's decision",
      ),
    ),
    decision: absent(
      described(
        object<NonNullable<RequestView['decision']>>({
          messageId: uuid,
          at: instant,
          served: described({ type: 'boolean' }, 'It is at whoever asked'),
        }),
        "The authority's, that can be appealed (OSL 6:7)",
      ),
    ),
    recorded: absent(
      described(
        object<NonNullable<RequestView['recorded']>>({
          function: text,
          person: text,
          identityCheck: { type: 'string', enum: IDENTITY_CHECKS },
          channel: { type: 'string', enum: REQUEST_CHANNELS },
          asksFor: described(listOf(text), 'Data categories'),
          office: described(text, 'Of who took it down'),
          officer: described(text, 'Who took it down'),
          recordedAt: instant,
        }),
        'Of one that no message brought',
      ),
    ),
  }),
  erased: { type: 'object', required: ['messageId', 'erasedAt'], properties: { messageId: uuid, erasedAt: instant } },
  evidence: object<EvidenceView>({
    format: { type: 'string', enum: ['delge-evidence/1'] },
    origins: object<EvidenceView['origins']>({ disclosure: text, keys: text }),
    messageId: uuid,
    entries: listOf(
      object<EvidenceEntryView>({
        entry: described(jws, 'Compact JWS: the entry in the disclosure log'),
        blind,
        annex: absent(described(jws, "The participant's statement that the entry records, compact JWS")),
        proof: described(proof, 'c2sp.org/tlog-proof@v1, under the first checkpoint that covers the entry'),
        before: absent(described(text, 'The checkpoint before that one, a signed note')),
      }),
    ),
    keys: object<EvidenceView['keys']>({
      checkpoint: described(text, 'Signed note'),
      entries: described(listOf(text), 'The keys log whole'),
    }),
    ruleSets: absent(described(listOf(text), 'Rule sets that do not ship with the verifier')),
    cooperations: absent(described(listOf(text), 'Openings of cooperation decisions that claims name')),
    consistency: absent(described(listOf(text), 'With `since`: c2sp.org/tlog-witness add-checkpoint bodies')),
    document: absent(described(jws, 'With `content=true`: the document as its sender signed it')),
  }),
  openings: object<OpeningsView>({
    authority,
    items: listOf({
      oneOf: [
        object<Extract<OpeningLineView, { entry: string }>>({
          idx: described(text, 'Index in the log, decimal'),
          entry: described(jws, 'Compact JWS: the entry'),
          blind,
          annex: absent(described(text, 'The statement that the entry records')),
        }),
        object<Extract<OpeningLineView, { erasedBy: string }>>({
          idx: text,
          erasedBy: described(text, 'Index of the entry that says that the opening is erased'),
        }),
      ],
    }),
    next: absent(described(text, '`from` of the next page; absent at the end of the period')),
    checkpoints: described(listOf(text), 'Signed notes, between which the entries were signed'),
    ruleSets: described(listOf(text), 'Rule sets that do not ship with the verifier'),
    cooperations: described(listOf(text), 'Openings of cooperation decisions that claims name'),
  }),
  size: object<{ readonly size: string }>({ size: described(text, 'Decimal') }),
  checkpoint: object<{ readonly checkpoint: string }>({ checkpoint: described(text, 'Signed note') }),
  tile: object<{ readonly tile: string }>({ tile: described(text, 'Base64') }),
  check: {
    oneOf: [
      object<DisclosureCheckView>({ ...checked, verdict, grounds }),
      object<ReferralCheckView>({
        ...checked,
        outcome: described(outcome, 'The worst of the recipients: what a submission would come to'),
        recipients: listOf(object<RecipientCheckView>({ authority, function: text, verdict, grounds })),
      }),
    ],
  },
  info: {
    type: 'object',
    required: ['apiName', 'apiVersion', 'apiReleased', 'apiDocumentation', 'apiStatus', 'environment', 'gateway'],
    properties: {
      apiName: text,
      apiVersion: text,
      apiReleased: { type: 'string', format: 'date' },
      apiDocumentation: { type: 'string', format: 'uri-reference' },
      apiStatus: text,
      environment: text,
      gateway: text,
      ruleSet: { type: 'object', properties: { number: count, sha256: text } },
      keysLog: { type: 'object', properties: { size: text, root: described(text, 'Base64, 32 octets') } },
    },
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** RFC 9457 problem details, as every refusal has them. */
export const PROBLEM: Schema = {
  type: 'object',
  required: ['type', 'title', 'titleSv', 'status', 'detail', 'instance'],
  properties: {
    type: {
      type: 'string',
      format: 'uri-reference',
      description: '/problems/<slug>, stable, and a page that tells more',
    },
    title: text,
    titleSv: described(text, 'The title in Swedish'),
    status: { type: 'integer' },
    detail: described(text, 'What the problem means; the same each time'),
    instance: {
      type: 'string',
      format: 'uri',
      description: 'This one answer, as `urn:uuid:`: for whoever looks for it in the log',
    },
    violations: listOf({
      type: 'object',
      required: ['path', 'code'],
      properties: { path: described(text, 'Where; never a value'), code: described(text, 'Which rule') },
    }),
    recipients: described(
      listOf({
        type: 'object',
        required: ['authority', 'function', 'messageId', 'verdict'],
        properties: { authority, function: text, messageId: uuid, verdict, leftOut },
      }),
      'With `formal-obstacle` and `assessment-missing`: the verdict for each recipient',
    ),
    scope: described(text, 'With `insufficient-scope`: the one that is lacking'),
    handling: described({ type: 'string', enum: HANDLINGS }, 'With `handling-conflict`: where it is'),
    received: described(
      { type: 'integer', minimum: 0 },
      'With `upload-offset`: octets that are there; the next part begins at this one',
    ),
    state: described(subscriptionState, 'With `subscription-conflict`: where it is'),
    erasedAt: described(instant, 'With `erased`: when it was erased here'),
    code: described(text, 'With `keeping-refused`: which rule'),
    fallBack: {
      type: 'object',
      required: ['messageId', 'retracted'],
      properties: {
        messageId: uuid,
        retracted: described(
          { type: 'boolean' },
          'Whether `onDeny=retract` took it back just now; else a retraction may',
        ),
      },
      description: 'With these of a correction: the message that it would have put right',
    },
  },
};

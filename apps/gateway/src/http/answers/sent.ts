import {
  ACKNOWLEDGEMENTS,
  AWAITED,
  BUSINESS_RECEIPTS,
  CLOCKS,
  FORECAST_DIFFERENCES,
  HANDLINGS,
  MEDIA_TYPES,
  NOT_CORRECTED,
  OTHER_WAYS,
  RECORD_STATES,
  RETRACTION_REASONS,
  RIGHTED_BY,
} from '#contracts';
import type {
  AttachmentView,
  CorrectionRow,
  CorrectionsView,
  DueView,
  ForecastView,
  MessageSummary,
  MessageView,
  ProvenStatement,
  ReceiptView,
  RecordedDisclosureAccepted,
  RecordedDisclosureItem,
  RecordedDisclosureView,
  ReferralAccepted,
  ReferralListItem,
  ReferralView,
  WaitingItem,
} from '#contracts';
import { computedBy, outcome, verdict } from './check.js';
import {
  absent,
  authority,
  count,
  described,
  instant,
  itemIds,
  json,
  jws,
  listOf,
  object,
  page,
  proven,
  state,
  text,
  uuid,
} from './schema.js';
import type { Members, Schema } from './schema.js';

export const leftOut = itemIds('Items this recipient does not get, as asked with `onDeny=send-permitted`');

const summary: Members<MessageSummary> = {
  authority,
  function: text,
  messageId: uuid,
  state,
  verdict,
  leftOut: absent(leftOut),
};

/** Kinds of receipt by which an authority says what became of a message. */
export const ANSWERS = ['retraction-acknowledged', 'correction-acknowledged', 'request-refused'];

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

export const sentAnswers = {
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
  attachment: object<AttachmentView>({
    id: uuid,
    mediaType: { type: 'string', enum: MEDIA_TYPES },
    length: described(count, 'Octets'),
    received: described({ type: 'integer', minimum: 0 }, 'Octets that are there; the next part begins at this one'),
    sha256: absent(described(text, 'base64url; once all of it is there')),
    expiresAt: described(instant, 'When it is deleted unless a referral needs it'),
  }),
} as const satisfies Readonly<Record<string, Schema>>;

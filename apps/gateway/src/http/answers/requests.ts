import {
  FORCES,
  IDENTITY_CHECKS,
  MANDATES,
  REQUEST_CHANNELS,
  REQUEST_DIRECTIONS,
  REQUEST_REFUSALS,
  REQUEST_STATES,
} from '#contracts';
import type { RecordedRequestView, RefusalView, RequestAnswer, RequestItem, RequestView } from '#contracts';
import { absent, authority, described, instant, jws, listOf, object, page, state, text, uuid } from './schema.js';
import type { Members, Schema } from './schema.js';

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

const stoodBehind = {
  at: instant,
  office: text,
  officer: text,
  mandate: { type: 'string', enum: MANDATES },
} as const;

const requestListItem = object<RequestItem>({
  ...requestItem,
  answers: described(listOf(uuid), 'Message ids, of those that stand'),
});

export const requestAnswers = {
  requests: page(requestListItem),
  requestItem: requestListItem,
  refusal: object<RefusalView>({
    kind: { type: 'string', enum: ['request-refused'] },
    at: instant,
    receiptId: absent(described(uuid, 'Absent where no message brought the request: nothing is signed or sent')),
    receipt: absent(described(jws, 'Likewise')),
  }),
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
        object<RecordedRequestView>({
          function: text,
          person: text,
          identityCheck: { type: 'string', enum: IDENTITY_CHECKS },
          channel: { type: 'string', enum: REQUEST_CHANNELS },
          asksFor: described(listOf(text), 'Data categories'),
          office: described(text, 'Of who took it down'),
          officer: described(text, 'Who took it down'),
          recordedAt: instant,
          refusal: absent(
            object<NonNullable<RecordedRequestView['refusal']>>({
              reason: { type: 'string', enum: REQUEST_REFUSALS },
              ...stoodBehind,
            }),
          ),
          demand: absent(
            described(object<NonNullable<RecordedRequestView['demand']>>({ at: instant }), 'Without a message'),
          ),
          decision: absent(
            described(object<NonNullable<RecordedRequestView['decision']>>(stoodBehind), 'Given another way'),
          ),
        }),
        'Of one that no message brought',
      ),
    ),
  }),
} as const satisfies Readonly<Record<string, Schema>>;

import {
  ACKNOWLEDGEMENTS,
  BUSINESS_RECEIPTS,
  FORM_REASONS,
  HANDLINGS,
  HANDLING_CLOCKS,
  INCIDENT_CLOCKS,
  INCIDENT_CODES,
  MALWARE_FINDINGS,
  MEDIA_TYPES,
  REQUEST_REFUSALS,
  RETRACTION_REASONS,
  SAID_HANDLINGS,
} from '#contracts';
import type {
  DeliveredAttachmentView,
  DeliveryListItem,
  DeliveryView,
  HandledView,
  HandlingChangeView,
  HandlingDueView,
  HandlingView,
  IncidentClockView,
  IncidentView,
  ReceivedCaseView,
} from '#contracts';
import { verdict } from './check.js';
import {
  absent,
  authority,
  blind,
  count,
  described,
  instant,
  itemIds,
  json,
  jws,
  listOf,
  object,
  page,
  proof,
  proven,
  text,
  uuid,
} from './schema.js';
import type { Members, Schema } from './schema.js';
import { ANSWERS } from './sent.js';

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

export const receivedAnswers = {
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
  incidents: page(incident),
  incident,
} as const satisfies Readonly<Record<string, Schema>>;

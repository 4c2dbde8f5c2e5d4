import type {
  AddresseeView,
  CorrectionsView,
  DeliveryView,
  DisclosureCheckView,
  EventPage,
  MessageSummary,
  Page,
  PersonSearchView,
  ReceivedCaseView,
  RecordedDisclosureAccepted,
  RecordedDisclosureView,
  ReferralAccepted,
  ReferralView,
  VerdictView,
} from '#contracts';
import { requests } from './example-requests.js';

const RECORD = '7c2f8d0e-3a61-4f0b-9c55-2b8e6a4f1d37';
const REFERRAL = '5b0f6a52-6d0b-4d0e-8a39-5a1f1f7c2e10';
const CASE = 'e84c68d9-51bd-4104-8b96-a3bd65447aaa';
const MESSAGE = '0f4cf5a5-7f0e-8b7e-9d55-6f0f3e3f9b0a';
const TYPE = 'misuse-of-assistance-allowance/1';
const JWS = 'eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl';
const DIGEST = 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80';
const PROOF = `c2sp.org/tlog-proof@v1\nindex 4711\n\ndelge.example/disclosure\n4712\n${DIGEST}=\n\n— delge.example/disclosure c2ln\n`;
const proven = { entry: JWS, blind: DIGEST, proof: PROOF };

const inWords = (outcome: string, summary: string): object => ({
  outcome,
  summary,
  items: [],
  facts: [],
  citations: [],
  missing: [],
  waysOut: [],
  questions: [],
  notes: [],
});
const permit: VerdictView = {
  outcome: 'permit',
  codes: {
    outcome: 'permit',
    force: 'duty',
    clock: 'none',
    secrecy: 'permit',
    processing: 'permit',
    regime: 'gdpr',
    bases: ['LUF-2008-206-3@2020-01-01'],
    codes: [],
  },
  sv: inWords(
    'Inget formellt hinder',
    'Inget formellt hinder. Utlämnandet är en skyldighet enligt lag (2008:206) 3 §.',
  ),
  en: inWords('No formal obstacle', 'No formal obstacle. The disclosure is a duty under the Act (2008:206) section 3.'),
};
const may: VerdictView = {
  outcome: 'permit',
  codes: { ...permit.codes, force: 'permission', bases: ['OSL-10-23@2025-04-01'] },
  sv: inWords('Inget formellt hinder', 'Inget formellt hinder. Utlämnandet får göras enligt OSL 10 kap. 23 §.'),
  en: inWords('No formal obstacle', 'No formal obstacle. The disclosure is permitted by OSL chapter 10 section 23.'),
};
const deny: VerdictView = {
  outcome: 'deny',
  codes: {
    outcome: 'deny',
    secrecy: 'deny',
    processing: 'deny',
    regime: 'gdpr',
    bases: [],
    codes: ['NO_BASIS - - -'],
  },
  sv: inWords('Formellt hinder', 'Formellt hinder. Ingen grund är åberopad.'),
  en: inWords('Formal obstacle', 'Formal obstacle. No basis is claimed.'),
};
const summary: MessageSummary = {
  authority: 'fk/forsakringskassan',
  function: 'kontroll',
  messageId: MESSAGE,
  state: 'accepted',
  verdict: permit,
};
const recorded = {
  id: RECORD,
  messageId: 'a1e6c9d4-58b2-8f3d-9a07-6c4b1e2d8f90',
  caseId: CASE,
  recipient: 'polis/polismyndigheten',
};
const { assessments: _, ...withoutAssessments } = requests.RecordDisclosureDto;
const recordedItem = {
  ...recorded,
  outcome: 'permit' as const,
  state: 'logged' as const,
  disclosedAt: '2026-11-24T07:30:00.000Z',
  recordedAt: '2026-11-24T08:00:00.000Z',
  changedAt: '2026-11-24T08:00:00.730Z',
};
const listed = {
  id: MESSAGE,
  attempt: 1,
  caseId: CASE,
  type: TYPE,
  sender: 'linkoping/omsorgsnamnden',
  recipientFunction: 'kontroll',
  deliveryNumber: 1,
  receivedAt: '2026-11-24T08:00:01.412Z',
  handling: {
    status: 'received' as const,
    changedAt: '2026-11-24T08:05:00.000Z',
    due: [{ what: 'accepted' as const, at: '2026-11-27T08:00:01.412Z', overdue: false }],
  },
};

/** What `recipients` of a refusal for a formal obstacle has. */
export const refusedRecipients = [
  { authority: 'fk/forsakringskassan', function: 'kontroll', messageId: MESSAGE, verdict: deny },
];

/** Answers that say more when they are written than when they are made of their schema. */
export const written: Readonly<Record<string, unknown>> = {
  accepted: { id: REFERRAL, caseId: CASE, state: 'accepted', recipients: [summary] } satisfies ReferralAccepted,
  referral: {
    id: REFERRAL,
    caseId: CASE,
    type: TYPE,
    submittedAt: '2026-11-24T08:00:00.000Z',
    recipients: [
      {
        ...summary,
        state: 'fetched',
        attempt: 1,
        stateText: { sv: 'hämtad', en: 'fetched' },
        changedAt: '2026-11-24T08:00:01.730Z',
        due: [{ what: 'accepted', at: '2026-11-27T08:00:01.730Z', overdue: false }],
        manifest: JWS,
        decision: { ...proven, outcome: 'permit', number: 17, decidedAt: '2026-11-24T08:00:00.310Z' },
        receipts: [
          {
            ...proven,
            statement: JWS,
            receiptId: '01890a5d-ac96-774b-bcce-b302099a8057',
            attempt: 1,
            kind: 'technical',
            by: 'fk/forsakringskassan',
            at: '2026-11-24T08:00:01.412Z',
          },
        ],
        notices: [],
      },
    ],
    assessments: [
      {
        id: '3c1f7c1e-52f0-4b0f-9d07-8a5d3c6e1a20',
        recipient: 'fk/forsakringskassan',
        basis: 'LUF-2008-206-3@2020-01-01',
        test: 'ANLEDNING',
        outcome: 'met',
        office: 'lss-handlaggare',
        mandate: 'delegation',
        at: '2026-11-24T08:00:00.000Z',
      },
    ],
  } satisfies ReferralView,
  recorded: { ...recorded, state: 'accepted', verdict: may } satisfies RecordedDisclosureAccepted,
  recordedDisclosures: { items: [recordedItem], next: '1764000001412.17' },
  recordedDisclosure: {
    ...recordedItem,
    stateText: { sv: 'loggat', en: 'logged' },
    verdict: may,
    recorded: withoutAssessments,
    assessments: [],
    statement: JWS,
    notice: { ...proven, kind: 'disclosure-recorded', at: '2026-11-24T08:00:00.310Z' },
  } satisfies RecordedDisclosureView,
  corrections: {
    id: REFERRAL,
    caseId: CASE,
    type: TYPE,
    recipients: [
      {
        authority: 'fk/forsakringskassan',
        function: 'kontroll',
        messageId: MESSAGE,
        received: { state: 'acknowledged', fetchedAt: '2026-11-24T08:00:01.412Z', handling: 'accepted' },
        sentAs: 'retraction',
        why: 'formal-obstacle',
        retraction: {
          retractionId: '01890a5d-ac96-774b-bcce-b302099a8057',
          reason: 'correction-not-permitted',
          at: '2026-11-25T08:00:00.000Z',
          recorded: true,
        },
        dueAt: '2026-11-28T08:00:00.420Z',
        overdue: false,
        acknowledged: { code: 'passed-on', at: '2026-11-25T10:12:00.000Z' },
        passedOn: true,
      },
    ],
  } satisfies CorrectionsView,
  delivery: {
    ...listed,
    registration: {
      diaryNumber: 'ON 2026-00417',
      subject: 'Underrättelse till Försäkringskassan',
      secrecyMark: 'OSL 26 kap. 1 §',
    },
    content: {
      subject: { name: 'Tolvan Provberg', personalIdentityNumber: '195201161857', protection: 'none' },
      allowance: { benefit: 'assistansersattning', period: { from: '2026-03-01', to: '2026-09-30' } },
    },
    sentAt: '2026-11-24T08:00:00.000Z',
    verdict: permit,
    evidence: { document: JWS, manifest: JWS, decision: JWS, blind: DIGEST, proof: PROOF },
    receipts: [
      {
        receiptId: '01890a5d-ac96-774b-bcce-b302099a8057',
        kind: 'technical',
        at: '2026-11-24T08:00:01.412Z',
        receipt: JWS,
      },
    ],
    handlingChanges: [
      { status: 'received', at: '2026-11-24T08:05:00.000Z', system: '5b0c1f2a-7c3e-4d7b-9b66-2f1c8a0d9e44' },
    ],
  } satisfies DeliveryView,
  deliveries: { items: [listed], next: '1764000001412.17' },
  receivedCase: {
    caseId: CASE,
    items: [listed, { ...listed, id: '81d36043-bdea-48b4-9206-ce143f2be122', deliveryNumber: 4 }],
    missing: [{ from: 2, to: 3 }],
    next: 4,
  } satisfies ReceivedCaseView,
  check: { on: '2026-11-24', ruleSet: { number: 2, sha256: DIGEST }, verdict: permit } satisfies DisclosureCheckView,
  personSearch: {
    searchId: '3c1f7c1e-52f0-4b0f-9d07-8a5d3c6e1a20',
    items: [
      {
        messageId: MESSAGE,
        direction: 'sent',
        type: TYPE,
        caseId: CASE,
        referralId: REFERRAL,
        authority: 'fk/forsakringskassan',
        at: '2026-11-24T08:00:00.000Z',
        roles: [{ about: 'subject', item: 'subject' }],
      },
    ],
    complete: true,
    next: `1795507200000000.${MESSAGE}`,
  } satisfies PersonSearchView,
  events: {
    items: [
      {
        id: '01890a5d-ac96-774b-bcce-b302099a8057',
        type: 'message.fetched',
        timestamp: '2026-11-24T08:00:01.730Z',
        data: { messageId: MESSAGE, referralId: REFERRAL, caseId: CASE, messageType: TYPE },
      },
    ],
    next: '01890a5d-ac96-774b-bcce-b302099a8057',
  } satisfies EventPage,
  authorities: {
    items: [
      {
        authority: 'fk/forsakringskassan',
        nameSv: 'Försäkringskassan',
        nameEn: 'Swedish Social Insurance Agency',
        kind: 'socialforsakringsmyndighet',
        participant: {
          slug: 'fk',
          organisationNumber: '2021005521',
          nameSv: 'Försäkringskassan',
          nameEn: 'Swedish Social Insurance Agency',
        },
        functions: [{ id: 'kontroll', nameSv: 'Kontrollutredning', nameEn: 'Control investigation' }],
        receives: true,
      },
    ],
    next: 'fk/forsakringskassan',
  } satisfies Page<AddresseeView>,
  info: {
    apiName: 'delge-gateway',
    apiVersion: '1.0.0',
    apiReleased: '2026-11-24',
    apiDocumentation: '/docs',
    apiStatus: 'beta',
    environment: 'sandbox',
    gateway: 'kommunerna',
    ruleSet: { number: 2, sha256: DIGEST },
    keysLog: { size: '118', root: `${DIGEST}=` },
  },
};

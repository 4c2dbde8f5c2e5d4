import type {
  AcknowledgeDto,
  AcknowledgeEventsDto,
  AddToCaseDto,
  AnnounceAttachmentDto,
  AssessmentDto,
  CloseCaseDto,
  CloseIncidentDto,
  DisclosureCheckDto,
  GiveReceiptDto,
  GivenAnotherWayDto,
  LinkCaseDto,
  PeriodDto,
  PersonSearchDto,
  PutCaseDto,
  PutWebhookDto,
  RecordDisclosureDto,
  ReferralCheckDto,
  ReplayWebhookDto,
  RetractReferralDto,
  RotateWebhookDto,
  SetHandlingDto,
  SubmitReferralDto,
} from '#contracts';

/** Skatteverket's published test numbers and a company number that cannot be assigned. */
const referral: SubmitReferralDto = {
  id: '5b0f6a52-6d0b-4d0e-8a39-5a1f1f7c2e10',
  caseId: 'e84c68d9-51bd-4104-8b96-a3bd65447aaa',
  type: 'misuse-of-assistance-allowance/1',
  to: [{ authority: 'fk/forsakringskassan', function: 'kontroll' }],
  initiative: 'own',
  purpose: 'control-incorrect-payment',
  bases: [{ id: 'LUF-2008-206-3' }],
  facts: {},
  declarations: {
    freeText: { circumstances: ['benefit-case', 'care-and-support', 'observation'] },
    known: { 'circumstances~observation': 'observed' },
  },
  assessments: [
    {
      basis: 'LUF-2008-206-3',
      test: 'ANLEDNING',
      outcome: 'met',
      items: 'all',
      office: 'lss-handlaggare',
      officer: 'LKP-ON-0412',
      mandate: 'delegation',
      reasons: 'Redovisade timmar stämmer inte med tre hembesök och närvarolistor från daglig verksamhet.',
    },
    {
      basis: 'LUF-2008-206-3',
      test: 'EJ_SARSKILDA',
      outcome: 'disclosure-prevails',
      items: 'all',
      office: 'enhetschef',
      officer: 'LKP-ON-0031',
      mandate: 'delegation',
      reasons: 'Utredningen i nämnden är avslutad. Inget talar för att vänta med underrättelsen.',
    },
  ],
  content: {
    subject: { name: 'Tolvan Provberg', personalIdentityNumber: '195201161857', protection: 'none' },
    allowance: {
      benefit: 'assistansersattning',
      period: { from: '2026-03-01', to: '2026-09-30' },
      grantedHoursPerMonth: 520,
      performedHoursPerMonth: 180,
    },
    provider: { name: 'Exempel Assistans i Östergötland AB', organisationNumber: '444321-9870' },
    circumstances: 'Vid hembesök den 4, 11 och 18 september 2026 fanns ingen assistent på plats under beviljad tid.',
  },
  registration: {
    diaryNumber: 'ON 2026-00417',
    subject: 'Underrättelse till Försäkringskassan',
    secrecyMark: 'OSL 26 kap. 1 §',
  },
};

const claims: DisclosureCheckDto = {
  recipient: 'fk/forsakringskassan',
  on: '2026-11-24',
  type: 'misuse-of-assistance-allowance/1',
  initiative: 'own',
  purpose: 'control-incorrect-payment',
  bases: [{ id: 'LUF-2008-206-3' }],
  items: [{ id: 'allowance', dataCategory: 'benefit-case', about: 'subject', known: 'own-case', secrecy: ['26:1'] }],
  facts: {},
  derived: { ageBand: '21-plus', deceased: false, protectedIdentity: 'none' },
};

const assessment: AssessmentDto = {
  recipient: 'fk/forsakringskassan',
  basis: 'LUF-2008-206-3',
  test: 'ANLEDNING',
  outcome: 'met',
  items: 'all',
  office: 'lss-handlaggare',
  officer: 'LKP-ON-0412',
  mandate: 'delegation',
  reasons: 'Redovisade timmar stämmer inte med tre hembesök.',
};

/** A body for each DTO that a route takes, valid by the rules of its class; one that is not here is made of its schema. */
const recorded: RecordDisclosureDto = {
  id: '7c2f8d0e-3a61-4f0b-9c55-2b8e6a4f1d37',
  caseId: referral.caseId,
  recipient: 'polis/polismyndigheten',
  initiative: 'own',
  purpose: 'investigate-crime',
  bases: [{ id: 'OSL-10-23' }],
  facts: { crime: 'grovt-bidragsbrott', offenceStage: 'completed' },
  assessments: [
    {
      basis: 'OSL-10-23',
      test: 'BETYDELSE',
      outcome: 'met',
      items: 'all',
      office: 'lss-handlaggare',
      officer: 'LKP-ON-0412',
      mandate: 'delegation',
      reasons: 'Tidrapporterna är den viktigaste bevisningen.',
    },
    {
      basis: 'OSL-10-23',
      test: 'ANDAMAL',
      outcome: 'compatible',
      items: 'all',
      office: 'enhetschef',
      officer: 'LKP-ON-0031',
      mandate: 'delegation',
      reasons: 'Nämnden har drabbats av brottet. Ändamålet är förenligt.',
    },
  ],
  registration: referral.registration,
  declarations: {
    freeText: { disclosed: ['crime-suspicion', 'observation'], reason: ['observation'] },
  },
  content: {
    channel: 'telephone',
    disclosedOn: '2026-11-24',
    receivedBy: 'vakthavande befäl',
    subjects: [{ name: 'Tolvan Provberg', personalIdentityNumber: '195201161857', protection: 'none' }],
    disclosed: 'Vid tre hembesök i september fanns ingen assistent på plats under beviljad tid.',
    reason: 'Bevisning höll på att förstöras.',
  },
  askedBy: 'vakthavande befäl i polisregion Öst',
  identityCheck: 'call-back',
  office: 'enhetschef',
  officer: 'LKP-ON-0031',
  at: '2026-11-24T07:30:00.000Z',
};

export const requests = {
  SubmitReferralDto: referral,
  RecordDisclosureDto: recorded,
  DisclosureCheckDto: claims,
  ReferralCheckDto: { referral, on: '2026-11-24' } satisfies ReferralCheckDto,
  AssessmentDto: assessment,
  RetractReferralDto: {
    reason: 'wrong-information',
    recipients: ['fk/forsakringskassan'],
  } satisfies RetractReferralDto,
  GivenAnotherWayDto: {
    recipient: 'fk/forsakringskassan',
    how: 'telephone',
    office: 'lss-handlaggare',
    at: '2026-11-24T08:00:00Z',
  } satisfies GivenAnotherWayDto,
  GiveReceiptDto: { kind: 'accepted', diaryNumber: 'FK 2026-000417' } satisfies GiveReceiptDto,
  SetHandlingDto: { status: 'accepted', diaryNumber: 'FK 2026-000417' } satisfies SetHandlingDto,
  PutCaseDto: { type: 'personal-assistance', title: 'Assistans 2026-17' } satisfies PutCaseDto,
  AddToCaseDto: { messageId: '81d36043-bdea-48b4-9206-ce143f2be122' } satisfies AddToCaseDto,
  LinkCaseDto: {
    authority: 'fk/forsakringskassan',
    caseId: 'e84c68d9-51bd-4104-8b96-a3bd65447aaa',
  } satisfies LinkCaseDto,
  CloseCaseDto: { reason: 'handed-over' } satisfies CloseCaseDto,
  AcknowledgeDto: { code: 'not-used' } satisfies AcknowledgeDto,
  AcknowledgeEventsDto: { through: '01890a5d-ac96-774b-bcce-b302099a8057' } satisfies AcknowledgeEventsDto,
  AnnounceAttachmentDto: {
    id: '6f2d1c57-0b1a-4c39-9d0e-2f3b6a7c8d90',
    name: 'tidrapport.pdf',
    mediaType: 'application/pdf',
    length: 48_211,
    sha256: 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80',
    malware: { finding: 'clean', scanner: 'ClamAV 1.4.3/27820', at: '2026-11-24T07:58:00Z' },
  } satisfies AnnounceAttachmentDto,
  CloseIncidentDto: {
    clock: 'notification',
    code: 'notified-imy',
    at: '2026-11-24T08:00:00Z',
  } satisfies CloseIncidentDto,
  PeriodDto: { from: '0', to: '4711' } satisfies PeriodDto,
  PersonSearchDto: {
    personalIdentityNumber: '19520116-1857',
    purpose: 'subject-access',
    office: 'registrator',
    officer: 'LKP-ON-0077',
    reference: 'ON 2026-00502',
    limit: 50,
  } satisfies PersonSearchDto,
  PutWebhookDto: { url: 'https://handlaggning.linkoping.example/delge' } satisfies PutWebhookDto,
  ReplayWebhookDto: { since: '2026-11-24T08:00:00Z' } satisfies ReplayWebhookDto,
  RotateWebhookDto: { overlap: true } satisfies RotateWebhookDto,
} as const;

const ASSERTION = 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiI4MWQzNjA0MyJ9.c2lnbmF0dXJl';
/** Bodies that are no JSON, by their media type. */
export const texts: Readonly<Record<string, unknown>> = {
  'application/x-www-form-urlencoded': {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: ASSERTION,
  },
  'application/jose': ASSERTION,
  'application/octet-stream': '%PDF-1.7',
};

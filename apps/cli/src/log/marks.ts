import type {
  AssignmentGranted,
  AssignmentNotice,
  Decision,
  Erasure,
  ErasureDecision,
  ErasureReport,
  FindingAct,
  Hold,
  LedgerNotice,
  Look,
  Manifest,
  Notice,
  Receipt,
  RecordedDisclosure,
  Refusal,
  Retraction,
  SampleAct,
  Search,
} from '#envelope';

/** What a field of an entry may tell, for whoever assesses secrecy. It is no assessment: that is the authority's, for each field and each request. */
export const MARKS = {
  form: {
    sv: 'form: version, miljö, regelsamling, loggens storlek. Säger inget om någon',
    en: 'version, environment, rule set, size of the log. Says nothing of anybody',
  },
  act: {
    sv: 'åtgärd: vad som gjordes, när, med vilket utfall. Kan tillsammans med annat röja att någon är föremål för en utredning',
    en: 'what was done, when, with which outcome. Beside other things it may disclose that somebody is being investigated',
  },
  party: {
    sv: 'part: vilken myndighet, funktion eller gateway. Säger vem som har lämnat uppgifter till vem',
    en: 'which authority, function or gateway. Tells who disclosed to whom',
  },
  link: {
    sv: 'länk: id eller kondensat. Säger inget i sig, men leder till ärendet för den som har annat att jämföra med',
    en: 'an id or a digest. Says nothing by itself, and leads to the matter for whoever has something to compare it with',
  },
  official: {
    sv: 'tjänsteman: befattning, pseudonym, delegation, tid',
    en: 'office, pseudonym, mandate, time',
  },
  person: {
    sv: 'enskild: påståenden och koder om den som meddelandet gäller, pseudonymiserade personuppgifter',
    en: 'claims and codes about whom the message concerns, pseudonymised personal data',
  },
  unknown: {
    sv: 'okänt: fältet känns inte igen. Pröva det som om det gällde en enskild',
    en: 'the field is not known. Assess it as if it were about a person',
  },
} as const;
export type Mark = keyof typeof MARKS;

type Statement =
  | AssignmentGranted
  | AssignmentNotice
  | Decision
  | Erasure
  | ErasureDecision
  | ErasureReport
  | FindingAct
  | Hold
  | LedgerNotice
  | Look
  | Manifest
  | Notice
  | Receipt
  | RecordedDisclosure
  | Refusal
  | Retraction
  | SampleAct
  | Search;
type Member = Statement extends infer One ? (One extends unknown ? keyof One : never) : never;

/** Every member of every statement that an entry or its annex can be: one that is forgotten here does not compile. */
const MEMBERS = {
  v: 'form',
  env: 'form',
  class: 'form',
  ruleSet: 'form',
  engineVersion: 'form',
  keys: 'form',
  logSize: 'form',
  checkpoint: 'form',
  kind: 'act',
  attempt: 'act',
  number: 'act',
  outcome: 'act',
  reason: 'act',
  purpose: 'act',
  ground: 'act',
  messageType: 'act',
  channel: 'act',
  identityCheck: 'act',
  disclosedAt: 'act',
  issuedAt: 'act',
  expiresAt: 'act',
  decidedAt: 'act',
  at: 'act',
  provision: 'act',
  period: 'act',
  fields: 'act',
  expires: 'act',
  shown: 'act',
  stratifiedBy: 'act',
  count: 'act',
  second: 'act',
  items: 'act',
  remarks: 'act',
  serious: 'act',
  severity: 'act',
  result: 'act',
  sender: 'party',
  recipient: 'party',
  recipientFunction: 'party',
  gateway: 'party',
  by: 'party',
  authority: 'party',
  authorities: 'party',
  // Keys of strata name recipients and senders.
  strata: 'party',
  entryId: 'link',
  messageId: 'link',
  messageIds: 'link',
  caseId: 'link',
  refusalId: 'link',
  receiptId: 'link',
  retractionId: 'link',
  decisionId: 'link',
  assignment: 'link',
  diaryNumber: 'link',
  query: 'link',
  sample: 'link',
  finding: 'link',
  population: 'link',
  nonce: 'link',
  drawn: 'link',
  item: 'link',
  sheet: 'link',
  report: 'link',
  text: 'link',
  holdId: 'link',
  delayedEntryId: 'link',
  decisionEntryId: 'link',
  claimsSha256: 'link',
  manifestSha256: 'link',
  jweSha256: 'link',
  sealedSha256: 'link',
  documentSha256: 'link',
  statementSha256: 'link',
  decisionsSha256: 'link',
  jwe: 'link',
  sealingKey: 'link',
  documentKey: 'link',
  attachments: 'link',
  person: 'official',
  auditor: 'official',
  to: 'official',
  office: 'official',
  officer: 'official',
  refusedBy: 'official',
  claims: 'person',
  verdict: 'person',
  // Of what was shown or erased: each has members of its own, below.
  seen: 'link',
  erased: 'link',
  openings: 'link',
} as const satisfies Record<Member, Mark>;

/** Within those that name other entries, and within claims, a member may say something else than what it stands in. */
const WITHIN: readonly (readonly [RegExp, Mark])[] = [
  [/^(seen|erased|openings)\[\d+\]\.(sender|recipient)$/, 'party'],
  [/^(seen|erased|openings)\[\d+\]\.(kind|number)$/, 'act'],
  [/^strata\[\d+\]\.(population|size)$/, 'act'],
  [/^attachments\[\d+\]\.items/, 'person'],
  [/^claims\.v$/, 'form'],
  [/^claims\.assessments\[\d+\]\.(office|officer|mandate|at|assurance)$/, 'official'],
];

/** @param path of a field, as `claims.items[0].about` */
export const markOf = (path: string): Mark => {
  const within = WITHIN.find(([pattern]) => pattern.test(path));
  if (within !== undefined) return within[1];
  const [member = ''] = path.split(/[.[]/);
  return Object.hasOwn(MEMBERS, member) ? MEMBERS[member as Member] : 'unknown';
};

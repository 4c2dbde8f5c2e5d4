/**
 * Closed lists of codes that claims, assessments and content may use. A code outside these lists is refused (design.md I8).
 * Codes are the record; Swedish and English names are in `texts/`.
 */

/** What kind of authority the law sees. The kind decides the default secrecy; `agency` decides membership of statutory lists. */
export const AUTHORITY_KINDS = [
  'socialnamnd',
  'lss-namnd',
  'arbetsmarknadsnamnd',
  'utbildningsnamnd',
  'tillstandsnamnd',
  'miljonamnd',
  'overformyndarnamnd',
  'kommunstyrelse',
  'upphandlingsnamnd',
  'kommunal-halsovard',
  'kommunal-statistik',
  'kommunalt-bolag',
  'region',
  'fristaende-skola',
  'privat-utforare',
  'a-kassa',
  'socialforsakringsmyndighet',
  'skattemyndighet',
  'arbetsmarknadsmyndighet',
  'studiestodsmyndighet',
  'migrationsmyndighet',
  'exekutiv-myndighet',
  'utbetalningsmyndighet',
  'brottsbekampande-myndighet',
  'kriminalvardsmyndighet',
  'registermyndighet',
  'tillsynsmyndighet',
  'statlig-myndighet',
  'domstol',
  'teknisk-bearbetare',
] as const;
export type AuthorityKind = (typeof AUTHORITY_KINDS)[number];

/** Purposes (GDPR art. 5(1)(b)); OSL 10:15 a points 1–5 are the first six. */
export const PURPOSES = [
  'prevent-crime',
  'investigate-crime',
  'prevent-incorrect-payment',
  'control-incorrect-payment',
  'prevent-rule-breaches',
  'correct-taxation',
  'workplace-control',
  'permit-supervision',
  'child-protection',
  'social-services-case',
  'care-and-support',
  'review-of-decision',
  'supervision',
  'population-registration',
  'migration-case',
  'enforcement',
  'technical-processing',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Facts the sender declares. Facts that content determines are derived, never declared. */
export const FACTS = ['crime', 'offenceStage', 'securityClassified'] as const;
export type FactCode = (typeof FACTS)[number];
export const OFFENCE_STAGES = ['completed', 'attempt', 'preparation', 'conspiracy'] as const;

/** Facts derived from content at both ends. */
export const DERIVED = [
  'ageBand',
  'awardDecided',
  'benefit',
  'childAmongSubjects',
  'circumstancesStated',
  'deceased',
  'protectedIdentity',
  'securityMarking',
  'victimAgeBand',
] as const;
export type DerivedCode = (typeof DERIVED)[number];
export const AGE_BANDS = ['under-15', '15-17', '18-20', '21-plus', 'unknown', 'no-person'] as const;
/** `none`: every person stated unmarked; `marked`: at least one marked; `unknown`: status not stated for at least one. */
export const PROTECTION = ['none', 'marked', 'unknown'] as const;

/** Tests an officer answers. The engine never performs one (law.md 0.3 point 7). */
export const TESTS = [
  'ANDAMAL',
  'ANLEDNING',
  'BEHOV',
  'BETYDELSE',
  'EJ_OLAMPLIGT',
  'EJ_OVERVAGANDE',
  'EJ_SARSKILDA',
  'EJ_STAR_KLART',
  'EJ_SYNNERLIGA',
  'FORETRADE',
  'FORUTSATTNINGAR',
  'INGET_MEN',
  'MISSTANKE',
  'NODVANDIGT',
  'PAFOLJD',
  'SAMTYCKE',
  'SKYDDAD',
  'UPPENBART',
] as const;
export type TestCode = (typeof TESTS)[number];

/** Per test the outcome that lets the disclosure pass and the one that stops it. */
export const OUTCOMES: { readonly [test in TestCode]: { readonly passes: string; readonly stops: string } } = {
  ANDAMAL: { passes: 'compatible', stops: 'not-compatible' },
  ANLEDNING: { passes: 'met', stops: 'not-met' },
  BEHOV: { passes: 'needed', stops: 'not-needed' },
  BETYDELSE: { passes: 'met', stops: 'not-met' },
  EJ_OLAMPLIGT: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
  EJ_OVERVAGANDE: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
  EJ_SARSKILDA: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
  EJ_STAR_KLART: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
  EJ_SYNNERLIGA: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
  FORETRADE: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
  FORUTSATTNINGAR: { passes: 'met', stops: 'not-met' },
  INGET_MEN: { passes: 'no-harm', stops: 'harm' },
  MISSTANKE: { passes: 'met', stops: 'not-met' },
  NODVANDIGT: { passes: 'met', stops: 'not-met' },
  PAFOLJD: { passes: 'met', stops: 'not-met' },
  SAMTYCKE: { passes: 'given', stops: 'not-given' },
  SKYDDAD: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
  UPPENBART: { passes: 'disclosure-prevails', stops: 'secrecy-prevails' },
};

/** Offices that may stand behind an assessment; the person is known by pseudonym only. */
export const OFFICES = [
  'alkoholhandlaggare',
  'avtalscontroller',
  'bistandshandlaggare',
  'enhetschef',
  'forvaltningschef',
  'handlaggare',
  'jurist',
  'kontrollutredare',
  'lss-handlaggare',
  'polisanstalld',
  'rektor',
  'sakerhetschef',
  'skyddshandlaggare',
  'socialsekreterare',
  'upphandlingschef',
  'aklagare',
] as const;
export type Office = (typeof OFFICES)[number];
export const MANDATES = ['delegation', 'statute'] as const;
export const ASSURANCES = ['authenticated', 'asserted'] as const;

/** Whom an item is about. */
export const ABOUT = ['subject', 'other-person', 'company', 'informant', 'official', 'nobody'] as const;
/** How the sender knows it. BDL 2:9–2:10 wants facts and assessments told apart. */
export const KNOWN = ['own-case', 'register', 'observed', 'told', 'assessed', 'unknown-origin'] as const;

/**
 * Open questions of law (law.md 6.1, whose number is given); each is settled by a dated legal position of the sending authority. Most
 * stop a disclosure until then; those of `READINGS` are told as a note.
 */
export const LEGAL_QUESTIONS = [
  'osl-10-15a-p2-vs-10-23', // 1
  'duty-vs-10-23', // 2
  'bid-secrecy-before-award', // 3
  'statistics', // 4
  'health-data', // 4
  'decided-cooperation', // 5
  'party-status', // 6
  'register-law-at-recipient', // 7
  'finality', // 8
  'text-unconfirmed', // 9
  'membership-unconfirmed', // 9
  'log-retention', // 10
  'young-persons', // 11
  'protected-identity', // 12
  'pilot', // 13
  'suspect-under-15', // 14
  'deceased-person', // 14
  'several-principals', // 14
  'informant-identity', // 14
  'consent-of-others', // OSL 12:2
  'consent-of-minor', // OSL 12:3
] as const;
export type LegalQuestion = (typeof LEGAL_QUESTIONS)[number];

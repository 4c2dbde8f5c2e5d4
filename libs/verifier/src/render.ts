import { CLASSES, FINDINGS } from './findings.js';
import type { Finding, FindingClass } from './findings.js';
import { LIMITS } from './limits.js';
import type { Row } from './numbers.js';
import type { Report, ShownDecision, ShownStatement } from './report.js';

export type Language = 'sv' | 'en';

const TEXTS = {
  sv: {
    title: 'Granskning av',
    bundle: 'en period av Delges logg',
    evidence: 'ett meddelandes bevisfil',
    holds: 'Allt som kontrollerades stämmer.',
    'does-not-hold': 'Filen stämmer inte.',
    incomplete: 'Inget säger emot, men allt gick inte att kontrollera.',
    when: 'Kontrollerad',
    environment: 'Miljö',
    log: 'Logg',
    keys: 'Nyckellogg',
    entries: 'poster',
    period: 'Period',
    bounds: 'Avgränsad till',
    from: 'från post',
    before: 'till post',
    complete: 'Fullständigt',
    delayed: 'Kom sent till loggen, enligt Delges egen uppgift',
    row: (row: Row) =>
      row.to < row.from
        ? `inget nummer visas för ${row.authority}`
        : `komplett för ${row.authority}, nummer ${row.from} till ${row.to}, avvisade inräknade (${row.refused}), gallrade ${row.erased}`,
    counts: 'Innehåller',
    count: {
      permit: 'utan formellt hinder',
      deny: 'med formellt hinder',
      assess: 'där bedömning saknades',
      refusals: 'avvisade hos avsändaren',
      recorded: 'dokumenterade utlämnanden',
      receipts: 'kvitton',
      notices: 'övriga meddelanden',
      erasures: 'gallringar',
      looks: 'visningar av poster',
      searches: 'granskares sökningar och uttag',
      samples: 'steg i stickprov',
      findings: 'steg i iakttagelser',
      erased: 'gallrade poster',
      blinded: 'dolda poster',
    },
    message: 'Meddelande',
    outcome: { permit: 'inget formellt hinder', deny: 'formellt hinder', assess: 'bedömning saknas' },
    decision: (one: ShownDecision) =>
      `${one.sender} till ${one.recipient}, försök ${one.attempt}, nummer ${one.number}`,
    checked: 'kontrollerat',
    grounds: 'grund',
    findings: 'Brister',
    none: 'inga',
    entry: 'post',
    numbers: 'nummer',
    limits: 'Vad rapporten inte visar',
    kinds: {
      technical: 'hämtad av mottagarens gateway',
      rejected: 'avvisad av mottagarens gateway',
      accepted: 'kvitterad av mottagaren',
      'form-rejected': 'avvisad av mottagaren för formens skull',
      handled: 'handlagd av mottagaren',
      'retraction-acknowledged': 'återkallelsen besvarad av mottagaren',
      'correction-acknowledged': 'rättelsen besvarad av mottagaren',
      'request-refused': 'begäran avslagen av mottagaren',
      'subscription-answered': 'begäran om prenumeration besvarad',
      'hold-recorded': 'spärrad av avsändaren, eller spärren hävd',
      'retraction-recorded': 'återkallad av avsändaren',
      withdrawn: 'återtagen av avsändaren före utlämnandet',
      'refusal-recorded': 'stoppad av avsändarens gateway',
      'disclosure-recorded': 'lämnad på annat sätt, dokumenterad av avsändaren',
      expired: 'förfallen',
      quarantined: 'ställd åt sidan',
      discarded: 'kasserad',
      'retraction-quarantined': 'återkallelsen ställd åt sidan',
      'retraction-discarded': 'återkallelsen kasserad',
      delayed: 'en post kom sent till loggen',
    } as Readonly<Record<string, string>>,
  },
  en: {
    title: 'Verification of',
    bundle: 'a period of the log of Delge',
    evidence: "one message's evidence file",
    holds: 'Everything that was checked holds.',
    'does-not-hold': 'The file does not hold.',
    incomplete: 'Nothing contradicts, but not everything could be checked.',
    when: 'Checked',
    environment: 'Environment',
    log: 'Log',
    keys: 'Keys log',
    entries: 'entries',
    period: 'Period',
    bounds: 'Bounded to',
    from: 'from entry',
    before: 'to entry',
    complete: 'Completeness',
    delayed: "Came late into the log, on the exchange's own word",
    row: (row: Row) =>
      row.to < row.from
        ? `no number shown for ${row.authority}`
        : `complete for ${row.authority}, numbers ${row.from} to ${row.to}, refused included (${row.refused}), erased ${row.erased}`,
    counts: 'Contains',
    count: {
      permit: 'without formal obstacle',
      deny: 'with a formal obstacle',
      assess: 'lacking an assessment',
      refusals: 'stopped at the sender',
      recorded: 'recorded disclosures',
      receipts: 'receipts',
      notices: 'other notices',
      erasures: 'erasures',
      looks: 'looks at openings',
      searches: "auditors' searches and exports",
      samples: 'steps of samples',
      findings: 'steps of findings',
      erased: 'erased entries',
      blinded: 'blinded entries',
    },
    message: 'Message',
    outcome: { permit: 'no formal obstacle', deny: 'formal obstacle', assess: 'assessment lacking' },
    decision: (one: ShownDecision) => `${one.sender} to ${one.recipient}, attempt ${one.attempt}, number ${one.number}`,
    checked: 'checked',
    grounds: 'ground',
    findings: 'Findings',
    none: 'none',
    entry: 'entry',
    numbers: 'numbers',
    limits: 'What the report does not show',
    kinds: {
      technical: "fetched by the recipient's gateway",
      rejected: "rejected by the recipient's gateway",
      accepted: 'acknowledged by the recipient',
      'form-rejected': 'turned down by the recipient for its form',
      handled: 'handled by the recipient',
      'retraction-acknowledged': 'retraction answered by the recipient',
      'correction-acknowledged': 'correction answered by the recipient',
      'request-refused': 'request refused by the recipient',
      'subscription-answered': 'request for a subscription answered',
      'hold-recorded': 'held by the sender, or the hold lifted',
      'retraction-recorded': 'taken back by the sender',
      withdrawn: 'withdrawn by the sender before release',
      'refusal-recorded': "stopped by the sender's gateway",
      'disclosure-recorded': 'disclosed another way, recorded by its sender',
      expired: 'expired',
      quarantined: 'set aside',
      discarded: 'discarded',
      'retraction-quarantined': 'its retraction set aside',
      'retraction-discarded': 'its retraction discarded',
      delayed: 'an entry came late into the log',
    } as Readonly<Record<string, string>>,
  },
} as const;
type Texts = (typeof TEXTS)[Language];

/** More places of one finding than these are counted and not listed. */
const MOST_PLACES = 20;

/** The report for a person: plain text, one thought a line. */
export function rendered(report: Report, language: Language): string {
  const t = TEXTS[language];
  const { disclosure, keys, period, delayed = [], message, limits } = report;
  const lines = [
    `${t.title} ${t[report.subject]}`,
    t[report.conclusion],
    '',
    `${t.when}: ${report.verifiedAt}`,
    `${t.environment}: ${report.environment}`,
    ...(disclosure === undefined
      ? []
      : [`${t.log}: ${disclosure.origin}, ${disclosure.size} ${t.entries}, ${disclosure.root}`]),
    ...(keys === undefined ? [] : [`${t.keys}: ${keys.origin}, ${keys.size} ${t.entries}, ${keys.root}`]),
    ...(period === undefined ? [] : [`${t.period}: ${t.from} ${period.from} ${t.before} ${Number(period.to) - 1}`]),
    ...(period?.bounds === undefined ? [] : [`${t.bounds}: ${period.bounds.join(', ')}`]),
    ...completeness(report, t),
    ...(message === undefined ? [] : messageLines(message, t)),
    ...(delayed.length === 0 ? [] : ['', `${t.delayed}:`]),
    ...delayed.map(
      ({ index, at, reason }) => `  - ${t.entry} ${index}, ${at}${reason === undefined ? '' : ` (${reason})`}`,
    ),
    '',
    `${t.findings}: ${report.findings.length === 0 ? t.none : ''}`.trimEnd(),
    ...findingLines(report.findings, language),
    '',
    `${t.limits}:`,
    ...limits.map((limit) => `  - ${LIMITS[limit][language]}`),
  ];
  return `${lines.join('\n')}\n`;
}

const completeness = ({ complete, counts }: Report, t: Texts): readonly string[] => [
  ...(complete === undefined || complete.length === 0
    ? []
    : ['', `${t.complete}:`, ...complete.map((row) => `  - ${t.row(row)}`)]),
  ...(counts === undefined
    ? []
    : [
        '',
        `${t.counts}:`,
        ...Object.entries(t.count).map(
          ([name, text]) => `  ${String(counts[name as keyof typeof t.count]).padStart(8)} ${text}`,
        ),
      ]),
];

const messageLines = ({ id, decisions, statements }: NonNullable<Report['message']>, t: Texts): readonly string[] => [
  '',
  `${t.message}: ${id}`,
  ...decisions.flatMap((one) => [
    `  ${one.decidedAt} ${t.checked}: ${t.outcome[one.outcome]}`,
    `    ${t.decision(one)}${one.messageType === undefined ? '' : `, ${one.messageType}`}`,
    ...(one.bases.length === 0
      ? []
      : [`    ${t.grounds}: ${one.bases.map(({ id: basis, citation }) => citation ?? basis).join('; ')}`]),
  ]),
  ...statements.map((one: ShownStatement) => {
    const party = one.by === undefined ? '' : `: ${one.by}`;
    return `  ${one.at} ${t.kinds[one.kind] ?? one.kind}${party}${one.reason === undefined ? '' : ` (${one.reason})`}`;
  }),
];

const findingLines = (findings: readonly Finding[], language: Language): readonly string[] => {
  const classes = Object.keys(CLASSES) as FindingClass[];
  const codes = [...new Set(findings.map(({ code }) => code))];
  return classes.flatMap((name) =>
    codes
      .filter((code) => FINDINGS[code].class === name)
      .flatMap((code) => {
        const places = findings.filter((finding) => finding.code === code);
        const more = places.length > MOST_PLACES ? [`      … ${places.length - MOST_PLACES}`] : [];
        return [
          `  - ${CLASSES[name][language]}: ${FINDINGS[code][language]} [${code}]`,
          ...places.slice(0, MOST_PLACES).flatMap((place) => placeLine(place, TEXTS[language])),
          ...more,
        ];
      }),
  );
};

const placeLine = ({ index, messageId, authority, numbers, file, why }: Finding, t: Texts): readonly string[] => {
  const parts = [
    ...(index === undefined ? [] : [`${t.entry} ${index}`]),
    ...(messageId === undefined ? [] : [messageId]),
    ...(authority === undefined ? [] : [authority]),
    ...(numbers === undefined ? [] : [`${t.numbers} ${numbers[0] === numbers[1] ? numbers[0] : numbers.join('–')}`]),
    ...(file === undefined ? [] : [file]),
    ...(why === undefined ? [] : [why]),
  ];
  return parts.length === 0 ? [] : [`      ${parts.join(', ')}`];
};

/**
 * What can be wrong, by class. The number is the exit code of `delge verify`: that of the first class in this order that has a finding, since what
 * stands on a broken foundation says nothing.
 */
export const CLASSES = {
  format: { exitCode: 2, sv: 'Filens form', en: 'Form of the file' },
  checkpoint: { exitCode: 3, sv: 'Loggens underskrift', en: 'Signature of the log' },
  tree: { exitCode: 4, sv: 'Loggens helhet', en: 'Wholeness of the log' },
  keys: { exitCode: 5, sv: 'Nyckelloggen', en: 'The keys log' },
  signature: { exitCode: 6, sv: 'Underskrifter', en: 'Signatures' },
  binding: { exitCode: 7, sv: 'Uppgifter som hör ihop', en: 'What belongs together' },
  completeness: { exitCode: 8, sv: 'Fullständighet', en: 'Completeness' },
  time: { exitCode: 9, sv: 'Tid', en: 'Time' },
  law: { exitCode: 10, sv: 'Kontrollen mot lagen', en: 'The check against the law' },
  content: { exitCode: 11, sv: 'Innehållet', en: 'The content' },
  lacking: { exitCode: 12, sv: 'Underlag som saknas', en: 'Material that is lacking' },
} as const satisfies Readonly<Record<string, { readonly exitCode: number; readonly sv: string; readonly en: string }>>;
export type FindingClass = keyof typeof CLASSES;

interface About {
  readonly class: FindingClass;
  readonly sv: string;
  readonly en: string;
}
const of = (name: FindingClass, sv: string, en: string): About => ({ class: name, sv, en });

/** Every finding there is. A finding carries a code, a place in the log and ids: never content. */
export const FINDINGS = {
  'file-malformed': of('format', 'Filen följer inte sitt format', 'the file does not follow its format'),
  'file-missing': of('format', 'En fil som förteckningen nämner saknas', 'a file that the list names is missing'),
  'file-unlisted': of(
    'format',
    'En fil finns som förteckningen inte nämner eller som inte hör dit',
    'a file is there that the list does not name or that has no place there',
  ),
  'file-digest': of('format', 'En fil har ett annat digest än förteckningen', 'a file has another digest than listed'),
  'opening-malformed': of('format', 'En öppning följer inte sitt format', 'an opening does not follow its format'),
  'opening-order': of(
    'format',
    'Öppningarna står inte i loggens ordning, eller utanför perioden',
    'openings do not stand in the order of the log, or stand outside the period',
  ),
  'entry-malformed': of('format', 'En post är inte av något känt slag', 'an entry is of no kind that is known'),
  'wrong-environment': of('format', 'En post hör till en annan miljö', 'an entry is of another environment'),

  'checkpoint-malformed': of('checkpoint', 'En kontrollpunkt går inte att läsa', 'a checkpoint cannot be read'),
  'checkpoint-origin': of('checkpoint', 'En kontrollpunkt är från en annan logg', 'a checkpoint is of another log'),
  'checkpoint-signature': of(
    'checkpoint',
    'En kontrollpunkt saknar loggens giltiga underskrift, eller ett vittnes är falsk',
    "a checkpoint lacks the log's valid signature, or a witness's is false",
  ),
  'checkpoint-quorum': of(
    'checkpoint',
    'För få vittnen har undertecknat en kontrollpunkt',
    'too few witnesses have cosigned a checkpoint',
  ),

  'leaf-malformed': of('tree', 'Bladen går inte att läsa eller är för få', 'leaves cannot be read or are too few'),
  'tile-mismatch': of(
    'tree',
    'Trädets hashar stämmer inte med bladen',
    "the tree's hashes do not follow from its leaves",
  ),
  'root-mismatch': of(
    'tree',
    'Bladen ger inte den rot som är undertecknad',
    'the leaves do not give the root that was signed',
  ),
  'opening-leaf': of('tree', 'En öppning passar inte till sitt blad', 'an opening does not fit its leaf'),
  'proof-malformed': of('tree', 'Ett bevis går inte att läsa', 'a proof cannot be read'),
  'not-included': of('tree', 'Posten står inte där beviset säger', 'the entry does not stand where the proof says'),
  inconsistent: of(
    'tree',
    'En tidigare kontrollpunkt är inte början på samma logg',
    'an earlier checkpoint is not the beginning of the same log',
  ),
  'forked-from-pinned': of(
    'tree',
    'Loggen är en annan än den som granskaren har sett förut',
    'the log is another than the one that the auditor has seen before',
  ),
  'older-than-pinned': of(
    'tree',
    'Loggen är kortare än den som granskaren har sett förut',
    'the log is shorter than the one that the auditor has seen before',
  ),

  'keys-statement': of('keys', 'En post i nyckelloggen gäller inte', 'a statement of the keys log does not hold'),
  'keys-root': of(
    'keys',
    'Nyckelloggens poster ger inte den undertecknade roten',
    'the keys log does not give the signed root',
  ),
  'keys-head': of('keys', 'En post åberopar en annan nyckellogg', 'an entry names another keys log'),
  'keys-shorter': of(
    'keys',
    'Nyckelloggen når inte så långt som en post åberopar',
    'the keys log ends before what an entry names',
  ),
  'keys-decreasing': of(
    'keys',
    'En post åberopar en äldre nyckellogg än posten före',
    'an entry names an older keys log than the entry before it',
  ),

  'entry-key': of(
    'signature',
    'En post är inte undertecknad med en nyckel som gällde då',
    'an entry is not signed by a key that was live then',
  ),
  'entry-signature': of('signature', 'En posts underskrift stämmer inte', 'the signature of an entry does not verify'),
  'annex-key': of(
    'signature',
    'En bilaga är inte undertecknad med en nyckel som gällde då',
    'an annex is not signed by a key that was live then',
  ),
  'annex-signature': of(
    'signature',
    'En bilagas underskrift stämmer inte',
    'the signature of an annex does not verify',
  ),

  'annex-missing': of('binding', 'En posts bilaga saknas', 'the annex of an entry is missing'),
  'annex-unexpected': of(
    'binding',
    'En post har en bilaga som den inte ska ha',
    'an entry has an annex that it must not have',
  ),
  'annex-malformed': of('binding', 'En bilaga är inte av sitt slag', 'an annex is not of its kind'),
  'annex-digest': of(
    'binding',
    'Bilagan är en annan än den som posten nämner',
    'the annex is another than the entry names',
  ),
  'annex-binding': of('binding', 'Post och bilaga gäller inte samma sak', 'entry and annex are not about the same'),
  'look-not-hosted': of(
    'binding',
    'En post visades för en myndighet genom en gateway som inte är dess',
    'openings were shown to an authority through a gateway that did not host it',
  ),
  'look-unentitled': of(
    'binding',
    'En post visades för någon som inte var part',
    'openings were shown to somebody who was not party to them',
  ),
  'look-unbound': of(
    'binding',
    'En visning nämner en post som inte finns, eller som var en annan',
    'a look names an entry that is not there, or was another',
  ),
  'assignment-unknown': of(
    'binding',
    'En granskare såg något utan ett uppdrag som stod i loggen före',
    'an auditor was shown something without an assignment that stood in the log before',
  ),
  'assignment-over': of(
    'binding',
    'En granskare såg något efter att uppdraget var slut',
    'an auditor was shown something when the assignment was over',
  ),
  'assignment-bounds': of(
    'binding',
    'En granskare såg något som uppdraget inte omfattar, eller under en annans uppdrag',
    "an auditor was shown something that the assignment does not cover, or under another's",
  ),
  'assignment-term': of('binding', 'Ett uppdrag gäller längre än två år', 'an assignment lasts longer than two years'),
  'assignment-repeated': of(
    'binding',
    'Samma uppdrag, eller slutet på det, står två gånger',
    'an assignment, or its end, stands twice',
  ),
  'sample-order': of(
    'binding',
    'Ett stickprov drogs, granskades eller undertecknades utan att steget före stod i loggen',
    'a sample was drawn, reviewed or signed without the step before it in the log',
  ),
  'sample-repeated': of(
    'binding',
    'Samma stickprov är fastställt, draget eller undertecknat två gånger',
    'a sample was fixed, drawn or signed twice',
  ),
  'sample-population': of(
    'binding',
    'Ett stickprovs population når förbi den plats i loggen där det fastställdes',
    'the population of a sample reaches past the place in the log at which it was fixed',
  ),
  'sample-nonce': of(
    'binding',
    'Ett stickprov drogs med ett annat slumptal än det som var fastställt',
    'a sample was drawn by another nonce than had been fixed',
  ),
  'sample-checkpoint': of(
    'binding',
    'Ett stickprov drogs med en kontrollpunkt som inte är loggens eller inte kom efter att det fastställdes',
    "a sample was drawn by a checkpoint that is not the log's, or did not come after it was fixed",
  ),
  'sample-size': of(
    'binding',
    'Ett stickprov har fler eller färre delar än som var fastställt',
    'a sample has more or fewer items than had been fixed',
  ),
  'sample-eyes': of(
    'binding',
    'Ett granskningsblad bekräftades av den som skrev det, med annat utfall eller utan att det fanns',
    'a sheet was confirmed by who had written it, with another outcome, or was not there',
  ),
  'sample-report': of(
    'binding',
    'Ett stickprov undertecknades innan allt var granskat av två, eller med andra antal än bladens',
    'a sample was signed before all that had to be was reviewed by two, or with other numbers than its sheets',
  ),
  'review-foreign': of(
    'binding',
    'En granskare gjorde något med ett stickprov eller en iakttagelse i en annan granskning',
    'an auditor did something with a sample or a finding of another review',
  ),
  'finding-order': of(
    'binding',
    'En iakttagelse besvarades, tilldelades eller avslutades utan att steget före stod i loggen, eller efter slutet',
    'a finding was assigned, answered or closed without the step before it in the log, or after its end',
  ),
  'finding-repeated': of('binding', 'Samma iakttagelse är öppnad två gånger', 'a finding was opened twice'),
  'finding-answer': of(
    'binding',
    'En iakttagelse besvarades av en annan granskare än den som skulle',
    'a finding was answered by another auditor than who was to',
  ),
  'claims-digest': of(
    'binding',
    'Påståendena är andra än de som kontrollerades',
    'the claims are others than those checked',
  ),
  'entry-repeated': of('binding', 'Samma post-id förekommer två gånger', 'an entry id stands twice'),
  'second-decision': of(
    'binding',
    'Samma försök att lämna ut har kontrollerats igen utan grund',
    'the same attempt was decided again without ground',
  ),
  'attempt-order': of(
    'binding',
    'Ett nytt försök gjordes efter att meddelandet hade kommit fram',
    'a new attempt was made after the message had arrived',
  ),
  'receipt-unbound': of(
    'binding',
    'Ett kvitto gäller ingen kontrollpost, ett annat chiffer, eller är av en annan än mottagaren',
    'a receipt is for no decision, for another ciphertext, or by another than the recipient',
  ),
  'receipt-without-permit': of(
    'binding',
    'Ett kvitto visar utlämnande trots formellt hinder',
    'a receipt shows a release in spite of a formal obstacle',
  ),
  'receipt-of-superseded': of(
    'binding',
    'Ett kvitto gäller en kontrollpost som senare har ersatts',
    'a receipt is for a decision that was replaced by a later one',
  ),
  'receipt-before-decision': of(
    'binding',
    'Ett kvitto står före kontrollposten',
    'a receipt stands before the decision',
  ),
  'two-ends': of(
    'binding',
    'Ett försök förföll eller togs tillbaka och togs ändå emot',
    'an attempt expired or was withdrawn, and was received all the same',
  ),
  'receipt-repeated': of(
    'binding',
    'Samma kvitto, avvisning eller återkallelse står två gånger',
    'a receipt, refusal, recorded disclosure or retraction stands twice',
  ),
  'retraction-unbound': of(
    'binding',
    'En återkallelse gäller ingen kontrollpost eller ett annat chiffer',
    'a retraction is for no decision or for another ciphertext',
  ),
  'acknowledgement-unbound': of(
    'binding',
    'Ett svar på en återkallelse gäller ingen återkallelse som står före',
    'an answer to a retraction is for none that stands before it',
  ),
  'receipts-contradict': of(
    'binding',
    'Kvitton säger emot varandra: både mottaget eller kvitterat och avvisat, eller kvitterat utan att ha hämtats, eller handlagt utan att ha kvitterats',
    'receipts contradict each other: received or accepted and rejected, accepted without having been received, or handled without having been accepted',
  ),
  'foreign-entry': of('binding', 'En post gäller ett annat meddelande', 'an entry is about another message'),
  'decision-missing': of('binding', 'Meddelandets kontrollpost saknas', 'the decision on the message is missing'),

  'opening-missing': of(
    'completeness',
    'En post saknas och är inte gallrad',
    'an opening is missing and was not erased',
  ),
  'erased-without-entry': of(
    'completeness',
    'En post sägs vara gallrad utan att loggen visar det',
    'an opening is called erased and no entry says so',
  ),
  'erased-twice': of('completeness', 'Samma post är gallrad två gånger', 'an opening is erased by two entries'),
  'erased-but-kept': of('completeness', 'En gallrad post finns kvar', 'an opening that was erased is still there'),
  'erasure-order': of(
    'completeness',
    'En gallring gäller en post som kommer senare',
    'an erasure covers an entry that comes after it',
  ),
  'erasure-undecided': of(
    'completeness',
    'En gallring saknar parternas ställningstagande',
    "an erasure lacks the parties' decisions",
  ),
  'erasure-unbound': of(
    'completeness',
    'En gallring anger andra parter, ett annat meddelande eller en annan plats än vad som finns kvar om posten',
    'an erasure names other parties, another message or another place than what is left about the entry',
  ),
  'erased-under-hold': of(
    'completeness',
    'En post är gallrad trots ett gallringsstopp',
    'an opening was erased while a legal hold stood',
  ),
  'number-gap': of(
    'completeness',
    'Ett nummer saknas i en myndighets rad',
    "a number is missing in an authority's row",
  ),
  'number-repeated': of(
    'completeness',
    'Ett nummer kommer igen eller i fel ordning',
    'a number comes again or out of order',
  ),
  'outside-bounds': of(
    'completeness',
    'En öppnad post ligger utanför uppdraget',
    'an opened entry lies outside the bounds',
  ),

  'back-dated': of(
    'time',
    'En post är daterad före loggens föregående kontrollpunkt',
    "an entry is dated before the log's previous checkpoint",
  ),
  'post-dated': of(
    'time',
    'En post är daterad efter den kontrollpunkt som täcker den',
    'an entry is dated after the checkpoint that covers it',
  ),
  'recorded-ahead': of(
    'time',
    'Ett dokumenterat utlämnande är daterat efter posten om det, eller bygger på en nyare nyckellogg',
    'a recorded disclosure is dated after the entry about it, or rests on a newer keys log',
  ),
  'decided-after-expiry': of(
    'time',
    'Kontrollen gjordes efter att meddelandet hade förfallit',
    'the decision was made after the message had expired',
  ),

  'verdict-differs': of(
    'law',
    'Lagen ger ett annat utfall än kontrollposten',
    'the law gives another verdict than the decision',
  ),
  'outcome-differs': of(
    'law',
    'Kontrollposten säger emot sig själv om utfallet',
    'the decision contradicts itself on the outcome',
  ),
  'refusal-verdict-differs': of(
    'law',
    'Lagen ger ett annat utfall än avvisningen',
    'the law gives another verdict than the refusal',
  ),
  'recorded-verdict-differs': of(
    'law',
    'Lagen ger ett annat utfall än det dokumenterade utlämnandet',
    'the law gives another verdict than the recorded disclosure',
  ),
  'rule-set-not-released': of('law', 'Regelverket är inte det som gällde', 'the rule set is not the one in force'),
  'engine-too-old': of('law', 'Motorn är äldre än regelverket kräver', 'the engine is older than the rule set demands'),
  'rule-set-foreign': of('law', 'Ett bifogat regelverk är inte utgivet', 'an attached rule set was never released'),
  'cooperation-commitment': of(
    'law',
    'Ett öppnat samverkansbeslut är inte det som loggen binder',
    'an opened cooperation decision is not the one committed to',
  ),

  'content-key': of(
    'content',
    'Handlingen är inte undertecknad med avsändarens nyckel',
    "the document is not signed by the sender's key",
  ),
  'content-signature': of(
    'content',
    'Handlingens underskrift stämmer inte',
    'the signature of the document does not verify',
  ),
  'content-binding': of(
    'content',
    'Handlingen hör till ett annat meddelande',
    'the document belongs to another message',
  ),
  'content-claims': of(
    'content',
    'Handlingen innehåller annat än vad som påstods',
    'the document holds something else than was claimed',
  ),
  'content-receipt': of(
    'content',
    'Handlingen är en annan än den som mottagarens kvitto nämner',
    "the document is another than the recipient's receipt names",
  ),

  'content-unattested': of(
    'lacking',
    'Inget kvitto av mottagaren nämner handlingen',
    'no receipt of the recipient names the document',
  ),
  'rule-set-unknown': of('lacking', 'Regelverket finns inte här', 'the rule set is not here'),
  'engine-unknown': of(
    'lacking',
    'Kontrollen gjordes med en nyare motor än denna',
    'the decision was made by a newer engine than this',
  ),
  'cooperation-missing': of('lacking', 'Samverkansbeslutet är inte öppnat', 'the cooperation decision is not opened'),
  'pinned-not-compared': of(
    'lacking',
    'Filen kan inte jämföras med granskarens kontrollpunkt',
    "the file cannot be compared with the auditor's checkpoint",
  ),
  'sample-later-checkpoint': of(
    'lacking',
    'Ett stickprov drogs med en senare kontrollpunkt än den första, och varför visas inte',
    'a sample was drawn by a later checkpoint than the first, and why is not shown',
  ),
  'time-not-bounded': of(
    'lacking',
    'Filen saknar kontrollpunkten före en post',
    'the checkpoint before an entry is not in the file',
  ),
} as const satisfies Readonly<Record<string, About>>;
export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  readonly code: FindingCode;
  /** Index in the `disclosure` log, decimal. */
  readonly index?: string;
  readonly messageId?: string;
  /** Authority whose row of numbers it is about. */
  readonly authority?: string;
  /** Missing or repeated numbers, first and last. */
  readonly numbers?: readonly [number, number];
  /** File of the bundle. */
  readonly file?: string;
  /** Code of what refused it, e.g. `QUORUM_NOT_MET`. */
  readonly why?: string;
}

/** @returns 0 when there is none */
export const exitCodeOf = (findings: readonly Finding[]): number =>
  findings.reduce((least, { code }) => {
    const { exitCode } = CLASSES[FINDINGS[code].class];
    return least === 0 ? exitCode : Math.min(least, exitCode);
  }, 0);

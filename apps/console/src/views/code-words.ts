import type { ABOUT, AuthorityKind, Certainty, KNOWN, MANDATES } from '#legal-basis';
import type { Text } from '#contracts';
import type { LedgerNotice, Notice, Receipt, RecordedDisclosure } from '#envelope';
import type { NotReplayable } from '#replay';
import type { DisclosureRow, LogView } from '../application/ports.js';

type Words<Code extends string> = Readonly<Record<Code, Text>>;

/** What happened to a message, by the kind of its entry or receipt. */
export const EVENTS: Words<'decision' | Notice['kind'] | LedgerNotice['kind'] | Receipt['kind'] | 'erasure'> = {
  decision: { sv: 'kontrollerad av förmedlingen', en: 'checked by the exchange' },
  'receipt-recorded': { sv: 'en kvittens loggades', en: 'a receipt was logged' },
  'refusal-recorded': { sv: 'stoppad hos avsändaren', en: "refused at the sender's gateway" },
  'disclosure-recorded': { sv: 'dokumenterad i efterhand', en: 'recorded afterwards' },
  'retraction-recorded': { sv: 'återkallad av avsändaren', en: 'retracted by the sender' },
  'hold-recorded': { sv: 'spärrad av avsändaren', en: 'held by the sender' },
  withdrawn: { sv: 'tillbakatagen innan den lämnades ut', en: 'withdrawn before release' },
  expired: { sv: 'för gammal innan den lämnades ut', en: 'expired before release' },
  quarantined: { sv: 'avskild av förmedlingen', en: 'set aside by the exchange' },
  discarded: { sv: 'kastad efter avskiljande', en: 'discarded after it was set aside' },
  'retraction-quarantined': { sv: 'återkallelsen avskild', en: 'the retraction was set aside' },
  'retraction-discarded': { sv: 'återkallelsen kastad', en: 'the retraction was discarded' },
  delayed: { sv: 'loggades sent', en: 'logged late' },
  'erasure-decided': { sv: 'gallring beslutad', en: 'erasure decided' },
  'erasure-reported': { sv: 'gallring genomförd hos parten', en: 'erased at the party' },
  'hold-laid': { sv: 'gallringen stoppad', en: 'a legal hold was laid' },
  'hold-lifted': { sv: 'gallringsstoppet hävt', en: 'the legal hold was lifted' },
  erasure: { sv: 'gallrad', en: 'erased' },
  technical: { sv: 'teknisk kvittens', en: 'technical receipt' },
  rejected: { sv: 'avvisad av mottagarens gateway', en: "rejected by the recipient's gateway" },
  accepted: { sv: 'kvitterad av mottagaren', en: 'accepted by the recipient' },
  'form-rejected': { sv: 'avvisad på grund av formen', en: 'rejected for its form' },
  handled: { sv: 'hanterad av mottagaren', en: 'handled by the recipient' },
  'retraction-acknowledged': { sv: 'återkallelsen bekräftad', en: 'the retraction was acknowledged' },
  'correction-acknowledged': { sv: 'rättelsen bekräftad', en: 'the correction was acknowledged' },
  'request-refused': { sv: 'begäran avslogs', en: 'the request was refused' },
  'subscription-answered': { sv: 'prenumerationen besvarades', en: 'the subscription was answered' },
};

export const RECORD_WORDS: Words<DisclosureRow['record']> = {
  decision: { sv: 'kontrollpost', en: 'decision' },
  refusal: { sv: 'stoppat hos avsändaren', en: "refused at the sender's gateway" },
  recorded: { sv: 'dokumenterat i efterhand', en: 'recorded afterwards' },
};

export const KIND_WORDS: Words<'officer' | 'legal-question' | 'protected'> = {
  officer: { sv: 'en handläggare ska bedöma', en: 'an officer is to assess' },
  'legal-question': { sv: 'en rättsfråga är öppen', en: 'a question of law is open' },
  protected: { sv: 'skyddade personuppgifter', en: 'protected identity' },
};

/** Of an authority, as the directory has it; `unknown` of one that is not there. */
export const AUTHORITY_KIND_WORDS: Words<AuthorityKind | 'unknown'> = {
  socialnamnd: { sv: 'socialnämnd', en: 'social welfare board' },
  'lss-namnd': { sv: 'nämnd för LSS', en: 'board for LSS' },
  arbetsmarknadsnamnd: { sv: 'arbetsmarknadsnämnd', en: 'labour market board' },
  utbildningsnamnd: { sv: 'utbildningsnämnd', en: 'education board' },
  tillstandsnamnd: { sv: 'tillståndsnämnd', en: 'permits board' },
  miljonamnd: { sv: 'miljönämnd', en: 'environment board' },
  overformyndarnamnd: { sv: 'överförmyndarnämnd', en: 'chief guardians board' },
  kommunstyrelse: { sv: 'kommunstyrelse', en: 'municipal executive board' },
  upphandlingsnamnd: { sv: 'upphandlingsnämnd', en: 'procurement board' },
  'kommunal-halsovard': { sv: 'kommunal hälso- och sjukvård', en: 'municipal health care' },
  'kommunal-statistik': { sv: 'kommunal statistik', en: 'municipal statistics' },
  'kommunalt-bolag': { sv: 'kommunalt bolag', en: 'municipal company' },
  region: { sv: 'en region', en: 'a region' },
  'fristaende-skola': { sv: 'fristående skola', en: 'independent school' },
  'privat-utforare': { sv: 'privat utförare', en: 'private provider' },
  'a-kassa': { sv: 'arbetslöshetskassa', en: 'unemployment insurance fund' },
  socialforsakringsmyndighet: { sv: 'socialförsäkringsmyndighet', en: 'social insurance agency' },
  skattemyndighet: { sv: 'skattemyndighet', en: 'tax agency' },
  arbetsmarknadsmyndighet: { sv: 'arbetsmarknadsmyndighet', en: 'labour market agency' },
  studiestodsmyndighet: { sv: 'studiestödsmyndighet', en: 'student finance agency' },
  migrationsmyndighet: { sv: 'migrationsmyndighet', en: 'migration agency' },
  'exekutiv-myndighet': { sv: 'exekutiv myndighet', en: 'enforcement authority' },
  utbetalningsmyndighet: { sv: 'utbetalningsmyndighet', en: 'payments agency' },
  'brottsbekampande-myndighet': { sv: 'brottsbekämpande myndighet', en: 'law enforcement agency' },
  kriminalvardsmyndighet: { sv: 'kriminalvårdsmyndighet', en: 'prison and probation agency' },
  registermyndighet: { sv: 'myndighet som för register', en: 'agency that keeps a register' },
  tillsynsmyndighet: { sv: 'tillsynsmyndighet', en: 'supervisory agency' },
  'statlig-myndighet': { sv: 'annan statlig myndighet', en: 'another state agency' },
  domstol: { sv: 'en domstol', en: 'a court' },
  'teknisk-bearbetare': { sv: 'teknisk bearbetare', en: 'technical processor' },
  unknown: { sv: 'okänt slag', en: 'of unknown kind' },
};

/** How a disclosure outside Delge was made. */
export const CHANNEL_WORDS: Words<RecordedDisclosure['channel']> = {
  telephone: { sv: 'per telefon', en: 'by telephone' },
  meeting: { sv: 'vid ett möte', en: 'in a meeting' },
  paper: { sv: 'på papper', en: 'on paper' },
  emergency: { sv: 'i en nödsituation', en: 'in an emergency' },
};

/** How it was made sure who asked. */
export const IDENTITY_WORDS: Words<RecordedDisclosure['identityCheck']> = {
  'call-back': { sv: 'uppringd på ett känt nummer', en: 'called back on a known number' },
  'known-in-person': { sv: 'känd av den som lämnade ut', en: 'known to whoever disclosed it' },
  'official-id': { sv: 'visade tjänstekort eller legitimation', en: 'showed an official identity card' },
  'authenticated-channel': { sv: 'genom en kanal med inloggning', en: 'through a channel with a login' },
  'not-checked': { sv: 'kontrollerades inte', en: 'was not checked' },
};

/** How a wording of the law was read. */
export const CERTAINTY_WORDS: Words<Certainty> = {
  A: { sv: 'läst i författningstexten', en: 'read in the text of the statute' },
  B: { sv: 'läst i en annan officiell källa', en: 'read in another official source' },
  M: { sv: 'inte bekräftad', en: 'not confirmed' },
};

export const REGIME_WORDS: Words<'gdpr' | 'bdl'> = {
  gdpr: { sv: 'dataskyddsförordningen', en: 'GDPR' },
  bdl: { sv: 'brottsdatalagen', en: 'the Criminal Data Act' },
};

export const ABOUT_WORDS: Words<(typeof ABOUT)[number]> = {
  subject: { sv: 'den som ärendet gäller', en: 'the subject of the case' },
  'other-person': { sv: 'en annan person', en: 'another person' },
  company: { sv: 'ett företag', en: 'a company' },
  informant: { sv: 'den som lämnat uppgiften', en: 'an informant' },
  official: { sv: 'en tjänsteman', en: 'an official' },
  nobody: { sv: 'ingen', en: 'nobody' },
};

export const KNOWN_WORDS: Words<(typeof KNOWN)[number]> = {
  'own-case': { sv: 'ur det egna ärendet', en: 'from its own case' },
  register: { sv: 'ur ett register', en: 'from a register' },
  observed: { sv: 'egen iakttagelse', en: 'observed' },
  told: { sv: 'berättad av någon', en: 'told by somebody' },
  assessed: { sv: 'en bedömning', en: 'an assessment' },
  'unknown-origin': { sv: 'okänt ursprung', en: 'of unknown origin' },
};

export const MANDATE_WORDS: Words<(typeof MANDATES)[number]> = {
  delegation: { sv: 'genom delegation', en: 'by delegation' },
  statute: { sv: 'enligt författning', en: 'by statute' },
};

/** Of every test's two outcomes. */
export const ASSESSED_WORDS: Readonly<Record<string, Text>> = {
  compatible: { sv: 'förenligt', en: 'compatible' },
  'not-compatible': { sv: 'inte förenligt', en: 'not compatible' },
  met: { sv: 'uppfyllt', en: 'met' },
  'not-met': { sv: 'inte uppfyllt', en: 'not met' },
  needed: { sv: 'uppgifterna behövs', en: 'needed' },
  'not-needed': { sv: 'uppgifterna behövs inte', en: 'not needed' },
  'disclosure-prevails': { sv: 'intresset av att lämna ut väger över', en: 'disclosure prevails' },
  'secrecy-prevails': { sv: 'sekretessen väger över', en: 'secrecy prevails' },
  'no-harm': { sv: 'inget men', en: 'no harm' },
  given: { sv: 'samtycke finns', en: 'given' },
  'not-given': { sv: 'samtycke saknas', en: 'not given' },
  harm: { sv: 'men kan uppstå', en: 'harm' },
};

export const ALARM_WORDS: Words<NonNullable<LogView['alarm']>> = {
  'root-mismatch': { sv: 'roten stämmer inte med kontrollpunkten', en: 'the root does not match the checkpoint' },
  'leaf-mismatch': { sv: 'ett löv stämmer inte med sin öppning', en: 'a leaf does not match its opening' },
  'annex-mismatch': { sv: 'en bilaga stämmer inte med sin post', en: 'an annex does not match its entry' },
  'checkpoint-refused': { sv: 'kontrollpunkten godtogs inte', en: 'the checkpoint was refused' },
};

/** Why a decision is not computed again. */
export const LACKING_WORDS: Words<NotReplayable> = {
  malformed: { sv: 'posten går inte att läsa', en: 'the record cannot be read' },
  'keys-root': { sv: 'nyckelloggen stämmer inte', en: 'the keys log does not match' },
  'decision-key': { sv: 'nyckeln var inte förmedlingens', en: "the key was not the exchange's" },
  'decision-signature': { sv: 'underskriften stämmer inte', en: 'the signature does not hold' },
  'manifest-digest': { sv: 'bilagan är inte postens', en: 'the annex is not that of the record' },
  'claims-digest': { sv: 'uppgifterna är inte postens', en: 'the claims are not those of the record' },
  'rule-set-not-released': { sv: 'regelverket var inte fastställt', en: 'the rule set was not released' },
  'engine-too-old': { sv: 'motorn hade inte reglerna då', en: 'the engine did not have the rules then' },
  'opening-missing': {
    sv: 'posten eller dess bilaga är gallrad',
    en: 'the record or its annex is erased',
  },
  'cooperation-missing': { sv: 'beslutet om samverkan finns inte här', en: 'the decision on cooperation is not here' },
  'keys-log-shorter': { sv: 'nyckelloggen är inte läst så långt', en: 'the keys log has not been read so far' },
  'rule-set-unknown': { sv: 'regelverket finns inte här', en: 'the rule set is not here' },
  'engine-unknown': { sv: 'motorn som räknade finns inte här', en: 'the engine that computed it is not here' },
};
/** What an auditor did, by the kind of its entry. */
export const ACT_WORDS: Readonly<Record<string, Text>> = {
  search: { sv: 'Sökning', en: 'Search' },
  export: { sv: 'Export', en: 'Export' },
  look: { sv: 'Läsning av öppningar', en: 'Look at openings' },
  'sample-fixed': { sv: 'Stickprov: urval bestämt', en: 'Sample: population fixed' },
  'sample-drawn': { sv: 'Stickprov: draget', en: 'Sample: drawn' },
  'item-reviewed': { sv: 'Stickprov: post granskad', en: 'Sample: item reviewed' },
  'sample-signed': { sv: 'Stickprov: undertecknat', en: 'Sample: signed' },
  'finding-opened': { sv: 'Iakttagelse: öppnad', en: 'Finding: opened' },
  'finding-assigned': { sv: 'Iakttagelse: tilldelad', en: 'Finding: assigned' },
  'finding-answered': { sv: 'Iakttagelse: besvarad', en: 'Finding: answered' },
  'finding-closed': { sv: 'Iakttagelse: stängd', en: 'Finding: closed' },
};

/** A text that people see, in both languages. */
export interface Text {
  readonly sv: string;
  readonly en: string;
}

/** Why the exchange set something aside: `reason` of a `quarantined` notice. */
export const QUARANTINE_WORDS = {
  malformed: { sv: 'innehållet har inte den form som typen kräver', en: 'the body is not one of its type' },
  'unknown-type': { sv: 'meddelandetypen är okänd i kön', en: 'the AMQP type is not known' },
  'no-user-id': { sv: 'publicerat utan uppgift om konto', en: 'published without user-id' },
  'handler-failed': {
    sv: 'ett fel i vår programvara; se loggen vid den tiden',
    en: 'a fault in our software; see the log at that time',
  },
  'delivery-limit': {
    sv: 'levererat gång på gång utan att bli färdigt; kan ha fällt den som läste det',
    en: 'delivered again and again without being settled; it may kill whoever reads it',
  },
  'manifest-unreadable': { sv: 'manifestet går inte att läsa', en: 'the manifest is not a manifest' },
  'account-mismatch': {
    sv: 'kontot hos köservern är inte den uppgivna gatewayens',
    en: "the broker's account is not that of the gateway named",
  },
  environment: { sv: 'signerat för en annan miljö', en: 'signed for another environment' },
  'manifest-key': {
    sv: 'nyckeln är ingen giltig manifestnyckel för gatewayen',
    en: 'the key is no live manifest key of the gateway',
  },
  'manifest-signature': { sv: 'signaturen stämmer inte', en: 'the signature does not verify' },
  'not-hosted': {
    sv: 'gatewayen företräder inte den myndighet som den talar för',
    en: 'the gateway does not host the authority it speaks for',
  },
  'length-mismatch': {
    sv: 'den förseglade handlingen har en annan längd än manifestet säger',
    en: 'the sealed document has another length than the manifest says',
  },
  'attachment-missing': {
    sv: 'en bilaga saknas här, eller är en annan än manifestet säger',
    en: 'the ciphertext of an attachment is not here, or is another one than the manifest says',
  },
  'cooperation-not-opened': {
    sv: 'samverkansbeslutet som åberopas är inte öppnat i registret',
    en: 'the cooperation decision named is not opened at the registry',
  },
  'id-reuse': { sv: 'id:t står redan för något annat', en: 'the id stands for something else already' },
  'attempt-out-of-order': { sv: 'försöket kommer i fel ordning', en: 'the attempt comes out of order' },
  'receipt-unreadable': { sv: 'kvittensen går inte att läsa', en: 'the receipt is not a receipt' },
  'receipt-key': {
    sv: 'kvittensens nyckel är ingen giltig manifestnyckel för gatewayen',
    en: 'the key of the receipt is no live manifest key of the gateway',
  },
  'receipt-signature': { sv: 'kvittensens signatur stämmer inte', en: 'the signature of the receipt does not verify' },
  'receipt-unbound': {
    sv: 'kvittensen gäller inget som har lämnats ut härifrån',
    en: 'the receipt is for no delivery of this exchange',
  },
  'receipt-conflict': {
    sv: 'kvittensen motsäger en kvittens som redan finns',
    en: 'the receipt contradicts one that stands already',
  },
  'receipt-order': {
    sv: 'kvittensen förutsätter en tidigare kvittens som inte har kommit',
    en: 'the receipt needs an earlier one that has not come',
  },
  'retraction-unreadable': { sv: 'återtagandet går inte att läsa', en: 'the retraction is not a retraction' },
  'retraction-key': {
    sv: 'återtagandets nyckel är ingen giltig manifestnyckel för gatewayen',
    en: 'the key of the retraction is no live manifest key of the gateway',
  },
  'retraction-signature': {
    sv: 'återtagandets signatur stämmer inte',
    en: 'the signature of the retraction does not verify',
  },
  'retraction-unbound': {
    sv: 'återtagandet gäller inget meddelande här, eller en annan handling',
    en: 'the retraction is for no message of this exchange, or for another document',
  },
  'retraction-conflict': {
    sv: 'meddelandet är redan återtaget av ett annat återtagande',
    en: 'another retraction of the message stands already',
  },
  'hold-unreadable': { sv: 'spärren är ingen spärr', en: 'the hold is not a hold' },
  'hold-key': {
    sv: 'nyckeln är ingen gällande manifestnyckel hos gatewayen',
    en: 'the key is no live manifest key of the gateway',
  },
  'hold-signature': { sv: 'signaturen stämmer inte', en: 'the signature does not verify' },
  'hold-conflict': {
    sv: 'en annan spärr har redan samma nummer',
    en: 'another hold has its number already',
  },
  'refusal-unreadable': { sv: 'rapporten om hinder går inte att läsa', en: 'the refusal is not a refusal' },
  'refusal-key': {
    sv: 'rapportens nyckel är ingen giltig manifestnyckel för gatewayen',
    en: 'the key of the refusal is no live manifest key of the gateway',
  },
  'refusal-signature': { sv: 'rapportens signatur stämmer inte', en: 'the signature of the refusal does not verify' },
  'recorded-unreadable': {
    sv: 'det dokumenterade utlämnandet går inte att läsa',
    en: 'the recorded disclosure is not a recorded disclosure',
  },
  'recorded-key': {
    sv: 'det dokumenterade utlämnandets nyckel är ingen giltig manifestnyckel för gatewayen',
    en: 'the key of the recorded disclosure is no live manifest key of the gateway',
  },
  'recorded-signature': {
    sv: 'det dokumenterade utlämnandets signatur stämmer inte',
    en: 'the signature of the recorded disclosure does not verify',
  },
  'recorded-ahead': {
    sv: 'det dokumenterade utlämnandet är daterat i framtiden, eller bygger på mer av nyckelloggen än vad som finns',
    en: 'the recorded disclosure is dated in the future, or rests on more of the keys log than there is',
  },
  'refused-by-gateway': {
    sv: 'en gateway kunde inte hantera det som låg i dess kö; se den gatewayens logg',
    en: "a gateway could not handle what was in its queue: see that gateway's log",
  },
} as const;

/** Why a person discarded what the exchange had set aside: `reason` of a `discarded` notice. */
export const DISCARD_WORDS = {
  unreadable: { sv: 'det går inte att läsa', en: 'it cannot be read' },
  'not-genuine': { sv: 'det är inte äkta', en: 'it is not genuine' },
  'superseded-by-new-submission': { sv: 'det ersattes av en ny underrättelse', en: 'a new submission took its place' },
  'agreed-with-sender': {
    sv: 'avsändaren och förmedlingen kom överens om det',
    en: 'sender and exchange agreed on it',
  },
  'stands-already': { sv: 'det fanns redan', en: 'it stood already' },
} as const;

/** Why a recipient's gateway did not take a delivery: `reason` of a `rejected` receipt. */
export const REJECTION_WORDS = {
  malformed: {
    sv: 'beslutet eller manifestet har inte den form som dess typ kräver',
    en: 'decision or manifest is not a statement of its type',
  },
  'proof-missing': { sv: 'blindvärde eller bevis saknas', en: 'no blind or no proof' },
  'proof-invalid': {
    sv: 'beviset går inte att verifiera mot trust.json',
    en: 'the proof does not verify under trust.json',
  },
  'decision-key': {
    sv: 'nyckeln var ingen giltig beslutsnyckel för förmedlingen vid den angivna storleken',
    en: 'the key was no live decision key of the exchange at the size named',
  },
  'keys-superseded': {
    sv: 'förmedlingen anger en nyckellogg som sedan länge har följts av en större, eller en mindre än i en tidigare anteckning',
    en: 'the exchange names a keys log that had long been followed by a larger one, or a smaller one than in an entry before it in the log',
  },
  'decision-signature': {
    sv: 'kontrollpostens signatur stämmer inte',
    en: 'the signature of the decision does not verify',
  },
  'decision-binding': {
    sv: 'kontrollpost, manifest och miljö avser inte detsamma',
    en: 'decision, manifest and environment do not name the same',
  },
  'not-permitted': { sv: 'kontrollposten säger inte att formellt hinder saknas', en: 'the decision is no permit' },
  'not-hosted': { sv: 'mottagaren finns inte vid den gatewayen', en: 'the recipient is not hosted at this gateway' },
  'manifest-key': {
    sv: 'nyckeln var ingen giltig manifestnyckel för avsändarens gateway',
    en: "the key was no live manifest key of the sender's gateway",
  },
  'manifest-signature': {
    sv: 'manifestets signatur stämmer inte',
    en: 'the signature of the manifest does not verify',
  },
  'manifest-binding': {
    sv: 'funktion eller meddelandetyp stämmer inte överens',
    en: 'function or message type does not agree',
  },
  'ciphertext-digest': {
    sv: 'den förseglade handlingen är inte den som kontrollerades',
    en: 'the sealed document is not the one decided on',
  },
  'seal-not-openable': { sv: 'ingen nyckel där öppnar förseglingen', en: 'no key here opens the seal' },
  'context-mismatch': {
    sv: 'försegling eller handling är gjord för ett annat sammanhang än manifestets',
    en: 'seal or document was made for another context than the manifest has',
  },
  'document-key': {
    sv: 'nyckeln var ingen giltig handlingsnyckel för avsändaren',
    en: 'the key was no live document key of the sender',
  },
  'document-signature': {
    sv: 'handlingen är inte signerad med den nyckel som manifestet anger',
    en: 'the document is not signed by the key that the manifest names',
  },
  'document-binding': {
    sv: 'handlingen säger något annat om sig själv än manifestet',
    en: 'the document says of itself something else than the manifest does',
  },
  'content-invalid': {
    sv: 'innehållet följer inte meddelandetypen',
    en: 'the content does not follow its message type',
  },
  'claims-invalid': { sv: 'påståendena har inte rätt form', en: 'the claims are not claims' },
  'claims-mismatch': {
    sv: 'uppgivna och verkliga fält eller härledda fakta skiljer sig',
    en: 'declared and actual fields or derived facts differ',
  },
  'rule-set-mismatch': {
    sv: 'kontrollposten anger en annan regelsamling än den som gäller',
    en: 'the decision names another rule set than the snapshot has',
  },
  'verdict-mismatch': {
    sv: 'utfallet blir ett annat när det beräknas igen',
    en: 'the verdict computed again is another',
  },
  'cooperation-mismatch': {
    sv: 'utfallet blir ett annat, och samverkansbeslutet som är öppnat där är inte det som åberopas',
    en: 'the verdict differs, and the cooperation decision opened here is not the one committed to',
  },
  expired: { sv: 'kontrollerat efter att manifestet hade gått ut', en: 'decided after the manifest had lapsed' },
  erased: {
    sv: 'mottagaren hade beslutat att gallra det innan det kom fram',
    en: 'the recipient had decided to erase it before it arrived',
  },
  'attachment-missing': {
    sv: 'en bilaga kom inte inom sju dagar',
    en: 'the ciphertext of an attachment did not come in seven days',
  },
  'attachment-not-openable': {
    sv: 'en bilaga går inte att öppna med handlingens nyckel: delar är flyttade, borttagna, tillagda eller ändrade',
    en: 'an attachment does not open with the key of the document: chunks moved, left out, added or changed',
  },
  'attachment-content': {
    sv: 'en bilaga har ett annat digest, en annan längd eller filtyp än handlingen säger',
    en: 'an attachment has another digest, length or file type than the document says',
  },
} as const;

/** Why an officer refuses a request: `reason` of a `request-refused` receipt. None says whether there is anything to give out. */
export const REQUEST_REFUSAL_WORDS = {
  'not-disclosed': {
    sv: 'Det som begärdes lämnas inte ut; om det finns sägs inte',
    en: 'What was asked for is not given out; whether there is any is not said',
  },
  'no-ground': {
    sv: 'Ingen grund för att lämna ut det till den som begär har visats',
    en: 'No ground on which whoever asked may have it has been shown',
  },
  'hinders-work': {
    sv: 'Att ta fram det skulle hindra arbetets behöriga gång (OSL 6 kap. 5 §)',
    en: 'To find it would hinder the proper course of work (OSL 6:5)',
  },
  'not-specified': {
    sv: 'Begäran säger inte tydligt nog vad den gäller',
    en: 'The request does not say clearly enough what it is about',
  },
} as const;

/** Why an authority turned a delivery down for its form: `reason` of a `form-rejected` receipt. */
export const FORM_WORDS = {
  misdirected: {
    sv: 'Det var avsett för en annan myndighet: personuppgifter har kommit fel, och båda sidor får en incident',
    en: 'It was meant for another authority: personal data went astray, and both ends get an incident',
  },
  'not-competent': {
    sv: 'Myndigheten är den avsedda, men ärendet är inte dess',
    en: 'The authority is the one that was meant, and the matter is not its',
  },
  'wrong-function': {
    sv: 'En annan funktion hos samma myndighet är den rätta',
    en: 'Another function of the same authority is the right one',
  },
  'unreadable-attachment': {
    sv: 'En bilaga går inte att öppna eller läsa',
    en: 'An attachment cannot be opened or read',
  },
  'duplicate-of-earlier': { sv: 'Detsamma har kommit in tidigare', en: 'The same was received before' },
  'case-unknown': {
    sv: 'Det hänvisar till ett ärende som myndigheten inte har',
    en: 'It refers to a matter that the authority does not have',
  },
  incomplete: {
    sv: 'Något saknas som måste finnas för att det ska kunna tas upp',
    en: 'Something is missing that must be there before it can be taken up',
  },
} as const;

/** Why a sender took a message back. */
export const RETRACTION_WORDS = {
  'wrong-recipient': { sv: 'Det var avsett för en annan myndighet', en: 'It was meant for another authority' },
  'wrong-person': { sv: 'Det rör någon annan', en: 'It is about somebody else' },
  'wrong-information': { sv: 'Det som står i det är fel', en: 'What it says is wrong' },
  'no-ground': { sv: 'Det fanns ingen grund för utlämnandet', en: 'There was no ground for the disclosure' },
  'sent-twice': { sv: 'Detsamma lämnades under ett annat id', en: 'The same was sent under another id' },
  'given-another-way': {
    sv: 'Det kunde inte vänta på förmedlingen, och lämnades i stället per telefon, vid ett möte, på papper eller med bud',
    en: 'It could not wait for the exchange, and was given by telephone, in a meeting, on paper or by courier instead',
  },
  'correction-not-permitted': {
    sv: 'Det är fel, och det rätta får inte lämnas till den mottagaren',
    en: 'It is wrong, and what is right may not be sent to this recipient',
  },
} as const;

/** What became of what was taken back or put right. */
export const ANSWER_WORDS = {
  'not-used': { sv: 'Inte använt', en: 'It was not used' },
  'used-in-open-matter': { sv: 'Använt i pågående ärende', en: 'It is used in a matter that is not decided' },
  'used-in-decision': { sv: 'Använt i beslut', en: 'It was used in a decision' },
  'passed-on': {
    sv: 'Lämnat vidare: mottagaren underrättar dem som fått det (GDPR art. 19)',
    en: 'It was disclosed to others, whom the recipient tells (GDPR art. 19)',
  },
  'disposed-under-decision': { sv: 'Gallrat enligt beslut', en: 'It is disposed of under a disposal decision' },
} as const;

/** Why an own hold stops what was not released. */
export const HELD_WORDS = {
  'case-closed': { sv: 'Ärendet är avslutat', en: 'The case is closed' },
  'subscription-suspended': { sv: 'Prenumerationen är vilande', en: 'The subscription is suspended' },
  'subscription-ended': { sv: 'Prenumerationen är avslutad', en: 'The subscription has ended' },
  lifted: { sv: 'Spärren är hävd', en: 'The hold is lifted' },
} as const;

/** Why a message to a subscriber was not released. */
export const HELD_REASON_WORDS = {
  'case-closed': HELD_WORDS['case-closed'],
  'subscription-suspended': HELD_WORDS['subscription-suspended'],
  'subscription-ended': HELD_WORDS['subscription-ended'],
  'ground-lapsed': {
    sv: 'Grunden gällde inte längre när meddelandet skulle lämnas ut',
    en: 'Its ground had lapsed when it was to be released',
  },
} as const;

/** What an owner says to who asked for a subscription. */
export const SUBSCRIPTION_WORDS = {
  granted: { sv: 'Beviljad av en handläggare', en: 'Granted by an officer' },
  'granted-by-standing-order': { sv: 'Beviljad enligt stående uppdrag', en: 'Granted by a standing order' },
  'refused-no-ground': { sv: 'Nekad: ingen grund för utlämnande', en: 'Refused: no ground for disclosure' },
  'refused-not-owner': { sv: 'Nekad: ärendet är inte myndighetens', en: "Refused: the case is not this authority's" },
  'refused-too-wide': { sv: 'Nekad: frågan är för vid', en: 'Refused: it asks for too much' },
  'refused-case-closed': { sv: 'Nekad: ärendet är avslutat', en: 'Refused: the case is closed' },
  'suspended-ground-lapsed': { sv: 'Vilande: grunden gäller inte längre', en: 'Suspended: its ground has lapsed' },
  'suspended-under-review': { sv: 'Vilande: den prövas om', en: 'Suspended: it is under review' },
  resumed: { sv: 'Återupptagen', en: 'Resumed' },
  'ended-ground-lapsed': { sv: 'Avslutad: grunden gäller inte längre', en: 'Ended: its ground has lapsed' },
  'ended-no-longer-needed': { sv: 'Avslutad: den behövs inte längre', en: 'Ended: it is no longer needed' },
  'ended-case-closed': { sv: 'Avslutad: ärendet är avslutat', en: 'Ended: the case is closed' },
  'ended-withdrawn': { sv: 'Avslutad: frågan är återtagen', en: 'Ended: the request was taken back' },
} as const;

/** What the exchange found before it asked the law: `verification` of a decision. */
export const OBSTACLE_WORDS = {
  ATTACHMENT_ITEM_UNKNOWN: {
    sv: 'en bilaga innehåller en uppgift som påståendena inte har, eller ingen del av en fritext',
    en: 'an attachment holds an item that the claims do not have, or no part of a free text',
  },
  CIPHERTEXT_DIGEST: {
    sv: 'det som kom är inte manifestets förseglade handling',
    en: 'what came is not the sealed document of the manifest',
  },
  CLAIMS_MALFORMED: { sv: 'påståendena har inte rätt form', en: 'the claims are not claims' },
  CLAIMS_TYPE: { sv: 'påståendena hör till en annan meddelandetyp', en: 'the claims are of another message type' },
  DOCUMENT_KEY_NOT_LIVE: {
    sv: 'handlingsnyckeln gäller inte: okänd, återkallad eller utgången',
    en: 'the document key is not live: unknown, revoked or expired',
  },
  FUNCTION_UNKNOWN: { sv: 'mottagaren har ingen sådan funktion', en: 'the recipient has no such function' },
  ISSUED_IN_FUTURE: { sv: 'utfärdat mer än en minut framåt i tiden', en: 'issued more than a minute ahead' },
  LIFETIME_TOO_LONG: { sv: 'giltigt i mer än sju dagar', en: 'good for more than seven days' },
  RECIPIENT_UNKNOWN: { sv: 'mottagaren finns inte', en: 'no such recipient' },
  SEALING_KEY_NOT_LIVE: {
    sv: 'förseglat till en nyckel som inte gäller: okänd, återkallad eller utgången',
    en: 'sealed to a key that is not live: unknown, revoked or expired',
  },
  TYPE_NOT_SENT: {
    sv: 'en meddelandetyp som antecknas och inte lämnas ut så här',
    en: 'a message type that is recorded, not sent',
  },
} as const;

/** By which provision an auditor reviews, and where it stands. */
export const ASSIGNMENT_PROVISION_WORDS = {
  'municipal-audit': {
    sv: 'Kommunal revision, kommunallagen (2017:725) 12 kap.',
    en: 'Municipal audit, Local Government Act (2017:725) ch. 12',
  },
  'internal-control': {
    sv: 'Nämndens interna kontroll, kommunallagen (2017:725) 6 kap. 6 §',
    en: "A board's internal control, Local Government Act (2017:725) ch. 6 s. 6",
  },
  'state-audit': {
    sv: 'Riksrevisionens granskning, lagen (2002:1022) om revision av statlig verksamhet m.m.',
    en: 'The National Audit Office, Act (2002:1022) on audit of state activities',
  },
  'data-protection-officer': {
    sv: 'Dataskyddsombudets övervakning, dataskyddsförordningen artikel 39.1 b',
    en: "The data protection officer's monitoring, GDPR article 39(1)(b)",
  },
  imy: {
    sv: 'Integritetsskyddsmyndighetens tillsyn, dataskyddsförordningen artikel 58.1',
    en: 'Supervision by the Authority for Privacy Protection, GDPR article 58(1)',
  },
  jo: {
    sv: 'Justitieombudsmannens tillsyn, regeringsformen 13 kap. 6 §',
    en: 'The Parliamentary Ombudsmen, Instrument of Government ch. 13 s. 6',
  },
  jk: {
    sv: 'Justitiekanslerns tillsyn, lagen (1975:1339) om Justitiekanslerns tillsyn',
    en: 'The Chancellor of Justice, Act (1975:1339) on its supervision',
  },
  ivo: {
    sv: 'Inspektionen för vård och omsorgs tillsyn, socialtjänstlagen (2025:400) och lagen (1993:387) om stöd och service till vissa funktionshindrade',
    en: 'Supervision by the Health and Social Care Inspectorate, Social Services Act (2025:400) and Act (1993:387) on support and service for persons with certain functional impairments',
  },
  msi: {
    sv: 'Tillsyn av Myndigheten för säkerhet och integritetsskydd, lagen (2007:980) om tillsyn över viss brottsbekämpande verksamhet',
    en: 'Supervision of law enforcement by the commission for security and integrity protection, Act (2007:980)',
  },
} as const;

/** What of a disclosure an assignment lets its auditor see. */
export const ASSIGNMENT_FIELD_WORDS = {
  parties: { sv: 'Parter, tid, typ och utfall', en: 'Parties, time, type and outcome' },
  ground: { sv: 'Rättslig grund', en: 'Legal basis' },
  facts: { sv: 'Påståenden som koder', en: 'Claims as codes' },
  assessments: {
    sv: 'Bedömningar med handläggarens pseudonym',
    en: "Assessments with the officer's pseudonym",
  },
  receipts: { sv: 'Kvittenser', en: 'Receipts' },
  case: { sv: 'Ärende', en: 'Case' },
} as const;

/** Whose move it is after the answer. */
type Acts = 'caller' | 'participant' | 'operator';
interface Entry {
  readonly sv: string;
  readonly en: string;
  readonly cause: string;
  readonly acts: Acts;
}
const entry = (sv: string, en: string, cause: string, acts: Acts = 'caller'): Entry => ({ sv, en, cause, acts });

/** Every problem that any service answers with (RFC 9457). The slug is stable: `type` is `/problems/<slug>`. */
export const PROBLEMS = {
  'malformed-json': entry(
    'Texten är inte giltig JSON.',
    'The body is not valid JSON.',
    'RFC 8259 is followed to the letter; a byte order mark is refused.',
  ),
  'duplicate-key': entry(
    'Ett namn står två gånger.',
    'A member name occurs twice.',
    'Two readers could take different values; none is guessed.',
  ),
  'json-too-deep': entry('Texten är för djupt kapslad.', 'The body is nested too deeply.', 'More than 32 levels.'),
  'too-large': entry(
    'Innehållet är för stort.',
    'The body is too large.',
    'The limit stands in the OpenAPI description.',
  ),
  'invalid-encoding': entry(
    'Texten är inte giltig UTF-8.',
    'The body is not valid UTF-8.',
    'Bytes are never replaced.',
  ),
  'invalid-text': entry(
    'Texten har ett otillåtet tecken.',
    'A text holds a character that is not allowed.',
    'A lone surrogate or NUL.',
  ),
  'number-out-of-range': entry(
    'Ett tal är för stort.',
    'A number is out of range.',
    'Integers beyond 2^53 - 1 lose digits on the way.',
  ),
  'forbidden-key': entry(
    'Ett namn är inte tillåtet.',
    'A member name is not allowed.',
    '`__proto__`, `constructor` or `prototype`.',
  ),
  'unsupported-media-type': entry(
    'Formatet stöds inte.',
    'The media type is not supported.',
    'Each route takes one media type, without content encoding.',
  ),
  'invalid-request': entry(
    'Förfrågan har fel form.',
    'The request does not have the right shape.',
    '`violations` names each member and rule, never a value.',
  ),
  'unknown-property': entry(
    'Ett fält finns inte.',
    'A property is not known.',
    '`violations` names it; unknown means refused.',
  ),
  unauthenticated: entry(
    'Inloggningen godtogs inte.',
    'Authentication failed.',
    'Missing, foreign, expired or wrong token or assertion; which one is not said.',
  ),
  'insufficient-scope': entry(
    'Åtkomsttoken saknar den behörighet som krävs.',
    'The access token lacks the scope that this operation needs.',
    '`scope` names what it needs. Ask for a token that carries that; a system has the scopes that its administrator registered.',
    'participant',
  ),
  'login-refused': entry(
    'Inloggningen godtogs inte.',
    'The login was refused.',
    '`code` says why: it was not begun in this browser or took too long, was played again, or the answer of the identity provider is not one that this gateway takes. Log in again.',
    'caller',
  ),
  csrf: entry(
    'Anropet saknar sessionens skydd mot förfalskade anrop.',
    'The call lacks the token of its session.',
    'What changes something needs the header `Delge-CSRF`, with `session.csrf` of `GET /staff`: it shows that no other site made the browser call.',
    'caller',
  ),
  'authority-not-named': entry(
    'Anropet säger inte för vilken myndighet det görs.',
    'The call does not say for which authority it is made.',
    'Whoever acts for several authorities names one in the header `Delge-Authority`.',
    'caller',
  ),
  'another-officer': entry(
    'Innehållet anger en annan befattningshavare än den som är inloggad.',
    'The body names another officer than the one who has logged in.',
    'Officer, office and mandate come from what the administrator registered. Leave them out, or give those of `GET /staff`.',
    'caller',
  ),
  'not-for-staff': entry(
    'Det som begärs får bara myndighetens system göra.',
    "What is asked for is for the authority's systems alone.",
    'To take back is for a system. Submit the correction without `onDeny=retract`; where it is refused, the system takes back.',
    'caller',
  ),
  'invalid-scope': entry(
    'En begärd behörighet finns inte för systemet.',
    'A scope that was asked for is not one of the system.',
    "It is unknown, or the system's administrator has not registered it.",
    'participant',
  ),
  'not-found': entry('Det finns inte.', 'It does not exist.', 'It does not exist, or is not for this caller to see.'),
  'id-reuse': entry(
    'Numret är redan använt för något annat.',
    'The id is already used for something else.',
    'The same id with another body. Use a new UUID for a new referral.',
  ),
  'precondition-failed': entry(
    'Det har ändrats.',
    'It has changed.',
    'None of the tags in `If-Match` is the `ETag` of what is there now (RFC 9110 section 13.1.1), or there is nothing. Nothing was done: read it again, and decide anew.',
  ),
  'too-late': entry('Det är för sent.', 'It is too late.', 'The message has left the gateway, or may have.'),
  'not-a-draft': entry(
    'Det finns inget utkast.',
    'There is no draft.',
    'Assessments are given for a draft that awaits them.',
  ),
  'unknown-recipient': entry(
    'Mottagaren finns inte.',
    'The recipient is not known.',
    'No authority with this id in the snapshot.',
  ),
  'unknown-function': entry(
    'Funktionen finns inte hos mottagaren.',
    'The recipient has no such function.',
    'Functions stand in the directory.',
  ),
  'unknown-message-type': entry(
    'Meddelandetypen finns inte.',
    'The message type is not known.',
    'Types are `name/version`.',
  ),
  'unknown-code': entry(
    'En kod finns inte.',
    'A code is not known.',
    '`violations` names each member: purpose, legal basis, point or fact. Codes come from closed lists; nothing was logged of it.',
  ),
  'content-invalid': entry(
    'Innehållet följer inte meddelandetypen.',
    'The content does not follow its message type.',
    '`violations` names each field; a field without classification cannot be sent.',
  ),
  'formal-obstacle': entry(
    'Formellt hinder.',
    'Formal obstacle.',
    'The check found no ground that carries the disclosure; `recipients` says why, what would, and in `verdict.permitted` which items may go. Nothing was sent.',
  ),
  'assessment-missing': entry(
    'Bedömning saknas.',
    'An assessment is missing.',
    'Answered instead of a draft when `onAssess=refuse`.',
  ),
  'assessment-invalid': entry(
    'Bedömningen passar inte.',
    'The assessment does not fit.',
    'It names a test, item, basis or recipient that the draft does not ask about.',
  ),
  'attachment-invalid': entry(
    'Bilagan godtas inte.',
    'The attachment is not accepted.',
    '`violations` says why: a part of another size, a file that is not of the type it is said to be, macros, another digest, or `clean` without a scanner.',
  ),
  'attachment-missing': entry(
    'Bilagan är inte uppladdad.',
    'The attachment is not uploaded.',
    'A referral names only files that this gateway has whole. One that no referral needs is deleted after a while.',
  ),
  'attachment-not-carried': entry(
    'Bilagan innehåller något som inte sänds.',
    'The attachment holds something that is not sent.',
    '`violations` names the attachment: one of its `items` is not among those that this recipient gets, so nothing was said of it under the law.',
  ),
  'upload-offset': entry(
    'Delen börjar på fel ställe.',
    'The part begins in the wrong place.',
    '`received` says where the next part begins.',
  ),
  quota: entry(
    'Utrymmet är slut.',
    'There is no room left.',
    'As much is kept as is allowed: of uploads of this authority at its gateway, or of what waits at the exchange for a gateway. It becomes less as uploads are used and deliveries received.',
    'operator',
  ),
  'nothing-logged': entry(
    'Loggen har inget om meddelandet än.',
    'The log has nothing about the message yet.',
    'It was accepted and not yet checked, or it never left the gateway. Ask again when its state has changed.',
  ),
  'receipt-exists': entry(
    'Ett sådant kvitto finns redan.',
    'Such a receipt exists already.',
    'One receipt of each kind is given for a delivery; this one differs from it.',
  ),
  'receipt-contradicts': entry(
    'Kvittot stämmer inte med dem som redan lämnats.',
    'The receipt contradicts those given before.',
    'A delivery is accepted or turned down for its form, not both; `handled` comes after `accepted`.',
  ),
  'receipt-invalid': entry(
    'Kvittot passar inte.',
    'The receipt does not fit.',
    'A reason belongs to `form-rejected` alone, a diary number to `accepted`.',
  ),
  'not-retractable': entry(
    'Det finns inget att återkalla.',
    'There is nothing to take back.',
    'The message is a draft, or it ended without reaching its recipient.',
  ),
  'retraction-exists': entry(
    'Meddelandet är redan återkallat av en annan orsak.',
    'The message was taken back for another reason already.',
    'There is one retraction of each message.',
  ),
  'nothing-to-acknowledge': entry(
    'Det finns ingen återkallelse eller rättelse att besvara.',
    'There is no retraction or correction to acknowledge.',
    'Its sender has not taken it back, and it is no correction.',
  ),
  'handling-conflict': entry(
    'Underrättelsen är inte där i handläggningen.',
    'The referral is not there in its handling.',
    '`handling` says where it is. From `requested` and `received` it goes to `accepted` or `rejected`, from `accepted` to `completed`, and never back.',
  ),
  'request-unknown': entry(
    'Det finns ingen sådan begäran från mottagaren.',
    'There is no such request from the recipient.',
    '`requestId` names a request that this authority received from exactly that recipient, or has recorded of it. `violations` says why: `request-unknown`, there is none; `request-retracted`, it was taken back; `another-request`, the content names another one. A demand names one that was sent to the recipient.',
  ),
  'request-invalid': entry(
    'Så kan begäran inte antecknas.',
    'The request cannot be recorded so.',
    '`violations` says why: `own-authority`, an authority does not ask itself; `unknown-code`, there is no such data category or office; `invalid-time`, it was asked in the past.',
  ),
  'case-closed': entry(
    'Ärendet är avslutat.',
    'The case is closed.',
    'Nothing is added to a closed case, and the reason for which it was closed stands.',
  ),
  'subscription-conflict': entry(
    'Prenumerationen är inte i det läget.',
    'The subscription is not there.',
    '`state` says where it is. What was asked for is granted or refused, what is granted suspended or ended, what is suspended resumed or ended; what is ended or refused is asked for anew. What its subscriber took back (`retractedAt`) is granted no more, and a standing order that has ended is made under another id.',
  ),
  'recipient-held': entry(
    'Myndigheten har själv spärrat ärendet för en mottagare.',
    'The authority itself holds the case from a recipient.',
    'Its subscription is suspended or has ended. Resume it, leave the recipient out, or send under another case id what is given on own initiative.',
  ),
  'case-invalid': entry(
    'Det kan inte läggas till i ärendet.',
    'It cannot be added to the case.',
    '`violations` says why: `message-or-referral`, one of the two is named; `own-authority`, a link leads to another authority; `too-many-links`, 200 at most; `not-owned`, a subscription is granted to a case that is the authority’s own.',
  ),
  'person-search-invalid': entry(
    'Det går inte att söka på det.',
    'It cannot be searched for.',
    '`violations` says why: `invalid-number`, a digit is wrong or the number is none; `person-or-organisation`, one of the two is given, with its century; `unknown-code`, no such office. What was given is never repeated, and nothing was searched.',
  ),
  'incident-closed': entry(
    'Något annat är redan angivet för den klockan.',
    'Something else was said about that clock already.',
    'Each clock of an incident is closed once.',
  ),
  'incident-invalid': entry(
    'Tidpunkten passar inte.',
    'The time does not fit.',
    'What was done was done after the incident was opened, and not in time to come.',
  ),
  'webhook-refused': entry(
    'Webhooken godtas inte.',
    'The webhook is not accepted.',
    '`violations` says why: the operator of the gateway lists no targets (`no-targets`), or not this one (`not-listed`); the URL is not written as it is compared (`form`); or the authority has ten already (`too-many`).',
    'participant',
  ),
  'registration-refused': entry(
    'Registreringen godtogs inte.',
    'The registration was refused.',
    "The statement is not signed by the live administrator key of the authority's participant, or is stale.",
    'participant',
  ),
  'statement-refused': entry(
    'Utsagan godtogs inte.',
    'The statement was refused.',
    '`code` says which rule of the keys log it breaks; of a release also whether its rule set came with it.',
    'participant',
  ),
  'basis-version-altered': entry(
    'En utgiven lydelse får inte ändras.',
    'A wording that was released may not be altered.',
    '`versions` names them. End the old wording, and add a new one that the authorities adopt.',
    'participant',
  ),
  'cosignature-refused': entry(
    'Medsigneringen godtogs inte.',
    'The cosignature was refused.',
    '`code`: `malformed`, `unknown-checkpoint`, `not-a-witness` (no line verifies for a witness of the policy), `time` (more than 60 s off).',
    'participant',
  ),
  erased: entry(
    'Meddelandet är gallrat.',
    'The message is erased.',
    'On a decision of its authority. Its id stays used: a referral under it is neither taken nor shown again.',
  ),
  'not-ended': entry(
    'Meddelandet är inte avslutat.',
    'The message has not ended.',
    'It is erased once it has arrived, or its sender has been told how it ended.',
  ),
  held: entry(
    'Det råder gallringsstopp.',
    'A legal hold stands.',
    "A party's hold is on the message or its case. The decision was taken; bring it again when the hold is lifted.",
    'participant',
  ),
  'keeping-refused': entry(
    'Utsagan om gallring godtogs inte.',
    'The statement about keeping or erasing was refused.',
    '`code` says why: signature, key, parties, or entries that are about something else. Nothing of it was kept.',
    'participant',
  ),
  'assignment-refused': entry(
    'Uppdraget godtogs inte.',
    'The assignment was refused.',
    '`code` says why: signature, key, or a term that is over or longer than two years. Nothing of it was kept.',
    'participant',
  ),
  'still-held': entry(
    'Meddelandet ligger kvar i karantän.',
    'The message stays in quarantine.',
    '`code` says why, `codeText` in words: what keeps it from being handled now either, or from being discarded. Nothing was changed.',
    'operator',
  ),
  'not-ready': entry(
    'Tjänsten är inte redo.',
    'The service is not ready.',
    'Something it needs is away; try again.',
    'operator',
  ),
  storage: entry(
    'Er gateway kan inte lagra bilagor just nu.',
    'The gateway cannot store attachments just now.',
    'Its disk for attachments is full but for a reserve, or cannot be written. Try again when its operator has made room.',
    'operator',
  ),
  busy: entry(
    'Tjänsten har fullt upp.',
    'The service has its hands full.',
    'As many requests are in hand as it takes at once. Nothing was begun; try again after `Retry-After`.',
  ),
  'rate-limited': entry(
    'För många anrop samtidigt.',
    'Too many requests at once.',
    'This caller has as many in hand as one caller may. Others are not affected; try again after `Retry-After`.',
  ),
  timeout: entry(
    'Svaret dröjde för länge.',
    'The answer took too long.',
    'Something that is needed answers slowly. It may have been done all the same: try again with the same id, which gets the same answer.',
    'operator',
  ),
  'outbox-full': entry(
    'Er gateway har inte plats för mer som väntar.',
    'The gateway has no room for more that waits.',
    'What was accepted waits to leave, since the broker or the exchange is away. Nothing was taken; `GET /v1/referrals` shows what waits. It goes on by itself when that has left.',
    'operator',
  ),
  internal: entry(
    'Något gick fel hos oss.',
    'Something went wrong on our side.',
    'Logged under the `instance` of the answer; nothing was half done.',
    'operator',
  ),
} as const satisfies Readonly<Record<string, Entry>>;

export type ProblemCode = keyof typeof PROBLEMS;

import { ProblemError, problemBody } from './problem.js';
import type { ProblemCode } from './problem-table.js';

/** The status that a problem is answered with, and its cause in Swedish. */
export const PROBLEM_WORDS: Readonly<Record<ProblemCode, readonly [status: number, causeSv: string]>> = {
  'malformed-json': [400, 'RFC 8259 följs till punkt och pricka; en byteordningsmarkör (BOM) godtas inte.'],
  'duplicate-key': [400, 'Två läsare kunde ta var sitt värde; inget av dem gissas fram.'],
  'json-too-deep': [400, 'Fler än 32 nivåer.'],
  'too-large': [413, 'Gränsen står i OpenAPI-beskrivningen.'],
  'invalid-encoding': [400, 'Byte som inte är UTF-8 byts aldrig ut i tysthet.'],
  'invalid-text': [400, 'Ett ensamt surrogat eller NUL.'],
  'number-out-of-range': [400, 'Heltal bortom 2^53 - 1 förlorar siffror på vägen.'],
  'forbidden-key': [400, '`__proto__`, `constructor` eller `prototype`.'],
  'unsupported-media-type': [415, 'Varje anrop tar ett format, utan innehållskodning.'],
  'invalid-request': [400, '`violations` anger fält och regel, aldrig ett värde.'],
  'unknown-property': [400, '`violations` anger fältet; det som inte är känt godtas inte.'],
  unauthenticated: [401, 'Token eller intyg saknas, är någon annans, har gått ut eller är fel; vilket sägs inte.'],
  'insufficient-scope': [
    403,
    '`scope` anger vad som krävs. Begär en token som bär det; ett system har de behörigheter som dess administratör har registrerat.',
  ],
  'login-refused': [
    401,
    '`code` anger varför: den påbörjades inte i den här webbläsaren eller tog för lång tid, har spelats upp igen, eller så är svaret från legitimeringstjänsten inte ett som gatewayen godtar. Logga in igen.',
  ],
  csrf: [
    403,
    'Det som ändrar något kräver sidhuvudet `Delge-CSRF` med `session.csrf` från `GET /staff`: det visar att ingen annan webbplats fick webbläsaren att anropa.',
  ],
  'authority-not-named': [400, 'Den som handlar för flera myndigheter anger en i sidhuvudet `Delge-Authority`.'],
  'another-officer': [
    422,
    'Befattningshavare, befattning och mandat kommer från det som administratören har registrerat. Utelämna dem, eller ange dem som står i `GET /staff`.',
  ],
  'not-for-staff': [
    403,
    'En återkallelse görs av myndighetens system. Skicka rättelsen utan `onDeny=retract`; om den nekas återkallar systemet.',
  ],
  'invalid-scope': [400, 'Den är okänd, eller så har systemets administratör inte registrerat den.'],
  'not-found': [404, 'Det finns inte, eller är inget som den som frågar får se.'],
  'id-reuse': [409, 'Samma id med ett annat innehåll. Välj ett nytt UUID för en ny underrättelse.'],
  'precondition-failed': [
    412,
    'Inget av värdena i `If-Match` är `ETag` för det som finns nu (RFC 9110 avsnitt 13.1.1), eller så finns det inte. Inget gjordes: läs det igen och ta ställning på nytt.',
  ],
  'too-late': [409, 'Meddelandet har lämnat er gateway, eller kan ha gjort det.'],
  'not-a-draft': [409, 'Bedömningar lämnas för ett utkast som väntar på dem.'],
  'unknown-recipient': [422, 'Ingen myndighet i katalogen har detta id.'],
  'unknown-function': [422, 'Funktionerna står i katalogen.'],
  'unknown-message-type': [422, 'Typer skrivs `namn/version`.'],
  'unknown-code': [
    422,
    '`violations` anger varje fält: ändamål, rättslig grund, punkt eller uppgift. Koder hämtas ur slutna listor; inget av detta loggades.',
  ],
  'content-invalid': [422, '`violations` anger varje fält; ett fält utan klassning kan inte sändas.'],
  'formal-obstacle': [
    422,
    'Kontrollen fann ingen grund som bär utlämnandet; `recipients` säger varför, vad som skulle bära det, och i `verdict.permitted` vilka uppgifter som kan lämnas. Inget sändes.',
  ],
  'assessment-missing': [422, 'Svaret i stället för ett utkast när `onAssess=refuse`.'],
  'assessment-invalid': [422, 'Den avser en prövning, uppgift, grund eller mottagare som utkastet inte frågar om.'],
  'attachment-invalid': [
    422,
    '`violations` säger varför: en del av annan storlek, en fil som inte är av den typ som angetts, makron, annan kontrollsumma, eller `clean` utan skanner.',
  ],
  'attachment-missing': [
    422,
    'En underrättelse anger bara filer som denna gateway har i sin helhet. En fil som ingen underrättelse behöver tas bort efter en tid.',
  ],
  'attachment-not-carried': [
    422,
    '`violations` anger bilagan: någon av dess `items` är inte bland dem som mottagaren får, så inget sades om den enligt lagen.',
  ],
  'upload-offset': [409, '`received` säger var nästa del börjar.'],
  quota: [
    507,
    'Så mycket förvaras som är tillåtet: av myndighetens uppladdningar i dess gateway, eller av det som väntar hos växeln på en gateway. Det minskar när uppladdningar används och leveranser hämtas.',
  ],
  'nothing-logged': [
    409,
    'Meddelandet har mottagits och inte kontrollerats än, eller lämnade aldrig er gateway. Fråga igen när dess tillstånd har ändrats.',
  ],
  'receipt-exists': [409, 'Ett kvitto av varje slag lämnas för en leverans; detta skiljer sig från det.'],
  'receipt-contradicts': [
    409,
    'En leverans tas emot eller avvisas för sin form, inte både och; `handled` kommer efter `accepted`.',
  ],
  'receipt-invalid': [422, 'En orsak hör till `form-rejected` och inget annat, ett diarienummer till `accepted`.'],
  'not-retractable': [409, 'Meddelandet är ett utkast, eller slutade utan att nå sin mottagare.'],
  'retraction-exists': [409, 'Varje meddelande återkallas en gång.'],
  'nothing-to-acknowledge': [409, 'Avsändaren har inte återkallat det, och det är ingen rättelse.'],
  'handling-conflict': [
    409,
    '`handling` anger var den är. Från `requested` och `received` går den till `accepted` eller `rejected`, från `accepted` till `completed`, och aldrig tillbaka.',
  ],
  'request-unknown': [
    422,
    '`requestId` är en begäran som myndigheten har fått från just den mottagaren, eller har antecknat av den. `violations` säger varför: `request-unknown`, det finns ingen; `request-retracted`, den är återkallad; `another-request`, innehållet nämner en annan. En begäran om beslut gäller en begäran som skickats till mottagaren.',
  ],
  'request-invalid': [
    422,
    '`violations` säger varför: `own-authority`, en myndighet begär inget av sig själv; `unknown-code`, det finns inget sådant slag av uppgift eller ingen sådan befattning; `invalid-time`, den gjordes i det förflutna.',
  ],
  'case-closed': [409, 'Inget läggs till i ett avslutat ärende, och skälet till att det avslutades står fast.'],
  'subscription-conflict': [
    409,
    '`state` anger var den är. Det som begärts beviljas eller nekas, det beviljade görs vilande eller avslutas, det vilande återupptas eller avslutas; det avslutade eller nekade begärs på nytt. Det som återkallats (`retractedAt`) beviljas inte, och ett avslutat stående uppdrag görs under ett annat id.',
  ],
  'recipient-held': [
    409,
    'Mottagarens prenumeration är vilande eller avslutad. Återuppta den, utelämna mottagaren, eller skicka det som lämnas på eget initiativ under ett annat ärende-id.',
  ],
  'case-invalid': [
    422,
    '`violations` säger varför: `message-or-referral`, en av de två anges; `own-authority`, en länk går till en annan myndighet; `too-many-links`, högst 200; `not-owned`, en prenumeration beviljas på ett ärende som är myndighetens eget.',
  ],
  'person-search-invalid': [
    422,
    '`violations` säger varför: `invalid-number`, en siffra är fel eller numret är inget sådant; `person-or-organisation`, ett av de två anges, personnumret med sekel; `unknown-code`, befattningen finns inte. Det som angavs upprepas aldrig, och ingen sökning gjordes.',
  ],
  'incident-closed': [409, 'Varje klocka i en incident avslutas en gång.'],
  'incident-invalid': [422, 'Det som gjordes, gjordes efter att incidenten öppnades och inte i framtiden.'],
  'webhook-refused': [
    422,
    '`violations` säger varför: den som driver er gateway har inte listat några mål (`no-targets`), eller inte detta (`not-listed`); adressen är inte skriven så som den jämförs (`form`); eller myndigheten har redan tio (`too-many`).',
  ],
  'registration-refused': [
    422,
    'Utsagan är inte undertecknad med gällande administratörsnyckel för myndighetens deltagare, eller är inaktuell.',
  ],
  'statement-refused': [
    422,
    '`code` säger vilken regel för nyckelloggen den bryter; för en utgåva också om regelverket följde med.',
  ],
  'basis-version-altered': [
    422,
    '`versions` anger dem. Avsluta den gamla lydelsen och lägg till en ny som myndigheterna antar.',
  ],
  'cosignature-refused': [
    422,
    '`code`: `malformed`, `unknown-checkpoint`, `not-a-witness` (ingen rad verifierar för ett vittne i policyn), `time` (mer än 60 s fel).',
  ],
  erased: [
    410,
    'Efter beslut av myndigheten. Id:t förblir använt: en underrättelse under det tas varken emot eller visas igen.',
  ],
  'not-ended': [409, 'Det gallras när det har kommit fram, eller när avsändaren har fått veta hur det slutade.'],
  held: [
    409,
    'En parts gallringsstopp gäller meddelandet eller dess ärende. Beslutet är mottaget; lämna det igen när stoppet hävts.',
  ],
  'keeping-refused': [
    422,
    '`code` säger varför: underskrift, nyckel, parter, eller poster som gäller något annat. Inget av det behölls.',
  ],
  'assignment-refused': [
    422,
    '`code` säger varför: underskrift, nyckel, eller en tid som är ute eller längre än två år. Inget av det behölls.',
  ],
  'still-held': [
    409,
    '`code` säger varför, `codeText` i ord: vad som hindrar att det behandlas även nu, eller att det kasseras. Inget ändrades.',
  ],
  'not-ready': [503, 'Något som tjänsten behöver är borta; försök igen.'],
  storage: [
    507,
    'Dess disk för bilagor är full så när som på en reserv, eller går inte att skriva till. Försök igen när den som driver er gateway har gjort plats.',
  ],
  busy: [503, 'Så många anrop pågår som tas emot samtidigt. Inget påbörjades; försök igen efter `Retry-After`.'],
  'rate-limited': [
    429,
    'Den som anropar har så många anrop igång som en får ha. Andra påverkas inte; försök igen efter `Retry-After`.',
  ],
  timeout: [
    503,
    'Något som behövs svarar långsamt. Det kan ha utförts ändå: försök igen med samma id, som ger samma svar.',
  ],
  'outbox-full': [
    503,
    'Det som tagits emot väntar på att sändas, eftersom meddelandekön eller växeln är borta. Inget togs emot; `GET /v1/referrals` visar vad som väntar. Det fortsätter av sig självt när det har gått iväg.',
  ],
  internal: [500, 'Loggat under svarets `instance`; inget blev halvgjort.'],
};

/** Whose move it is after the answer, as people say it. */
export const ACTS = {
  caller: {
    sv: 'den som anropar: systemets utvecklare eller dess användare',
    en: "the caller: the system's developer or its user",
  },
  participant: {
    sv: 'deltagaren: dess administratör eller den gateway som den driver',
    en: 'the participant: its administrator or the gateway it runs',
  },
  operator: {
    sv: 'den som driver tjänsten som svarade',
    en: 'the operator of the service that answered',
  },
} as const;

const at = (path: string, code: string): object => ({ violations: [{ path, code }] });
/** What a problem of the kind may say beside. */
const BESIDE: Readonly<Partial<Record<ProblemCode, object>>> = {
  'invalid-request': at('/to/0/authority', 'matches'),
  'unknown-property': at('/priority', 'whitelistValidation'),
  'unknown-code': at('/purpose', 'unknown'),
  'content-invalid': at('/content/allowance/period', 'required'),
  'attachment-invalid': at('/sha256', 'digest'),
  'attachment-not-carried': at('/attachments/0', 'items'),
  'webhook-refused': at('/url', 'not-listed'),
  'upload-offset': { received: 1_048_576 },
  'statement-refused': { code: 'SIGNATURE_INVALID' },
  'basis-version-altered': { versions: ['OSL-10-15a@2025-12-01'] },
  'cosignature-refused': { code: 'time' },
  'keeping-refused': { code: 'PARTIES' },
  'assignment-refused': { code: 'expiry' },
  'still-held': { code: 'cooperation-not-opened' },
};

/** A problem as it is answered, e.g. for a description. @param extensions of this one */
export const problemExample = (code: ProblemCode, extensions: object = {}): object => {
  const [status] = PROBLEM_WORDS[code];
  const error = new ProblemError(code, status, { extensions: { ...BESIDE[code], ...extensions } });
  return problemBody(error, 'urn:uuid:3c1f7c1e-52f0-4b0f-9d07-8a5d3c6e1a20');
};

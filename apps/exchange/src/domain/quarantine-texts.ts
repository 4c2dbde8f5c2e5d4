import type { HeldCode, QuarantineReason } from './errors.js';

export interface Text {
  readonly sv: string;
  readonly en: string;
}

/** Reasons in words, for whoever has to settle what was set aside. */
const TEXTS: Readonly<Record<QuarantineReason, Text>> = {
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
  'refusal-unreadable': { sv: 'rapporten om hinder går inte att läsa', en: 'the refusal is not a refusal' },
  'refusal-key': {
    sv: 'rapportens nyckel är ingen giltig manifestnyckel för gatewayen',
    en: 'the key of the refusal is no live manifest key of the gateway',
  },
  'refusal-signature': { sv: 'rapportens signatur stämmer inte', en: 'the signature of the refusal does not verify' },
  'refused-by-gateway': {
    sv: 'en gateway kunde inte hantera det som låg i dess kö; se den gatewayens logg',
    en: "a gateway could not handle what was in its queue: see that gateway's log",
  },
};

/** Why what somebody asked for was not done, and what to do instead. */
const HELD: Readonly<Record<HeldCode, Text>> = {
  decided: {
    sv: 'något är beslutat under samma id: försök igen (retry), eller avsluta den överblivna raden med stands-already',
    en: 'something was decided on under its id: retry it, or end the leftover row by stands-already',
  },
  'other-attempt': {
    sv: 'ett annat försök av meddelandet är beslutat eller utlämnat',
    en: 'another attempt of the message is decided on or released',
  },
  'may-be-received': {
    sv: 'mottagarens gateway kan ha det: försök igen med --force tills den kvitterar det eller lämnar tillbaka det',
    en: "its recipient's gateway may have it: retry it, by --force, until that one receipts it or gives it back",
  },
  'nothing-stands': {
    sv: 'inget annat står under dess id: avsluta det med ett annat skäl, som avsändaren får veta',
    en: 'nothing else stands under its id: discard it for another reason, of which its sender is told',
  },
  discarded: {
    sv: 'meddelandet är avslutat och lämnas inte ut: avsluta raden med stands-already',
    en: 'the message was discarded and is delivered no more: end the row by stands-already',
  },
  'not-kept': {
    sv: 'innehållet behölls inte, eftersom kontots kvot var slut: det kan avslutas (discard) men inte hanteras igen',
    en: "its body was not kept, since the account's quota was used up: it can be discarded and not retried",
  },
  'needs-force': {
    sv: 'det kan fälla processen som hanterar det och allt den har för handen: läs loggen först, sedan --force',
    en: 'it may stop the process that handles it, and all that it has in hand: read the log first, then --force',
  },
  'timed-out': {
    sv: 'det var inte klart i tid och kan bli det ändå: försök igen, och `known` säger att det är gjort',
    en: 'it had not ended in time and still may: retry it, and `known` says that it is done',
  },
};

/** @param code a reason as it stands in the table, of this or an earlier version, or why it stays held */
export const textOf = (code: string): Text =>
  TEXTS[code as QuarantineReason] ?? HELD[code as HeldCode] ?? { sv: code, en: code };

import { QUARANTINE_WORDS } from '#contracts';
import type { Text } from '#contracts';
import type { HeldCode, QuarantineReason } from './errors.js';

/** Reasons in words, for whoever has to settle what was set aside. */
const TEXTS: Readonly<Record<QuarantineReason, Text>> = QUARANTINE_WORDS;

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

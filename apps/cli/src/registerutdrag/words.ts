import type { FoundMessage } from '#contracts';

/** Why an item is held back until an officer has decided. The draft decides none of it. */
export const HELD = {
  secrecy:
    'sekretess kan gälla; den som skyddar den enskilde själv gäller oftast inte mot denne (OSL 12 kap. 1 §), annan kan göra det (dataskyddslagen 5 kap. 1 §)',
  informant: 'kan röja vem som har lämnat uppgiften (t.ex. OSL 26 kap. 5 §)',
  'another-person': 'gäller någon annan (GDPR artikel 15.4)',
  'not-about-the-person': 'gäller inte den enskilde, eller ingen alls',
  words: 'fritext: kan nämna andra och säga mer än vad som är angivet',
} as const;
export type Held = keyof typeof HELD;

/** What the authority did with it. */
export const DIRECTION_WORDS: Readonly<Record<FoundMessage['direction'], string>> = {
  sent: 'Lämnat',
  received: 'Mottaget',
  recorded: 'Lämnat på annat sätt, dokumenterat',
};

/** How whoever sent an item knew it. Who told is not said. */
export const KNOWN_WORDS: Readonly<Record<string, string>> = {
  'own-case': 'avsändarens eget ärende',
  register: 'register hos avsändaren',
  observed: 'avsändarens egen iakttagelse',
  told: 'uppgift från någon',
  assessed: 'avsändarens bedömning',
  'unknown-origin': 'okänd källa',
};
export const ROLE_WORDS: Readonly<Record<string, string>> = {
  subject: 'den som meddelandet gäller',
  'other-person': 'någon annan som nämns',
  informant: 'den som har lämnat uppgift',
  official: 'tjänsteman',
};

/** For whoever assesses; none of it is for the answer. */
export const INTRODUCTION = [
  'Utkast för prövning. **Ingenting här är sekretessprövat, och inget är beslutat.** Varje uppgift är märkt `[ ] prövas` tills en tjänsteman har tagit ställning.',
  'Utkastet säger vilka slag av uppgifter som finns (GDPR artikel 15.1, brottsdatalagen 4 kap. 3 §), inte vad de säger. Det är sökt på nummer: den som nämns enbart med namn, i fritext eller i en bilaga finns inte med. Inte heller det som har lämnats muntligen, på papper eller i nödläge: sök det bland dokumenterade utlämnanden (`GET /v1/recorded-disclosures`).',
  'Uppgifter som inte får lämnas till den enskilde ska utelämnas (dataskyddslagen 5 kap. 1 §, brottsdatalagen 4 kap. 5 §), hela avsnitt om så krävs, utan att det märks. Avsnitten har därför inga nummer, och inget antal står i utkastet. Ta bort den här texten, alla id och kolumnen Prövning ur svaret.',
] as const;
export const INCOMPLETE =
  '**Sökningen är inte fullständig:** gatewayen har inte gått igenom allt som fanns innan personsökning infördes. Gör om utkastet senare.';

/** What a file cannot say, whatever it holds; every report lists those that apply. */
export const LIMITS = {
  'only-delge': {
    sv: 'Rapporten gäller det som har gått genom Delge, inte det som lämnats per telefon, på papper eller genom andra system.',
    en: 'The report is about what went through Delge, not what was given by telephone, on paper or by other systems.',
  },
  'form-alone': {
    sv: 'Kontrollen gäller form och förutsättningar. Om utlämnandet var rätt i sak prövar myndigheten.',
    en: 'The check is of form and preconditions. Whether the disclosure was right is for the authority to assess.',
  },
  'claims-not-truth': {
    sv: 'Att avsändarens påståenden är sanna visas inte.',
    en: 'It is not shown that what the sender claimed is true.',
  },
  'free-text-by-digest': {
    sv: 'Fri text styrks av sitt digest, inte av sin kategori: avsändaren har själv angett vad texten innehåller.',
    en: 'Free text is proved by its digest and not by its category: the sender declared what the text holds.',
  },
  clocks: {
    sv: 'Ordningen i loggen är säker. Tidpunkterna är de som undertecknarna har angett.',
    en: 'The order in the log is certain. The times are those that the signers wrote.',
  },
  'no-witnesses': {
    sv: 'Loggen har inga vittnen. Att ingen har fått se en annan logg visas inte, och datering prövas inte.',
    en: 'The log has no witnesses. It is not shown that nobody saw another log, and dating is not judged.',
  },
  'sparse-checkpoints': {
    sv: 'Datering prövas mot de kontrollpunkter som finns i filen.',
    en: 'Dating is judged by the checkpoints in the file.',
  },
  'not-pinned': {
    sv: 'Ingen tidigare kontrollpunkt angavs. Spara filens, så att nästa fil kan jämföras.',
    en: "No earlier checkpoint was given. Keep the file's, so that the next file can be compared.",
  },
  bounded: {
    sv: 'Andra myndigheters poster är dolda. För angivna myndigheter visar numren att inget av det de lämnat ut saknas; att allt de tagit emot är med visas inte.',
    en: 'Entries of other authorities stay blinded. For the authorities named, the numbers show that no disclosure that they made is missing; not that all they received is here.',
  },
  'receipts-unnumbered': {
    sv: 'Kvitton och meddelanden har inga nummer. Att alla är med visas inte i en avgränsad fil.',
    en: 'Receipts and notices have no numbers. A bounded file does not show that all are here.',
  },
  'last-numbers': {
    sv: 'Att inget kom efter radens sista nummer visas av avsändarens egna uppgifter eller av nästa period.',
    en: "That nothing came after a row's last number shows in the sender's own records or in the next period.",
  },
  'earlier-numbers': {
    sv: 'Raderna börjar inne i loggen. Jämför det första numret med föregående rapport.',
    en: 'The rows begin inside the log. Compare the first number with the report before.',
  },
  'receipts-of-earlier': {
    sv: 'Några kvitton gäller utlämnanden före perioden eller gallrade poster, och har inte kunnat jämföras med dem.',
    en: 'Some receipts are for disclosures before the period or for erased entries, and could not be held against them.',
  },
  erased: {
    sv: 'Några poster är gallrade. Vad de innehöll visas inte, och vilkas de var bara där något annat nämner dem: annars är parterna de som gallringen anger.',
    en: 'Some openings were erased. What they held is not shown, and whose they were only where something else names them: otherwise the parties are those that the erasure names.',
  },
  'one-message': {
    sv: 'Filen gäller ett meddelande. Om andra meddelanden säger den inget.',
    en: 'The file is about one message. It says nothing of others.',
  },
  'earlier-holds': {
    sv: 'Gallringsstopp som lades före perioden syns inte i den.',
    en: 'A legal hold that was laid before the period does not show in it.',
  },
  'chosen-entries': {
    sv: 'Filen visar de poster som den som gjorde den lade i den. En avvisning, en gallring eller en senare kontrollpost kan vara utelämnad.',
    en: 'The file shows the entries that its maker put in. A rejection, an erasure or a later decision may have been left out.',
  },
  'key-revoked-since': {
    sv: 'En post är undertecknad med en nyckel som sedan har spärrats. Att posten stod i loggen dessförinnan visar en period av loggen, inte denna fil.',
    en: 'An entry is signed by a key that was revoked since. That it stood in the log before then shows in a period of the log, not in this file.',
  },
  'no-content': {
    sv: 'Innehållet finns inte med.',
    en: 'The content is not here.',
  },
  'content-by-signature': {
    sv: 'Handlingen binds till meddelandet av avsändarens underskrift. Att chiffret inneslöt just den visas inte.',
    en: "The document is bound to the message by the sender's signature. That the ciphertext held it is not shown.",
  },
  'content-by-receipt': {
    sv: 'Att chiffret inneslöt handlingen är mottagarens ord: dess kvitto nämner den.',
    en: "That the ciphertext held the document is the recipient's word: its receipt names it.",
  },
} as const;
export type Limit = keyof typeof LIMITS;

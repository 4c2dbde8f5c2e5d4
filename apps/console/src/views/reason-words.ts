import type { MissingCode, NoteCode, ObstacleCode } from '#legal-basis';
import type { Text } from '#contracts';

/** What a line of a verdict says where its basis, items or detail are not known: of every code whose sentence has places for them. */
export const REASON_WORDS: Readonly<Partial<Record<ObstacleCode | MissingCode | NoteCode, Text>>> = {
  CODE_UNKNOWN: {
    sv: 'Ett värde i meddelandet finns inte i den slutna listan.',
    en: 'A value in the message is not in its closed list.',
  },
  NOT_A_BASIS: {
    sv: 'Det som åberopas är ingen rättslig grund för att lämna uppgifter.',
    en: 'What is claimed is no legal basis for disclosing information.',
  },
  BASIS_NOT_MODELLED: { sv: 'Grunden ingår inte i regelsamlingen.', en: 'The basis is not in the rules.' },
  BASIS_NOT_IN_FORCE: { sv: 'Grunden gäller inte den dagen.', en: 'The basis is not in force on that day.' },
  INITIATIVE_NOT_COVERED: {
    sv: 'Grunden gäller inte när uppgifter lämnas på det initiativet.',
    en: 'The basis does not hold for that initiative.',
  },
  SENDER_NOT_COVERED: { sv: 'Grunden gäller inte för avsändaren.', en: 'The basis does not cover the sender.' },
  RECIPIENT_NOT_COVERED: {
    sv: 'Grunden gäller inte för mottagaren.',
    en: 'The basis does not cover the recipient.',
  },
  PURPOSE_NOT_COVERED: { sv: 'Grunden omfattar inte ändamålet.', en: 'The basis does not cover the purpose.' },
  POINT_UNKNOWN: {
    sv: 'Grunden har inte den punkt som åberopas.',
    en: 'The basis does not have the point that is claimed.',
  },
  FACT_MISSING: {
    sv: 'Grunden kräver en uppgift som saknas.',
    en: 'The basis demands a fact that is missing.',
  },
  FACT_NOT_MET: {
    sv: 'Grunden kräver något som inte är uppfyllt.',
    en: 'The basis demands something that is not met.',
  },
  FACT_EXCLUDES: {
    sv: 'Grunden gäller inte med det som är angivet.',
    en: 'The basis does not hold with what is stated.',
  },
  PARTIES_NOT_COVERED: {
    sv: 'Grunden gäller inte mellan avsändaren och mottagaren.',
    en: 'The basis does not hold between sender and recipient.',
  },
  NOT_SAME_MUNICIPALITY: {
    sv: 'Grunden gäller bara inom en och samma kommun.',
    en: 'The basis holds within one municipality alone.',
  },
  AGE_NOT_COVERED: { sv: 'Grunden gäller inte för den åldern.', en: 'The basis does not cover that age.' },
  ABOUT_NOT_COVERED: {
    sv: 'Grunden omfattar inte uppgifter om andra.',
    en: 'The basis does not cover information about others.',
  },
  CRIME_NOT_COVERED: { sv: 'Grunden omfattar inte brottet.', en: 'The basis does not cover the crime.' },
  BENEFIT_NOT_DECIDED_BY_RECIPIENT: {
    sv: 'Underrättelsen ska gå till den som har beslutat förmånen, och det är inte mottagaren.',
    en: 'The notice is for whoever decided the benefit, and that is not the recipient.',
  },
  PENALTY_BELOW_THRESHOLD: {
    sv: 'Grunden kräver en strängare straffskala än den för brottet.',
    en: 'The basis demands a stricter penalty than that of the crime.',
  },
  COOPERATION_MISSING: {
    sv: 'Grunden kräver en särskilt beslutad samverkan. Inget samverkansbeslut är angivet.',
    en: 'The basis demands a decided cooperation. No decision on cooperation is stated.',
  },
  COOPERATION_UNKNOWN: { sv: 'Samverkansbeslutet finns inte.', en: 'There is no such decision on cooperation.' },
  COOPERATION_NOT_PARTY: {
    sv: 'Avsändare och mottagare är inte båda parter i samverkansbeslutet.',
    en: 'Sender and recipient are not both parties to the decision on cooperation.',
  },
  COOPERATION_NOT_IN_FORCE: {
    sv: 'Samverkansbeslutet gäller inte den dagen.',
    en: 'The decision on cooperation is not in force on that day.',
  },
  SECRECY_NOT_REACHED: {
    sv: 'Grunden bryter inte sekretessen för en uppgift.',
    en: 'The basis does not break the secrecy of an item.',
  },
  CATEGORY_NOT_COVERED: {
    sv: 'Grunden omfattar inte det slaget av uppgift.',
    en: 'The basis does not cover that kind of information.',
  },
  SECRECY_PREVAILS: {
    sv: 'Handläggaren har bedömt att sekretessen väger över.',
    en: 'The officer has assessed that secrecy prevails.',
  },
  TEST_NOT_MET: {
    sv: 'Handläggaren har bedömt att en förutsättning inte är uppfylld.',
    en: 'The officer has assessed that a precondition is not met.',
  },
  PROCESSING_NOT_COMPATIBLE: {
    sv: 'Handläggaren har bedömt att ändamålet inte är förenligt med det som uppgifterna samlades in för.',
    en: 'The officer has assessed that the purpose is not compatible with that for which the information was collected.',
  },
  POSITION_PREVENTS: {
    sv: 'Myndighetens rättsliga ställningstagande hindrar.',
    en: "The authority's legal position prevents it.",
  },
  ASSESSMENT_MISSING: { sv: 'En handläggares bedömning saknas.', en: "An officer's assessment is missing." },
  ASSESSMENT_VOID: {
    sv: 'En bedömning gäller en annan lydelse och behöver göras om.',
    en: 'An assessment is of another wording and must be made anew.',
  },
  ASSESSMENT_WRONG_OFFICE: {
    sv: 'En bedömning är gjord av en annan befattning än lagen kräver.',
    en: 'An assessment was made by another office than the law demands.',
  },
  ASSESSMENTS_CONFLICT: { sv: 'Bedömningarna motsäger varandra.', en: 'The assessments contradict each other.' },
  FREE_TEXT_UNDECLARED: {
    sv: 'Det är inte angivet vad den fria texten innehåller.',
    en: 'It is not stated what the free text holds.',
  },
  AGE_UNKNOWN: {
    sv: 'Personens ålder är inte känd, och grunden gäller bara vissa åldrar.',
    en: "The person's age is not known, and the basis covers certain ages alone.",
  },
  OPEN_QUESTION: { sv: 'En rättsfråga är öppen.', en: 'A question of law is open.' },
  BASIS_NOT_ADOPTED: {
    sv: 'Myndighetens jurist har inte antagit lydelsen.',
    en: "The authority's jurist has not adopted the wording.",
  },
  TEXT_CONFIRMATION_PASSED: {
    sv: 'Lydelsen är inte bekräftad ända till den dagen.',
    en: 'The wording is not confirmed as late as that day.',
  },
  READING_UNCONFIRMED: {
    sv: 'Bestämmelsen läses här på ett sätt som inte är bekräftat.',
    en: 'The provision is read here in a way that is not confirmed.',
  },
  TEXT_NOT_CERTAIN: {
    sv: 'Lydelsen eller dess datum är inte läst i författningstexten.',
    en: 'The wording or its date was not read in the text of the statute.',
  },
};

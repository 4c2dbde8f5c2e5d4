/**
 * What a system may do at its gateway: OAuth 2 scopes, registered for it by its participant's administrator. Each operation needs one or more, as
 * its `security` in OpenAPI says. To write is also to be shown what is written to: the answer has it.
 */
export const SCOPES = {
  'referrals:read': 'Read own referrals, and what of them waits. Läsa egna underrättelser.',
  'referrals:write':
    'Submit, assess, withdraw, take back, and be shown what that is done to; upload attachments. Skicka, bedöma, återta och återkalla underrättelser, och se dem i svaret.',
  'checks:run': 'Dry runs. Torrkörningar.',
  'deliveries:read': 'Read what was received, with attachments. Läsa mottagna underrättelser.',
  'deliveries:write': 'Give receipts, and answer what was taken back. Lämna kvittens.',
  'events:read': 'List and follow events, and say how far one has come. Läsa händelser.',
  'webhooks:read': 'Read webhooks and their attempts. Läsa webhookar.',
  'webhooks:write':
    'Test, rotate and remove webhooks; with `events:read`, register and replay. Ändra webhookar; med `events:read` även registrera dem och skicka händelser igen.',
  'incidents:read': 'Read incidents. Läsa incidenter.',
  'incidents:write': 'Say what was done about an incident. Avsluta incidenter.',
  'evidence:read':
    'Evidence of messages, with the document where that is asked for; own entries of the log, and its tree. Hämta bevis och loggposter.',
  'erasures:read': 'What a decision to erase says. Underlag för gallringsbeslut.',
  'access-log:read':
    'Who was shown content, and which systems and staff may call. Läsa åtkomstloggen, och vilka system och befattningshavare som har behörighet.',
  'cases:read': 'Read own cases, their timelines and rosters. Läsa egna ärenden.',
  'cases:write':
    'Open, add to, link and close cases, and be shown them with their titles. Ändra egna ärenden, och se dem i svaret.',
  'persons:search':
    'Search what was sent and received for a person or an organisation by number. Söka på person- eller organisationsnummer.',
} as const satisfies Readonly<Record<string, string>>;
export type Scope = keyof typeof SCOPES;

/** In the order of the list above. */
export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];
export const isScope = (text: string): text is Scope => Object.hasOwn(SCOPES, text);

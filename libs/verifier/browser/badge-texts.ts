import type { Language } from '#verifier';

const sv = {
  verified: 'Kontrollerad här: meddelandet, parterna och utfallet',
  'verified-by-server-trust':
    'Kontrollerad här, mot förtroendefilen från den här servern: meddelandet, parterna och utfallet',
  claimed: 'Uppgift från servern, inte kontrollerad här',
  failed: (why: string) => `Stämmer inte: ${why}`,
  incomplete: (why: string) => `Gick inte att kontrollera: ${why}`,
  unlike: 'beviset säger något annat än den här sidan',
  noEvidence: 'beviset kom inte fram eller går inte att läsa',
  title: 'Kontroll i din webbläsare',
  covers:
    'Kontrollen gäller meddelandets id, avsändaren, mottagaren och utfallet. Inget annat på sidan är kontrollerat.',
  code: 'Koden som kontrollerar kom från den här servern. Lita inte på den för det: spara i stället',
  oneFile: 'kontrollen som en fil',
  digest: (digest: string) => `och jämför dess SHA-256: ${digest}`,
  ownTrust: (digest: string) => `Din egen förtroendefil används. SHA-256: ${digest}`,
  serverTrust: (digest: string) =>
    `Du har inte valt någon förtroendefil. Den som används kom från den här servern. SHA-256: ${digest}`,
  noTrust: 'Ingen förtroendefil är vald.',
  notTrust: (name: string) => `${name} är ingen förtroendefil.`,
  ownCheckpoint: (digest: string) => `Din senaste kontrollpunkt används. SHA-256: ${digest}`,
  trust: 'Din förtroendefil (trust.json)',
  checkpoint: 'Din senaste kontrollpunkt',
  forget: 'Glöm båda',
  done: (verified: number, failed: number, rest: number) =>
    `${verified} kontrollerade här, ${failed} som inte stämmer, ${rest} enligt servern.`,
};
const en: typeof sv = {
  verified: 'Verified here: the message, its parties and the outcome',
  'verified-by-server-trust': "Verified here, by this server's trust file: the message, its parties and the outcome",
  claimed: 'Claimed by the server, not verified here',
  failed: (why) => `Failed: ${why}`,
  incomplete: (why) => `Could not be verified: ${why}`,
  unlike: 'the evidence says other than this page',
  noEvidence: 'the evidence did not arrive or cannot be read',
  title: 'Verification in your browser',
  covers:
    "What is verified is the message's id, its sender, its recipient and the outcome. Nothing else on the page is.",
  code: 'The code that verifies came from this server. Do not trust it for that: save',
  oneFile: 'the verifier as one file',
  digest: (digest) => `instead, and compare its SHA-256: ${digest}`,
  ownTrust: (digest) => `Your own trust file is used. SHA-256: ${digest}`,
  serverTrust: (digest) =>
    `You have chosen no trust file. The one that is used came from this server. SHA-256: ${digest}`,
  noTrust: 'No trust file is chosen.',
  notTrust: (name) => `${name} is no trust file.`,
  ownCheckpoint: (digest) => `Your last checkpoint is used. SHA-256: ${digest}`,
  trust: 'Your trust file (trust.json)',
  checkpoint: 'Your last checkpoint',
  forget: 'Forget both',
  done: (verified, failed, rest) => `${verified} verified here, ${failed} failed, ${rest} claimed by the server.`,
};
export const BADGE_TEXTS: Readonly<Record<Language, typeof sv>> = { sv, en };

import type { Language } from '#verifier';

const sv = {
  language: 'In English',
  title: 'Kontrollera själv',
  about:
    'Här kontrollerar du bevis från Delge på din egen dator. Sidan är en enda fil, når inget nät och skickar ingenting. Rapporten är densamma som kommandot delge verify skriver.',
  genuine:
    'Att filen är den rätta ser du på dess SHA-256 (sha256sum delge-verifier.html), jämförd med den som står i Delges dokumentation och som delge verifier --digest skriver.',
  trustLegend: '1. Det du litar på',
  trustHint: 'Förtroendefilen ska du ha fått på annan väg än bevisen. Jämför dess SHA-256 med den du fick med den.',
  trust: 'Förtroendefil (trust.json)',
  checkpointLegend: '2. Det du har sett förut (frivilligt)',
  checkpointHint: 'Med din senaste kontrollpunkt syns det om du visas en annan logg än förra gången.',
  checkpoint: 'Kontrollpunkt',
  evidenceLegend: '3. Det som ska kontrolleras',
  files: 'Bevisfiler (.delge-evidence.json)',
  folder: 'Eller mappen med en period av loggen',
  verify: 'Kontrollera',
  reports: 'Rapporter',
  working: 'Kontrollerar …',
  done: (count: number) => (count === 1 ? '1 rapport är klar.' : `${count} rapporter är klara.`),
  noTrust: 'Välj en förtroendefil först.',
  nothing: 'Välj en bevisfil eller en mapp.',
  notTrust: (name: string) => `${name} är ingen förtroendefil.`,
  digest: (digest: string) => `SHA-256: ${digest}`,
  failed: 'Kontrollen gick inte att genomföra.',
  save: (name: string) => `Spara rapporten om ${name}`,
  saveJson: (name: string) => `Spara rapporten om ${name} som JSON`,
};
const en: typeof sv = {
  language: 'På svenska',
  title: 'Check it yourself',
  about:
    'Here you check evidence from Delge on your own computer. The page is one file, reaches no network and sends nothing. The report is the one that the command delge verify prints.',
  genuine:
    "That the file is the right one shows in its SHA-256 (sha256sum delge-verifier.html), held against the one in Delge's documentation, which delge verifier --digest prints.",
  trustLegend: '1. What you trust',
  trustHint:
    'You should have the trust file from elsewhere than the evidence. Compare its SHA-256 with the one you were given with it.',
  trust: 'Trust file (trust.json)',
  checkpointLegend: '2. What you have seen before (optional)',
  checkpointHint: 'With your last checkpoint it shows whether you are shown another log than last time.',
  checkpoint: 'Checkpoint',
  evidenceLegend: '3. What is to be checked',
  files: 'Evidence files (.delge-evidence.json)',
  folder: 'Or the folder with a period of the log',
  verify: 'Check',
  reports: 'Reports',
  working: 'Checking …',
  done: (count) => (count === 1 ? '1 report is ready.' : `${count} reports are ready.`),
  noTrust: 'Choose a trust file first.',
  nothing: 'Choose an evidence file or a folder.',
  notTrust: (name) => `${name} is no trust file.`,
  digest: (digest) => `SHA-256: ${digest}`,
  failed: 'The check could not be carried out.',
  save: (name) => `Save the report on ${name}`,
  saveJson: (name) => `Save the report on ${name} as JSON`,
};
export const PAGE_TEXTS: Readonly<Record<Language, typeof sv>> = { sv, en };

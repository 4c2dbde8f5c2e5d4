import { broughtKeys } from '#snapshot';
import type { Entry, Statement } from '#snapshot';
import { sha256Base64url } from '#envelope';

type Words = { readonly sv: string; readonly en: string };

/** What a statement says, for whoever is to sign it: nothing is left out that changes what it does. */
export function described({ statement, principal }: Entry): readonly string[] {
  const { sv, en } = words(statement);
  const keys = broughtKeys(statement).map(({ key, holder }) => `  ${key.use}  ${key.kid}  ${holder}`);
  const { expiresOn } = statement as { readonly expiresOn?: string };
  return [
    sv,
    en,
    ...(keys.length === 0 ? [] : ['', 'Nycklar / Keys', ...keys]),
    ...(expiresOn === undefined ? [] : [`  upphör / expire: ${expiresOn}`]),
    '',
    `  miljö / environment: ${statement.env}`,
    `  daterad / dated: ${statement.issuedAt}`,
    `  undertecknad med / signed by: ${principal.kid}`,
    `  SHA-256: ${sha256Base64url(principal.text)}`,
  ];
}

function words(statement: Statement): Words {
  switch (statement.kind) {
    case 'participant-enrolled': {
      const { slug, nameSv, nameEn, organisationNumber } = statement.participant;
      return {
        sv: `${nameSv} (${slug}, ${organisationNumber}) ansluts som deltagare, med denna administratörsnyckel.`,
        en: `${nameEn} (${slug}, ${organisationNumber}) joins as a participant, with this administrator key.`,
      };
    }
    case 'gateway-enrolled':
      return {
        sv: `Gateway ${statement.gateway} ansluts; den drivs av ${statement.operatedBy}.`,
        en: `Gateway ${statement.gateway} joins; ${statement.operatedBy} runs it.`,
      };
    case 'authority-enrolled': {
      const { id, nameSv, nameEn, kind } = statement.authority;
      return {
        sv: `${nameSv} (${id}, ${kind}) ansluts vid gateway ${statement.gateway}. Den som har dess mottagarnyckel kan läsa allt som sänds till den.`,
        en: `${nameEn} (${id}, ${kind}) joins at gateway ${statement.gateway}. Whoever has its sealing key can read all that is sent to it.`,
      };
    }
    case 'key-added':
      return {
        sv: `${statement.holder} får ännu en nyckel (${statement.use}).${statement.use === 'sealing' ? ' Den som har den kan läsa allt som förseglas till den.' : ' Den som har den kan underteckna som innehavaren.'}`,
        en: `${statement.holder} is given one more key (${statement.use}).${statement.use === 'sealing' ? ' Whoever has it can read all that is sealed to it.' : ' Whoever has it can sign as the holder.'}`,
      };
    case 'key-revoked':
      return {
        sv: `Nyckeln ${statement.kid} upphör för alltid (${statement.reason}). Det som är undertecknat med den och inte utlämnat stoppas.`,
        en: `The key ${statement.kid} ends for good (${statement.reason}). What was signed by it and is not released is stopped.`,
      };
    case 'rule-set-released':
      return {
        sv: `Regelverk ${statement.number} av ${statement.date} släpps (${statement.sha256}).`,
        en: `Rule set ${statement.number} of ${statement.date} is released (${statement.sha256}).`,
      };
    case 'rules-adopted':
      return {
        sv: `${statement.authority} antar ${statement.versions.length} versioner ur regelverk ${statement.ruleSet}: ${statement.versions.join(', ')}.`,
        en: `${statement.authority} adopts ${statement.versions.length} versions of rule set ${statement.ruleSet}: ${statement.versions.join(', ')}.`,
      };
    case 'adoption-withdrawn':
      return {
        sv: `${statement.authority} antar inte längre ${statement.versions.join(', ')}. Det som vilar på dem och inte är utlämnat stoppas.`,
        en: `${statement.authority} no longer adopts ${statement.versions.join(', ')}. What stands on them and is not released is stopped.`,
      };
    case 'legal-position-taken':
      return {
        sv: `${statement.authority} tar rättslig ställning i ${statement.question}: ${statement.answer}, från ${statement.from}.`,
        en: `${statement.authority} takes a legal position on ${statement.question}: ${statement.answer}, from ${statement.from}.`,
      };
    case 'cooperation-decided':
      return {
        sv: `Ett samarbetsbeslut läggs fast: ${statement.cooperation} (${statement.commitment}).`,
        en: `A cooperation decision is committed to: ${statement.cooperation} (${statement.commitment}).`,
      };
  }
}

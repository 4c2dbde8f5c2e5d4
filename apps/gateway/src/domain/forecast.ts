import { canonicalize } from '#json';

/** What a verdict was computed by. */
export interface ComputedBy {
  readonly ruleSet: { readonly number: number; readonly sha256: string };
  readonly keysSize: string;
  /** Day of disclosure, Europe/Stockholm. */
  readonly on: string;
}
/** Why a decision is another than the forecast; the first that holds. `unexplained` must not happen. */
export type Difference = 'verification' | 'rule-set' | 'snapshot' | 'day' | 'unexplained';

/** How the exchange's decision stands to what this gateway had forecast. */
export interface Compared {
  readonly agrees: boolean;
  readonly differs?: Difference;
  readonly ruleSet: ComputedBy['ruleSet'];
  readonly keysSize: string;
  readonly on: string;
  readonly decidedBy: ComputedBy;
  readonly text: { readonly sv: string; readonly en: string };
}

/** Compares code for code. @param codes of the forecast @param verdict of the decision */
export function compareForecast(codes: object, forecast: ComputedBy, verdict: object, decidedBy: ComputedBy): Compared {
  const agrees = canonicalize(codes) === canonicalize(verdict);
  const differs = differenceOf(forecast, verdict, decidedBy);
  const text = agrees ? AGREES : texts[differs](forecast, decidedBy);
  return { agrees, ...(agrees ? {} : { differs }), ...forecast, decidedBy, text };
}

const differenceOf = (forecast: ComputedBy, verdict: object, decidedBy: ComputedBy): Difference => {
  if ('verification' in verdict) return 'verification';
  if (forecast.ruleSet.sha256 !== decidedBy.ruleSet.sha256) return 'rule-set';
  if (forecast.keysSize !== decidedBy.keysSize) return 'snapshot';
  return forecast.on === decidedBy.on ? 'unexplained' : 'day';
};

type Text = Compared['text'];
const AGREES: Text = {
  sv: 'Kontrollen gav samma svar som er gateways förhandskontroll.',
  en: 'The check gave the same answer as your gateway’s forecast.',
};
const ANOTHER: Text = {
  sv: 'Kontrollen gav ett annat svar än er gateways förhandskontroll.',
  en: 'The check gave another answer than your gateway’s forecast.',
};
const because = (sv: string, en: string): Text => ({ sv: `${ANOTHER.sv} ${sv}`, en: `${ANOTHER.en} ${en}` });

const texts: Readonly<Record<Difference, (forecast: ComputedBy, decidedBy: ComputedBy) => Text>> = {
  verification: () =>
    because(
      'Förmedlingen stoppade meddelandet innan rättsläget kontrollerades.',
      'The exchange stopped the message before it checked the law.',
    ),
  'rule-set': (forecast, decided) =>
    because(
      `Förhandskontrollen använde regelsamling ${forecast.ruleSet.number} och kontrollen regelsamling ${decided.ruleSet.number}.`,
      `The forecast used rule set ${forecast.ruleSet.number} and the check rule set ${decided.ruleSet.number}.`,
    ),
  snapshot: (forecast, decided) =>
    because(
      `Båda använde regelsamling ${decided.ruleSet.number}, men katalogen, antagna regler eller ställningstaganden hade ändrats. Förhandskontrollen läste nyckelloggen till post ${forecast.keysSize} och kontrollen till post ${decided.keysSize}.`,
      `Both used rule set ${decided.ruleSet.number}, but the directory, adoptions or legal positions had changed. The forecast read the keys log to entry ${forecast.keysSize} and the check to entry ${decided.keysSize}.`,
    ),
  day: (forecast, decided) =>
    because(
      `Förhandskontrollen gällde ${forecast.on} och kontrollen ${decided.on}.`,
      `The forecast was for ${forecast.on} and the check for ${decided.on}.`,
    ),
  unexplained: () =>
    because(
      'Båda använde samma regelsamling, nyckellogg och dag. Anmäl det till den som driver förmedlingen.',
      'Both used the same rule set, keys log and day. Report it to the operator of the exchange.',
    ),
};

import { DelgeProblem } from '#client';
import type { Text } from '#contracts';
import { isNoAnswer } from '../no-answer.js';

/** `ok` well; `..` on its way, wait; `!!` somebody has to act. */
export type Mark = 'ok' | '..' | '!!';

/** What is looked at, in the order in which a message comes by it. The states have the words of the documents. */
export const STEPS = {
  gateway: { sv: 'gateway', en: 'gateway' },
  access: { sv: 'åtkomst', en: 'access' },
  referral: { sv: 'underrättelse', en: 'referral' },
  draft: { sv: 'utkast', en: 'draft' },
  accepted: { sv: 'mottagen', en: 'accepted' },
  checked: { sv: 'kontrollerad', en: 'checked' },
  released: { sv: 'utlämnad', en: 'released' },
  fetched: { sv: 'hämtad', en: 'fetched' },
  acknowledged: { sv: 'kvitterad', en: 'acknowledged' },
  retraction: { sv: 'återkallelse', en: 'retraction' },
  'given-another-way': { sv: 'på annat sätt', en: 'another way' },
  erased: { sv: 'gallrad', en: 'erased' },
} as const;
export type StepName = keyof typeof STEPS;

export interface Step {
  readonly step: StepName;
  readonly mark: Mark;
  /** A state, a reason or the slug of a problem, where there is one. */
  readonly code?: string;
  readonly text: Text;
  /** What to do, and who does it. */
  readonly next?: Text;
}

export const OUTCOMES = { arrived: 0, 'will-not-arrive': 1, 'on-its-way': 2, 'not-asked': 3 } as const;
export type Outcome = keyof typeof OUTCOMES;

export const t = (sv: string, en: string): Text => ({ sv, en });
/** One sentence after another, those that there are. */
export const joined = (...texts: readonly (Text | undefined)[]): Text => {
  const there = texts.filter((text) => text !== undefined);
  return t(there.map(({ sv }) => sv).join('; '), there.map(({ en }) => en).join('; '));
};
/** @param code of a closed list, or of a newer one: then it stands for itself */
export const wordsOf = (words: Readonly<Record<string, Text>>, code: string): Text => {
  const { sv, en } = words[code] ?? t('', '');
  return en === '' ? t(code, code) : t(`${code}: ${sv}`, `${code}: ${en}`);
};

/** The gateway did not say. @throws what is no fault of the asking */
export const unasked = (step: StepName, error: unknown): Step => {
  if (error instanceof DelgeProblem) return refused(step, error);
  if (!isNoAnswer(error)) throw error;
  return {
    step,
    mark: '!!',
    code: 'no-answer',
    text: t('er gateway svarar inte', 'your gateway does not answer'),
    next: t(
      'se att den är i gång och att adressen är rätt; i sandlådan startar `npm start` den',
      'see that it runs and that the address is right; in the sandbox `npm start` starts it',
    ),
  };
};

const refused = (step: StepName, { slug, problem: { status, title, titleSv = title } }: DelgeProblem): Step => {
  if (slug === 'about:blank')
    return {
      step,
      mark: '!!',
      code: 'no-gateway',
      text: t(`${status} från något som inte är en gateway`, `${status} from something that is no gateway`),
      next: t('se att adressen är rätt', 'see that the address is right'),
    };
  return {
    step,
    mark: '!!',
    code: slug,
    text: t(`${status} ${slug}: ${titleSv}`, `${status} ${slug}: ${title}`),
    next:
      slug === 'unauthenticated'
        ? KEY
        : t(`docs/problems.md#${slug} säger vem som gör något åt det`, `docs/problems.md#${slug} says who acts`),
  };
};

const KEY = t(
  'se att systemets nyckel är registrerad (PUT /v1/systems/{id}), att id och nyckel hör ihop, och att klockorna går lika på en minut när',
  "see that the system's key is registered (PUT /v1/systems/{id}), that id and key belong together, and that the clocks agree within a minute",
);

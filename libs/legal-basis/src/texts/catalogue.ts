import { dataCategories, messageTypes } from '../message-type.js';
import type { RuleSet } from '../types.js';
import { en } from './en.js';
import { sv } from './sv.js';

/** One text that people may be shown, in both languages. */
export interface Text {
  /** Where it stands, e.g. `obstacles.NO_BASIS` or `OSL-12-2 SAMTYCKE`. */
  readonly key: string;
  readonly sv: string;
  readonly en: string;
}
export interface TextGroup {
  readonly id: 'templates' | 'titles' | 'questions' | 'nonBases' | 'names';
  readonly texts: readonly Text[];
}
interface Templates {
  readonly [key: string]: string | Templates;
}

function flat(swedish: Templates, english: Templates, at: string): Text[] {
  return Object.entries(swedish).flatMap(([key, text]) => {
    const other = english[key];
    const path = at === '' ? key : `${at}.${key}`;
    if (typeof text === 'string') return [{ key: path, sv: text, en: typeof other === 'string' ? other : '' }];
    return flat(text, typeof other === 'object' ? other : {}, path);
  });
}

const named = (
  entries: readonly { readonly nameSv: string; readonly nameEn: string }[],
  keyOf: (at: number) => string,
) => entries.map(({ nameSv, nameEn }, at): Text => ({ key: keyOf(at), sv: nameSv, en: nameEn }));

/** Every text of this library: templates, and what the rules and message types themselves say. */
export function textCatalogue(ruleSet: RuleSet): readonly TextGroup[] {
  const { versions, nonBases, provisions, benefits, penaltyScales } = ruleSet;
  const categories = [...dataCategories.values()];
  return [
    { id: 'templates', texts: flat(sv as unknown as Templates, en as unknown as Templates, '') },
    {
      id: 'titles',
      texts: [
        ...versions.map(({ id, from, titleSv, titleEn }) => ({ key: `${id}@${from}`, sv: titleSv, en: titleEn })),
        ...messageTypes.map(({ id, titleSv, titleEn }) => ({ key: id, sv: titleSv, en: titleEn })),
      ],
    },
    {
      id: 'questions',
      texts: versions.flatMap(({ id, from, tests }) =>
        tests.flatMap(({ test, asksSv, asksEn }) =>
          asksSv === undefined ? [] : [{ key: `${id}@${from} ${test}`, sv: asksSv, en: asksEn ?? '' }],
        ),
      ),
    },
    { id: 'nonBases', texts: nonBases.map(({ id, whySv, whyEn }) => ({ key: id, sv: whySv, en: whyEn })) },
    {
      id: 'names',
      texts: [
        ...named(provisions, (at) => `OSL ${provisions[at]?.id ?? ''}`),
        ...named(benefits, (at) => benefits[at]?.code ?? ''),
        ...named(penaltyScales, (at) => `${penaltyScales[at]?.crime ?? ''} ${penaltyScales[at]?.from ?? ''}`),
        ...named(categories, (at) => categories[at]?.id ?? ''),
      ],
    },
  ];
}

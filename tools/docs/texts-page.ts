import { LAWS_OWN_WORDS, textCatalogue, type RuleSet, type TextGroup } from '#legal-basis';
import { code, table } from './markdown.js';

const HEADS: { readonly [group in TextGroup['id']]: readonly [head: string, about: string] } = {
  templates: [
    'What the check says',
    'Rendered from codes; `{…}` is filled with the name of a basis, a provision, an item or a fact. The key is where the text stands in `libs/legal-basis/src/texts/`.',
  ],
  titles: ['Titles of basis versions and message types', 'From the rule files and the message types.'],
  questions: [
    'Questions of the provisions themselves',
    'Put to the officer instead of the general question of the test (`tests.*` above).',
  ],
  nonBases: ['What is cited and is no basis', 'The reason that a claimant gets.'],
  names: ['Names', 'Secrecy provisions, benefits, crimes and data categories, as they stand in a sentence.'],
};

/** Every text that the law's part of Delge shows people, Swedish first. */
export function textsPage(ruleSet: RuleSet): string {
  const parts = textCatalogue(ruleSet).map(({ id, texts }) => {
    const [head, about] = HEADS[id];
    const rows = texts
      .filter(({ sv, en }) => sv !== '' || en !== '')
      .map(({ key, sv, en }) => [code(key), shown(sv), shown(en)]);
    return `## ${head}\n\n${about}\n\n${table(['', 'svenska', 'English'], rows)}`;
  });
  const words = LAWS_OWN_WORDS.map(([pattern, why]) => [code(pattern.source), why]);
  return [
    '# Texts',
    '',
    `Every text of explanations, in Swedish and English, as rule set ${ruleSet.number} and the code have them. Made by \`npm run docs\`.`,
    '',
    'A test holds each of them, and what is rendered from all scenarios and from random claims, to this: no bare code, no slot left open, no word of the other language, no sentence over 25 words (a citation counts as one word), and never',
    '_beslut, tillåtet, nekat_ in the voice of the check: the authority decides, the check only checks. Where the law itself says _beslut_, the words are listed:',
    '',
    table(['words', 'whose they are'], words),
    '',
    parts.join('\n\n'),
    '',
  ].join('\n');
}

const shown = (text: string): string => text.replaceAll(/[<*_]/g, (sign) => `\\${sign}`);

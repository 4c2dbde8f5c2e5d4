/**
 * Provisions of OSL as text: `26:1`, `26:1a`, `19:3-st2` (second paragraph). In sets also section ranges `25:1-8` and chapters
 * `18:*`, `15-20:*`.
 */
interface Pattern {
  readonly chapterFrom: number;
  readonly chapterTo: number;
  readonly sectionFrom: number;
  readonly sectionTo: number;
  readonly letter: string | undefined;
  readonly paragraph: string | undefined;
  readonly range: boolean;
}
const PROVISION = /^(\d{1,2}):(\d{1,2})([a-z]?)(?:-(st\d))?$/;
const PATTERN = /^(\d{1,2})(?:-(\d{1,2}))?:(?:(\*)|(\d{1,2})(?:-(\d{1,2})|([a-z]?)(?:-(st\d))?))$/;

export const isProvision = (text: string): boolean => PROVISION.test(text);

function parsePattern(text: string): Pattern | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, chapterFrom, chapterTo, every, sectionFrom, sectionTo, letter, paragraph] = match;
  return {
    chapterFrom: Number(chapterFrom),
    chapterTo: Number(chapterTo ?? chapterFrom),
    sectionFrom: every === undefined ? Number(sectionFrom) : 0,
    sectionTo: every === undefined ? Number(sectionTo ?? sectionFrom) : 99,
    letter: every === undefined && sectionTo === undefined ? (letter ?? '') : undefined,
    paragraph,
    range: every !== undefined || sectionTo !== undefined,
  };
}

/** How certainly a set holds a provision: `part` when the set names one paragraph and the item does not say which. */
export type Membership = 'in' | 'part' | 'out';

/** @returns undefined when the set is written in a form this engine does not know */
export function memberOf(provision: string, patterns: readonly string[]): Membership | undefined {
  const parsed = PROVISION.exec(provision);
  if (parsed === null) return undefined;
  const chapter = Number(parsed[1]);
  const section = Number(parsed[2]);
  const letter = parsed[3] ?? '';
  const paragraph = parsed[4];
  let best: Membership = 'out';
  for (const text of patterns) {
    const pattern = parsePattern(text);
    if (pattern === undefined) return undefined;
    if (chapter < pattern.chapterFrom || chapter > pattern.chapterTo) continue;
    if (section < pattern.sectionFrom || section > pattern.sectionTo) continue;
    // `25:1-8` ends with section 8 itself; 8 a comes after it.
    if (pattern.range && section === pattern.sectionTo && pattern.sectionTo !== 99 && letter !== '') continue;
    if (!pattern.range && letter !== pattern.letter) continue;
    if (pattern.paragraph === undefined || pattern.paragraph === paragraph) return 'in';
    if (paragraph === undefined) best = 'part';
  }
  return best;
}

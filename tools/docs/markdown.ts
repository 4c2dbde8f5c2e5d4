import type { Member } from './source.js';

/** A table of Markdown; a bar inside a cell would end it. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
};
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const code = (text: string): string => `\`${text}\``;

/** Members of an interface with what each means. */
export const memberTable = (members: readonly Member[]): string =>
  table(
    ['member', 'type', 'what'],
    members.map(({ name, type, optional, doc }) => [
      code(name) + (optional ? ' (may be absent)' : ''),
      code(type),
      doc,
    ]),
  );

/** Text between `<!-- begin:name -->` and `<!-- end:name -->` replaced. @throws {Error} when the page has no such markers */
export const replaceBetween = (page: string, name: string, text: string): string => {
  const [begin, end] = [`<!-- begin:${name} -->`, `<!-- end:${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no markers for ${name}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
};

/** Page without its fenced blocks: what stands there is code, not text. */
const prose = (page: string): string => page.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** Anchors that a page offers: its headings as forges spell them, and explicit ids. */
export const anchorsOf = (page: string): ReadonlySet<string> => {
  const headings = [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, text = '']) => slugOf(text));
  const ids = [...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...headings, ...ids]);
};
const slugOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** Targets of a page's links, those to other sites left out. */
export const linksOf = (page: string): readonly string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));

/** Commands of the first block of shell under a heading, one a line. @throws {Error} when there is none */
export const commandsUnder = (page: string, heading: string): readonly string[] => {
  const [, section = ''] = page.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [, block] = /^```sh\n([\s\S]*?)^```$/m.exec(section.split(/^#+ /m)[0] ?? '') ?? [];
  if (block === undefined) throw new Error(`no commands under ${heading}`);
  return block.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
};

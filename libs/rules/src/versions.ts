import type { RuleFileSchema } from './rule-file.js';
import { fail, fields, list, text, type Fields, type Plain } from './yaml.js';

/** Ids that versions may refer to. */
export interface Known {
  readonly sets: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
}

/** Versions of one basis, oldest first; dates must not overlap, and every reference must lead somewhere. */
export function versionsOf(
  basis: Fields,
  defaults: Fields,
  known: Known,
  file: string,
  schema: RuleFileSchema,
): Fields[] {
  const id = text(basis['id'], `${file}, basis id`);
  const { versions: _, ...common } = basis;
  for (const version of list(basis['versions'], `${file}, ${id}`)) {
    const own = fields(version, id);
    const whole = { ...defaults, ...own };
    const faults = schema.faultsOfVersion(whole, `${file}, ${id}@${text(own['from'], `${file}, ${id}, from`)}`);
    if (faults.length > 0) fail(faults.join('\n'));
  }
  const versions = list(basis['versions'], `${file}, ${id}`).map((version) => ({
    ...defaults,
    ...common,
    ...fields(version, id),
  })) as Fields[];
  let previous: string | undefined;
  for (const version of versions) {
    const from = text(version['from'], `${file}, ${id}, from`);
    const where = `${file}, ${id}@${from}`;
    const until = version['until'];
    if (previous !== undefined && from < previous)
      fail(`${where} overlaps the version before it: give that one an until, ${from} at the latest`);
    if (until !== undefined && text(until, where) <= from) fail(`${where} ends before it begins`);
    previous = until === undefined ? '9999-12-31' : text(until, where);
    references(version, known, where);
  }
  return versions;
}

function references(version: Fields, known: Known, where: string): void {
  const reach = fields(version['reach'], `${where}, reach`);
  const provisionsOf = (members: Plain | undefined): Plain[] =>
    list(members ?? [], where).flatMap((member) => fields(member, where)['provisions'] ?? []);
  const named = [
    ...list(reach['only'] ?? [], where),
    ...list(reach['excludes'] ?? [], where),
    ...provisionsOf(reach['questions']),
    ...list(reach['excludesFor'] ?? [], where).flatMap((e) => list(fields(e, where)['excludes'], where)),
    ...provisionsOf(version['overlaps']),
    ...provisionsOf(version['readings']),
  ];
  for (const set of named)
    if (!known.sets.has(text(set, where))) fail(`${where}: no set is called ${text(set, where)}`);
  for (const name of listsIn(version)) if (!known.lists.has(name)) fail(`${where}: no list is called ${name}`);
}

/** Lists that selectors anywhere in the version name. */
function listsIn(value: Plain): string[] {
  if (Array.isArray(value)) return value.flatMap(listsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'list' && typeof member === 'string' ? [member] : listsIn(member),
  );
}

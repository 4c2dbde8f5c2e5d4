import type { LawTable, Section, VersionRows } from './law-table.js';

/** As JSON that a person can read: one line per member of a section. */
export function tableText({ versions, provisions, nonBases, protectedOffices: offices }: LawTable): string {
  const line = (value: unknown): string => JSON.stringify(value);
  const section = (one: Partial<Section>): string =>
    Object.entries(one)
      .map(([member, value]) => `        ${line(member)}: ${line(value)}`)
      .join(',\n');
  const rows = (of: VersionRows): string =>
    Object.entries(of)
      .map(([day, one]) => `      ${line(day)}: {\n${section(one)}\n      }`)
      .join(',\n');
  const plain = (of: { readonly [id: string]: string }): string =>
    Object.entries(of)
      .map(([id, says]) => `    ${line(id)}: ${line(says)}`)
      .join(',\n');
  const all = Object.entries(versions)
    .map(([id, of]) => `    ${line(id)}: {\n${rows(of)}\n    }`)
    .join(',\n');
  return `{\n  "versions": {\n${all}\n  },\n  "provisions": {\n${plain(provisions)}\n  },\n  "nonBases": {\n${plain(nonBases)}\n  },\n  "protectedOffices": ${line(offices)}\n}\n`;
}

import { closeSync, existsSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { TestStack } from './stack.js';

const CHUNK = 4 * 1024 * 1024;

/** Spellings in which a text could lie somewhere: as it is, in hexadecimal, and in base64 and base64url at each of the three alignments. */
export const spellings = (text: string): readonly Buffer[] => {
  const bytes = Buffer.from(text, 'utf8');
  const hex = bytes.toString('hex');
  const encoded = [0, 1, 2].flatMap((before) => {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url');
    // Characters that depend on what stands around it are left out.
    const from = [0, 2, 3][before] ?? 0;
    const to = base64.length - ((before + bytes.length) % 3 === 0 ? 0 : 1);
    const core = base64.slice(from, to);
    return [core, core.replaceAll('-', '+').replaceAll('_', '/')];
  });
  const utf16 = Buffer.from(text, 'utf16le');
  return [...new Set([text, hex, hex.toUpperCase(), ...encoded])]
    .map((one) => Buffer.from(one, 'utf8'))
    .concat([utf16]);
};

/** What is sought, by name, in all its spellings. */
export class Search {
  private readonly needles: readonly { readonly name: string; readonly bytes: Buffer }[];
  /** Spellings of what all of them end with: where none of these stands none of them does, and gigabytes are gone through for few needles instead of hundreds. */
  private readonly ends: readonly Buffer[];

  constructor(canaries: Readonly<Record<string, string>>) {
    this.needles = Object.entries(canaries).flatMap(([name, text]) =>
      spellings(text).map((bytes) => ({ name, bytes })),
    );
    this.ends = spellings(commonEnd(Object.values(canaries)));
  }

  /** @returns names of what stands in it */
  in(bytes: Buffer): readonly string[] {
    if (!this.ends.some((end) => bytes.includes(end))) return [];
    return [...new Set(this.needles.filter((needle) => bytes.includes(needle.bytes)).map(({ name }) => name))];
  }

  /** @returns `name in place`, for each file below the folder that has any of it */
  files(
    folder: string,
    only: (file: string) => boolean = () => true,
  ): { readonly read: number; readonly found: readonly string[] } {
    const longest = Math.max(...this.needles.map(({ bytes }) => bytes.length));
    const found: string[] = [];
    const seen = new Set<string>();
    let read = 0;
    // Servers remove and rename files meanwhile: what got a name since the listing is read too, until none is new.
    for (let files = filesBelow(folder); files.length > 0; files = filesBelow(folder).filter((file) => !seen.has(file)))
      for (const file of files) {
        seen.add(file);
        if (!only(file)) continue;
        const handle = unlessGone(() => openSync(file, 'r'));
        if (handle === undefined) continue;
        const names = new Set<string>();
        try {
          const buffer = Buffer.alloc(CHUNK);
          for (let at = 0; ;) {
            const length = readSync(handle, buffer, 0, CHUNK, at);
            read += length;
            for (const name of this.in(buffer.subarray(0, length))) names.add(name);
            if (length < CHUNK) break;
            at += CHUNK - longest;
          }
        } finally {
          closeSync(handle);
        }
        for (const name of names) found.push(`${name} in ${file.slice(folder.length + 1)}`);
      }
    return { read, found };
  }

  /** @returns `name in table.column`, over every table and column of a database, the bytes of `bytea` as they are */
  tables(
    delge: TestStack,
    database: string,
    only: (table: string) => boolean = () => true,
  ): Promise<{ readonly read: number; readonly found: readonly string[] }> {
    return delge.database(database, (db) => this.tablesOf(db, only));
  }

  private async tablesOf(
    db: Client,
    only: (table: string) => boolean,
  ): Promise<{ readonly read: number; readonly found: readonly string[] }> {
    const { rows: columns } = await db.query<{ place: string; relation: string; column: string; binary: boolean }>(
      `SELECT table_schema || '.' || table_name || '.' || column_name AS place, format('%I.%I', table_schema, table_name) AS relation,
              quote_ident(column_name) AS column, data_type = 'bytea' AS binary
       FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const found = new Set<string>();
    let read = 0;
    for (const [relation, own] of Map.groupBy(columns, (column) => column.relation)) {
      if (!only(relation)) continue;
      const values = own.map(({ column, binary }, at) => `${column}${binary ? '' : '::text'} AS "${at}"`);
      const { rows } = await db.query<Record<string, Buffer | string | null>>(
        `SELECT ${values.join(', ')} FROM ${relation}`,
      );
      for (const row of rows)
        for (const [at, { place }] of own.entries()) {
          const bytes = Buffer.from(row[at] ?? '');
          read += bytes.length;
          for (const name of this.in(bytes)) found.add(`${name} in ${place}`);
        }
    }
    return { read, found: [...found] };
  }
}

/** @returns the longest text that all of these end with */
const commonEnd = ([first = '', ...others]: readonly string[]): string => {
  let from = 0;
  while (!others.every((text) => text.endsWith(first.slice(from)))) from += 1;
  return first.slice(from);
};

const filesBelow = (folder: string): readonly string[] => {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => (unlessGone(() => statSync(file))?.size ?? 0) > 0);
};

/** @returns undefined when what it reads has been removed since it was listed */
const unlessGone = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

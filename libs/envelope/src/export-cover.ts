import {
  authority,
  codec,
  decimal,
  digest,
  environment,
  instant,
  keys,
  listOf,
  natural,
  one,
  oneOf,
  record,
  text,
  uuid,
} from './codec.js';
import type { KeysHead } from './statements.js';

export const EXPORT_FORMATS = ['csv', 'csv-comma', 'jsonl', 'evidence'] as const;

/** What the console says of a file that an auditor took out; lies beside the file and stands in no log. The entry of the export does, and commits to `query`. */
export interface ExportCover {
  readonly v: 1;
  readonly kind: 'export-cover';
  readonly env: string;
  /** Of the `export` entry in the `disclosure` log. */
  readonly entryId: string;
  readonly auditor: string;
  readonly assignment: string;
  /** Of the assignment. */
  readonly authorities: readonly string[];
  readonly format: (typeof EXPORT_FORMATS)[number];
  /** What the entry commits to: `export?`, the filters in their one spelling, `format` and the file's digest. */
  readonly query: string;
  /** Of the `disclosure` log: what stands at smaller indices was searched. */
  readonly checkpoint: { readonly size: string; readonly root: string };
  /** Disclosures in the file; of evidence, messages. */
  readonly count: number;
  readonly octets: number;
  /** SHA-256 of the file. */
  readonly sha256: string;
  readonly keys: KeysHead;
  readonly at: string;
}

const covers = codec<'cover', ExportCover>(
  'cover',
  'delge-export-cover+jws',
  {
    v: one,
    kind: oneOf('export-cover'),
    env: environment,
    entryId: uuid,
    auditor: digest,
    assignment: uuid,
    authorities: listOf(authority),
    format: oneOf(...EXPORT_FORMATS),
    query: text(/^export\?[\u0021-\u007E]{1,200000}$/),
    checkpoint: record({ size: decimal, root: text(/^[A-Za-z0-9+/]{43}=$/) }),
    count: natural,
    octets: natural,
    sha256: digest,
    keys,
    at: instant,
  },
  {},
  ({ query, format, sha256 }) => {
    const said = new URLSearchParams(query.slice('export?'.length));
    return said.get('format') === format && said.get('sha256') === sha256;
  },
);

export const { sign: signExportCover, parse: parseExportCover, verify: verifyExportCover } = covers;

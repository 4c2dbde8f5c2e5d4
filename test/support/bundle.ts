import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Base64url } from '#envelope';
import { LedgerKeys, OperatorClient } from '#operator';
import { TILE_WIDTH, tilePath, tilesOf } from '#tlog/build';
import { nodeVerifyEd25519, nodeSha256 } from '#tlog/build';
import { openCheckpoint } from '#tlog/verify';
import type { Checkpoint } from '#tlog/verify';
import type { BundleSource } from '#verifier';
import { Quorum } from '../../apps/ledger/src/application/quorum.js';
import type { Parties } from './parties.js';
import type { TestStack } from './stack.js';

const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };

interface OpeningRow {
  readonly index: string;
  readonly entry: Buffer;
  readonly blind: Buffer;
  readonly annex: Buffer | null;
  /** Index of the erasure, where it is erased. */
  readonly by: string | null;
}

/** A bundle of the whole `disclosure` log of a stack, cut by hand: openings from its database, all else as the ledger serves it. */
export class StackBundle {
  private readonly files = new Map<string, Uint8Array>();

  private constructor(
    private readonly delge: TestStack,
    private readonly ledger: OperatorClient,
    private readonly registry: OperatorClient,
    private readonly lacking: 'thrown' | 'left-out',
  ) {}

  /** @param lacking what becomes of a tile that the ledger does not give */
  static async of(
    delge: TestStack,
    parties: Parties,
    { lacking = 'thrown' }: { readonly lacking?: 'thrown' | 'left-out' } = {},
  ): Promise<StackBundle> {
    const signer = await parties.exchange();
    const client = (service: 'ledger' | 'registry'): OperatorClient =>
      new OperatorClient(service, delge.stack.url(service), 'exchange', signer);
    const bundle = new StackBundle(delge, client('ledger'), client('registry'), lacking);
    await bundle.read();
    return bundle;
  }

  /** Writes it. @param bounds authorities whose openings alone are given */
  async write(folder: string, bounds?: readonly string[]): Promise<void> {
    for (const [path, bytes] of await this.cut(bounds)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
  }

  /** The same without a folder. */
  async source(): Promise<BundleSource> {
    const files = await this.cut();
    return { paths: () => Promise.resolve([...files.keys()]), read: (path) => Promise.resolve(files.get(path)) };
  }

  private async cut(bounds?: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const { size } = this.head('checkpoint', 'disclosure');
    const files = new Map([
      ...this.files,
      ...(await this.openings(size, bounds)),
      ['checkpoints.jsonl', await this.checkpoints(size)] as const,
    ]);
    const { disclosure, keys } = this.delge.sandbox.trust.logs;
    const manifest = {
      format: 'delge-bundle/1',
      origins: { disclosure: disclosure.origin, keys: keys.origin },
      from: '0',
      to: size.toString(),
      ...(bounds === undefined ? {} : { bounds }),
      files: Object.fromEntries([...files].map(([path, bytes]) => [path, sha256Base64url(bytes)])),
    };
    return files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  }

  /** The keys log as an evidence file carries it. */
  keys(): { readonly checkpoint: string; readonly entries: readonly string[] } {
    const entries: string[] = [];
    for (const [path, bytes] of this.files) {
      if (!path.startsWith('keys/tile/')) continue;
      const file = Buffer.from(bytes);
      for (let at = 0; at < file.length; at += 2 + file.readUInt16BE(at)) {
        entries.push(file.subarray(at + 2, at + 2 + file.readUInt16BE(at)).toString());
      }
    }
    return { checkpoint: this.text('keys/checkpoint'), entries };
  }

  private text(path: string): string {
    return Buffer.from(this.files.get(path) ?? []).toString();
  }
  private head(path: string, log: 'disclosure' | 'keys'): Checkpoint {
    return openCheckpoint(this.text(path), this.delge.sandbox.trust.logs[log], verification);
  }

  private async read(): Promise<void> {
    await this.take('checkpoint', '/log/v1/disclosure/checkpoint?after=0&waitMs=0');
    const { size } = this.head('checkpoint', 'disclosure');
    for (const path of tilesOf(size)) await this.take(path, `/log/v1/disclosure/${path}`);
    // Afterwards, so that it reaches as far as every entry.
    await this.take('keys/checkpoint', '/log/v1/keys/checkpoint?after=0&waitMs=0');
    const { size: keysSize } = this.head('keys/checkpoint', 'keys');
    const source = new LedgerKeys(this.ledger);
    const entries: Uint8Array[] = [];
    while (BigInt(entries.length) < keysSize) {
      const more = await source.entries(BigInt(entries.length), keysSize);
      if (more.length === 0) break;
      entries.push(...more);
    }
    for (let at = 0; at < entries.length; at += TILE_WIDTH) {
      const some = entries.slice(at, at + TILE_WIDTH);
      const bytes = some.flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 255]), entry]);
      this.files.set(`keys/${entriesPath(BigInt(at / TILE_WIDTH), some.length)}`, Buffer.concat(bytes));
    }
    const listed = await this.registry.get('/v1/cooperation-decisions');
    const { items } = JSON.parse(Buffer.from(listed ?? []).toString()) as { readonly items: readonly object[] };
    for (const [at, item] of items.entries())
      this.files.set(`cooperations/${at}.json`, Buffer.from(JSON.stringify(item)));
  }

  private async take(path: string, route: string): Promise<void> {
    const bytes = await this.ledger.get(route);
    if (bytes !== undefined) this.files.set(path, bytes);
    else if (this.lacking === 'thrown') throw new Error(`the ledger has no ${route}`);
  }

  /** Every checkpoint that has its quorum, as it was first cosigned: by them entries are dated. */
  private async checkpoints(size: bigint): Promise<Uint8Array> {
    const rows = await this.delge.sql<{ readonly note: string; readonly lines: readonly string[] }>(
      'operator',
      `SELECT DISTINCT ON (c.size) c.note, ARRAY (SELECT first_line FROM ledger.cosignature s
           WHERE s.log = 'disclosure' AND s.size = c.size ORDER BY witness) AS lines
         FROM ledger.checkpoint c WHERE c.log = 'disclosure' AND c.size <= $1 ORDER BY c.size, c.id`,
      [size.toString()],
    );
    const quorum = new Quorum(this.delge.sandbox.trust.logs.disclosure);
    const notes = rows.flatMap(({ note, lines }) => quorum.witnessed(note, lines)?.note ?? []);
    return Buffer.from(notes.map((note) => `${JSON.stringify(note)}\n`).join(''));
  }

  private async openings(
    size: bigint,
    bounds: readonly string[] | undefined,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const rows = await this.delge.sql<OpeningRow>(
      'operator',
      `SELECT index, entry, blind, annex, NULL AS by FROM ledger.opening WHERE index < $1
       UNION ALL SELECT e.index, ''::bytea, ''::bytea, NULL, l.index FROM ledger.erased e
         JOIN ledger.leaf l ON l.log = 'disclosure' AND l.entry_id = e.erasure WHERE e.index < $1
       ORDER BY index`,
      [size.toString()],
    );
    const texts = new Map<string, string>();
    for (const { index, entry, blind, annex, by } of rows) {
      const path = `openings/${BigInt(index) / BigInt(TILE_WIDTH)}.jsonl`;
      if (by !== null) {
        // Whose it was the erasure says; a bounded bundle of them is not cut here.
        if (bounds === undefined)
          texts.set(path, `${texts.get(path) ?? ''}${JSON.stringify({ idx: index, erasedBy: by })}\n`);
        continue;
      }
      if (bounds !== undefined && !partiesOf(entry.toString()).some((party) => bounds.includes(party))) continue;
      const opening = { idx: index, entry: entry.toString(), blind: blind.toString('base64url') };
      const line = { ...opening, ...(annex === null ? {} : { annex: annex.toString() }) };
      texts.set(path, `${texts.get(path) ?? ''}${JSON.stringify(line)}\n`);
    }
    return new Map([...texts].map(([path, text]) => [path, Buffer.from(text)]));
  }
}

const partiesOf = (entry: string): readonly string[] => {
  const payload = Buffer.from(entry.split('.')[1] ?? '', 'base64url').toString();
  const { sender, recipient } = JSON.parse(payload) as { readonly sender?: string; readonly recipient?: string };
  return [sender, recipient].filter((party) => party !== undefined);
};

const partial = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`);
const entriesPath = (n: bigint, width: number): string => `tile/entries/${tilePath(n)}${partial(width)}`;

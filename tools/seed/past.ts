import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importPrivate, localSigner } from '#envelope';
import type { Signer } from '#envelope';
import { KeysLog, parseTrust } from '#snapshot';
import type { Snapshot } from '#snapshot';
import { cosignatureLine, nodeNoteSigner, nodeSha256 } from '#tlog/build';
import { parseNote } from '#tlog/verify';
import { Client } from 'pg';
import type { Databases } from '../deploy/databases.js';
import type { Example } from '../demo/examples.js';
import type { SandboxDirectory } from '../sandbox/directory.js';
import { decisionKey, gatewayKeys, keyFiles, witnessName } from '../sandbox/keys.js';
import type { Act } from './acts.js';
import { Scribe } from './scribe.js';
import type { Entry, Pens } from './scribe.js';
import { Story, yearBefore } from './story.js';

/** Rows in one transaction. */
const BATCH = 2_000;
const POLL_MS = 20;
const PATIENCE_MS = 120_000;
/** Messages whose openings their parties have erased. */
const ERASED = 2;

/** What an authority's decision to erase names. */
export interface Erasable {
  readonly messageId: string;
  readonly caseId: string;
  readonly parties: readonly string[];
  readonly entries: readonly (Entry & { readonly index: bigint })[];
}
export interface Played {
  readonly disclosures: number;
  readonly entries: number;
  readonly ms: number;
  readonly erasable: readonly Erasable[];
}
export interface PastOptions {
  readonly dir: string;
  readonly directory: SandboxDirectory;
  readonly databases: Databases;
  readonly examples: readonly Example[];
  readonly disclosures: number;
  readonly seed: number;
  /** Statements in the keys log. */
  readonly statements: number;
  /** @param entries that stand in the log */
  readonly told: (entries: number) => void;
}

/** Where the list of what was planted lies; no service reads it. */
export const plantedFile = (dir: string): string => join(dir, 'seed/planted.jsonl');

/**
 * Plays a year of the exchange before its witnesses are there, in a log that has not begun: entries are handed to the ledger as the exchange hands them, it sequences and its signer signs them. A past
 * is possible then alone: once witnesses have cosigned a checkpoint, an entry dated before it is dated back, and the verifier says so. So the sandbox's witness keys cosign the beginning, and the end
 * of each part, with the time of that part.
 * @returns undefined where the log has begun
 */
export async function playPast(options: PastOptions): Promise<Played | undefined> {
  const { dir, databases } = options;
  const exchange = await connected(databases.operator.exchange);
  try {
    const ledger = await connected(databases.operator.ledger);
    try {
      const past = new Past(options, exchange, ledger);
      if (await past.hasBegun()) return undefined;
      mkdirSync(join(dir, 'seed'), { recursive: true, mode: 0o700 });
      return await past.play();
    } finally {
      await ledger.end();
    }
  } finally {
    await exchange.end();
  }
}

const connected = async (connectionString: string): Promise<Client> => {
  const db = new Client({ connectionString });
  db.on('error', () => undefined);
  await db.connect();
  return db;
};

class Past {
  private readonly numbers = new Map<string, number>();
  private readonly erasable = new Map<
    string,
    { readonly of: Act['of']; readonly entries: Erasable['entries'][number][] }
  >();
  private size = 0;

  constructor(
    private readonly options: PastOptions,
    private readonly exchange: Client,
    private readonly ledger: Client,
  ) {}

  async hasBegun(): Promise<boolean> {
    const { rows } = await this.ledger.query<{ begun: boolean }>(
      `SELECT (SELECT size > 0 FROM ledger.log WHERE log = 'disclosure')
         OR EXISTS (SELECT FROM ledger.cosignature WHERE log = 'disclosure') AS begun`,
    );
    return rows[0]?.begun ?? true;
  }

  async play(): Promise<Played> {
    const begun = Date.now();
    const { dir, directory, examples, disclosures, seed, told } = this.options;
    const snapshot = await this.snapshot();
    const window = yearBefore(new Date());
    const story = new Story(snapshot, examples, window, { disclosures, seed });
    const lines = story.planted.map((one) => `${JSON.stringify(one)}\n`);
    writeFileSync(plantedFile(dir), lines.join(''), { mode: 0o600 });
    const planted = new Set(story.planted.flatMap(({ messages }) => messages));
    const pens = await pensOf(dir, directory);
    const scribe = new Scribe(directory.environment, snapshot, pens, this.numbers, () => randomUUID());
    let note = await this.cosigned(0, window.from);
    for (const { acts, until } of story.parts()) {
      const entries: Entry[] = [];
      // While the ledger and the signer have the part before in hand.
      for (const act of acts) {
        const entry = await scribe.entry(act);
        this.keep(act, entry, this.size + entries.length, planted);
        entries.push(entry);
      }
      if (entries.length === 0) continue;
      for (let from = 0; from < entries.length; from += BATCH) await this.hand(entries.slice(from, from + BATCH));
      this.size += entries.length;
      note = await this.cosigned(this.size, until);
      told(this.size);
    }
    await this.remembered(note);
    await this.offered();
    const erasable = [...this.erasable.values()].filter(({ entries }) => entries.length > 1).slice(0, ERASED);
    return {
      ...{ disclosures, entries: this.size, ms: Date.now() - begun },
      erasable: erasable.map(({ of: { messageId, caseId, sender, recipient }, entries }) => ({
        ...{ messageId, caseId, parties: [sender, recipient], entries },
      })),
    };
  }

  /** Decision and technical receipt of the year's first ordinary messages. */
  private keep({ kind, of, ...act }: Act, entry: Entry, index: number, planted: ReadonlySet<string>): void {
    const isFirst = kind === 'decision' && of.outcome === 'permit' && !planted.has(of.messageId);
    if (isFirst && this.erasable.size < 2 * ERASED) this.erasable.set(of.messageId, { of, entries: [] });
    const isReceipt = kind === 'receipt' && 'receipt' in act && act.receipt === 'technical';
    if (isFirst || isReceipt) this.erasable.get(of.messageId)?.entries.push({ ...entry, index: BigInt(index) });
  }

  /** Everything that the sandbox has stated, as far as the keys log has it. */
  private async snapshot(): Promise<Snapshot> {
    const { dir, statements } = this.options;
    const trust = await parseTrust(readFileSync(keyFiles(dir).trust));
    const entries = await this.until('the keys log', async () => {
      const { rows } = await this.ledger.query<{ data: Buffer }>(
        `SELECT data FROM ledger.leaf WHERE log = 'keys' ORDER BY index`,
      );
      return rows.length < statements ? undefined : rows.map(({ data }) => new Uint8Array(data));
    });
    const log = KeysLog.empty(trust, nodeSha256);
    await log.appendAll(entries);
    return log.at(log.size);
  }

  /** As the exchange does: the last number of each sender and the entries, or nothing. */
  private async hand(entries: readonly Entry[]): Promise<void> {
    const db = this.exchange;
    await db.query('BEGIN');
    try {
      await db.query(
        `INSERT INTO exchange.sender_number AS n (sender, last) SELECT * FROM unnest($1::text[], $2::bigint[])
         ON CONFLICT (sender) DO UPDATE SET last = EXCLUDED.last`,
        [[...this.numbers.keys()], [...this.numbers.values()]],
      );
      await db.query(
        `INSERT INTO ledger.pending (log, entry_id, entry, blind, annex)
         SELECT 'disclosure', entry_id, convert_to(entry, 'UTF8'), blind, convert_to(annex, 'UTF8')
         FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[]) WITH ORDINALITY AS t (entry_id, entry, blind, annex, nth) ORDER BY nth`,
        [
          entries.map(({ entryId }) => entryId),
          entries.map(({ entry }) => entry),
          entries.map(({ blind }) => blind),
          entries.map(({ annex }) => annex ?? null),
        ],
      );
      await db.query('COMMIT');
    } catch (error) {
      await db.query('ROLLBACK');
      throw error;
    }
    await db.query(`SELECT pg_notify('ledger_pending', '')`);
  }

  /** Waits until the signer has signed this size, and has every witness cosign it. @param at milliseconds @returns the checkpoint */
  private async cosigned(size: number, at: number): Promise<string> {
    const { dir, directory } = this.options;
    const note = await this.until(`a checkpoint of ${size} entries`, async () => {
      const { rows } = await this.ledger.query<{ note: string }>(
        `SELECT note FROM ledger.checkpoint WHERE log = 'disclosure' AND size = $1 LIMIT 1`,
        [size],
      );
      return rows[0]?.note;
    });
    const { text } = parseNote(note);
    const seconds = Math.floor(at / 1000);
    const { gateways } = directory.witnesses;
    const lines = gateways.map((id) => {
      const signer = nodeNoteSigner(witnessName(directory.environment, id), gatewayKeys(dir, id).witness);
      return cosignatureLine(text, signer, BigInt(seconds), nodeSha256);
    });
    await this.ledger.query(
      `INSERT INTO ledger.cosignature (log, size, witness, first_line, line, cosigned_at)
       SELECT 'disclosure', $1::bigint, witness, line, line, to_timestamp($4::float8) FROM unnest($2::text[], $3::text[]) AS t (witness, line)`,
      [size, gateways, lines, seconds],
    );
    return note;
  }

  /** Gives each witness the memory of what it has cosigned: one without it cosigns nothing more. @param note the newest checkpoint */
  private async remembered(note: string): Promise<void> {
    const { databases, directory } = this.options;
    const [origin, size, root] = parseNote(note).text.split('\n');
    for (const id of directory.witnesses.gateways) {
      const gateway = await connected(databases.gateways.get(id) ?? '');
      try {
        await gateway.query(`INSERT INTO gateway.witnessed (origin, size, root, note) VALUES ($1, $2, $3, $4)`, [
          origin,
          size,
          root,
          note,
        ]);
      } finally {
        await gateway.end();
      }
    }
  }

  /** Nothing smaller may be put to the witnesses when they come: what they cosign has the time of today. */
  private async offered(): Promise<void> {
    await this.until('the last checkpoint to be offered', async () => {
      const { rows } = await this.ledger.query<{ size: string }>(
        `SELECT c.size FROM ledger.round r JOIN ledger.checkpoint c ON c.id = r.offered WHERE r.log = 'disclosure' AND c.size = $1`,
        [this.size],
      );
      return rows[0]?.size;
    });
  }

  private async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await delay(POLL_MS)) {
      const found = await look();
      if (found !== undefined) return found;
    }
    throw new Error(`waited for ${what} in vain`);
  }
}

const pensOf = async (dir: string, { gateways }: SandboxDirectory): Promise<Pens> => {
  const signers = new Map<string, Signer>();
  for (const { id } of gateways)
    signers.set(id, localSigner(await importPrivate(gatewayKeys(dir, id).manifest, 'manifest')));
  return {
    exchange: localSigner(await importPrivate(decisionKey(dir), 'decision')),
    gateway: (id) => {
      const signer = signers.get(id);
      if (signer === undefined) throw new Error(`there is no gateway ${id}`);
      return signer;
    },
  };
};

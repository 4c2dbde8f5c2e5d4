import { createHash } from 'node:crypto';
import { signExportCover } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { CoverFile } from '#verifier';
import type { Assignment } from '../domain/assignment.js';
import type { DisclosureRow } from '../domain/disclosure.js';
import { QueryError, parseQuery, queryString } from '../domain/query.js';
import type { Query } from '../domain/query.js';
import { UUID } from '#contracts';
import type { AccessKey } from './access-key.js';
import type { DisclosureStore, LogStore, Place } from './disclosure-store.js';
import type { Evidence } from './evidence.js';
import { EXPORT_TYPES, ExportLines } from './export-lines.js';
import { AuditorExports } from './export-ports.js';
import type { ExportCoverFile, ExportFile, ExportFormat, ExportView, MadeFile } from './export-ports.js';
import type { WithinAssignment } from './within-assignment.js';
import { ConsoleError } from './ports.js';
import type { Acting, ConsoleErrorCode, Offered } from './ports.js';
import type { RecordAct } from './record-act.js';
import { showsOpenings } from '#envelope';

/** Disclosures in one file. */
const MOST_EXPORTED = 1_000_000;
/** Each is a look of its own. */
const MOST_EVIDENCE = 300;
const MOST_COUNTED = 100_000_000;
/** Up to here a job says of how many it has come how far. */
const MOST_EXPECTED = 10_000;
/** Of one auditor at once. */
const MOST_RUNNING = 5;
const PAGE = 1_000;
/** Why a job fails that the assignment allows. */
const TOO_LARGE: readonly ConsoleErrorCode[] = ['TOO_MANY', 'QUERY_TOO_WIDE'];
const KEPT_MS = 24 * 3_600_000;

export interface NewExport {
  readonly id: string;
  readonly auditor: string;
  readonly assignment: string;
  readonly format: ExportFormat;
  readonly query: string;
  readonly lang: 'sv' | 'en';
  readonly askedAt: Date;
  readonly endsAt: Date;
  readonly expected?: number;
  readonly checkpoint: { readonly size: string; readonly root: string };
}
/** A job as it lies stored. */
export interface ExportJob extends NewExport {
  readonly state: ExportView['state'];
  readonly rows: number;
  /** How many there are; the next has this number. */
  readonly parts: number;
  /** Of an evidence page, once it is known: what it is to hold. */
  readonly messages?: readonly string[];
  readonly after?: Place;
  readonly entryId?: string;
  readonly cover?: string;
  readonly made?: MadeFile;
}
export interface ExportEnd {
  readonly state: 'made' | 'refused' | 'failed' | 'ended';
  readonly rows?: number;
  readonly entryId?: string;
  readonly cover?: string;
  readonly made?: MadeFile;
}
export interface ExportStore {
  begin(job: NewExport): Promise<void>;
  running(auditor: string): Promise<number>;
  find(acting: Acting, id: string): Promise<ExportJob | undefined>;
  /** The oldest that is running and that nobody works on; it is the caller's for half a minute. */
  take(): Promise<ExportJob | undefined>;
  /** Adds the next part, and keeps the job. @returns false when another has added one */
  add(id: string, part: number, bytes: Uint8Array, rows: number, after?: Place): Promise<boolean>;
  /** All that it has now. @throws {Error} when one is missing */
  parts(job: Pick<ExportJob, 'id'>): AsyncIterable<Uint8Array>;
  /** Keeps what an evidence page is to hold, in its order, once; and the job. @returns what is kept */
  plan(id: string, messages: readonly string[]): Promise<readonly string[]>;
  /** Nothing happens when it is in another state by now: another has ended it. What is not made keeps no parts. */
  end(job: Pick<ExportJob, 'id' | 'state'>, end: ExportEnd): Promise<void>;
  /** Another time, in some seconds; that it was taken does not count. */
  later(id: string): Promise<void>;
  /** Ends what is over, and what has something of its assignment's authorities in it that was erased since; deletes their parts. */
  clear(now: Date): Promise<void>;
}

/** Makes files of what was searched, part by part: one that was cut off goes on after its last part. */
export class Exports extends AuditorExports {
  /** What waits for the worker to have looked. */
  onBegun: (id: string) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly within: WithinAssignment,
    private readonly disclosures: DisclosureStore,
    private readonly logs: LogStore,
    private readonly store: ExportStore,
    private readonly acts: Pick<RecordAct, 'execute'>,
    private readonly access: Pick<AccessKey, 'live'>,
    private readonly evidence: Pick<Evidence, 'proven' | 'keys'>,
    private readonly offers: () => Offered,
    private readonly environment: string,
    private readonly freshId: () => string,
    private readonly now: () => Date,
  ) {
    super();
  }

  override async begin(acting: Acting, query: Query, format: ExportFormat, lang: 'sv' | 'en'): Promise<string> {
    const assignment = await this.opened(acting, query, format);
    const { checked } = await this.logs.view();
    if (checked === undefined) throw new ConsoleError('NOT_READY');
    if ((await this.store.running(acting.auditor)) >= MOST_RUNNING) throw new ConsoleError('TOO_MANY');
    const { size, root } = checked;
    const now = this.now();
    const { count, more, below } = await this.disclosures.count(assignment, query, now, MOST_EXPECTED, size);
    // A checkpoint beyond what is counted would say more than the file has.
    if (BigInt(below) < BigInt(size)) throw new ConsoleError('NOT_READY');
    // How many there are is told while it is made, and by a refusal.
    await this.acts.execute(assignment, 'search', `count?${queryString(query)}`, 0);
    if (format === 'evidence' && count > MOST_EVIDENCE) throw new ConsoleError('TOO_MANY');
    const id = this.freshId();
    await this.store.begin({
      ...{ id, ...acting, format, lang, query: queryString(query), checkpoint: { size, root } },
      ...{ askedAt: now, endsAt: new Date(now.getTime() + KEPT_MS) },
      ...(more || format === 'count' ? {} : { expected: count }),
    });
    await this.onBegun(id);
    return id;
  }

  override async of(acting: Acting, id: string): Promise<ExportView | undefined> {
    const job = await this.found(acting, id);
    if (job === undefined) return undefined;
    const { format, query, state, askedAt, endsAt, rows, expected, checkpoint, entryId, made } = job;
    return {
      ...{ id, format, query, rows, size: checkpoint.size },
      state: state === 'made' && this.now() >= endsAt ? 'ended' : state,
      askedAt: askedAt.toISOString(),
      endsAt: endsAt.toISOString(),
      ...(expected === undefined ? {} : { expected }),
      ...(entryId === undefined ? {} : { entryId }),
      ...(made === undefined ? {} : { made }),
    };
  }

  override async file(acting: Acting, id: string): Promise<ExportFile | undefined> {
    const job = await this.found(acting, id);
    if (job?.state !== 'made' || job.made === undefined || this.now() >= job.endsAt) return undefined;
    const assignment = await this.opened(acting, parseQuery(new URLSearchParams(job.query)), job.format);
    // What is erased since stands in the file: it is shown to nobody again.
    if (await this.disclosures.erasedSince(assignment, job.checkpoint.size)) {
      await this.store.end(job, { state: 'ended' });
      return undefined;
    }
    const { contentType } = EXPORT_TYPES[job.format];
    const { fileName, octets } = job.made;
    return { contentType, fileName, octets, body: this.store.parts(job) };
  }

  override async cover(acting: Acting, id: string): Promise<ExportCoverFile | undefined> {
    const job = await this.found(acting, id);
    if (job?.cover === undefined || job.made === undefined) return undefined;
    const file: CoverFile = { format: 'delge-export-cover/1', cover: job.cover, keys: await this.evidence.keys() };
    return { fileName: `${job.made.fileName}.delge-cover.json`, text: `${JSON.stringify(file)}\n` };
  }

  /**
   * Works on one job until it is done.
   * @param stopping once it is aborted the job rests after the part in hand
   * @returns false when there was none
   */
  async work(stopping: AbortSignal): Promise<boolean> {
    await this.store.clear(this.now());
    const job = await this.store.take();
    if (job === undefined) return false;
    try {
      await this.make(job, stopping);
    } catch (error) {
      // What was asked before may be no question any more.
      if (error instanceof QueryError) {
        await this.store.end(job, { state: 'refused' });
        return true;
      }
      if (!(error instanceof ConsoleError)) throw error;
      // While the log is followed anew no assignment is there.
      if (error.code === 'NOT_READY' || !(await this.reaches(job))) await this.store.later(job.id);
      else await this.store.end(job, { state: TOO_LARGE.includes(error.code) ? 'failed' : 'refused' });
    }
    return true;
  }

  /** Whether what was asked of has been followed. */
  private async reaches({ checkpoint }: ExportJob): Promise<boolean> {
    const { checked } = await this.logs.view();
    return checked !== undefined && BigInt(checked.size) >= BigInt(checkpoint.size);
  }

  private async make(job: ExportJob, stopping: AbortSignal): Promise<void> {
    if (!(await this.reaches(job))) throw new ConsoleError('NOT_READY');
    const query = parseQuery(new URLSearchParams(job.query));
    if (job.format === 'count') return this.counted(job, query);
    const made =
      job.format === 'evidence' ? await this.proven(job, query, stopping) : await this.listed(job, query, stopping);
    if (made === undefined) return;
    const assignment = await this.opened(job, query, job.format);
    await this.finish(job, assignment, made);
  }

  private async counted(job: ExportJob, query: Query): Promise<void> {
    const assignment = await this.opened(job, query, job.format);
    const { size } = job.checkpoint;
    const { count, below } = await this.disclosures.count(assignment, query, job.askedAt, MOST_COUNTED, size);
    if (BigInt(below) < BigInt(size)) throw new ConsoleError('NOT_READY');
    const entryId = await this.acts.execute(assignment, 'search', `count?${withMore(job, { exact: 'true' })}`, 0);
    await this.store.end(job, { state: 'made', rows: count, entryId });
  }

  /** @returns rows in all; undefined: another goes on with it */
  private async listed(job: ExportJob, query: Query, stopping: AbortSignal): Promise<number | undefined> {
    if (job.format === 'evidence' || job.format === 'count') throw new TypeError(job.format);
    const { id, lang, checkpoint } = job;
    let { parts, rows, after } = job;
    const names = new Map((this.offers().sender ?? []).map((one) => [one.value, one[lang]]));
    for (;;) {
      if (stopping.aborted) throw new ConsoleError('NOT_READY');
      // Asked anew for each part: an assignment may end meanwhile.
      const assignment = await this.opened(job, query, job.format);
      const lines = new ExportLines(job.format, assignment.fields, (authority) => names.get(authority) ?? authority);
      const wanted = { query, now: job.askedAt, below: checkpoint.size, limit: PAGE };
      const found = await this.disclosures.list(assignment, { ...wanted, ...(after === undefined ? {} : { after }) });
      const last = found.at(-1);
      rows += found.length;
      if (rows > MOST_EXPORTED) throw new ConsoleError('TOO_MANY');
      if (parts > 0 && last === undefined) return rows;
      if (last !== undefined) after = { at: last.at, index: last.index };
      const text = `${parts === 0 ? lines.head() : ''}${lines.lines(found)}`;
      if (!(await this.store.add(id, parts, Buffer.from(text), rows, after))) return undefined;
      parts += 1;
      if (last === undefined || found.length < PAGE) return rows;
    }
  }

  /** An evidence page, a message a part; the first part opens it, the last brings the keys log. */
  private async proven(job: ExportJob, query: Query, stopping: AbortSignal): Promise<number | undefined> {
    const { id, checkpoint } = job;
    let { parts, rows } = job;
    const add = async (text: string): Promise<boolean> => {
      const isAdded = await this.store.add(id, parts, Buffer.from(text), rows);
      parts += 1;
      return isAdded;
    };
    if (parts === 0 && !(await add('{"format":"delge-evidence-page/1","evidence":['))) return undefined;
    const messages = job.messages ?? (await this.store.plan(id, await this.messages(job, query, checkpoint.size)));
    while (parts <= messages.length) {
      if (stopping.aborted) throw new ConsoleError('NOT_READY');
      await this.opened(job, query, job.format);
      const file = await this.evidence.proven(job, messages[parts - 1] ?? '');
      // What the ledger has no more was erased: soon the log says so here too, and ends the job.
      if (file === undefined) throw new ConsoleError('NOT_READY');
      rows += 1;
      if (!(await add(`${rows === 1 ? '' : ','}${JSON.stringify(file)}`))) return undefined;
    }
    if (parts === messages.length + 1 && !(await add(`],"keys":${JSON.stringify(await this.evidence.keys())}}\n`)))
      return undefined;
    return rows;
  }

  private async messages(job: ExportJob, query: Query, below: string): Promise<readonly string[]> {
    const assignment = await this.opened(job, query, job.format);
    const wanted = { query, now: job.askedAt, below, limit: MOST_EVIDENCE + 1 };
    const rows: readonly DisclosureRow[] = await this.disclosures.list(assignment, wanted);
    if (rows.length > MOST_EVIDENCE) throw new ConsoleError('TOO_MANY');
    return [...new Set(rows.map(({ messageId }) => messageId))];
  }

  private async finish(job: ExportJob, assignment: Assignment, rows: number): Promise<void> {
    const signing = this.access.live();
    if (signing === undefined || job.format === 'count') throw new ConsoleError('NOT_READY');
    const digest = createHash('sha256');
    let octets = 0;
    for await (const bytes of this.store.parts(job)) {
      digest.update(bytes);
      octets += bytes.byteLength;
    }
    const sha256 = digest.digest('base64url');
    const query = `export?${withMore(job, { format: job.format, sha256 })}`;
    const entryId = await this.acts.execute(assignment, 'export', query, rows);
    const { signer, snapshot } = signing;
    const cover = await signExportCover(signer, {
      ...{ v: 1, kind: 'export-cover', env: this.environment, entryId },
      ...{ auditor: assignment.auditor, assignment: assignment.id, authorities: assignment.authorities },
      ...{ format: job.format, query, checkpoint: job.checkpoint, count: rows, octets, sha256 },
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.now().toISOString(),
    });
    const { suffix } = EXPORT_TYPES[job.format];
    const fileName = `delge-${stockholmDate(job.askedAt)}-${entryId.slice(0, 8)}.${suffix}`;
    await this.store.end(job, { state: 'made', rows, entryId, cover, made: { fileName, octets, sha256 } });
  }

  private async found(acting: Acting, id: string): Promise<ExportJob | undefined> {
    await this.within.granted(acting);
    return UUID.test(id) ? this.store.find(acting, id) : undefined;
  }

  private async opened(acting: Acting, query: Query, format: ExportFormat): Promise<Assignment> {
    const assignment = await this.within.granted(acting, query);
    if (format === 'evidence' && !showsOpenings(assignment, true))
      throw new ConsoleError('FIELD_NOT_GRANTED', 'evidence');
    return assignment;
  }
}

/** The question with what the page asked of it: what the entry commits to. */
const withMore = ({ query }: NewExport, more: Readonly<Record<string, string>>): string => {
  const said = new URLSearchParams(query);
  for (const [name, value] of Object.entries(more)) said.set(name, value);
  return said.toString();
};

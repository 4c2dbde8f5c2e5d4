import { MOST_SAMPLED, MOST_STRATA, STRATIFICATIONS } from '#envelope';
import {
  SamplingError,
  allocate,
  draw,
  drawnFile,
  fileDigest,
  nonceDigest,
  nonceOctets,
  populationFile,
  readLines,
  rootOctets,
  seedOf,
  strataOf,
} from '#sampling';
import type { Assignment } from '../domain/assignment.js';
import type { DisclosureRow } from '../domain/disclosure.js';
import { answerTo, assignable, closing, findingOf, heldBy, mayAnswer, resultsOf } from '../domain/finding.js';
import type { Finding, FindingOn } from '../domain/finding.js';
import { queryString } from '../domain/query.js';
import { ReviewRefusal } from '../domain/review-refusal.js';
import { progressOf, sampleOf, secondFor, sheetFor, signable } from '../domain/sample.js';
import type { Sample } from '../domain/sample.js';
import type { DisclosureStore, Population } from './disclosure-store.js';
import { ConsoleError } from './ports.js';
import type { Acting } from './ports.js';
import type { RecordAct } from './record-act.js';
import { spelled } from './record-review.js';
import type { RecordReview } from './record-review.js';
import { AuditorReviews } from './review-ports.js';
import type { ListedSample, SampleFile, ShownFinding, ShownItem, ShownSample, WantedSample } from './review-ports.js';
import type { ReviewStore, SubjectKind } from './review-store.js';
import { reportOf } from './sample-report.js';
import type { WithinAssignment } from './within-assignment.js';
import { UUID } from '#contracts';

/** Disclosures of a population. */
const MOST_POPULATION = 1_000_000;
const MOST_LISTED = 200;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;
const FILES = {
  population: 'sample-fixed',
  drawn: 'sample-drawn',
  report: 'sample-signed',
} as const satisfies Readonly<Record<SampleFile, string>>;

/** Samples and findings, each act of which stands in the log before it is shown. */
export class AnswerReviews extends AuditorReviews {
  constructor(
    private readonly within: WithinAssignment,
    private readonly store: ReviewStore,
    private readonly disclosures: Pick<DisclosureStore, 'list' | 'happenings' | 'population'>,
    private readonly acts: Pick<RecordAct, 'execute'>,
    private readonly reviews: RecordReview,
    private readonly now: () => Date,
  ) {
    super();
  }

  override async samples(acting: Acting): Promise<readonly ListedSample[]> {
    const assignment = await this.within.granted(acting);
    const listed = await this.store.list(assignment, 'sample', MOST_LISTED);
    await this.acts.execute(assignment, 'search', 'samples?', 0);
    return listed.map(({ id, acts, reviewed }) => ({ sample: sampleOf(id, acts), reviewed }));
  }

  override async fix(acting: Acting, { query, stratifiedBy, size, nonceDigest }: WantedSample): Promise<string> {
    const assignment = await this.within.granted(acting, query);
    const by = STRATIFICATIONS.find((one) => one === stratifiedBy);
    if (by === undefined) throw new ConsoleError('QUERY_INVALID', 'stratifiedBy');
    const wanted = /^[1-9][0-9]{0,2}$/.test(size) ? Number(size) : 0;
    if (wanted < 1 || wanted > MOST_SAMPLED) throw new ReviewRefusal('SIZE_INVALID');
    if (!isDigest(nonceDigest)) throw new ReviewRefusal('NONCE_DIGEST_INVALID');
    const found = await this.disclosures.population(assignment, query, this.now(), by, MOST_POPULATION + 1);
    const { lines, strata } = whole(found);
    const sizes = allocate(strata, Math.min(wanted, lines.length));
    const file = populationFile(lines);
    const asked = queryString(query);
    return this.reviews.begin(assignment, 'sample', (sample, commit) => ({
      act: {
        kind: 'sample-fixed',
        sample,
        query: commit(asked),
        logSize: found.below,
        stratifiedBy: by,
        strata: sizes,
        population: fileDigest(file),
        nonce: nonceDigest,
      },
      said: asked,
      file,
    }));
  }

  override async sample(acting: Acting, id: string): Promise<ShownSample> {
    const assignment = await this.within.granted(acting);
    const sample = await this.sampleIn(assignment, id);
    const items = await this.itemsOf(assignment, sample);
    const shown = items.filter(({ row }) => row !== undefined).length;
    await this.acts.execute(assignment, 'search', `sample?sample=${id}`, shown);
    return this.shown(assignment, sample, items);
  }

  override async draw(acting: Acting, id: string, nonce: string): Promise<void> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    await this.reviews.add(assignment, 'sample', id, async ({ acts }) => {
      const sample = sampleOf(id, acts);
      if (sample.state !== 'fixed') throw new ReviewRefusal('ALREADY_DRAWN');
      const { act } = sample.fixed;
      const octets = nonceIn(nonce);
      if (octets === undefined || nonceDigest(octets) !== act.nonce) throw new ReviewRefusal('NONCE_WRONG');
      const witnessed = await this.store.witnessed(assignment, id, 'sample-fixed');
      if (witnessed === undefined) throw new ReviewRefusal('NOT_WITNESSED_YET');
      const { size, root } = witnessed;
      const population = await this.stored(assignment, id, 'population');
      const drawn = draw(
        readLines(population),
        act.strata.map(({ key, size: wanted }) => ({ key, size: wanted })),
        seedOf(octets, rootOctets(root)),
      );
      const file = drawnFile(drawn);
      return {
        act: {
          kind: 'sample-drawn',
          sample: id,
          nonce,
          checkpoint: { size, root },
          drawn: fileDigest(file),
          count: drawn.length,
        },
        file,
      };
    });
  }

  override async item(acting: Acting, id: string, item: number): Promise<ShownSample & { readonly item: ShownItem }> {
    const assignment = await this.within.granted(acting);
    const sample = await this.sampleIn(assignment, id);
    const [found] = await this.itemsOf(assignment, sample, item);
    if (found === undefined) throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
    await this.acts.execute(assignment, 'search', `sample?sample=${id}&item=${item}`, found.row === undefined ? 0 : 1);
    return { ...(await this.shown(assignment, sample, [found])), item: found };
  }

  override async review(acting: Acting, id: string, item: number, outcome: string, comment: string): Promise<void> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    await this.reviews.add(assignment, 'sample', id, ({ acts }, commit) => {
      const sheet = sheetFor(sampleOf(id, acts), item, outcome, comment);
      const said = spelled(sheet);
      const { outcome: found } = sheet;
      return {
        act: { kind: 'item-reviewed', sample: id, item, sheet: commit(said), outcome: found, second: false },
        said,
      };
    });
  }

  override async confirm(acting: Acting, id: string, item: number, confirms: string, comment: string): Promise<void> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    await this.reviews.add(assignment, 'sample', id, ({ acts }, commit) => {
      const sheet = secondFor(sampleOf(id, acts), item, assignment.auditor, confirms, comment);
      const said = spelled(sheet);
      const { outcome } = sheet;
      return { act: { kind: 'item-reviewed', sample: id, item, sheet: commit(said), outcome, second: true }, said };
    });
  }

  override async sign(acting: Acting, id: string): Promise<void> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    await this.reviews.add(assignment, 'sample', id, async ({ acts }) => {
      const sample = sampleOf(id, acts);
      const { items, remarks, serious } = signable(sample);
      const file = reportOf(assignment, sample, readLines(await this.stored(assignment, id, 'drawn')));
      return { act: { kind: 'sample-signed', sample: id, report: fileDigest(file), items, remarks, serious }, file };
    });
  }

  override async file(acting: Acting, id: string, file: SampleFile): Promise<string> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    const text = await this.stored(assignment, id, file);
    // Of a report the first line is about the sample itself.
    const lines = text.split('\n').length - (file === 'report' ? 2 : 1);
    await this.acts.execute(assignment, 'export', `sample?sample=${id}&file=${file}`, lines);
    return text;
  }

  override async findings(acting: Acting): Promise<readonly Finding[]> {
    const assignment = await this.within.granted(acting);
    const listed = await this.store.list(assignment, 'finding', MOST_LISTED);
    await this.acts.execute(assignment, 'search', 'findings?', listed.length);
    return listed.map(({ id, acts }) => findingOf(id, acts));
  }

  override async open(
    acting: Acting,
    on: FindingOn,
    written: { readonly title: string; readonly text: string; readonly severity: string },
  ): Promise<string> {
    const assignment = await this.within.granted(acting, undefined, 'case' in on ? 'case' : 'parties');
    if (!(await this.isThere(assignment, on))) throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
    const { held, severity } = heldBy(on, written);
    const said = spelled(held);
    return this.reviews.begin(assignment, 'finding', (finding, commit) => ({
      act: { kind: 'finding-opened', finding, text: commit(said), severity },
      said,
    }));
  }

  override async finding(acting: Acting, id: string): Promise<ShownFinding> {
    const assignment = await this.within.granted(acting);
    const finding = findingOf(id, await this.actsIn(assignment, 'finding', id));
    const colleagues = await this.store.colleagues(assignment, id);
    await this.acts.execute(assignment, 'search', `finding?finding=${id}`, 1);
    const { authorities, auditor } = assignment;
    return { finding, colleagues, authorities, mayAnswer: mayAnswer(finding, auditor), results: resultsOf(finding) };
  }

  override async assign(acting: Acting, id: string, to: string): Promise<void> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    const among = [...(await this.store.colleagues(assignment, id)), ...assignment.authorities];
    await this.reviews.add(assignment, 'finding', id, ({ acts }) => ({
      act: { kind: 'finding-assigned', finding: id, to: assignable(findingOf(id, acts), to, among) },
    }));
  }

  override async answerTo(acting: Acting, id: string, text: string): Promise<void> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    await this.reviews.add(assignment, 'finding', id, ({ acts }, commit) => {
      const said = spelled(answerTo(findingOf(id, acts), assignment.auditor, text));
      return { act: { kind: 'finding-answered', finding: id, text: commit(said) }, said };
    });
  }

  override async close(acting: Acting, id: string, result: string, text: string): Promise<void> {
    const assignment = await this.within.granted(acting);
    assertId(id);
    await this.reviews.add(assignment, 'finding', id, ({ acts }, commit) => {
      const closed = closing(findingOf(id, acts), result, text);
      const said = spelled(closed.said);
      return { act: { kind: 'finding-closed', finding: id, text: commit(said), result: closed.result }, said };
    });
  }

  /** @throws {ConsoleError} NOT_WITHIN_ASSIGNMENT */
  private async sampleIn(assignment: Assignment, id: string): Promise<Sample> {
    return sampleOf(id, await this.actsIn(assignment, 'sample', id));
  }
  private async actsIn<K extends SubjectKind>(assignment: Assignment, kind: K, id: string) {
    assertId(id);
    const subject = await this.store.subject(assignment, kind, id);
    if (subject === undefined) throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
    return subject.acts;
  }

  private async stored(assignment: Assignment, id: string, file: SampleFile): Promise<string> {
    const text = await this.store.file(assignment, id, FILES[file]);
    if (text === undefined) throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
    return text;
  }

  private async itemsOf(assignment: Assignment, sample: Sample, only?: number): Promise<readonly ShownItem[]> {
    if (sample.drawn === undefined) return [];
    const lines = readLines(await this.stored(assignment, sample.id, 'drawn'));
    const items = sample.items.flatMap((one) => {
      const line = lines[one.item];
      if (line === undefined || (only !== undefined && one.item !== only)) return [];
      return [{ ...one, stratum: line.stratum, index: line.index.toString() }];
    });
    const rows = new Map<string, DisclosureRow>();
    const indices = items.map(({ index }) => index);
    if (indices.length > 0) {
      const query = { filters: { index: indices } };
      for (const row of await this.disclosures.list(assignment, { query, now: this.now(), limit: MOST_SAMPLED }))
        rows.set(row.index, row);
    }
    return items.map((one) => {
      const row = rows.get(one.index);
      return row === undefined ? one : { ...one, row };
    });
  }

  private async shown(assignment: Assignment, sample: Sample, items: readonly ShownItem[]): Promise<ShownSample> {
    const witnessed =
      sample.state === 'fixed' ? await this.store.witnessed(assignment, sample.id, 'sample-fixed') : undefined;
    return { sample, items, progress: progressOf(sample), ...(witnessed === undefined ? {} : { witnessed }) };
  }

  private async isThere(assignment: Assignment, on: FindingOn): Promise<boolean> {
    if ('message' in on) {
      if (!UUID.test(on.message)) return false;
      const query = { filters: { message: [on.message] } };
      return (await this.disclosures.list(assignment, { query, now: this.now(), limit: 1 })).length > 0;
    }
    if ('case' in on)
      return UUID.test(on.case) && (await this.disclosures.happenings(assignment, { caseId: on.case })).length > 0;
    return (await this.sampleIn(assignment, on.sample)).items[on.item] !== undefined;
  }
}

/** @throws {ReviewRefusal} POPULATION_EMPTY, POPULATION_TOO_LARGE, STRATA_TOO_MANY */
const whole = ({ lines: found }: Population) => {
  if (found.length === 0) throw new ReviewRefusal('POPULATION_EMPTY');
  if (found.length > MOST_POPULATION) throw new ReviewRefusal('POPULATION_TOO_LARGE');
  const lines = found.map(({ stratum, index }) => ({ stratum, index: BigInt(index) }));
  const strata = strataOf(lines);
  if (strata.length > MOST_STRATA) throw new ReviewRefusal('STRATA_TOO_MANY');
  return { lines, strata };
};

/** @throws {ConsoleError} NOT_WITHIN_ASSIGNMENT: nothing has such an id */
const assertId = (id: string): void => {
  if (!UUID.test(id)) throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
};
const isDigest = (text: string): boolean =>
  DIGEST.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text;
const nonceIn = (text: string): Uint8Array | undefined => {
  try {
    return nonceOctets(text);
  } catch (error) {
    if (error instanceof SamplingError) return undefined;
    throw error;
  }
};

import type { FindingAct, SampleAct } from '#envelope';
import { findingOf, resultsOf } from '../../apps/console/src/domain/finding.js';
import { progressOf, sampleOf } from '../../apps/console/src/domain/sample.js';
import type { Kept } from '../../apps/console/src/domain/sample.js';
import type { Acting, ConsoleError, DisclosureRow } from '../../apps/console/src/application/ports.js';
import { AuditorReviews } from '../../apps/console/src/application/review-ports.js';
import type {
  Finding,
  FindingOn,
  ListedSample,
  ReviewRefusal,
  SampleFile,
  ShownFinding,
  ShownItem,
  ShownSample,
  WantedSample,
} from '../../apps/console/src/application/review-ports.js';

export const SAMPLE = '0190d9f0-7a53-7cc0-8cde-8b09c5d9b001';
export const FINDING = '0190d9f0-7a53-7cc0-8cde-8b09c5d9b002';
export const ITEM_FINDING = '0190d9f0-7a53-7cc0-8cde-8b09c5d9b003';
export const DIGEST = `${'d'.repeat(42)}A`;
const entryId = (number: number): string => `0190d9f0-7a53-7cc0-8cde-8b09c5d9c${String(number).padStart(3, '0')}`;

type Said<Act> = Act extends unknown
  ? Omit<Act, 'v' | 'env' | 'entryId' | 'assignment' | 'authorities' | 'keys' | 'at'>
  : never;
/** Acts as the log would have them, one minute between each. */
export const keptActs = <Act extends SampleAct | FindingAct>(
  acts: readonly (Said<Act> & { readonly opening?: object | string })[],
): readonly Kept<Act>[] =>
  acts.map(({ opening, ...act }, at) => ({
    act: {
      v: 1,
      env: 'test',
      entryId: entryId(at),
      assignment: '0190d9f0-7a53-7cc0-8cde-8b09c5d9a001',
      authorities: ['linkoping/socialnamnden'],
      keys: { size: '1', root: 'r' },
      at: new Date(Date.parse('2026-03-02T10:00:00Z') + at * 60_000).toISOString(),
      ...act,
    } as unknown as Act,
    salt: 's'.repeat(43),
    ...(opening === undefined ? {} : { said: typeof opening === 'string' ? opening : JSON.stringify(opening) }),
  }));
export const entryIdOf = entryId;

/** A sample of three that is as far as a test wants it, with comments and titles of somebody who means harm. */
export class FakeReviews extends AuditorReviews {
  readonly asked: { readonly name: string; readonly acting: Acting; readonly with: readonly unknown[] }[] = [];
  failure: ConsoleError | ReviewRefusal | undefined;
  nothing = false;
  isUnanswered = false;
  state: 'waiting' | 'witnessed' | 'drawn' | 'reviewed' | 'signed' = 'drawn';

  constructor(
    private readonly auditor: string,
    private readonly row: DisclosureRow,
    private readonly hostile: string,
  ) {
    super();
  }

  override samples(acting: Acting): Promise<readonly ListedSample[]> {
    return this.answer('samples', [{ sample: this.shown().sample, reviewed: 2 }], [], acting);
  }
  override fix(acting: Acting, wanted: WantedSample): Promise<string> {
    return this.answer('fix', SAMPLE, SAMPLE, acting, wanted);
  }
  override sample(acting: Acting, id: string): Promise<ShownSample> {
    return this.answer('sample', this.shown(), this.shown(), acting, id);
  }
  override draw(acting: Acting, id: string, nonce: string): Promise<void> {
    return this.answer('draw', undefined, undefined, acting, id, nonce);
  }
  override item(acting: Acting, id: string, item: number): Promise<ShownSample & { readonly item: ShownItem }> {
    const shown = this.shown();
    const found = { ...shown, item: shown.items[item]! };
    return this.answer('item', found, found, acting, id, item);
  }
  override review(acting: Acting, id: string, item: number, outcome: string, comment: string): Promise<void> {
    return this.answer('review', undefined, undefined, acting, id, item, outcome, comment);
  }
  override confirm(acting: Acting, id: string, item: number, confirms: string, comment: string): Promise<void> {
    return this.answer('confirm', undefined, undefined, acting, id, item, confirms, comment);
  }
  override sign(acting: Acting, id: string): Promise<void> {
    return this.answer('sign', undefined, undefined, acting, id);
  }
  override file(acting: Acting, id: string, file: SampleFile): Promise<string> {
    return this.answer('file', `a\t17\n`, '', acting, id, file);
  }
  override findings(acting: Acting): Promise<readonly Finding[]> {
    const { hostile, row } = this;
    const ons: readonly FindingOn[] = [
      { message: row.messageId },
      { case: row.caseId ?? '' },
      { sample: SAMPLE, item: 1 },
    ];
    const all = ons.map((on) => this.found(FINDING, on, hostile));
    return this.answer('findings', all, [], acting);
  }
  override open(acting: Acting, on: FindingOn, said: object): Promise<string> {
    return this.answer('open', FINDING, FINDING, acting, on, said);
  }
  override finding(acting: Acting, id: string): Promise<ShownFinding> {
    const finding = this.found(
      id,
      id === ITEM_FINDING ? { sample: SAMPLE, item: 1 } : { message: this.row.messageId },
      this.hostile,
    );
    const shown = {
      finding,
      colleagues: [this.auditor, 'b'.repeat(43)],
      authorities: ['linkoping/socialnamnden'],
      mayAnswer: finding.state === 'assigned',
      results: resultsOf(finding),
    };
    return this.answer('finding', shown, shown, acting, id);
  }
  override assign(acting: Acting, id: string, to: string): Promise<void> {
    return this.answer('assign', undefined, undefined, acting, id, to);
  }
  override answerTo(acting: Acting, id: string, text: string): Promise<void> {
    return this.answer('answerTo', undefined, undefined, acting, id, text);
  }
  override close(acting: Acting, id: string, result: string, text: string): Promise<void> {
    return this.answer('close', undefined, undefined, acting, id, result, text);
  }

  private shown(): ShownSample {
    const { state, auditor, hostile, row } = this;
    const other = 'b'.repeat(43);
    const sheet = (item: number, outcome: string, by: string, confirms?: string) => ({
      ...{
        auditor: by,
        kind: 'item-reviewed' as const,
        sample: SAMPLE,
        item,
        sheet: DIGEST,
        second: confirms !== undefined,
      },
      outcome: outcome as 'remark',
      opening: { item, outcome, comment: hostile, ...(confirms === undefined ? {} : { confirms }) },
    });
    const acts = keptActs<SampleAct>([
      {
        ...{ auditor, kind: 'sample-fixed', sample: SAMPLE, query: DIGEST, logSize: '20', stratifiedBy: 'recipient' },
        strata: [
          { key: 'fk/fk', population: 12, size: 2 },
          { key: 'skv/skv', population: 1, size: 1 },
        ],
        ...{ population: DIGEST, nonce: DIGEST, opening: 'from=2026-01-01&outcome=permit&overdue=true' },
      },
      ...(state === 'waiting' || state === 'witnessed'
        ? []
        : [
            {
              ...{ auditor, kind: 'sample-drawn' as const, sample: SAMPLE, nonce: DIGEST, drawn: DIGEST, count: 3 },
              checkpoint: { size: '21', root: 'cm9vdA==' },
            },
            sheet(0, 'remark', auditor),
            sheet(1, 'serious', other),
          ]),
      ...(state === 'reviewed' || state === 'signed'
        ? [
            sheet(0, 'remark', other, entryId(2)),
            sheet(1, 'serious', auditor, entryId(3)),
            sheet(2, 'nothing', auditor),
          ]
        : []),
      ...(state === 'signed'
        ? [
            {
              ...{
                auditor: other,
                kind: 'sample-signed' as const,
                sample: SAMPLE,
                report: DIGEST,
                items: 3,
                remarks: 1,
                serious: 1,
              },
            },
          ]
        : []),
    ]);
    const sample = sampleOf(SAMPLE, acts);
    const items = sample.items.map((one) => ({
      ...one,
      stratum: one.item === 2 ? 'skv/skv' : 'fk/fk',
      index: String(17 - one.item),
      ...(one.item === 2 ? {} : { row }),
    }));
    const witnessed = state === 'witnessed' ? { witnessed: { index: '20', size: '21', root: 'cm9vdA==' } } : {};
    return { sample, items, progress: progressOf(sample), ...witnessed };
  }

  private found(id: string, on: FindingOn, text: string): Finding {
    const { auditor } = this;
    const said = { finding: id, text: DIGEST };
    const acts = keptActs<FindingAct>([
      { auditor, kind: 'finding-opened', ...said, severity: 'serious', opening: { on, title: text, text } },
      { auditor, kind: 'finding-assigned', finding: id, to: 'linkoping/socialnamnden' },
      ...(this.isUnanswered
        ? []
        : [{ auditor: 'b'.repeat(43), kind: 'finding-answered' as const, ...said, opening: { text } }]),
      { auditor, kind: 'finding-assigned', finding: id, to: auditor },
      ...(this.state === 'signed'
        ? [{ auditor, kind: 'finding-closed' as const, ...said, result: 'accepted' as const, opening: { text } }]
        : []),
    ]);
    return findingOf(id, acts);
  }

  private answer<T>(name: string, full: T, empty: T, acting: Acting, ...withWhat: readonly unknown[]): Promise<T> {
    this.asked.push({ name, acting, with: withWhat });
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve(this.nothing ? empty : full);
  }
}

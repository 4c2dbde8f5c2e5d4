import { sha256Base64url } from '#envelope';
import type { ItemReviewed, SampleAct, SampleDrawn, SampleFixed, SampleSigned, SheetOutcome } from '#envelope';
import type { AssignmentsTogether } from './check-assignment.js';
import type { Fact } from './facts.js';
import type { Say } from './say.js';

/** The newest sheet of an item, and whether another auditor has confirmed it. */
interface Sheet {
  readonly auditor: string;
  readonly outcome: SheetOutcome;
  confirmed: boolean;
}
interface Sample {
  readonly fixed: SampleFixed;
  readonly index: bigint;
  drawn?: SampleDrawn;
  readonly sheets: Map<number, Sheet>;
  signed: boolean;
}
/** The checkpoint by which a sample was drawn, to be held against the tree and against the checkpoints that are known. */
export interface DrawnBy {
  /** Of the entry in which the sample was fixed. */
  readonly fixed: bigint;
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly say: Say;
}

/** What auditors did with samples: fixed before the root was known, drawn once by it, judged by two where something was found, signed when that was done. */
export class SamplesTogether {
  /** In the order of the log. */
  readonly drawnBy: DrawnBy[] = [];
  private readonly samples = new Map<string, Sample>();

  /** @param whole whether the log is shown from its first entry on: then nothing was fixed before */
  constructor(
    private readonly whole: boolean,
    private readonly assignments: Pick<AssignmentsTogether, 'isOneReview'>,
  ) {}

  take({ index, act }: Fact & { readonly kind: 'sample' }, say: Say): void {
    const sample = this.samples.get(act.sample);
    if (act.kind === 'sample-fixed') {
      if (BigInt(act.logSize) > index) say('sample-population');
      if (sample !== undefined) say('sample-repeated');
      else this.samples.set(act.sample, { fixed: act, index, sheets: new Map(), signed: false });
      return;
    }
    if (sample === undefined) {
      if (this.whole) say('sample-order');
      return;
    }
    if (!this.assignments.isOneReview(sample.fixed.assignment, act.assignment)) say('review-foreign');
    if (sample.signed) say(act.kind === 'sample-signed' ? 'sample-repeated' : 'sample-order');
    else this.advance(sample, act, index, say);
  }

  private advance(sample: Sample, act: Exclude<SampleAct, SampleFixed>, index: bigint, say: Say): void {
    if (act.kind === 'sample-drawn') {
      if (sample.drawn === undefined) this.drawn(sample, act, index, say);
      else say('sample-repeated');
    } else if (sample.drawn === undefined) say('sample-order');
    else if (act.kind === 'item-reviewed') reviewed(sample, sample.drawn, act, say);
    else {
      sample.signed = true;
      if (!isReported(sample, sample.drawn, act)) say('sample-report');
    }
  }

  private drawn(sample: Sample, act: SampleDrawn, index: bigint, say: Say): void {
    sample.drawn = act;
    const { fixed } = sample;
    if (sha256Base64url(Buffer.from(act.nonce, 'base64url')) !== fixed.nonce) say('sample-nonce');
    if (act.count !== fixed.strata.reduce((sum, { size }) => sum + size, 0)) say('sample-size');
    const size = BigInt(act.checkpoint.size);
    // It covers what was fixed, and was there when the sample was drawn.
    if (size <= sample.index || size > index) say('sample-checkpoint');
    else this.drawnBy.push({ fixed: sample.index, size, root: Buffer.from(act.checkpoint.root, 'base64'), say });
  }
}

const reviewed = ({ sheets }: Sample, { count }: SampleDrawn, act: ItemReviewed, say: Say): void => {
  const { item, outcome, auditor, second } = act;
  if (item >= count) say('sample-size');
  const sheet = sheets.get(item);
  if (!second) sheets.set(item, { auditor, outcome, confirmed: false });
  else if (sheet === undefined || sheet.auditor === auditor || sheet.outcome !== outcome) say('sample-eyes');
  else sheet.confirmed = true;
};

/** Whether every item has a sheet, each remark has been confirmed, and their numbers are those that were signed. */
const isReported = ({ sheets }: Sample, { count }: SampleDrawn, { items, remarks, serious }: SampleSigned): boolean => {
  const all = [...sheets].flatMap(([item, sheet]) => (item < count ? [sheet] : []));
  const of = (outcome: SheetOutcome): number => all.filter((sheet) => sheet.outcome === outcome).length;
  return (
    all.length === count &&
    all.every(({ outcome, confirmed }) => outcome === 'nothing' || confirmed) &&
    items === count &&
    remarks === of('remark') &&
    serious === of('serious')
  );
};

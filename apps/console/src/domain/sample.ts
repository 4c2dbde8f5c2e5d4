import { SHEET_OUTCOMES } from '#envelope';
import type { ItemReviewed, SampleAct, SampleDrawn, SampleFixed, SampleSigned, SheetOutcome } from '#envelope';
import { ReviewRefusal } from './review-refusal.js';

const MOST_CHARACTERS = 5_000;

/** An act as the log has it, and what opens its commitment; `said` stays at the console. */
export interface Kept<Act> {
  readonly act: Act;
  /** Base64url of 32 octets. */
  readonly salt: string;
  readonly said?: string;
}
/** What an auditor wrote of one item: the exact object that its entry commits to. */
export interface Sheet {
  readonly item: number;
  readonly outcome: SheetOutcome;
  readonly comment: string;
  /** Entry of the sheet that it confirms. */
  readonly confirms?: string;
}
export interface KeptSheet extends Kept<ItemReviewed> {
  readonly sheet: Sheet;
}
export interface SampleItem {
  readonly item: number;
  /** All that were written, oldest first. */
  readonly sheets: readonly KeptSheet[];
  /** The newest of its first pair of eyes counts. */
  readonly first?: KeptSheet;
  /** What confirms that one. */
  readonly second?: KeptSheet;
}
export type SampleState = 'fixed' | 'drawn' | 'signed';
/** A sample (*stickprov*): what its acts come to. */
export interface Sample {
  readonly id: string;
  readonly state: SampleState;
  readonly fixed: Kept<SampleFixed>;
  readonly drawn?: Kept<SampleDrawn>;
  /** In the order of the drawn file; none before it is drawn. */
  readonly items: readonly SampleItem[];
  readonly signed?: Kept<SampleSigned>;
}

/** @param acts of one sample, oldest first @throws {Error} the first is not that it was fixed */
export function sampleOf(id: string, acts: readonly Kept<SampleAct>[]): Sample {
  const of = <K extends SampleAct['kind']>(kind: K) =>
    acts.filter((one): one is Kept<Extract<SampleAct, { readonly kind: K }>> => one.act.kind === kind);
  const [fixed] = of('sample-fixed');
  if (fixed === undefined) throw new Error(`sample ${id} was never fixed`);
  const [drawn] = of('sample-drawn');
  const [signed] = of('sample-signed');
  const sheets = of('item-reviewed').map((one) => ({ ...one, sheet: JSON.parse(one.said ?? '') as Sheet }));
  return {
    id,
    state: signed !== undefined ? 'signed' : drawn !== undefined ? 'drawn' : 'fixed',
    fixed,
    items: Array.from({ length: drawn?.act.count ?? 0 }, (_, item) => itemOf(item, sheets)),
    ...(drawn === undefined ? {} : { drawn }),
    ...(signed === undefined ? {} : { signed }),
  };
}

const itemOf = (item: number, all: readonly KeptSheet[]): SampleItem => {
  const sheets = all.filter(({ act }) => act.item === item);
  const first = sheets.findLast(({ act }) => !act.second);
  const second = sheets.find(({ sheet }) => first !== undefined && sheet.confirms === first.act.entryId);
  return { item, sheets, ...(first === undefined ? {} : { first }), ...(second === undefined ? {} : { second }) };
};

/** Something was found, and nobody else has looked at it. */
export const awaitsSecond = ({ first, second }: SampleItem): boolean =>
  first !== undefined && first.sheet.outcome !== 'nothing' && second === undefined;

export interface Progress {
  readonly items: number;
  readonly reviewed: number;
  readonly awaitingSecond: number;
  readonly remarks: number;
  readonly serious: number;
}
export const progressOf = ({ items }: Sample): Progress => {
  const withOutcome = (outcome: SheetOutcome): number =>
    items.filter(({ first }) => first?.sheet.outcome === outcome).length;
  return {
    items: items.length,
    reviewed: items.filter(({ first }) => first !== undefined).length,
    awaitingSecond: items.filter(awaitsSecond).length,
    remarks: withOutcome('remark'),
    serious: withOutcome('serious'),
  };
};

/** @returns the item, which may still be reviewed @throws {ReviewRefusal} NOT_DRAWN, ALREADY_SIGNED */
const openItem = ({ state, items }: Sample, item: number): SampleItem => {
  if (state === 'signed') throw new ReviewRefusal('ALREADY_SIGNED');
  const found = items[item];
  if (found === undefined) throw new ReviewRefusal('NOT_DRAWN');
  return found;
};

/**
 * A sheet of the first pair of eyes; one that was there no longer counts, nor what confirmed it.
 * @throws {ReviewRefusal} SHEET_INVALID of another outcome, a remark without a comment, or more than 5,000 characters
 */
export function sheetFor(sample: Sample, item: number, outcome: string, comment: string): Sheet {
  openItem(sample, item);
  const known = SHEET_OUTCOMES.find((one) => one === outcome);
  const written = comment.trim();
  if (known === undefined || written.length > MOST_CHARACTERS || (known !== 'nothing' && written === ''))
    throw new ReviewRefusal('SHEET_INVALID');
  return { item, outcome: known, comment: written };
}

/**
 * The second pair of eyes: another auditor than who wrote the sheet says the same.
 * @param confirms entry of the sheet that was read
 * @throws {ReviewRefusal} SHEET_CHANGED when it is not the one that counts or is confirmed already, OWN_SHEET, SHEET_INVALID
 */
export function secondFor(sample: Sample, item: number, auditor: string, confirms: string, comment: string): Sheet {
  const { first, second } = openItem(sample, item);
  if (first === undefined || first.act.entryId !== confirms || second !== undefined)
    throw new ReviewRefusal('SHEET_CHANGED');
  if (first.act.auditor === auditor) throw new ReviewRefusal('OWN_SHEET');
  const written = comment.trim();
  if (written.length > MOST_CHARACTERS) throw new ReviewRefusal('SHEET_INVALID');
  return { item, outcome: first.sheet.outcome, comment: written, confirms };
}

/** @returns what is signed @throws {ReviewRefusal} NOT_DRAWN, ALREADY_SIGNED, NOT_ALL_REVIEWED: an item has no sheet, or a remark no second pair of eyes */
export function signable(sample: Sample): Progress {
  if (sample.state === 'fixed') throw new ReviewRefusal('NOT_DRAWN');
  if (sample.state === 'signed') throw new ReviewRefusal('ALREADY_SIGNED');
  const progress = progressOf(sample);
  if (progress.reviewed < progress.items || progress.awaitingSecond > 0) throw new ReviewRefusal('NOT_ALL_REVIEWED');
  return progress;
}

import type { Say } from './say.js';

/** A row of numbers as far as it was seen: what an authority sent, in the order of the log. */
export interface Row {
  readonly authority: string;
  readonly from: number;
  readonly to: number;
  /** Decisions, refusals and recorded disclosures that were seen. */
  readonly seen: number;
  /** Refused by the exchange or by the sender's own gateway, or awaiting an assessment. */
  readonly refused: number;
  /** Whose opening is erased. */
  readonly erased: number;
}

interface Open {
  from: number;
  to: number;
  seen: number;
  refused: number;
  readonly gaps: { readonly from: number; readonly to: number }[];
}

/** Numbers are gapless for each sending authority, refusals included: who hides an entry leaves a gap. */
export class Numbers {
  private readonly rows = new Map<string, Open>();
  private readonly erased = new Map<string, Set<number>>();

  /** @param fromStart whether the log is read from its first entry on, so that rows begin with 1 */
  constructor(private readonly fromStart: boolean) {}

  take(authority: string, number: number, refused: boolean, say: Say): void {
    const row = this.rows.get(authority) ?? this.begun(authority, number);
    if (number <= row.to) {
      say('number-repeated', { authority, numbers: [number, number] });
      return;
    }
    if (number > row.to + 1) row.gaps.push({ from: row.to + 1, to: number - 1 });
    row.to = number;
    row.seen += 1;
    if (refused) row.refused += 1;
  }

  /** A number whose opening is erased, as the erasure says. */
  erase(authority: string, number: number, say: Say): void {
    const numbers = this.erased.get(authority) ?? new Set();
    if (numbers.has(number)) say('number-repeated', { authority, numbers: [number, number] });
    this.erased.set(authority, numbers.add(number));
  }

  /** @param asked whose rows must be whole */
  close(asked: (authority: string) => boolean, say: Say): readonly Row[] {
    const authorities = [...new Set([...this.rows.keys(), ...this.erased.keys()])].filter(asked).sort();
    return authorities.map((authority) => this.row(authority, this.erased.get(authority) ?? new Set(), say));
  }

  private row(authority: string, erased: ReadonlySet<number>, say: Say): Row {
    const { gaps, ...row } = this.rows.get(authority) ?? this.begun(authority, least(erased));
    // Under the number of an entry that is here something else was hidden.
    for (const number of shownToo({ gaps, ...row }, erased))
      say('number-repeated', { authority, numbers: [number, number] });
    let counted = 0;
    for (; erased.has(row.from - 1); row.from -= 1) counted += 1;
    const beyond = [...erased].filter((number) => number > row.to).sort((a, b) => a - b);
    for (const number of beyond) {
      if (number > row.to + 1) gaps.push({ from: row.to + 1, to: number - 1 });
      row.to = number;
      counted += 1;
    }
    for (const gap of gaps) {
      const missing = numbersIn(gap).filter((number) => !erased.has(number));
      counted += gap.to - gap.from + 1 - missing.length;
      for (const numbers of runs(missing)) say('number-gap', { authority, numbers });
    }
    return { authority, ...row, erased: counted };
  }

  private begun(authority: string, number: number): Open {
    const before = this.fromStart ? 0 : number - 1;
    const row: Open = { from: before + 1, to: before, seen: 0, refused: 0, gaps: [] };
    this.rows.set(authority, row);
    return row;
  }
}

/** Erased numbers that an entry shows. */
const shownToo = ({ from, to, gaps }: Open, erased: ReadonlySet<number>): readonly number[] => {
  const found: number[] = [];
  let next = 0;
  for (const number of [...erased].sort((a, b) => a - b)) {
    while ((gaps[next]?.to ?? number) < number) next += 1;
    const missing = (gaps[next]?.from ?? Infinity) <= number;
    if (number >= from && number <= to && !missing) found.push(number);
  }
  return found;
};

const least = (numbers: ReadonlySet<number>): number => {
  let found = Infinity;
  for (const number of numbers) found = Math.min(found, number);
  return found;
};

/** A gap larger than anybody's log is told as far as this. */
const MOST = 1_000_000;
const numbersIn = ({ from, to }: { readonly from: number; readonly to: number }): readonly number[] =>
  Array.from({ length: Math.min(to - from + 1, MOST) }, (_, at) => from + at);

const runs = (numbers: readonly number[]): readonly (readonly [number, number])[] => {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found;
};

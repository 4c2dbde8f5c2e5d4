import type { Lang } from './words.js';

const LOCALES = { sv: 'sv-SE', en: 'en-GB' } as const;
const ZONE = 'Europe/Stockholm';

/** How values are written on a page of one language. Instants are UTC and are shown as Swedish time. */
export interface Format {
  /** `2026-03-01 14:05:09`, with the zone beside it in the element around. */
  time(at: Date | string): string;
  /** `2026-03-01` */
  date(at: Date | string): string;
  /** For `datetime` of a `time` element. */
  iso(at: Date | string): string;
  number(value: number): string;
  percent(share: number): string;
  /** A span of time in its largest unit, rounded. @param ms zero or more */
  span(ms: number): string;
  list(values: readonly string[]): string;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

const made = (lang: Lang): Format => {
  const locale = LOCALES[lang];
  const time = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: ZONE });
  const date = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: ZONE });
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const units = UNITS.map(
    ([unit, ms]) => [new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }), ms] as const,
  );
  const inMs = new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond', unitDisplay: 'short' });
  return {
    time: (at) => time.format(new Date(at)),
    date: (at) => date.format(new Date(at)),
    iso: (at) => new Date(at).toISOString(),
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    span: (ms) => {
      const [unit, size] = units.find(([, least]) => ms >= least) ?? [inMs, 1];
      return unit.format(Math.round(ms / size));
    },
    list: (values) => list.format(values),
  };
};

const FORMATS: Readonly<Record<Lang, Format>> = { sv: made('sv'), en: made('en') };
export const formatOf = (lang: Lang): Format => FORMATS[lang];

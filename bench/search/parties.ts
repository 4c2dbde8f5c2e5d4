/** Who takes part: sixty senders of which two have a tenth each and one next to nothing, four agencies of which one has two fifths. */
const OTHERS = Array.from({ length: 57 }, (_, at) => `kommun-${String(at + 1).padStart(2, '0')}/socialnamnden`);
const SMALL = 'uppsala/overformyndarnamnden';
export const LARGE_SENDERS = ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'];
const AGENCY = 'fk/forsakringskassan';

/** Of each thousandth of the cases its sender; the small one takes part in one case of 5,000. */
export const SENDERS: readonly string[] = Array.from({ length: 5_000 }, (_, at) => {
  if (at === 0) return SMALL;
  return at % 10 < 2 ? (LARGE_SENDERS[at % 10] ?? SMALL) : (OTHERS[at % OTHERS.length] ?? SMALL);
});
export const RECIPIENTS: readonly string[] = [
  AGENCY,
  AGENCY,
  'skv/skatteverket',
  'polis/polisen',
  'af/arbetsformedlingen',
];
export const AUTHORITIES: readonly string[] = [...new Set([...SENDERS, ...RECIPIENTS])];

/** Whose auditors ask: of an agency, of two boards of a municipality, of a small board. */
export const ASSIGNED: readonly (readonly [name: string, authorities: readonly string[]])[] = [
  ['an agency', [AGENCY]],
  ['two boards', LARGE_SENDERS],
  ['a small board', [SMALL]],
];

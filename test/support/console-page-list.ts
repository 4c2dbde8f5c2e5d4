import { CASE, EXPORT, MESSAGE } from './console-pages.js';
import { FINDING, ITEM_FINDING, SAMPLE } from './console-reviews.js';

/** Pages that anyone may see. */
export const OPEN = ['/', '/ut', '/tillganglighet', '/kontroll'];
/** Pages of whoever is logged in. */
export const LOGGED_IN = ['/uppdrag', '/mina-atgarder'];
/** Pages within an assignment. */
export const WITHIN = [
  '/utlamnanden',
  `/utlamnanden/${MESSAGE}`,
  '/allt?id=17',
  `/arenden/${CASE}`,
  '/nekade',
  '/nekade?by=gateway',
  '/kvittenser',
  '/floden',
  '/statistik',
  '/stickprov',
  '/stickprov?from=2026-01-01&outcome=permit&overdue=true',
  `/stickprov/${SAMPLE}`,
  `/stickprov/${SAMPLE}/0`,
  `/stickprov/${SAMPLE}/1`,
  `/stickprov/${SAMPLE}/2`,
  '/iakttagelser',
  `/iakttagelser/${FINDING}`,
  `/iakttagelser/${ITEM_FINDING}`,
  '/lagen',
  '/lagen?den=2024-06-01',
  '/lagen/LUF-2008-206-3',
  '/lagen/idag?sender=a%2Fb',
  '/logg',
  `/export/${EXPORT}`,
];
/** Pages of a sample that is signed. */
export const SIGNED = [`/stickprov/${SAMPLE}`, `/stickprov/${SAMPLE}/rapport`, `/stickprov/${SAMPLE}/0`];
/** Every page of the console, once: what specs of all pages visit, and those of a sample that is signed. A route that no page is of, and that is no file, fails a spec. */
export const PAGES = [...OPEN, ...LOGGED_IN, ...WITHIN];

/** What is got and is no page. */
export const FILES = [
  '/export/:id/fil',
  '/export/:id/forsattsblad',
  '/in',
  '/in/svar',
  '/kontroll/delge-verifier.html',
  '/mina-atgarder/:entryId/bevis',
  '/static/:digest/:name',
  '/stickprov/:sample/draget.tsv',
  '/stickprov/:sample/population.tsv',
  '/stickprov/:sample/rapport.jsonl',
  '/trust.json',
  '/utlamnanden/:messageId/bevis',
];

/** @param path of a page @param route as controllers write it, with `:name` for a part */
export const isOf = (path: string, route: string): boolean => {
  const [at = ''] = path.split('?');
  const [parts, places] = [at.split('/'), route.split('/')];
  return parts.length === places.length && places.every((place, n) => place.startsWith(':') || place === parts[n]);
};

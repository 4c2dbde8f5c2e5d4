import { CASE, MESSAGE } from './console-pages.js';

/** Pages that anyone may see. */
export const OPEN = ['/', '/ut', '/tillganglighet', '/kontroll'];
/** Pages of whoever is logged in. */
export const LOGGED_IN = ['/uppdrag'];
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
  '/lagen',
  '/lagen?den=2024-06-01',
  '/lagen/LUF-2008-206-3',
  '/logg',
];
/** Every page of the console, once: what specs of all pages visit. A route that no page here is of, and that is no file, fails a spec. */
export const PAGES = [...OPEN, ...LOGGED_IN, ...WITHIN];

/** What is got and is no page. */
export const FILES = [
  '/in',
  '/in/svar',
  '/kontroll/delge-verifier.html',
  '/static/:digest/:name',
  '/trust.json',
  '/utlamnanden/:messageId/bevis',
];

/** @param path of a page @param route as controllers write it, with `:name` for a part */
export const isOf = (path: string, route: string): boolean => {
  const [at = ''] = path.split('?');
  const [parts, places] = [at.split('/'), route.split('/')];
  return parts.length === places.length && places.every((place, n) => place.startsWith(':') || place === parts[n]);
};

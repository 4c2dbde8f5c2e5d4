import type { Request, Response } from 'express';
import { PROBLEMS, PROBLEM_WORDS, retryAfterOf, sendProblem } from '#platform';
import type { Refuse } from '#platform';
import type { ReviewRefusalCode } from '../application/review-ports.js';
import { render } from '../views/views.js';
import { WORDS, said } from '../views/words.js';
import type { Lang } from '../views/words.js';
import type { Words } from '../views/words-sv.js';
import { ownAddress, withParameters } from './address.js';
import { ASSETS, VERIFIER } from './assets.js';
import { keepLanguage, languageOf } from './language.js';
import type { Visit } from './visit.js';

/** What a page is made of: its template, title and part of the menu, and what the template shows. */
export interface Shown {
  readonly page: string;
  readonly title: string;
  readonly section?: string;
  readonly [member: string]: unknown;
}

/** Of a page that can be asked without parameters. */
const OWN_PAGE = /^\/[a-z]+$/;
const ADDRESSES = Object.fromEntries(Object.entries(ASSETS).map(([name, { address }]) => [name, address]));

/** @param origins of other hosts to which a form may lead */
const policyOf = (origins: readonly string[]): string =>
  [
    `default-src 'self'`,
    `script-src 'self'`,
    // FKUI's style has two of its icons within it.
    `img-src 'self' data:`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action ${["'self'", ...origins].join(' ')}`,
    `frame-ancestors 'none'`,
  ].join('; ');

const PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map((feature) => `${feature}=()`)
  .join(', ');

const write = (
  response: Response,
  lang: Lang,
  { page, visit, ...data }: Shown & { readonly visit: Pick<Visit, 'address'> },
  origins: readonly string[] = [],
): void => {
  const other = lang === 'sv' ? 'en' : 'sv';
  const html = render(page, lang, {
    ...data,
    visit,
    assets: ADDRESSES,
    verifierDigest: VERIFIER?.digest,
    sandbox: response.getHeader('Delge-Environment') !== 'production',
    other: { lang: other, address: withParameters(visit.address, { lang: other }) },
  });
  response
    .setHeader('Content-Security-Policy', policyOf(origins))
    // Nothing of it is used here, or lent to anybody.
    .setHeader('Permissions-Policy', PERMISSIONS)
    .setHeader('Cache-Control', 'no-store')
    .setHeader('Content-Language', lang)
    .setHeader('Vary', 'Cookie')
    .type('text/html; charset=utf-8')
    .send(html);
};

/** Sends pages: what stands on all of them, and the headers that hold for all of them. */
export class Pages {
  private readonly origins: readonly string[];

  /** @param issuers identity providers, to which logging out leads */
  constructor(issuers: readonly string[]) {
    this.origins = [...new Set(issuers.map((issuer) => new URL(issuer).origin))];
  }

  send(request: Request, response: Response, visit: Visit, shown: Shown): void {
    keepLanguage(request, response);
    write(response, visit.lang, { ...shown, visit }, this.origins);
  }
}

/** A refusal as a page to those who read pages, as problem details to others. */
export const refuse: Refuse = (request, response, problem, instance) => {
  if (request.headers.accept?.includes('text/html') !== true || request.path.startsWith('/health/')) {
    sendProblem(response, problem, instance);
    return;
  }
  const lang = languageOf(request);
  const { sv, en, cause } = PROBLEMS[problem.code];
  const [, causeSv] = PROBLEM_WORDS[problem.code];
  response.removeHeader('ETag');
  const retryAfter = retryAfterOf(problem);
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  response.status(problem.status);
  const address = request.method === 'GET' ? ownAddress(request.originalUrl) : '/';
  const violations = problem.options.violations ?? [];
  const isCancelled = violations.some(({ code }) => code === ('LOGIN_CANCELLED' satisfies RefusalCode));
  write(response, lang, {
    page: isCancelled ? 'cancelled' : 'problem',
    visit: { address: isCancelled ? '/' : address },
    title: isCancelled ? WORDS[lang].loginCancelled : WORDS[lang].problemTitle,
    code: problem.code,
    words: lang === 'sv' ? [sv, causeSv] : [en, cause],
    told: [
      ...violations.flatMap(({ path, code }) => toldOf(lang, path.slice(1), code)),
      ...(problem.code === 'rate-limited' ? [said(WORDS[lang].refusedRate, { seconds: retryAfter ?? 1 })] : []),
    ],
    instance,
    ...(problem.status === 400 && request.method === 'GET' && OWN_PAGE.test(request.path)
      ? { again: request.path }
      : {}),
  });
};

const REFUSALS = {
  FIELD_NOT_GRANTED: 'refusedField',
  QUERY_INVALID: 'refusedQuery',
  PERIOD_REVERSED: 'refusedPeriod',
  TOO_MANY: 'refusedTooMany',
  QUERY_TOO_WIDE: 'refusedTooWide',
  NOT_WITHIN_ASSIGNMENT: 'refusedNotWithin',
  NOT_READY: 'refusedNotReady',
  FORM_NOT_OF_SESSION: 'refusedForm',
  LOGIN_NOT_COMPLETED: 'refusedLogin',
  LOGIN_CANCELLED: 'loginCancelledLead',
  POPULATION_EMPTY: 'refusedPopulationEmpty',
  POPULATION_TOO_LARGE: 'refusedPopulationTooLarge',
  STRATA_TOO_MANY: 'refusedStrataTooMany',
  SIZE_INVALID: 'refusedSize',
  NONCE_DIGEST_INVALID: 'refusedNonceDigest',
  NONCE_USED: 'refusedNonceUsed',
  NONCE_WRONG: 'refusedNonce',
  NOT_WITNESSED_YET: 'refusedNotWitnessed',
  ALREADY_DRAWN: 'refusedDrawn',
  NOT_DRAWN: 'refusedNotDrawn',
  SHEET_INVALID: 'refusedSheet',
  SHEET_CHANGED: 'refusedSheetChanged',
  OWN_SHEET: 'refusedOwnSheet',
  NOT_ALL_REVIEWED: 'refusedNotReviewed',
  ALREADY_SIGNED: 'refusedSigned',
  FINDING_INVALID: 'refusedFinding',
  FINDING_CLOSED: 'refusedFindingClosed',
  NOT_A_COLLEAGUE: 'refusedColleague',
  NOT_ASSIGNED: 'refusedNotAssigned',
  NOT_ANSWERED: 'refusedNotAnswered',
  CALLED_FROM_ELSEWHERE: 'refusedElsewhere',
} as const satisfies Readonly<Record<ReviewRefusalCode, keyof Words>> & Readonly<Record<string, keyof Words>>;
export type RefusalCode = keyof typeof REFUSALS;

const toldOf = (lang: Lang, name: string, code: string): readonly string[] => {
  if (!Object.hasOwn(REFUSALS, code)) return [];
  const words = WORDS[lang];
  const label =
    name === 'from' || name === 'until' ? `${name}Date` : `filter${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const filter = Object.hasOwn(words, label) ? words[label as 'filterSender'] : name;
  return [said(words[REFUSALS[code as RefusalCode]], { filter })];
};

import type { Request, Response } from 'express';
import { PROBLEMS, PROBLEM_WORDS, sendProblem } from '#platform';
import type { Refuse } from '#platform';
import { render } from '../views/views.js';
import { WORDS, said } from '../views/words.js';
import type { Lang } from '../views/words.js';
import { withParameters } from './address.js';
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

const ADDRESSES = Object.fromEntries(Object.entries(ASSETS).map(([name, { address }]) => [name, address]));

/** @param origins of other hosts to which a form may lead */
const policyOf = (origins: readonly string[]): string =>
  [
    `default-src 'self'`,
    // FKUI's style has two of its icons within it.
    `img-src 'self' data:`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action ${["'self'", ...origins].join(' ')}`,
    `frame-ancestors 'none'`,
  ].join('; ');

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
  response.status(problem.status);
  const address = request.method === 'GET' ? withParameters(request.originalUrl, { lang: undefined }) : '/';
  const violations = problem.options.violations ?? [];
  write(response, lang, {
    page: 'problem',
    visit: { address },
    title: WORDS[lang].problemTitle,
    code: problem.code,
    words: lang === 'sv' ? [sv, causeSv] : [en, cause],
    told: violations.flatMap(({ path, code }) => toldOf(lang, path.slice(1), code)),
    instance,
  });
};

const REFUSALS = {
  FIELD_NOT_GRANTED: 'refusedField',
  QUERY_INVALID: 'refusedQuery',
  QUERY_TOO_WIDE: 'refusedTooWide',
  NOT_WITHIN_ASSIGNMENT: 'refusedNotWithin',
  NOT_READY: 'refusedNotReady',
  FORM_NOT_OF_SESSION: 'refusedForm',
  LOGIN_NOT_COMPLETED: 'refusedLogin',
} as const;
export type RefusalCode = keyof typeof REFUSALS;

const toldOf = (lang: Lang, name: string, code: string): readonly string[] => {
  if (!Object.hasOwn(REFUSALS, code)) return [];
  const words = WORDS[lang];
  const label = `filter${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const filter = Object.hasOwn(words, label) ? words[label as 'filterSender'] : name;
  return [said(words[REFUSALS[code as RefusalCode]], { filter })];
};

import type { Request } from 'express';
import type { Acting } from '../application/ports.js';
import { said } from '../views/words.js';
import type { PageRequest } from './reading.js';
import { actingOf } from './visit.js';
import type { Visits } from './visit.js';

/** A form of a session's own page, and who sends it. */
export class ReviewForms {
  constructor(private readonly visits: Visits) {}

  /** @returns `form` gives a field's text; the empty text where it was not sent */
  async of(request: Request): Promise<{ readonly acting: Acting; readonly form: (name: string) => string }> {
    this.visits.assertOwnForm(request);
    const body = request.body as Readonly<Record<string, unknown>>;
    const form = (name: string): string => {
      const value = Object.hasOwn(body, name) ? body[name] : undefined;
      return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : '';
    };
    return { acting: actingOf(await this.visits.reading(request)), form };
  }
}

/** As much of an id as a page says it by. */
export const shortOf = (id: string): string => id.slice(0, 8);

/** How a page calls whoever did something: no name of an auditor is known. */
export const whoIn =
  ({ reading, words }: Omit<PageRequest, 'query'>, names: (authority: string) => string) =>
  (who: string): string => {
    if (who.includes('/')) return names(who);
    return who === reading.auditor.id ? words.reviewYou : said(words.reviewColleague, { id: who.slice(0, 4) });
  };

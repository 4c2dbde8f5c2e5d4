import { Visitor } from './visitor.js';

/** An auditor at the console, in a browser without a window. */
export class AuditorVisit {
  private readonly visitor = new Visitor();

  /** @param base address of the console */
  constructor(private readonly base: string) {}

  /** @returns the page on which assignments are chosen */
  async logIn(person: string): Promise<string> {
    const { next } = await this.visitor.follow(`${this.base}/in`, this.base);
    if (next === undefined) throw new Error('the login led nowhere');
    const { at, page } = await this.visitor.follow(await this.visitor.choose(next, person), this.base);
    if (page === undefined || at.pathname !== '/uppdrag') throw new Error(`the login led to ${at.pathname}`);
    return page.text();
  }

  async get(path: string): Promise<readonly [status: number, page: string]> {
    const response = await this.visitor.ask(`${this.base}${path}`, { headers: { accept: 'text/html' } });
    return [response.status, await response.text()];
  }

  async post(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    const [, page] = await this.get('/uppdrag');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    return this.visitor.ask(`${this.base}${path}`, { method: 'POST', body: new URLSearchParams({ ...form, csrf }) });
  }
}

/** Id that an assignment is granted to, as the console shows it. */
export const auditorIn = (page: string): string => /id="auditor">([A-Za-z0-9_-]{43})</.exec(page)?.[1] ?? '';

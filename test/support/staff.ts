import type { StaffView } from '#contracts';
import { call, json } from './http.js';
import type { Answer } from './http.js';
import type { TestStack } from './stack.js';
import { Visitor } from './visitor.js';

/** Two participants with issuers of their own have authorities here. */
const GATEWAY = 'kommunerna';

/** A member of staff in a browser. */
export class StaffBrowser {
  private csrf = '';

  private constructor(
    private readonly id: string,
    readonly gateway: string,
    readonly visitor: Visitor,
    /** As `delge-authority` says it; undefined where the person acts for one alone. */
    public authority: string | undefined,
  ) {}

  /** Logs in through the sandbox's identity provider. @param issuer name, as `linkoping` */
  static async login(
    delge: TestStack,
    issuer: string,
    person: string,
    authority?: string,
    gateway = GATEWAY,
  ): Promise<StaffBrowser> {
    const browser = new StaffBrowser(gateway, delge.stack.url(`gateway-${gateway}`), new Visitor(), authority);
    const back = await browser.way(delge, issuer, person);
    const done = await browser.visitor.ask(back);
    if (done.status !== 303) throw new Error(`not let in: ${done.status} ${await done.text()}`);
    browser.csrf = (await browser.who()).session?.csrf ?? '';
    return browser;
  }

  static nobody(delge: TestStack): StaffBrowser {
    return new StaffBrowser(GATEWAY, delge.stack.url(`gateway-${GATEWAY}`), new Visitor(), undefined);
  }

  /** Goes to the identity provider and is somebody there. @returns where it sends the browser back to */
  async way(delge: TestStack, issuer: string, person: string): Promise<URL> {
    const query = new URLSearchParams({ issuer: `${delge.stack.url('identity')}/${issuer}` });
    const begun = await this.visitor.ask(`${this.gateway}/staff/in?${query.toString()}`);
    const location = begun.headers.get('location');
    if (location === null) throw new Error(`not begun: ${begun.status} ${await begun.text()}`);
    return this.visitor.choose(location, person);
  }

  async who(): Promise<StaffView> {
    const answer = await this.visitor.ask(`${this.gateway}/staff`);
    return (await answer.json()) as StaffView;
  }

  get cookie(): string {
    const name = `delge-staff-${this.id}`;
    return `${name}=${this.visitor.cookie(this.gateway, name) ?? ''}`;
  }

  /** That a call brings. @param change undefined leaves one out */
  headers(change: Readonly<Record<string, string | undefined>> = {}): Readonly<Record<string, string>> {
    const own = { cookie: this.cookie, 'delge-csrf': this.csrf, 'delge-authority': this.authority, ...change };
    return Object.fromEntries(Object.entries(own).filter((pair): pair is [string, string] => pair[1] !== undefined));
  }

  /** @param change of the headers; undefined leaves one out */
  ask(
    method: string,
    path: string,
    body?: object,
    change: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Answer> {
    const init = body === undefined ? { method } : json(body, undefined, method);
    return call(`${this.gateway}${path}`, { ...init, headers: { ...init.headers, ...this.headers(change) } });
  }
}

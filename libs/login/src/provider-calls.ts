import type * as client from 'openid-client';
import { BackOff } from './back-off.js';

/** Under way to one provider at once: anybody may come back from a login that they began, with a code that is none. */
const MOST_AT_ONCE = 32;

/** The provider was not asked: it did not answer a moment ago, or is asked as much as it may be already. */
export class NotAsked extends TypeError {
  override readonly name = this.constructor.name;

  constructor(readonly code: 'backing-off' | 'busy') {
    super(code);
  }
}

/** What an app asks of one provider, so that whoever floods the app does not flood the provider, and nobody waits for one that is away. */
export class ProviderCalls {
  private readonly backOff: BackOff;
  private underWay = 0;

  constructor(
    now: () => number,
    private readonly ask: client.CustomFetch,
  ) {
    this.backOff = new BackOff(now);
  }

  /** @throws {NotAsked} and what the request ends in */
  readonly fetch: client.CustomFetch = async (url, options) => {
    if (this.backOff.isWaiting) throw new NotAsked('backing-off');
    if (this.underWay >= MOST_AT_ONCE) throw new NotAsked('busy');
    this.underWay += 1;
    try {
      const response = await this.ask(url, options);
      // What is posted may be a code of anybody's making, and no reason to keep the others away.
      if (response.status >= 500 && options.method === 'GET') this.backOff.failed();
      else this.backOff.succeeded();
      return response;
    } catch (error) {
      this.backOff.failed();
      throw error;
    } finally {
      this.underWay -= 1;
    }
  };
}

/** A browser without a window: follows redirects one by one and keeps cookies per host and port. */
export class Visitor {
  private readonly jar = new Map<string, Map<string, string>>();

  /** One call, redirects not followed. */
  async ask(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const cookies = this.jar.get(host) ?? new Map<string, string>();
    this.jar.set(host, cookies);
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const one of response.headers.getSetCookie()) {
      const [pair = ''] = one.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(one)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  cookie(url: string, name: string): string | undefined {
    return this.jar.get(new URL(url).host)?.get(name);
  }

  /** Follows redirects as long as they lead to this address or below it. @returns where the next one leads, or the page that came */
  async follow(
    start: string | URL,
    within: string,
  ): Promise<{ readonly page?: Response; readonly next?: URL; readonly at: URL }> {
    let at = new URL(start);
    for (let hops = 0; hops < 10; hops += 1) {
      const response = await this.ask(at);
      const location = response.headers.get('location');
      if (location === null) return { page: response, at };
      await response.arrayBuffer();
      const next = new URL(location, at);
      if (!next.href.startsWith(within)) return { next, at };
      at = next;
    }
    throw new Error('too many redirects');
  }

  /** At the sandbox's identity provider: chooses a person. @returns the address that the provider sends the browser to */
  async choose(authorization: string | URL, person: string): Promise<URL> {
    const { origin } = new URL(authorization);
    const { at, page } = await this.follow(authorization, origin);
    if (page === undefined) throw new Error('nobody was asked who they are');
    await page.arrayBuffer();
    const chosen = await this.ask(at, { method: 'POST', body: new URLSearchParams({ person }) });
    await chosen.arrayBuffer();
    const { next } = await this.follow(new URL(chosen.headers.get('location') ?? '', at), origin);
    if (next === undefined) throw new Error('the provider sent nobody back');
    return next;
  }
}

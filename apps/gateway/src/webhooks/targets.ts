import { isIP } from 'node:net';
import { ConfigError } from '#platform';
import { reachOf } from './address.js';

const INTERNAL = '=internal';
/** `no-targets`: the operator allows none at all. `form`: it is not written as it is compared. */
export type TargetFault = 'no-targets' | 'form' | 'not-listed';

interface Target {
  readonly isInternal: boolean;
  /** Each with a solidus at its end; `/`: all. */
  readonly paths: readonly string[];
}

/**
 * Where a gateway may send events: origins that its operator listed, or what lies below a path of one, and of each the addresses that its name may lead to. A name leads to public addresses,
 * or where it is marked `=internal` to those of an organisation's own network too; an address that is itself listed is that one.
 */
export class WebhookTargets {
  private constructor(private readonly listed: ReadonlyMap<string, Target>) {}

  /**
   * @param text `WEBHOOK_TARGETS`: origins, each with a path or without, separated by commas
   * @throws {ConfigError} unless each is `https://host[:port][/path/]`, or outside production `http://` and a loopback address, and all of an origin are marked alike
   */
  static of(text: string, environment: string): WebhookTargets {
    const listed = new Map<string, Target>();
    for (const entry of text.split(',').filter((one) => one !== '')) {
      const isInternal = entry.endsWith(INTERNAL);
      const url = targetOf(isInternal ? entry.slice(0, -INTERNAL.length) : entry, environment);
      const before = url === undefined ? undefined : listed.get(url.origin);
      if (url === undefined || (before !== undefined && before.isInternal !== isInternal))
        throw new ConfigError(['WEBHOOK_TARGETS breaks isOrigins']);
      listed.set(url.origin, { isInternal, paths: [...(before?.paths ?? []), url.pathname] });
    }
    return new WebhookTargets(listed);
  }

  get isEmpty(): boolean {
    return this.listed.size === 0;
  }

  /** @returns why events are not sent there; undefined: they are */
  faultOf(url: string): TargetFault | undefined {
    if (this.isEmpty) return 'no-targets';
    const parsed = URL.parse(url);
    // Written otherwise, two readers could take it for two hosts.
    if (parsed === null || (parsed.href !== url && parsed.href !== `${url}/`)) return 'form';
    if (parsed.username !== '' || parsed.password !== '' || parsed.hash !== '' || url.endsWith('#')) return 'form';
    const paths = this.listed.get(parsed.origin)?.paths ?? [];
    const { pathname } = parsed;
    // Below a path what a receiver could take for a way out of it is not listed: `%2f`, `..;`.
    return paths.some((path) => path === '/' || (pathname.startsWith(path) && PLAIN.test(pathname)))
      ? undefined
      : 'not-listed';
  }

  /** Whether a listed name may lead to this address. */
  allows(origin: string, address: string): boolean {
    const target = this.listed.get(origin);
    const reach = reachOf(address);
    return target !== undefined && (reach === 'public' || (reach === 'internal' && target.isInternal));
  }
}

const PLAIN = /^[A-Za-z0-9/._~-]*$/;
const TARGET = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?(\/[A-Za-z0-9._~-]+)*$/;
const targetOf = (text: string, environment: string): URL | undefined => {
  const url = URL.parse(text);
  const hasPath = text !== url?.origin;
  if (url === null || !TARGET.test(hasPath ? text.slice(0, -1) : text)) return undefined;
  // A path has a solidus at its end: else it would be the beginning of others' too. `/` alone is written as none.
  if (hasPath && (url.href !== text || !text.endsWith('/') || url.pathname === '/')) return undefined;
  return isReached(url, environment) ? url : undefined;
};
const isReached = (url: URL, environment: string): boolean => {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 6 && host.startsWith('::ffff:')) return false;
  if (url.protocol === 'https:') return true;
  const isLoopback = isIP(host) === 4 ? host.startsWith('127.') : host === '::1';
  return url.protocol === 'http:' && environment !== 'production' && isLoopback;
};

import type { LookupAddress } from 'node:dns';
import { Resolver, lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Now } from '../application/ports/time-and-ids.js';
import { Names } from './names.js';
import type { Ask, NameLimits, Resolve } from './names.js';

/** Shorter than anything waits for an answer; and one that led nowhere is asked for again by the second attempt, after five seconds. */
const LIMITS: NameLimits = { atOnce: Infinity, timeoutMs: 5_000, restMs: 4_000 };
/** Two of libuv's four threads, of which files need some too. */
const SYSTEM_LIMITS: NameLimits = { ...LIMITS, atOnce: 2 };
/** They know no such name, or there are none to ask. */
const UNKNOWN = ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED'];

export interface Asked {
  readonly hosts: Resolve;
  readonly servers: Ask;
  readonly system: Ask;
}

/** hosts(5), as it is now. @returns empty: it does not name it */
export const askHosts = async (hostname: string, path = '/etc/hosts'): Promise<readonly LookupAddress[]> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    return family !== 0 && names.some((name) => name.toLowerCase() === hostname) ? [{ address, family }] : [];
  });
};

/** The name servers of resolv.conf(5), as it is now; a question takes no thread and is taken back. @returns empty: they know no such name */
export const askServers = async (
  hostname: string,
  over: AbortSignal,
  resolver = new Resolver(),
): Promise<readonly LookupAddress[]> => {
  over.addEventListener('abort', () => resolver.cancel());
  const answers = await Promise.allSettled([
    resolver.resolve4(hostname).then((found) => found.map((address) => ({ address, family: 4 }))),
    resolver.resolve6(hostname).then((found) => found.map((address) => ({ address, family: 6 }))),
  ]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  for (const answer of answers)
    if (found.length === 0 && answer.status === 'rejected' && !isUnknown(answer.reason)) throw answer.reason;
  return found;
};

/**
 * Where names lead, as the system has it: hosts(5), name servers, and what only getaddrinfo(3) knows, such as search domains. That one comes last and
 * only for names that no server knows: its questions hold a thread until it gives up itself.
 */
export const resolverOf = (
  now: Now,
  asked: Asked = { hosts: askHosts, servers: askServers, system: (hostname) => lookup(hostname, { all: true }) },
): Resolve => {
  const servers = new Names(asked.servers, now, LIMITS);
  const system = new Names(asked.system, now, SYSTEM_LIMITS);
  return async (hostname) => {
    const named = await asked.hosts(hostname);
    if (named.length > 0) return named;
    const found = await servers.resolve(hostname);
    return found.length > 0 ? found : system.resolve(hostname);
  };
};

const isUnknown = (error: unknown): boolean => UNKNOWN.includes(String((error as NodeJS.ErrnoException).code));

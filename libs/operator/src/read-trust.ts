import { readFile } from 'node:fs/promises';
import { ConfigError } from '#platform';
import type { ServiceConfig } from '#platform';
import { parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';

/**
 * Reads trust.json at a service's start, before anything connects.
 * @throws {ConfigError} when the service is configured for another environment: all that it signed would be refused elsewhere
 */
export async function readTrust(config: ServiceConfig & { readonly TRUST_FILE: string }): Promise<Trust> {
  const trust = await parseTrust(await readFile(config.TRUST_FILE));
  if (trust.environment !== config.DELGE_ENVIRONMENT) {
    throw new ConfigError(['DELGE_ENVIRONMENT is not the environment of TRUST_FILE']);
  }
  return trust;
}

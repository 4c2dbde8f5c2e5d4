import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '#platform';
import type { ServiceConfig } from '#platform';
import { parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';
import { TlogError, parsePolicy } from '#tlog/verify';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * Reads trust.json at a service's start, before anything connects.
 * @throws {ConfigError} when the service is configured for another environment: all that it signed would be refused elsewhere;
 * or when a witness policy cannot be read
 */
export async function readTrust(config: ServiceConfig & { readonly TRUST_FILE: string }): Promise<Trust> {
  const trust = await parseTrust(await readFile(config.TRUST_FILE));
  if (trust.environment !== config.DELGE_ENVIRONMENT) {
    throw new ConfigError(['DELGE_ENVIRONMENT is not the environment of TRUST_FILE']);
  }
  try {
    for (const { policy } of Object.values(trust.logs)) parsePolicy(policy, sha256);
  } catch (error) {
    if (error instanceof TlogError) throw new ConfigError([`TRUST_FILE has a witness policy that is ${error.code}`]);
    throw error;
  }
  return trust;
}

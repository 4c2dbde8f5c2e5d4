import { JsonError, parseStrict } from '#json';
import type { JsonValue } from '#json';
import { importPublic } from '#envelope';
import type { PublicKey } from '#envelope';
import type { LogTrust } from '#tlog/verify';
import { SnapshotError } from './errors.js';
import { Reader, patterns } from './shape.js';

/** Where trust begins: one file, handed over out of band (design.md section 7). */
export interface Trust {
  readonly environment: string;
  readonly logs: { readonly disclosure: LogTrust; readonly keys: LogTrust };
  /** Both countersign every statement of the registry. */
  readonly operators: readonly [PublicKey, PublicKey];
}

/** @param text trust.json @throws {SnapshotError} MALFORMED_TRUST */
export async function parseTrust(text: Uint8Array | string): Promise<Trust> {
  const file = new Reader(read(text), 'MALFORMED_TRUST');
  if (file.count('v') !== 1) throw new SnapshotError('MALFORMED_TRUST', 'v');
  const environment = file.text('environment', patterns.environment);
  const logs = file.object('logs');
  const trust = {
    environment,
    logs: { disclosure: logTrust(logs.object('disclosure')), keys: logTrust(logs.object('keys')) },
  };
  logs.end();
  const jwks = file.jwks('operators');
  const operators = await Promise.all(jwks.map((jwk) => importPublic(jwk, 'operator')));
  const [first, second, ...rest] = operators;
  if (first === undefined || second === undefined || rest.length > 0 || first.kid === second.kid) {
    throw new SnapshotError('MALFORMED_TRUST', 'operators');
  }
  file.end();
  return { ...trust, operators: [first, second] };
}

function logTrust(log: Reader): LogTrust {
  const trust = {
    origin: log.text('origin', /^[^\s+]{1,200}$/),
    keys: log.texts('keys', /^[^\s]{1,300}$/),
    policy: log.text('policy', /^[\s\S]{0,20000}$/),
  };
  log.end();
  return trust;
}

function read(text: Uint8Array | string): JsonValue {
  try {
    return parseStrict(text);
  } catch (error) {
    if (error instanceof JsonError) throw new SnapshotError('MALFORMED_TRUST', undefined, { cause: error });
    throw error;
  }
}

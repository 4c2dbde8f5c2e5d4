import 'reflect-metadata';
import { Type, plainToInstance } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateBy,
  getMetadataStorage,
  isURL,
  validateSync,
} from 'class-validator';

export const ENVIRONMENTS = ['sandbox', 'test', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Variables that every service has. */
export class ServiceConfig {
  @IsString() readonly HOST: string = '127.0.0.1';
  @Type(() => Number) @IsInt() @Min(0) @Max(65_535) readonly PORT!: number;
  @IsIn(ENVIRONMENTS) readonly DELGE_ENVIRONMENT!: Environment;
  @IsIn(['debug', 'info', 'warn', 'error', 'silent']) readonly LOG_LEVEL: string = 'info';
  /** Milliseconds that running work gets to finish after SIGTERM. */
  @Type(() => Number) @IsInt() @Min(0) readonly SHUTDOWN_GRACE_MS: number = 10_000;
  /**
   * Certificates of the authorities, PEM, that the servers which this service connects to are believed by: RabbitMQ (`amqps`), PostgreSQL (`sslmode=verify-full`) and HTTPS. They alone; without it those that Node knows.
   * Targets of webhooks are believed by those that Node knows.
   */
  @IsOptional() @IsString() readonly TLS_CA_FILE?: string;
  /** For fault tests: the named point at which the process kills itself. Not in production. */
  @IsOptional() @IsString() readonly CRASH_AT?: string;
}

/** URLs in one variable, separated by commas. A comma within a password is none that separates. */
export const urlsOf = (text: string): readonly string[] => text.split(/,(?=[a-z]+:\/\/)/);

/** One URL, or several separated by commas: nodes that stand for each other. */
export const IsUrls = (...protocols: readonly string[]): PropertyDecorator => {
  const rule = { protocols: [...protocols], require_protocol: true, require_tld: false };
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && urlsOf(value).every((url) => isURL(url, rule));
  return ValidateBy({ name: 'isUrls', constraints: [protocols], validator: { validate } });
};

const TLS_MODES = ['verify-full', 'disable'];
const TLS_FILES = ['sslrootcert', 'sslcert', 'sslkey'];
const isChecked = ([name, value]: readonly [string, string]): boolean => {
  if (name === 'sslmode') return TLS_MODES.includes(value);
  return !/^(ssl|uselibpqcompat)/i.test(name) || TLS_FILES.includes(name);
};

/** A URL of PostgreSQL by which a server is believed by authority and name, or spoken to without TLS: all else that the driver takes checks less than that. */
export const ChecksCertificates = (): PropertyDecorator => {
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && URL.canParse(value) && [...new URL(value).searchParams].every(isChecked);
  return ValidateBy({ name: 'checksCertificates', validator: { validate } });
};

/** What is wrong with the environment: names of variables and rules, never values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(`configuration: ${faults.join('; ')}`);
  }
}

/**
 * Reads a service's configuration, before anything connects. Only declared variables are looked at; an empty one is a missing one.
 * @throws {ConfigError} with every fault at once
 */
export function loadConfig<T extends object>(cls: new () => T, env: NodeJS.ProcessEnv = process.env): T {
  const declared = new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(cls, '', false, false)
      .map(({ propertyName }) => propertyName),
  );
  const given = Object.fromEntries(
    [...declared].filter((name) => (env[name] ?? '') !== '').map((name) => [name, env[name]]),
  );
  const config = plainToInstance(cls, given, { exposeDefaultValues: true });
  const faults = validateSync(config, { forbidUnknownValues: true, whitelist: true }).map(
    ({ property, constraints }) =>
      property in given ? `${property} breaks ${Object.keys(constraints ?? {}).join(', ')}` : `${property} is missing`,
  );
  // Node's own switch, for the whole process: whoever pretends to be the broker or the database would be believed.
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    faults.push('NODE_TLS_REJECT_UNAUTHORIZED lets any certificate pass');
  // The driver of PostgreSQL takes it where a URL says nothing, and some of what it may say believes any certificate.
  if ((env['PGSSLMODE'] ?? '') !== '') faults.push('PGSSLMODE is for DATABASE_URL to say');
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

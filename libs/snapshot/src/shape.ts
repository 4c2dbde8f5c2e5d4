import type { JsonValue } from '#json';
import { SnapshotError } from './errors.js';
import type { SnapshotErrorCode } from './errors.js';

type Members = { readonly [name: string]: JsonValue };
export type Jwk = { readonly [member: string]: string };

const isJwk = (value: JsonValue): value is Jwk =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((member) => typeof member === 'string');

/**
 * Reads the members of one JSON object, each exactly once: what is missing, of another form, or left unread is an error that names the member.
 */
export class Reader {
  private readonly unread: Set<string>;
  private readonly members: Members;
  constructor(
    value: JsonValue | undefined,
    private readonly code: SnapshotErrorCode,
    private readonly path = '',
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SnapshotError(code, path);
    this.members = value as Members;
    this.unread = new Set(Object.keys(this.members));
  }

  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }
  text(name: string, pattern: RegExp): string {
    const value = this.take(name);
    if (typeof value !== 'string' || !pattern.test(value)) this.fail(name);
    return value;
  }
  optionalText(name: string, pattern: RegExp): string | undefined {
    return this.has(name) ? this.text(name, pattern) : undefined;
  }
  oneOf<T extends string>(name: string, words: readonly T[]): T {
    const value = this.take(name);
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) this.fail(name);
    return word;
  }
  count(name: string): number {
    const value = this.take(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) this.fail(name);
    return value;
  }
  texts(name: string, pattern: RegExp): readonly string[] {
    const value = this.take(name);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && pattern.test(item)))
      this.fail(name);
    return value as readonly string[];
  }
  object(name: string): Reader {
    return new Reader(this.take(name), this.code, `${this.path}${name}.`);
  }
  list(name: string): readonly Reader[] {
    const value = this.take(name);
    if (!Array.isArray(value)) this.fail(name);
    return value.map((item, i) => new Reader(item as JsonValue, this.code, `${this.path}${name}.${i}.`));
  }
  /** A JWK's members as they are; the envelope's admission checks judge them. */
  jwk(name: string): Jwk {
    const value = this.take(name);
    if (!isJwk(value)) this.fail(name);
    return value;
  }
  jwks(name: string): readonly Jwk[] {
    const value = this.take(name);
    if (!Array.isArray(value) || !value.every(isJwk)) this.fail(name);
    return value as readonly Jwk[];
  }
  /** Refuses members that nothing has read. */
  end(): void {
    const [name] = this.unread;
    if (name !== undefined) throw new SnapshotError(this.code, this.path === '' ? undefined : this.path.slice(0, -1));
  }

  private take(name: string): JsonValue {
    this.unread.delete(name);
    const value = Object.hasOwn(this.members, name) ? this.members[name] : undefined;
    if (value === undefined) this.fail(name);
    return value;
  }
  private fail(name: string): never {
    throw new SnapshotError(this.code, `${this.path}${name}`);
  }
}

const slug = '[a-z][a-z0-9-]{0,62}';
export const patterns = {
  environment: /^[a-z][a-z0-9-]{0,30}$/,
  slug: new RegExp(`^${slug}$`),
  authority: new RegExp(`^${slug}/${slug}$`),
  holder: new RegExp(`^(?:exchange|ledger|console|gateway:${slug}|participant:${slug}|${slug}/${slug})$`),
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  digest: /^[A-Za-z0-9_-]{43}$/,
  instant: /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/,
  date: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  name: /^[\p{L}\p{N}][\p{L}\p{N} .,&()/–-]{0,119}$/u,
  organisationNumber: /^[0-9]{10}$/,
  municipalityCode: /^[0-9]{4}$/,
  code: /^[A-Za-z0-9][A-Za-z0-9:._@/-]{0,127}$/,
};

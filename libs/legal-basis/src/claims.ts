import { canonicalBytes, type JsonValue } from '#json';
import { base64url } from './base64url.js';
import { ClaimsError } from './errors.js';
import type { ClaimAssessment, ClaimBasis, ClaimItem, Claims, Facts, Sha256 } from './types.js';

type JsonObject = { readonly [key: string]: JsonValue };
const CODE = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
const MESSAGE_TYPE = /^[a-z][a-z0-9-]{0,62}\/[1-9]\d{0,3}$/;
const ITEM = /^[a-z][A-Za-z0-9]{0,40}(\.[A-Za-z0-9]{1,40}){0,8}(~[a-z][a-z-]{0,40})?$/;
const PROVISION = /^\d{1,2}:\d{1,2}[a-z]?(-st\d)?$/;
const BASIS_VERSION = /^(-|[A-Z][A-Za-z0-9-]{0,62}@\d{4}-\d{2}-\d{2})$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
const MAX_ITEMS = 500;

class Reader {
  constructor(
    private readonly value: JsonValue | undefined,
    private readonly name: string | number,
    private readonly within?: Reader,
  ) {}
  /** Put together only when there is a fault to tell. */
  private get path(): string {
    if (this.within === undefined) return String(this.name);
    return `${this.within.path}${typeof this.name === 'number' ? `[${this.name}]` : `.${this.name}`}`;
  }
  fail(): never {
    throw new ClaimsError(this.path);
  }
  object(required: readonly string[], optional: readonly string[]): { readonly [key: string]: Reader } {
    const value = this.plain();
    for (const key of Object.keys(value))
      if (!required.includes(key) && !optional.includes(key)) throw new ClaimsError(`${this.path}.(unknown member)`);
    const members: { [key: string]: Reader } = {};
    for (const key of [...required, ...optional]) {
      if (Object.hasOwn(value, key)) members[key] = new Reader(value[key], key, this);
      else if (required.includes(key)) throw new ClaimsError(`${this.path}.${key}`);
    }
    return members;
  }
  private plain(): JsonObject {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail();
    return this.value as JsonObject;
  }
  match(pattern: RegExp): string {
    return typeof this.value === 'string' && pattern.test(this.value) ? this.value : this.fail();
  }
  oneOf<T extends string | number>(...values: readonly T[]): T {
    return values.find((candidate) => candidate === this.value) ?? this.fail();
  }
  list<T>(max: number, read: (member: Reader) => T): T[] {
    if (!Array.isArray(this.value) || this.value.length > max) this.fail();
    return (this.value as readonly JsonValue[]).map((member, at) => read(new Reader(member, at, this)));
  }
  facts(): Facts {
    const facts: { [code: string]: boolean | string } = {};
    for (const [code, value] of Object.entries(this.plain())) {
      if (!CODE.test(code)) this.fail();
      if (typeof value !== 'boolean' && (typeof value !== 'string' || !CODE.test(value)))
        throw new ClaimsError(`${this.path}.${code}`);
      facts[code] = value;
    }
    return facts;
  }
}
/** `object` has checked that required members are there. */
const at = (members: { readonly [key: string]: Reader }, key: string): Reader =>
  members[key] ?? new Reader(undefined, key);

/**
 * Reads claims from parsed JSON: shape, patterns and sizes. Whether a code is on its closed list is the check's matter, so that an
 * unknown code is refused with a verdict that says so.
 * @throws {ClaimsError} path of the first fault, never the value
 */
export function parseClaims(value: JsonValue): Claims {
  const claims = new Reader(value, '$').object(
    ['v', 'messageType', 'initiative', 'purpose', 'bases', 'items', 'facts', 'derived', 'assessments'],
    ['requestId', 'cooperationDecision'],
  );
  const items = at(claims, 'items').list(MAX_ITEMS, parseItem);
  if (new Set(items.map((item) => item.id)).size !== items.length) throw new ClaimsError('$.items');
  const { requestId, cooperationDecision } = claims;
  return {
    v: at(claims, 'v').oneOf(1),
    messageType: at(claims, 'messageType').match(MESSAGE_TYPE),
    initiative: at(claims, 'initiative').oneOf('own', 'request'),
    ...(requestId === undefined ? {} : { requestId: requestId.match(UUID) }),
    purpose: at(claims, 'purpose').match(CODE),
    bases: at(claims, 'bases').list(20, parseBasis),
    items,
    facts: at(claims, 'facts').facts(),
    derived: at(claims, 'derived').facts(),
    assessments: at(claims, 'assessments').list(500, parseAssessment),
    ...(cooperationDecision === undefined ? {} : { cooperationDecision: cooperationDecision.match(UUID) }),
  };
}

function parseBasis(reader: Reader): ClaimBasis {
  const { id, point } = reader.object(['id'], ['point']);
  return { id: (id ?? reader).match(CODE), ...(point === undefined ? {} : { point: point.match(CODE) }) };
}

function parseItem(reader: Reader): ClaimItem {
  const item = reader.object(['id', 'dataCategory', 'about', 'known', 'secrecy'], []);
  return {
    id: at(item, 'id').match(ITEM),
    dataCategory: at(item, 'dataCategory').match(CODE),
    about: at(item, 'about').match(CODE),
    known: at(item, 'known').match(CODE),
    secrecy: at(item, 'secrecy').list(20, (provision) => provision.match(PROVISION)),
  };
}

function parseAssessment(reader: Reader): ClaimAssessment {
  const members = [
    'id',
    'test',
    'outcome',
    'basis',
    'items',
    'office',
    'officer',
    'mandate',
    'at',
    'assurance',
    'commitment',
    'digest',
  ];
  const assessment = reader.object(members, []);
  return {
    id: at(assessment, 'id').match(UUID),
    test: at(assessment, 'test').match(/^[A-Z][A-Z_]{1,40}$/),
    outcome: at(assessment, 'outcome').match(CODE),
    basis: at(assessment, 'basis').match(BASIS_VERSION),
    items: at(assessment, 'items').list(MAX_ITEMS, (item) => item.match(ITEM)),
    office: at(assessment, 'office').match(CODE),
    officer: at(assessment, 'officer').match(TOKEN),
    mandate: at(assessment, 'mandate').match(CODE),
    at: at(assessment, 'at').match(INSTANT),
    assurance: at(assessment, 'assurance').oneOf('authenticated', 'asserted'),
    commitment: at(assessment, 'commitment').match(TOKEN),
    digest: at(assessment, 'digest').match(TOKEN),
  };
}

/** RFC 8785 bytes, over which the claims digest of a decision is made. */
export const claimsBytes = (claims: Claims): Uint8Array => canonicalBytes(claims);
/** @returns base64url SHA-256 of `claimsBytes` */
export const claimsDigest = (claims: Claims, sha256: Sha256): string => base64url(sha256(claimsBytes(claims)));

/** What an assessment is bound to; it is void when any of it changes (design.md section 2). */
export interface AssessmentBinding {
  readonly sender: string;
  readonly recipient: string;
  /** Basis version, or `-`. */
  readonly basis: string;
  readonly items: readonly string[];
  readonly test: string;
  /**
   * base64url digest of the content, keyed or salted by the sender's gateway with a value that travels sealed: claims are read
   * outside the seal, and short content could be guessed from a bare digest.
   */
  readonly contentDigest: string;
}
export const assessmentDigestInput = (binding: AssessmentBinding): Uint8Array =>
  canonicalBytes({ v: 1, kind: 'assessment-binding', ...binding, items: [...binding.items].sort() });
/** @returns base64url SHA-256 of `assessmentDigestInput` */
export const assessmentDigest = (binding: AssessmentBinding, sha256: Sha256): string =>
  base64url(sha256(assessmentDigestInput(binding)));

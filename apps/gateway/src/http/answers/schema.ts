import { MESSAGE_STATES } from '#contracts';
import type { Page, ProvenStatement } from '#contracts';

/** JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

interface Absent {
  readonly mayBeAbsent: Schema;
}

/** Every member of an answer, and which of them may be absent: leaving one out, or inventing one, fails to compile. */
export type Members<T> = { readonly [K in keyof T]-?: object extends Pick<T, K> ? Absent : Schema };

export const absent = (mayBeAbsent: Schema): Absent => ({ mayBeAbsent });

export const object = <T>(members: Members<T>): Schema => {
  const entries = Object.entries<Schema | Absent>(members);
  const isAbsent = (member: Schema | Absent): member is Absent => 'mayBeAbsent' in member;
  return {
    type: 'object',
    required: entries.filter(([, member]) => !isAbsent(member)).map(([name]) => name),
    properties: Object.fromEntries(
      entries.map(([name, member]) => [name, isAbsent(member) ? member.mayBeAbsent : member]),
    ),
  };
};

export const listOf = (items: Schema): Schema => ({ type: 'array', items });

export const described = (schema: Schema, description: string): Schema => ({ ...schema, description });

export const text: Schema = { type: 'string' };

export const count: Schema = { type: 'integer', minimum: 1 };

export const uuid: Schema = { type: 'string', format: 'uuid' };

export const instant: Schema = { type: 'string', format: 'date-time' };

/** Made up, and of the form that the real thing has. */
const as = (schema: Schema, example: string): Schema => ({ ...schema, examples: [example] });

export const authority = as(described(text, 'Authority id `<slug>/<unit>`'), 'linkoping/omsorgsnamnden');

export const jws = as(described(text, 'Compact JWS'), 'eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl');

export const blind = as(described(text, 'base64url, 32 octets'), 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80');

export const proof = as(
  described(text, 'c2sp.org/tlog-proof@v1'),
  'c2sp.org/tlog-proof@v1\nindex 4711\n\ndelge.example/disclosure\n4712\nq83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=\n\n— delge.example/disclosure c2ln\n',
);

export const state: Schema = { type: 'string', enum: MESSAGE_STATES };

export const json: Schema = { type: 'object', additionalProperties: true };

export const itemIds = (description: string): Schema => described(listOf(text), description);

export const proven: Members<ProvenStatement> = {
  entry: described(jws, 'Compact JWS by the exchange: the entry in the disclosure log'),
  statement: absent(described(jws, "The participant's statement that the entry records, compact JWS")),
  blind: absent(blind),
  proof: absent(proof),
};

export const some: Schema = { type: 'integer', minimum: 0 };

export const page = (items: Schema): Schema =>
  object<Page<object>>({
    items: listOf(items),
    next: absent(
      described(
        text,
        'Cursor for `after`: what comes later than this page; the same again when the page is empty, absent when nothing has come yet',
      ),
    ),
  });

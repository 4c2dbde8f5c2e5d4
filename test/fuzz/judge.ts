import { PROBLEMS } from '#platform';
import { OPERATIONS, allows, allowsText, resolved } from './api.js';
import type { Schema } from './api.js';
import type { FuzzRequest, World } from './requests.js';
import { BREAKS_OFF, OF_BOTH, OWN_IDS, UPLOADS } from './tables.js';
import type { Heard } from './send.js';

/** What an answer was: as it should be, or at fault. `told to wait`: for a reason that is stated and is no fault of the service. */
export type Judgement = 'accepted' | 'refused' | 'told to wait' | { readonly fault: string };

/** Reasons for which a gateway that is well does not take a request now, by status. */
const WAITS: Readonly<Record<number, readonly string[]>> = {
  429: ['rate-limited'],
  503: ['busy', 'timeout', 'not-ready', 'outbox-full'],
  507: ['quota', 'storage'],
};
/** By which Node itself, or the pace of a body, refuses what is no HTTP. */
const NO_HTTP = [400, 408, 413, 417, 431];

/** Whether the published description, or HTTP, forbids this request. */
export const isForbidden = (asked: FuzzRequest): boolean => {
  const { operation, who, path, query, headers, body, flaws, wire } = asked;
  const isRead = operation.method === 'GET' || operation.method === 'HEAD';
  if (wire !== undefined) return !(isRead && wire === BREAKS_OFF);
  if (!isKnown(asked)) return false;
  // Its body is not read.
  if (!isRead && flaws.length > 0) return true;
  const described = operation.parameters;
  const names = described.filter((one) => one.in === 'query').map(({ name }) => name);
  const given = query.map(([name]) => name);
  if (names.length > 0 && given.some((name, at) => !names.includes(name) || given.indexOf(name) !== at)) return true;
  const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    path: path ?? {},
    query: Object.fromEntries(query),
    header: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  };
  const isBad = described.some((one) => {
    const text = texts[one.in]?.[one.in === 'header' ? one.name.toLowerCase() : one.name];
    return text === undefined ? one.required === true : !allowsText(one.schema, text);
  });
  if (isBad) return true;
  if (operation.body?.type !== 'application/json') return false;
  if (body === undefined || body.length === 0) return operation.body.isRequired;
  const sent = JSON.parse(body.toString('utf8')) as unknown;
  return !allows(operation.body.schema, who === 'staff' ? withOfficer(sent, operation.body.schema) : sent);
};

const OFFICER: Readonly<Record<string, string>> = { officer: 'X', office: 'handlaggare', mandate: 'delegation' };
/** As it is when the gateway has put the officer in. */
const withOfficer = (body: unknown, schema: Schema): unknown => {
  const { properties = {} } = resolved(schema);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { assessments, ...said } = body as Readonly<Record<string, unknown>>;
  const items = resolved(properties['assessments'] ?? {}).items ?? {};
  return {
    ...Object.fromEntries(Object.entries(OFFICER).filter(([name]) => name in properties)),
    ...said,
    ...(assessments === undefined
      ? {}
      : { assessments: Array.isArray(assessments) ? assessments.map((one) => withOfficer(one, items)) : assessments }),
  };
};

/** Its path is one of the description, and its method is that of the operation. */
const isKnown = ({ path, operation }: FuzzRequest): boolean =>
  path !== undefined && OPERATIONS.some(({ name, method }) => name === operation.name && method === operation.method);

export class Judge {
  private readonly theirs: ReadonlySet<string>;
  private readonly uploads: ReadonlySet<string>;

  /** @param canary part of whatever is personal in a request, and in no refusal */
  constructor(
    private readonly canary: string,
    { ids }: World,
  ) {
    this.theirs = new Set(Object.values(ids).flat());
    this.uploads = new Set(ids['attachments']);
  }

  judge(asked: FuzzRequest, heard: Heard): Judgement {
    const { status, body, contentType, text } = heard;
    const { operation, who, wire } = asked;
    if (status === 0) return wire === undefined ? fault('no answer') : 'refused';
    const slug = slugOf(heard);
    if (WAITS[status]?.includes(slug) === true) return text.includes(this.canary) ? fault('echo') : 'told to wait';
    if (status >= 500) return fault(`${status} ${slug}`);
    // Nothing has changed since what the request names.
    if (status < 300 || status === 304) return this.accepted(asked);
    if (status < 400) return fault(`a redirection, ${status}`);
    if (text.includes(this.canary)) return fault(`echo in ${status} ${slug}`);
    if (wire !== undefined && NO_HTTP.includes(status) && contentType === '') return 'refused';
    if (operation.method === 'HEAD') return 'refused';
    if (!contentType.startsWith('application/problem+json')) return fault(`${status} as ${contentType || 'nothing'}`);
    if (!Object.hasOwn(PROBLEMS, slug)) return fault(`${status} by an unknown code`);
    if (slug === 'internal') return fault(`${status} internal`);
    if ((JSON.parse(body) as { readonly status: unknown }).status !== status) return fault(`${status} told otherwise`);
    if (operation.isGuarded && isKnown(asked) && wire === undefined && !operation.statuses.includes(status))
      return fault(`${status} ${slug}, which is not described`);
    if (status === 401 && operation.isGuarded && (who === 'owner' || (who === 'staff' && operation.isOfStaff)))
      return fault('401 for a good token');
    return 'refused';
  }

  private accepted(asked: FuzzRequest): Judgement {
    const { operation, who, path } = asked;
    if (isForbidden(asked)) return fault('accepted, though it is forbidden');
    if (operation.isGuarded && operation.method !== 'OPTIONS' && (who === 'nobody' || who === 'forged'))
      return fault(`accepted from ${who}`);
    if (operation.isGuarded && !operation.isOfStaff && who === 'staff') return fault('accepted from staff');
    // Whoever uploads chooses the id: a stranger may have a file of its own under the id of somebody's message.
    const theirs = operation.path.startsWith(UPLOADS) ? this.uploads : this.theirs;
    const isTheirs = Object.values(path ?? {}).some((id) => theirs.has(id));
    const mayBeOwn = OWN_IDS.includes(operation.name) || operation.path.startsWith(OF_BOTH);
    if (who === 'stranger' && isTheirs && !mayBeOwn) return fault('accepted from a stranger');
    return 'accepted';
  }
}

const fault = (text: string): Judgement => ({ fault: text });
const slugOf = ({ contentType, body }: Heard): string => {
  if (!contentType.startsWith('application/problem+json') || body === '') return '';
  const { type } = JSON.parse(body) as { readonly type?: unknown };
  return typeof type === 'string' ? type.replace(/^\/problems\//, '') : '';
};

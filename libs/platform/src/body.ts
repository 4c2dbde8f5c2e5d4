import { JsonError, parseStrict } from '#json';
import type { JsonErrorCode } from '#json';
import type { NextFunction, Request, Response } from 'express';
import { octetsOf } from './octets.js';
import { ProblemError } from './problem.js';
import { sendProblem } from './problem.filter.js';
import type { ProblemCode } from './problem-table.js';

/** A route that takes something else than JSON, or more of it. */
export interface BodyRule {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly path: RegExp;
  readonly type: string;
  /** `octets`: left for the route to read, when it knows who sends them. */
  readonly as: 'form' | 'text' | 'json' | 'octets';
  /** Absent: as for every route. */
  readonly maxBytes?: number;
}
export interface BodyOptions {
  readonly maxBytes: number;
  readonly rules: readonly BodyRule[];
}

/** Octets of a request's body, but for routes with a rule of their own. */
export const MAX_REQUEST_BODY = 512 * 1024;
const DEPTH = 32;
const slugs: Readonly<Record<JsonErrorCode, ProblemCode>> = {
  MALFORMED_JSON: 'malformed-json',
  DUPLICATE_KEY: 'duplicate-key',
  JSON_TOO_DEEP: 'json-too-deep',
  JSON_TOO_LARGE: 'too-large',
  INVALID_ENCODING: 'invalid-encoding',
  INVALID_TEXT: 'invalid-text',
  NUMBER_OUT_OF_RANGE: 'number-out-of-range',
  FORBIDDEN_KEY: 'forbidden-key',
};

/** Reads a body once, as bytes, and parses it strictly. Takes the place of the framework's own parser. */
export const bodyReader =
  (options: BodyOptions) =>
  (request: Request, response: Response, next: NextFunction): void => {
    if (request.method === 'GET' || request.method === 'HEAD' || isEmpty(request)) {
      next();
      return;
    }
    readBody(request, options).then(
      (body) => {
        (request as { body: unknown }).body = body;
        next();
      },
      (error: unknown) => {
        if (!(error instanceof ProblemError)) {
          next(error);
          return;
        }
        // What was not read would be taken for the next request.
        response.setHeader('Connection', 'close');
        sendProblem(response, error);
      },
    );
  };

const isEmpty = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';

const readBody = async (request: Request, { maxBytes: most, rules }: BodyOptions): Promise<unknown> => {
  const rule = rules.find(({ method, path }) => method === request.method && path.test(request.path));
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const expected = rule?.type ?? 'application/json';
  const utf8 = parameters.every((parameter) => ['charset=utf-8', 'charset="utf-8"', ''].includes(parameter.trim()));
  if (type.trim() !== expected || !utf8 || request.headers['content-encoding'] !== undefined) {
    throw new ProblemError('unsupported-media-type', 415);
  }
  if (rule?.as === 'octets') return undefined;
  const maxBytes = rule?.maxBytes ?? most;
  const bytes = await octetsOf(request, maxBytes);
  if (rule === undefined || rule.as === 'json') return strict(() => parseStrict(bytes, { maxBytes, maxDepth: DEPTH }));
  const text = strict(() => textOf(bytes));
  return rule.as === 'text' ? text : formOf(text);
};

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProblemError('invalid-encoding', 400);
  }
};

/** A parameter given twice is refused (RFC 6749 section 3.2). */
const formOf = (text: string): Readonly<Record<string, string>> => {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.has(name)) throw new ProblemError('duplicate-key', 400);
    form.set(name, value);
  }
  return Object.fromEntries(form);
};

const strict = <T>(parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const code = slugs[error.code];
    throw new ProblemError(code, code === 'too-large' ? 413 : 400);
  }
};

import { get } from 'node:http';
import { connect } from 'node:net';

/** An answer as it came, before anybody made sense of it. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Of the problem, from its `type`; empty when it is none. */
  readonly slug: string;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export const call = async (url: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  return answerOf(response.status, response.headers.get('content-type') ?? '', await response.text());
};

/** Asks over a connection of its own: one that is kept open may be closed by now, or be answered where no new one is. @param ms waited for at most @returns the status; undefined: no answer */
export const statusAlone = (
  url: string,
  { headers = {}, ms = 10_000 }: { readonly headers?: Readonly<Record<string, string>>; readonly ms?: number } = {},
): Promise<number | undefined> =>
  new Promise((resolve) => {
    const asked = get(url, { agent: false, headers, timeout: ms }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.on('close', () => resolve(undefined));
  });

/** A request with a JSON body. @param value not a text: that is taken as it is */
export const json = (value: unknown, token?: string, method = 'POST'): Call => ({
  method,
  headers: { 'content-type': 'application/json', ...bearer(token) },
  body: typeof value === 'string' ? value : JSON.stringify(value),
});
export const bearer = (token?: string): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Octets as no HTTP library would send them. @returns all answers until the server closes the connection */
export const raw = (url: string, request: string | Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });

const answerOf = (status: number, contentType: string, text: string): Answer => {
  const isProblem = contentType.startsWith('application/problem+json');
  if (!isProblem) return { status, contentType, text, slug: '' };
  // Another each time: what is left is what tells one refusal from another.
  const { instance: _, ...problem } = JSON.parse(text) as { readonly type: unknown; readonly instance: unknown };
  const slug = String(problem.type).replace(/^\/problems\//, '');
  return { status, contentType, text: JSON.stringify(problem), slug };
};

const TIMEOUT_MS = 5_000;
const MAX_ANSWER = 20_000;
const SIZE = /^(0|[1-9][0-9]{0,17})\n$/;

/** What a witness answered to `add-checkpoint`. */
export type Answer =
  | { readonly is: 'cosigned'; readonly lines: string }
  /** It holds another size than the proof began at. */
  | { readonly is: 'holds'; readonly size: bigint }
  | { readonly is: 'refused'; readonly code: string };

/** A witness that is asked over HTTP and knows nothing of Delge. @see c2sp.org/tlog-witness */
export class StandardWitness {
  /** @param url submission prefix */
  constructor(private readonly url: string) {}

  /** @param offer c2sp.org/tlog-witness, body of the request. @throws when it does not answer */
  async add(offer: string, signal: AbortSignal): Promise<Answer> {
    const response = await fetch(`${this.url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: offer,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = (await response.text()).slice(0, MAX_ANSWER);
    if (response.status === 200) return { is: 'cosigned', lines: text };
    const size = SIZE.exec(text)?.[1];
    const isSize = response.headers.get('content-type')?.startsWith('text/x.tlog.size') === true;
    return response.status === 409 && isSize && size !== undefined
      ? { is: 'holds', size: BigInt(size) }
      : { is: 'refused', code: String(response.status) };
  }
}

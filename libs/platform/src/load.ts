import type { NextFunction, Request, Response } from 'express';
import { behindMs } from './pace.js';
import { ProblemError } from './problem.js';
import { sendProblem } from './problem.filter.js';

const LOOK_MS = 1_000;
/** For so long a body need not come at all when others have no room, and most of it is held by what is worked on. */
const ROOM_MS = 1_000;

export interface LoadLimits {
  /** Requests in hand at once. */
  readonly inAll: number;
  /** Of one caller. */
  readonly perCaller: number;
  /** Milliseconds after which a request that has come whole is answered, whatever became of it. */
  readonly answerMs: number;
}

/**
 * Bounds what a service has in hand: when it is full, who sends too slowly makes room for who comes, and where nobody does who comes is told so at once; whoever has sent
 * all of it is answered in time. Health is always told. What is refused here has not been begun, and what is cut off has not come whole.
 */
export class Load {
  private readonly inHand = new Set<Request>();
  private readonly ofCaller = new Map<string, number>();

  constructor(private readonly limits: LoadLimits) {}

  /** Requests in hand now. */
  count(): number {
    return this.inHand.size;
  }

  /** Before the body is read. */
  readonly admit = (request: Request, response: Response, next: NextFunction): void => {
    if (request.path.startsWith('/health/')) {
      next();
      return;
    }
    if (this.inHand.size >= this.limits.inAll && !this.cutOff()) {
      response.setHeader('Connection', 'close');
      sendProblem(response, new ProblemError('busy', 503));
      return;
    }
    this.inHand.add(request);
    let waitedMs = 0;
    const late = setInterval(() => {
      // Who has not sent all of it yet is held against the pace alone (408), and not told of a work that has not begun.
      waitedMs = request.complete ? waitedMs + LOOK_MS : 0;
      if (waitedMs < this.limits.answerMs) return;
      clearInterval(late);
      // It may have been done: the same id gets the same answer.
      if (!response.headersSent) sendProblem(response, new ProblemError('timeout', 503));
    }, LOOK_MS);
    response.once('close', () => {
      clearInterval(late);
      this.inHand.delete(request);
    });
    next();
  };

  /**
   * Makes room by cutting off who is behind the most, of whom not all has come. Who sends as fast as one may ask for is left in peace, however
   * much there is to send. Where most of the room is held by bodies that are still to come, being behind at all is enough: as many as one likes are begun in a second. @returns
   * whether there was one
   */
  private cutOff(): boolean {
    const coming = [...this.inHand].filter((request) => !request.complete);
    const [last] = coming
      .map((request) => ({ request, ms: behindMs(request) }))
      .toSorted((one, other) => other.ms - one.ms);
    if (last === undefined || last.ms <= (coming.length > this.limits.inAll / 2 ? 0 : ROOM_MS)) return false;
    this.inHand.delete(last.request);
    last.request.destroy();
    return true;
  }

  /**
   * Counts a request for who makes it, once that is known, and says in the answer how many more may be in hand
   * (draft-ietf-httpapi-ratelimit-headers). @throws {ProblemError} rate-limited
   */
  of(caller: string, response: Response): void {
    const before = this.ofCaller.get(caller) ?? 0;
    const { perCaller } = this.limits;
    response.setHeader('RateLimit-Policy', `"in-hand";q=${perCaller};qu="concurrent-requests"`);
    response.setHeader('RateLimit', `"in-hand";r=${Math.max(0, perCaller - before - 1)}`);
    if (before >= perCaller) throw new ProblemError('rate-limited', 429);
    if (response.closed) return;
    this.ofCaller.set(caller, before + 1);
    response.once('close', () => {
      const left = (this.ofCaller.get(caller) ?? 1) - 1;
      if (left > 0) this.ofCaller.set(caller, left);
      else this.ofCaller.delete(caller);
    });
  }
}

import type { NextFunction, Request, Response } from 'express';
import { ProblemError } from './problem.js';
import { sendProblem } from './problem.filter.js';

export interface LoadLimits {
  /** Requests in hand at once. */
  readonly inAll: number;
  /** Of one caller. */
  readonly perCaller: number;
  /** Milliseconds after which a request is answered, whatever became of it. */
  readonly answerMs: number;
}

/**
 * Bounds what a service has in hand: when it is full, who has been sending for the longest makes room for who comes, and where nobody is sending any more who comes is
 * told so at once; whoever has sent all of it is answered in time. Health is always told. What is refused or cut off here has not been begun.
 */
export class Load {
  /** Oldest first. */
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
    const late = setInterval(() => {
      // Who has not sent all of it is cut off by the server (408), and not told of a work that has not begun.
      if (!request.complete) return;
      clearInterval(late);
      // It may have been done: the same id gets the same answer.
      if (!response.headersSent) sendProblem(response, new ProblemError('timeout', 503));
    }, this.limits.answerMs);
    response.once('close', () => {
      clearInterval(late);
      this.inHand.delete(request);
    });
    next();
  };

  /** Makes room by cutting off who has been sending for the longest: nobody has asked yet who that is, and nothing of it has begun. @returns whether there was one */
  private cutOff(): boolean {
    for (const request of this.inHand) {
      if (request.complete) continue;
      this.inHand.delete(request);
      request.destroy();
      return true;
    }
    return false;
  }

  /** Counts a request for who makes it, once that is known. @throws {ProblemError} rate-limited */
  of(caller: string, response: Response): void {
    const before = this.ofCaller.get(caller) ?? 0;
    if (before >= this.limits.perCaller) throw new ProblemError('rate-limited', 429);
    if (response.closed) return;
    this.ofCaller.set(caller, before + 1);
    response.once('close', () => {
      const left = (this.ofCaller.get(caller) ?? 1) - 1;
      if (left > 0) this.ofCaller.set(caller, left);
      else this.ofCaller.delete(caller);
    });
  }
}

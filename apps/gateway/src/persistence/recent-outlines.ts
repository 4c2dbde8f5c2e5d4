import type { MessageOutline, Told } from '../application/ports/referral.js';
import { isEnded } from '../domain/message-state.js';

/** At a time: some three megabytes. */
const MOST = 10_000;
/** Of what is told later it is read what stands. */
const LONGEST_MS = 60 * 60 * 1000;

/**
 * Outlines of messages that this process took in or moved on lately, of which it is soon told more. What is remembered may be of before: an attempt keeps its digests,
 * and who moves a message by what stands here names the state that it read, and moves nothing when that is no longer so.
 */
export class RecentOutlines {
  /** Oldest first. */
  private readonly known = new Map<string, { readonly outline: MessageOutline; readonly at: number }>();

  /** @returns undefined when what is remembered does not fit what is told: nothing is condemned by it, and it is forgotten */
  find(authority: string, messageId: string, told: Told): MessageOutline | undefined {
    const { outline } = this.known.get(`${authority} ${messageId}`) ?? {};
    if (outline === undefined) return undefined;
    const fits = FACTS.every((fact) => told[fact] === undefined || told[fact] === outline[fact]);
    if (fits && !this.isOld(`${authority} ${messageId}`)) return outline;
    this.forget(authority, messageId);
    return undefined;
  }

  keep(authority: string, messageId: string, outline: MessageOutline): void {
    const key = `${authority} ${messageId}`;
    this.known.delete(key);
    // A later attempt is judged beside those before it, which are read.
    if (isEnded(outline.state) || outline.attempt !== 1) return;
    // A draft has no digests yet: those come with what is sent, by another way than this.
    if (outline.manifestSha256 === undefined) return;
    for (const [oldest] of this.known) {
      if (this.known.size < MOST && !this.isOld(oldest)) break;
      this.known.delete(oldest);
    }
    // A copy: a text cut out of a request holds all of the request, personal data too, for as long as it is held itself.
    this.known.set(key, { outline: structuredClone(outline), at: performance.now() });
  }

  forget(authority: string, messageId: string): void {
    this.known.delete(`${authority} ${messageId}`);
  }

  private isOld(key: string): boolean {
    return performance.now() - (this.known.get(key)?.at ?? -Infinity) > LONGEST_MS;
  }
}

const FACTS = ['attempt', 'recipient', 'manifestSha256', 'jweSha256'] as const;

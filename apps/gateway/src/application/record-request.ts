import type { RecordRequestDto, RequestItem } from '#contracts';
import { OFFICES, dataCategories } from '#legal-basis';
import { GatewayError } from '../domain/errors.js';
import type { RequestStore } from './ports/request.js';
import type { Now } from './ports/time-and-ids.js';
import type { Asking } from './read-events.js';
import type { ReadRequests } from './read-requests.js';

/** What another authority asked for by telephone, at a meeting or on paper, noted by the one that was asked: answered as a request that a message brought. */
export class RecordRequest {
  constructor(
    private readonly store: Pick<RequestStore, 'record' | 'find' | 'eraseRecorded'>,
    private readonly reading: Pick<ReadRequests, 'read'>,
    /** Whether there is such an authority. @throws {GatewayError} SNAPSHOT_MISSING */
    private readonly isAuthority: (id: string) => boolean,
    private readonly now: Now,
  ) {}

  /** The same again changes nothing. @throws {GatewayError} UNKNOWN_RECIPIENT, REQUEST_INVALID, ID_REUSE */
  async execute({ authority, system }: Asking, said: RecordRequestDto): Promise<RequestItem> {
    const { id, from, at, answerBy, ...rest } = said;
    if (from === authority) throw invalid('from', 'own-authority');
    if (!this.isAuthority(from))
      throw new GatewayError('UNKNOWN_RECIPIENT', { faults: [{ path: 'from', code: 'unknown' }] });
    const unknown = rest.asksFor.findIndex((category) => !dataCategories.has(category));
    if (unknown >= 0) throw invalid(`asksFor.${unknown}`, 'unknown-code');
    if (!(OFFICES as readonly string[]).includes(rest.office)) throw invalid('office', 'unknown-code');
    const now = this.now();
    const askedAt = new Date(at);
    if (askedAt > now) throw invalid('at', 'invalid-time');
    // Another's message may have that id: it is that one which answers name.
    const earlier = await this.store.find(authority, id);
    if (earlier !== undefined && earlier.direction !== 'recorded') throw new GatewayError('ID_REUSE');
    const request = {
      ...rest,
      ...(answerBy === undefined ? {} : { answerBy }),
      at: askedAt.toISOString(),
      recordedAt: now.toISOString(),
      system,
    };
    if ((await this.store.record(authority, id, from, request, now)) === 'other') throw new GatewayError('ID_REUSE');
    const { recorded: _, answers, ...item } = await this.reading.read(authority, id);
    return { ...item, answers: answers.map(({ messageId }) => messageId) };
  }

  /** What it says, for good; what was answered under it was asked for all the same. @throws {GatewayError} NOT_FOUND */
  async erase({ authority, system }: Asking, id: string): Promise<void> {
    if (!(await this.store.eraseRecorded(authority, id, system, this.now()))) throw new GatewayError('NOT_FOUND');
  }
}

const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('REQUEST_INVALID', { faults: [{ path, code }] });

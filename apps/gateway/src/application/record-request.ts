import type {
  NoteDecisionDto,
  NoteDemandDto,
  RecordRequestDto,
  RefusalView,
  RefuseRequestDto,
  RequestItem,
} from '#contracts';
import { canonicalBytes } from '#json';
import { OFFICES, dataCategories } from '#legal-basis';
import { GatewayError } from '../domain/errors.js';
import type { RecordedAct, RequestStore, StoredRequest } from './ports/request.js';
import type { Now } from './ports/time-and-ids.js';
import type { Asking } from './read-events.js';
import type { ReadRequests } from './read-requests.js';

/** What another authority asked for by telephone, at a meeting or on paper, noted by the one that was asked: answered as a request that a message brought. */
export class RecordRequest {
  constructor(
    private readonly store: Pick<RequestStore, 'record' | 'find' | 'act' | 'eraseRecorded'>,
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
    checkOffice(rest.office);
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
    return this.item(authority, id);
  }

  /** An officer's (OSL 6:3). The same again gets the first one. @throws {GatewayError} ERASED, REQUEST_INVALID, RECEIPT_EXISTS */
  async refuse({ authority, system }: Asking, { id }: StoredRequest, said: RefuseRequestDto): Promise<RefusalView> {
    checkOffice(said.office);
    const now = this.now();
    const at = now.toISOString();
    const earlier = await this.store.act(authority, id, { kind: 'refusal', at, ...said }, system, now);
    if (earlier !== undefined && !isSame(earlier, { kind: 'refusal', at: earlier.at, ...said }))
      throw new GatewayError('RECEIPT_EXISTS');
    return { kind: 'request-refused', at: earlier?.at ?? at };
  }

  /** Of whoever asked, that the authority decide (OSL 6:3). The same again changes nothing. @throws {GatewayError} NOT_FOUND, ERASED, REQUEST_INVALID, ID_REUSE */
  demanded(caller: Asking, id: string, { at }: NoteDemandDto): Promise<RequestItem> {
    return this.note(caller, id, { kind: 'demand', at: new Date(at).toISOString() });
  }

  /** The authority's, in writing, given another way (OSL 6:7). The same again changes nothing. @throws {GatewayError} NOT_FOUND, ERASED, REQUEST_INVALID, ID_REUSE */
  decided(caller: Asking, id: string, { at, ...by }: NoteDecisionDto): Promise<RequestItem> {
    checkOffice(by.office);
    return this.note(caller, id, { kind: 'decision', at: new Date(at).toISOString(), ...by });
  }

  private async note({ authority, system }: Asking, id: string, act: RecordedAct): Promise<RequestItem> {
    const request = await this.store.find(authority, id);
    if (request?.direction !== 'recorded') throw new GatewayError('NOT_FOUND');
    const now = this.now();
    if (new Date(act.at) > now || new Date(act.at) < request.at) throw invalid('at', 'invalid-time');
    const earlier = await this.store.act(authority, id, act, system, now);
    if (earlier !== undefined && !isSame(earlier, act)) throw new GatewayError('ID_REUSE');
    return this.item(authority, id);
  }

  private async item(authority: string, id: string): Promise<RequestItem> {
    const {
      recorded: _,
      refusal: _refusal,
      demand: _demand,
      decision: _decision,
      answers,
      ...item
    } = await this.reading.read(authority, id);
    return { ...item, answers: answers.map(({ messageId }) => messageId) };
  }

  /** What it says, for good; what was answered under it was asked for all the same. @throws {GatewayError} NOT_FOUND */
  async erase({ authority, system }: Asking, id: string): Promise<void> {
    if (!(await this.store.eraseRecorded(authority, id, system, this.now()))) throw new GatewayError('NOT_FOUND');
  }
}

const checkOffice = (office: string): void => {
  if (!(OFFICES as readonly string[]).includes(office)) throw invalid('office', 'unknown-code');
};

const isSame = (one: RecordedAct, other: RecordedAct): boolean =>
  Buffer.from(canonicalBytes({ ...one })).equals(canonicalBytes({ ...other }));

const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('REQUEST_INVALID', { faults: [{ path, code }] });

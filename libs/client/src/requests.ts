import type {
  NoteDecisionDto,
  NoteDemandDto,
  Page,
  RecordRequestDto,
  RefusalView,
  RefuseRequestDto,
  RequestItem,
  RequestView,
} from '#contracts';
import type { Call } from './webhooks.js';
import { search } from './webhooks.js';

/** What this authority was asked for, and has asked for. All calls are safe to repeat. */
export class Requests {
  constructor(private readonly call: Call) {}

  /** @param query `direction`, `open`, `after`, `limit` */
  list(query: Readonly<Record<string, string>> = {}): Promise<Page<RequestItem>> {
    return this.call('GET', `/v1/requests${search(query)}`);
  }
  read(id: string): Promise<RequestView> {
    return this.call('GET', `/v1/requests/${id}`);
  }
  /** One that no message brought; referrals name its id as `requestId`. @throws {DelgeProblem} id-reuse, request-invalid */
  record(request: RecordRequestDto): Promise<RequestItem> {
    return this.call('POST', '/v1/recorded-requests', request);
  }
  /** What it says, for good: that it was made stays. */
  eraseRecorded(id: string): Promise<void> {
    return this.call('DELETE', `/v1/recorded-requests/${id}`);
  }
  /** Whoever asked without a message demands the authority's decision. @throws {DelgeProblem} id-reuse, request-invalid */
  noteDemand(id: string, demand: NoteDemandDto): Promise<RequestItem> {
    return this.call('PUT', `/v1/recorded-requests/${id}/demand`, demand);
  }
  /** The authority decided on what was asked without a message, and said so another way. @throws {DelgeProblem} id-reuse, request-invalid */
  noteDecision(id: string, decision: NoteDecisionDto): Promise<RequestItem> {
    return this.call('PUT', `/v1/recorded-requests/${id}/decision`, decision);
  }
  /** An officer's refusal; the authority's decision on a message is a referral. @throws {DelgeProblem} receipt-exists, receipt-contradicts */
  refuse(id: string, refusal: RefuseRequestDto): Promise<RefusalView> {
    return this.call('POST', `/v1/requests/${id}/refusal`, refusal);
  }
}

import type {
  AnswerSubscriptionDto,
  BackfillDto,
  BackfillView,
  HeldItem,
  Page,
  PutStandingOrderDto,
  SheetDto,
  SheetRow,
  StandingOrderView,
  SubscriptionView,
} from '#contracts';
import type { Call } from './webhooks.js';
import { search } from './webhooks.js';

/** Subscriptions of this authority, at either end. One is asked for by a referral of the type `subscription-request/1`. All calls are safe to repeat. */
export class Subscriptions {
  constructor(private readonly call: Call) {}

  /** @param direction `received`: that others asked for; `sent`: that this authority asked others for */
  list(direction: 'received' | 'sent', query: Readonly<Record<string, string>> = {}): Promise<Page<SubscriptionView>> {
    return this.call('GET', `/v1/subscriptions${search({ direction, ...query })}`);
  }
  /** Grants, refuses, suspends, resumes or ends, as an officer decided. @throws {DelgeProblem} subscription-conflict, case-closed */
  answer(id: string, answer: AnswerSubscriptionDto): Promise<SubscriptionView> {
    return this.call('PUT', `/v1/subscriptions/${id}`, answer);
  }
  /** Discloses own referrals anew, to this subscriber, each on its verdict of today; one alone with assessments for it. @throws {DelgeProblem} subscription-conflict, assessment-invalid */
  backfill(id: string, what: BackfillDto): Promise<BackfillView> {
    return this.call('POST', `/v1/subscriptions/${id}/backfill`, what);
  }
  /** What was not released to subscribers, with the reason. */
  held(query: Readonly<Record<string, string>> = {}): Promise<Page<HeldItem>> {
    return this.call('GET', `/v1/held${search(query)}`);
  }
  /** A row for each subscriber of the case to whom a referral would go, with its own forecast. Nothing is stored, sent or logged. */
  async sheet(caseId: string, asked: SheetDto): Promise<readonly SheetRow[]> {
    return (await this.call<{ readonly items: readonly SheetRow[] }>('POST', `/v1/cases/${caseId}/sheet`, asked)).items;
  }
  async standingOrders(): Promise<readonly StandingOrderView[]> {
    return (await this.call<{ readonly items: readonly StandingOrderView[] }>('GET', '/v1/standing-orders')).items;
  }
  /** What the subscriber asks for within it is granted at once. @param id of the caller's own @throws {DelgeProblem} id-reuse */
  putStandingOrder(id: string, order: PutStandingOrderDto): Promise<StandingOrderView> {
    return this.call('PUT', `/v1/standing-orders/${id}`, order);
  }
  /** What it granted stays granted. */
  endStandingOrder(id: string): Promise<void> {
    return this.call('DELETE', `/v1/standing-orders/${id}`);
  }
}

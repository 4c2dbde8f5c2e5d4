import type {
  AddToCaseDto,
  CaseClosing,
  CaseListItem,
  CaseView,
  EventPage,
  LinkCaseDto,
  Page,
  PutCaseDto,
  RosterRow,
} from '#contracts';
import type { Call } from './webhooks.js';
import { search } from './webhooks.js';

/** Cases of this authority. All calls are safe to repeat. */
export class Cases {
  constructor(private readonly call: Call) {}

  /** Opens it, or says what it is when a referral opened it. @param id of the caller's own, which referrals name @throws {DelgeProblem} id-reuse */
  put(id: string, said: PutCaseDto): Promise<CaseView> {
    return this.call('PUT', `/v1/cases/${id}`, said);
  }
  list(query: Readonly<Record<string, string>> = {}): Promise<Page<CaseListItem>> {
    return this.call('GET', `/v1/cases${search(query)}`);
  }
  read(id: string): Promise<CaseView> {
    return this.call('GET', `/v1/cases/${id}`);
  }
  /** A message that names another case, or all of a referral. @throws {DelgeProblem} case-closed */
  add(id: string, what: AddToCaseDto): Promise<CaseView> {
    return this.call('POST', `/v1/cases/${id}/messages`, what);
  }
  /** To a case of another authority's; nobody is told. @throws {DelgeProblem} case-closed, case-invalid, unknown-recipient */
  link(id: string, link: LinkCaseDto): Promise<CaseView> {
    return this.call('POST', `/v1/cases/${id}/links`, link);
  }
  /** @throws {DelgeProblem} case-closed: for another reason */
  close(id: string, reason: CaseClosing): Promise<CaseView> {
    return this.call('PUT', `/v1/cases/${id}/closing`, { reason });
  }
  forgetTitle(id: string): Promise<void> {
    return this.call('DELETE', `/v1/cases/${id}/title`);
  }
  /** What happened to its messages and to itself, in order. */
  timeline(id: string, query: Readonly<Record<string, string>> = {}): Promise<EventPage> {
    return this.call('GET', `/v1/cases/${id}/timeline${search(query)}`);
  }
  /** Who has received what of it. */
  async roster(id: string): Promise<readonly RosterRow[]> {
    return (await this.call<{ readonly items: readonly RosterRow[] }>('GET', `/v1/cases/${id}/roster`)).items;
  }
}

import type {
  AddToCaseDto,
  CaseListItem,
  CaseView,
  CloseCaseDto,
  EventPage,
  LinkCaseDto,
  ListCasesQueryDto,
  Page,
  PutCaseDto,
  RosterRow,
  TimelineQueryDto,
} from '#contracts';
import { GatewayError } from '../domain/errors.js';
import { rosterOf } from '../domain/roster.js';
import type { CaseFault, CaseStore, StoredCase } from './ports/case.js';
import type { Now } from './ports/time-and-ids.js';
import type { Asking } from './read-events.js';

/** Links of one case: they are read with it. */
const MOST_LINKS = 200;

/** Cases that an authority owns, as its systems see and change them. Nobody else sees any of it: to the exchange a case is an id that messages name. */
export class ManageCases {
  constructor(
    private readonly store: CaseStore,
    /** Whether there is such an authority. @throws {GatewayError} SNAPSHOT_MISSING */
    private readonly isAuthority: (id: string) => boolean,
    private readonly now: Now,
    /** Ends who subscribed to it. */
    private readonly closed: (authority: string, id: string) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Opens a case, or says what one is that a referral opened. @throws {GatewayError} ID_REUSE: something else was said of it, or it is a case of another's; CASE_CLOSED */
  async put(
    { authority, system }: Asking,
    id: string,
    said: PutCaseDto,
  ): Promise<{ readonly isNew: boolean; readonly view: CaseView }> {
    const put = await this.store.put(authority, { id, ...said }, system, this.now());
    if (put === 'other') throw new GatewayError('ID_REUSE');
    if (put === 'closed') throw new GatewayError('CASE_CLOSED');
    return { isNew: put === 'created', view: await this.read(authority, id) };
  }

  async list(authority: string, query: ListCasesQueryDto): Promise<Page<CaseListItem>> {
    const rows = await this.store.list(authority, query);
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items: rows.map(itemOf), ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, id: string): Promise<CaseView> {
    const found = await this.found(authority, id);
    return {
      ...itemOf(found),
      links: found.links.map((link) => ({
        authority: link.authority,
        caseId: link.caseId,
        linkedAt: link.linkedAt.toISOString(),
      })),
    };
  }

  /** @throws {GatewayError} NOT_FOUND: the case, or what is to be added; CASE_CLOSED, CASE_INVALID */
  async add({ authority, system }: Asking, id: string, { messageId, referralId }: AddToCaseDto): Promise<CaseView> {
    if ((messageId === undefined) === (referralId === undefined)) throw invalid('messageId', 'message-or-referral');
    done(await this.store.add(authority, id, { messageId, referralId }, system, this.now()));
    return this.read(authority, id);
  }

  /** @throws {GatewayError} NOT_FOUND, CASE_CLOSED, CASE_INVALID, UNKNOWN_RECIPIENT */
  async link({ authority, system }: Asking, id: string, link: LinkCaseDto): Promise<CaseView> {
    await this.found(authority, id);
    if (link.authority === authority) throw invalid('authority', 'own-authority');
    if (!this.isAuthority(link.authority))
      throw new GatewayError('UNKNOWN_RECIPIENT', { faults: [{ path: 'authority', code: 'unknown' }] });
    done(await this.store.link(authority, id, link, MOST_LINKS, system, this.now()));
    return this.read(authority, id);
  }

  /** @throws {GatewayError} NOT_FOUND; CASE_CLOSED: for another reason */
  async close({ authority, system }: Asking, id: string, { reason }: CloseCaseDto): Promise<CaseView> {
    done(await this.store.close(authority, id, reason, system, this.now()));
    await this.closed(authority, id);
    return this.read(authority, id);
  }

  /** Takes its title away, for good. @throws {GatewayError} NOT_FOUND */
  async forgetTitle(authority: string, id: string): Promise<void> {
    if (!(await this.store.forgetTitle(authority, id))) throw new GatewayError('NOT_FOUND');
  }

  /** What happened to its messages and to itself, in order. @throws {GatewayError} NOT_FOUND */
  async timeline(authority: string, id: string, { after, limit }: TimelineQueryDto): Promise<EventPage> {
    await this.found(authority, id);
    const items = await this.store.timeline(authority, id, after, limit);
    const next = items.at(-1)?.id ?? after;
    return { items, ...(next === undefined ? {} : { next }) };
  }

  /** Who has received what of it. @throws {GatewayError} NOT_FOUND */
  async roster(authority: string, id: string): Promise<{ readonly items: readonly RosterRow[] }> {
    await this.found(authority, id);
    return { items: rosterOf(await this.store.roster(authority, id)) };
  }

  private async found(authority: string, id: string): Promise<StoredCase & Pick<FoundCase, 'links'>> {
    const found = await this.store.find(authority, id);
    if (found === undefined) throw new GatewayError('NOT_FOUND');
    return found;
  }
}
type FoundCase = NonNullable<Awaited<ReturnType<CaseStore['find']>>>;

const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('CASE_INVALID', { faults: [{ path, code }] });

/** @throws {GatewayError} */
const done = (fault: CaseFault | undefined): void => {
  if (fault === 'not-found') throw new GatewayError('NOT_FOUND');
  if (fault === 'closed') throw new GatewayError('CASE_CLOSED');
  if (fault === 'too-many-links') throw invalid('caseId', fault);
};

const itemOf = ({ id, type, title, openedAt, closed }: StoredCase): CaseListItem => ({
  id,
  ...(type === undefined ? {} : { type }),
  ...(title === undefined ? {} : { title }),
  openedAt: openedAt.toISOString(),
  ...(closed === undefined ? {} : { closed: { at: closed.at.toISOString(), reason: closed.reason } }),
});

import { randomUUID } from 'node:crypto';
import type {
  AccessLogItem,
  AddresseeView,
  Acknowledgement,
  CloseIncidentDto,
  CorrectReferralDto,
  CorrectionsView,
  IncidentView,
  AnnounceAttachmentDto,
  AssessmentDto,
  AttachmentView,
  DeliveryListItem,
  DeliveryView,
  DisclosureCheckDto,
  DisclosureCheckView,
  ErasureView,
  EventPage,
  EventView,
  EvidenceView,
  GiveReceiptDto,
  HandledView,
  OpeningsView,
  Page,
  PersonSearchDto,
  PersonSearchView,
  ReceivedCaseView,
  RecordDisclosureDto,
  RecordedDisclosureAccepted,
  RecordedDisclosureItem,
  RecordedDisclosureView,
  ReferralAccepted,
  ReferralCheckDto,
  ReferralCheckView,
  ReferralListItem,
  ReferralView,
  Scope,
  GivenAnotherWayDto,
  RetractReferralDto,
  WaitingItem,
  SetHandlingDto,
  SubmitReferralDto,
  SubmitReferralQueryDto,
} from '#contracts';
import { CLIENT_ASSERTION_TYPE, PART_BYTES } from '#contracts';
import { SignJWT, importJWK } from 'jose';
import type { JWK } from 'jose';
import { pause as realPause, pauseMs, retryAfterMs, whyAway } from './away.js';
import type { Pause } from './away.js';
import { DelgeProblem } from './problem.js';
import type { ProblemDetails } from './problem.js';
import { Cases } from './cases.js';
import { Requests } from './requests.js';
import { Subscriptions } from './subscriptions.js';
import { Webhooks, search } from './webhooks.js';

const TIMEOUT_MS = 20_000;
/** A referral is answered when its attachments have been encrypted. */
const ATTACHED_TIMEOUT_MS = 280_000;
/** The last part of a large file is answered when its digest has been computed. */
const PART_TIMEOUT_MS = 60_000;
/** A token is renewed this long before it ends, in milliseconds. */
const MARGIN_MS = 30_000;
const ATTEMPTS = 5;

export interface ClientOptions {
  /** Base URL of the gateway, no trailing slash. */
  readonly gateway: string;
  /** The system's id, as its participant's administrator registered it. */
  readonly system: string;
  /** The system's private ES256 key, with `kid`. */
  readonly key: JWK;
  /** What its tokens are for; absent: all that its administrator registered. */
  readonly scopes?: readonly Scope[];
}

/** What can be sent twice. */
interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** How a gateway is. */
export interface Readiness {
  /** Why it cannot do its work; empty: it can. */
  readonly faults: Readonly<Record<string, string>>;
  /** What people should look at; it goes on meanwhile. */
  readonly warnings: Readonly<Record<string, string>>;
}

/**
 * A municipal or agency system's side of its gateway. Calls that are safe to repeat are repeated when the gateway is away: every submission
 * carries an id of the caller's own, so that sending it again is the same act.
 */
export class DelgeClient {
  readonly webhooks = new Webhooks(
    (method, path, body) => this.call(method, path, body),
    (method, path, body, ifMatch) => this.tagged(method, path, body, ifMatch),
  );
  readonly cases = new Cases((method, path, body) => this.call(method, path, body));
  readonly requests = new Requests((method, path, body) => this.call(method, path, body));
  readonly subscriptions = new Subscriptions((method, path, body) => this.call(method, path, body));
  private token: { readonly value: string; readonly until: number } | undefined;
  private fetching: Promise<string> | undefined;

  /** @param pause before something is asked again */
  constructor(
    private readonly options: ClientOptions,
    private readonly pause: Pause = realPause,
  ) {}

  /** @throws {DelgeProblem} formal-obstacle and the other refusals of the gateway */
  submit(referral: SubmitReferralDto, asked: SubmitReferralQueryDto = {}): Promise<ReferralAccepted> {
    const timeoutMs = referral.attachments === undefined ? TIMEOUT_MS : ATTACHED_TIMEOUT_MS;
    return this.call('POST', `/v1/referrals${search({ ...asked })}`, referral, timeoutMs);
  }
  referrals(query: Readonly<Record<string, string>> = {}): Promise<Page<ReferralListItem>> {
    return this.call('GET', `/v1/referrals${search(query)}`);
  }
  referral(id: string): Promise<ReferralView> {
    return this.call('GET', `/v1/referrals/${id}`);
  }
  assess(id: string, assessment: AssessmentDto): Promise<ReferralView> {
    return this.call('POST', `/v1/referrals/${id}/assessments`, assessment);
  }
  withdraw(id: string): Promise<ReferralView> {
    return this.call('POST', `/v1/referrals/${id}/withdrawal`);
  }
  /** Takes back what was sent: everyone who received it is told, or those named. @throws {DelgeProblem} not-retractable, retraction-exists */
  retract(id: string, asked: RetractReferralDto): Promise<ReferralView> {
    return this.call('POST', `/v1/referrals/${id}/retraction`, asked);
  }
  /** Puts it right at several recipients: what is right said once, and a correction to each. @returns a row for each recipient */
  correct(id: string, asked: CorrectReferralDto, query: SubmitReferralQueryDto = {}): Promise<CorrectionsView> {
    return this.call('POST', `/v1/referrals/${id}/corrections${search({ ...query })}`, asked);
  }
  /** What became of putting it right: a row for each recipient. */
  corrections(id: string): Promise<CorrectionsView> {
    return this.call('GET', `/v1/referrals/${id}/corrections`);
  }
  /** What was accepted and is not released: what the law hurries most comes first. */
  waiting(query: Readonly<Record<string, string>> = {}): Promise<Page<WaitingItem>> {
    return this.call('GET', `/v1/waiting${search(query)}`);
  }
  /** An item was given by telephone, in a meeting, on paper or by courier: it is not sent. @throws {DelgeProblem} too-late */
  givenAnotherWay(id: string, given: GivenAnotherWayDto): Promise<ReferralView> {
    return this.call('POST', `/v1/referrals/${id}/given-another-way`, given);
  }
  /** Records a disclosure that was made by telephone, in a meeting, on paper or in an emergency: nothing is sent, and its verdict stops nothing. */
  recordDisclosure(recorded: RecordDisclosureDto): Promise<RecordedDisclosureAccepted> {
    return this.call('POST', '/v1/recorded-disclosures', recorded);
  }
  recordedDisclosures(query: Readonly<Record<string, string>> = {}): Promise<Page<RecordedDisclosureItem>> {
    return this.call('GET', `/v1/recorded-disclosures${search(query)}`);
  }
  recordedDisclosure(id: string): Promise<RecordedDisclosureView> {
    return this.call('GET', `/v1/recorded-disclosures/${id}`);
  }
  /** Dry run on claims alone; without `bases` the answer tells which grounds would carry them. */
  check(asked: DisclosureCheckDto): Promise<DisclosureCheckView> {
    return this.call('POST', '/v1/disclosure-checks', asked);
  }
  /** Dry run on the whole referral: what a submission of it would come to. Nothing is stored, sent or logged. */
  checkReferral(asked: ReferralCheckDto): Promise<ReferralCheckView> {
    return this.call('POST', '/v1/disclosure-checks', asked);
  }
  deliveries(query: Readonly<Record<string, string>> = {}): Promise<Page<DeliveryListItem>> {
    return this.call('GET', `/v1/deliveries${search(query)}`);
  }
  delivery(id: string): Promise<DeliveryView> {
    return this.call('GET', `/v1/deliveries/${id}`);
  }
  /** What was received of a case, in the order of release, and which delivery numbers are missing. */
  receivedCase(id: string, query: Readonly<Record<string, string>> = {}): Promise<ReceivedCaseView> {
    return this.call('GET', `/v1/received-cases/${id}${search(query)}`);
  }
  /** A receipt by its kind: the same act as `handle` with the status that it stands for. */
  give(id: string, receipt: GiveReceiptDto): Promise<object> {
    return this.call('POST', `/v1/deliveries/${id}/receipts`, receipt);
  }
  /** Says how far the authority has come with it; the sender is told but of `received`. @throws {DelgeProblem} handling-conflict */
  handle(id: string, said: SetHandlingDto): Promise<HandledView> {
    return this.call('PUT', `/v1/deliveries/${id}/handling`, said);
  }

  /**
   * Uploads a file that a referral will bring; broken off and called again, it goes on where it was.
   * @param read octets of the file from this one on, as many as are asked for
   */
  async attach(
    file: AnnounceAttachmentDto,
    read: (from: number, length: number) => Promise<Uint8Array>,
  ): Promise<AttachmentView> {
    let view = await this.call<AttachmentView>('POST', '/v1/attachments', file);
    while (view.received < view.length) {
      const part = await read(view.received, Math.min(PART_BYTES, view.length - view.received));
      view = await this.append(view, part);
    }
    return view;
  }
  /** An attachment of a delivery, as a stream. @throws {DelgeProblem} */
  attachment(messageId: string, id: string): Promise<ReadableStream<Uint8Array>> {
    return this.patiently(async () => {
      const response = await this.send(`/v1/deliveries/${messageId}/attachments/${id}`, {});
      if (!response.ok || response.body === null) await read(response);
      return response.body as ReadableStream<Uint8Array>;
    });
  }
  /** What became of a message that its sender took back, or of what a correction is about. @throws {DelgeProblem} nothing-to-acknowledge */
  acknowledge(id: string, code: Acknowledgement): Promise<object> {
    return this.call('POST', `/v1/deliveries/${id}/acknowledgement`, { code });
  }

  /** What happened, in order; without `after` what came after the newest event that this system acknowledged. */
  events(query: Readonly<Record<string, string>> = {}): Promise<EventPage> {
    return this.call('GET', `/v1/events${search(query)}`);
  }
  /**
   * Follows what happens, for as long as one likes: while the gateway is away it is asked again. Nothing is acknowledged by that: whoever has dealt with an event says so by
   * `acknowledgeEvents`. An event that the gateway does not know, as after a restore from a backup, is gone on from where this system's cursor is.
   * @param after id of the event to go on from; absent: the newest one that this system acknowledged
   * @param signal ends it
   * @param onAway told once each time that the gateway goes away, with what it said: `503 not-ready`, `502`, `ECONNREFUSED`
   * @throws what asking again does not mend: a refusal, a key or a URL that is none, a certificate
   */
  async *follow(after?: string, signal?: AbortSignal, onAway?: (why: string) => void): AsyncGenerator<EventView> {
    for (let [from, times] = [after, 0]; ;) {
      const asked = { limit: '200', wait: '10', ...(from === undefined ? {} : { after: from }) };
      try {
        const path = `/v1/events${search(asked)}`;
        const { items, next } = (await this.once('GET', path, undefined, TIMEOUT_MS, signal)) as EventPage;
        times = 0;
        for (const event of items) yield event;
        from = next;
      } catch (error) {
        if (signal?.aborted === true) return;
        const why = whyAway(error);
        if (why !== undefined) {
          times += 1;
          if (times === 1) onAway?.(why);
          await this.pause(pauseMs(error, times), signal);
        } else if (error instanceof DelgeProblem && error.problem.status === 404 && from !== undefined)
          from = undefined;
        else throw error;
      }
    }
  }
  /** Moves this system's cursor on, and never back. @param through id of the newest event that was dealt with */
  acknowledgeEvents(through: string): Promise<{ readonly acknowledged: string }> {
    return this.call('POST', '/v1/events/acknowledgement', { through });
  }

  /** Messages that went to the wrong authority, with the clocks that run. */
  incidents(query: Readonly<Record<string, string>> = {}): Promise<Page<IncidentView>> {
    return this.call('GET', `/v1/incidents${search(query)}`);
  }
  /** Says what was done within a clock, or within both. @throws {DelgeProblem} incident-closed, incident-invalid */
  closeIncident(id: string, done: CloseIncidentDto): Promise<IncidentView> {
    return this.call('POST', `/v1/incidents/${id}/close`, done);
  }

  /** What proves a message to somebody who trusts nobody. @param since size of a checkpoint that the reader has seen */
  evidence(id: string, asked: { readonly content?: boolean; readonly since?: string } = {}): Promise<EvidenceView> {
    const { content = false, since } = asked;
    const query = { ...(content ? { content: 'true' } : {}), ...(since === undefined ? {} : { since }) };
    return this.call('GET', `/v1/messages/${id}/evidence${search(query)}`);
  }

  /** To whom a referral can be addressed, by id. @param query `q`: words of a name, an id, an organisation number, a municipality's code or a function */
  authorities(query: Readonly<Record<string, string>> = {}): Promise<Page<AddresseeView>> {
    return this.call('GET', `/v1/authorities${search(query)}`);
  }

  /** Which messages name somebody by number; each call is a search that stands in the access log. Newest first; `after` goes back. @throws {DelgeProblem} person-search-invalid */
  searchPersons(asked: Omit<PersonSearchDto, 'limit'> & { readonly limit?: number }): Promise<PersonSearchView> {
    return this.call('POST', '/v1/person-searches', asked);
  }

  /** Who was shown content of this authority, newest first; `after` goes back. */
  accessLog(query: Readonly<Record<string, string>> = {}): Promise<Page<AccessLogItem>> {
    return this.call('GET', `/v1/access-log${search(query)}`);
  }

  /** What a decision to erase a message says, for an administrator to sign. */
  erasure(id: string): Promise<ErasureView> {
    return this.call('GET', `/v1/messages/${id}/erasure`);
  }
  /** Brings an administrator's decision. @param decision compact JWS @throws {DelgeProblem} held, not-ended */
  async erase(decision: string): Promise<{ readonly messageId: string; readonly erasedAt: string }> {
    const response = await fetch(`${this.options.gateway}/v1/erasures`, {
      method: 'POST',
      headers: { 'content-type': 'application/jose' },
      body: decision,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return (await read(response)) as { readonly messageId: string; readonly erasedAt: string };
  }

  /** Size of the `disclosure` log at an instant: index of the first entry logged after it. */
  async sizeAt(at: Date): Promise<bigint> {
    const answer = await this.call<{ readonly size: string }>(
      'GET',
      `/v1/logs/disclosure/size${search({ at: at.toISOString() })}`,
    );
    return BigInt(answer.size);
  }
  /** Signed note. */
  async checkpoint(log: 'disclosure' | 'keys'): Promise<string> {
    return (await this.call<{ readonly checkpoint: string }>('GET', `/v1/logs/${log}/checkpoint`)).checkpoint;
  }
  /** @param path c2sp.org/tlog-tiles, `tile/…` */
  async tile(log: 'disclosure' | 'keys', path: string): Promise<Uint8Array> {
    const { tile } = await this.call<{ readonly tile: string }>('GET', `/v1/logs/${log}/${path}`);
    return Buffer.from(tile, 'base64');
  }
  /** A page of own entries in [from, to); that it was asked for stands in the log. */
  openings(from: bigint, to: bigint): Promise<OpeningsView> {
    return this.call('POST', '/v1/logs/disclosure/openings', { from: from.toString(), to: to.toString() });
  }

  /** Whether the gateway can do its work now, by names and codes. No token is needed, and nothing is tried again. @throws when it does not answer */
  async readiness(): Promise<Readiness> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${this.options.gateway}/health/ready`, { redirect: 'error', signal });
    try {
      const { warnings = {} } = (await read(response)) as Partial<Readiness>;
      return { faults: {}, warnings };
    } catch (error) {
      if (!(error instanceof DelgeProblem) || error.slug !== 'not-ready') throw error;
      const { faults = {}, warnings = {} } = error.problem as unknown as Partial<Readiness>;
      return { faults, warnings };
    }
  }

  /** Bearer token for this system, fetched when there is none that lasts. @throws {DelgeProblem} unauthenticated, invalid-scope */
  async accessToken(): Promise<string> {
    if (this.token !== undefined && Date.now() < this.token.until - MARGIN_MS) return this.token.value;
    this.fetching ??= this.freshToken().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async freshToken(): Promise<string> {
    const { gateway, system, key, scopes } = this.options;
    const iat = Math.floor(Date.now() / 1000);
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...(key.kid === undefined ? {} : { kid: key.kid }) })
      .setIssuer(system)
      .setSubject(system)
      .setAudience(`${gateway}/oauth2/token`)
      .setJti(randomUUID())
      .setIssuedAt(iat)
      .setExpirationTime(iat + 120)
      .sign(await importJWK(key, 'ES256'));
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: assertion,
      ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    });
    const answer = (await read(
      await fetch(`${gateway}/oauth2/token`, {
        method: 'POST',
        body: form,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }),
    )) as { readonly access_token: string; readonly expires_in: number };
    this.token = { value: answer.access_token, until: Date.now() + answer.expires_in * 1000 };
    return answer.access_token;
  }

  private call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    timeoutMs: number = TIMEOUT_MS,
  ): Promise<T> {
    return this.patiently(() => this.once(method, path, body, timeoutMs)) as Promise<T>;
  }

  private tagged<T>(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    ifMatch?: string,
  ): Promise<{ readonly value: T; readonly etag: string }> {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    };
    return this.patiently(async () => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await this.send(path, { method, headers, ...sent, signal });
      return { value: (await read(response)) as T, etag: response.headers.get('etag') ?? '' };
    });
  }

  /** @param act again when the gateway was away, for it is the same act then */
  private async patiently<T>(act: () => Promise<T>): Promise<T> {
    for (let times = 1; ; times += 1) {
      try {
        return await act();
      } catch (error) {
        if (whyAway(error) === undefined || times === ATTEMPTS) throw error;
        await this.pause(pauseMs(error, times));
      }
    }
  }

  /** A part that came although its answer did not is known by what the gateway has. */
  private async append({ id, received }: AttachmentView, part: Uint8Array): Promise<AttachmentView> {
    for (let times = 1; ; times += 1) {
      try {
        const response = await this.send(`/v1/attachments/${id}`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/octet-stream', 'upload-offset': String(received) },
          body: part as Uint8Array<ArrayBuffer>,
          signal: AbortSignal.timeout(PART_TIMEOUT_MS),
        });
        return (await read(response)) as AttachmentView;
      } catch (error) {
        if (whyAway(error) === undefined || times === ATTEMPTS) throw error;
        await this.pause(pauseMs(error, times));
        const view = await this.call<AttachmentView>('GET', `/v1/attachments/${id}`);
        if (view.received !== received) return view;
      }
    }
  }

  private async once(
    method: string,
    path: string,
    body: object | undefined,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const late = AbortSignal.timeout(timeoutMs);
    const response = await this.send(path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    return read(response);
  }

  /** A token that is refused is asked for anew, once: the gateway may have forgotten the key that signed it, or the system's registration was replaced. */
  private async send(path: string, { headers = {}, ...init }: Sending): Promise<Response> {
    for (let isFirst = true; ; isFirst = false) {
      const token = await this.accessToken();
      const response = await fetch(`${this.options.gateway}${path}`, {
        ...init,
        headers: { ...headers, authorization: `Bearer ${token}` },
        redirect: 'error',
      });
      if (response.status !== 401 || !isFirst) return response;
      await response.body?.cancel();
      if (this.token?.value === token) this.token = undefined;
    }
  }
}

const read = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (response.status === 204) return undefined;
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const body = response.ok || isProblem ? parsed(text) : undefined;
  if (response.ok && body !== undefined) return body;
  // A page of whoever stands before the gateway, or at that address instead of it, has no type.
  const problem = {
    type: 'about:blank',
    title: 'unknown',
    ...(isProblem ? (body as object) : {}),
    status: response.status,
  };
  throw new DelgeProblem(problem as ProblemDetails, retryAfterMs(response.headers.get('retry-after'), new Date()));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

import { CLASSES, FINDINGS, parseEvidenceFiles, parseShownPage, provable, unlike } from '#verifier';
import type { EvidenceFile, FindingCode, ShownPage } from '#verifier';
import { BADGE_TEXTS } from './badge-texts.js';
import { hexDigestOf, isTrust, verifyFiles } from './verify.js';
import type { Language, Report } from './verify.js';

export * from './verify.js';

/**
 * The console's badge, without a framework. A page has
 * - `<span data-evidence="ADDRESS or #id" data-message="…" data-sender="…" data-recipient="…" data-outcome="…">`, one for each disclosure: an evidence file or a
 *   page of evidence, at an address or in a `<script type="application/json" id="…">`. What else the element says is held against the evidence, and with `data-shown="#id"` all
 *   that stands in that `<script type="application/json">`: a `ShownPage`. To an address `since` is added, the size of the auditor's last checkpoint, so that the evidence is linked to it.
 * - `<div data-verifier data-trust="ADDRESS" data-file="ADDRESS" data-digest="HEX">`: where the auditor chooses; the server's trust file, and the one file.
 *
 * `data-state` of a badge becomes `verified`, `claimed` or `failed`. All is fetched when the page loads; after that no network is needed, but to be linked to another checkpoint.
 */
export type State = 'verified' | 'claimed' | 'failed';

const TRUST = 'delge.trust';
const CHECKPOINT = 'delge.checkpoint';
const language: Language = document.documentElement.lang.startsWith('en') ? 'en' : 'sv';
const texts = BADGE_TEXTS[language];

interface Badge {
  readonly element: HTMLElement;
  /** Absent: it did not arrive, or is none. */
  readonly evidence?: EvidenceFile;
  /** Absent: the page shows no more of the log than the element says. */
  readonly page?: ShownPage | 'unreadable';
}
let badges: readonly Badge[] = [];
let serverTrust: string | undefined;
const chooser = document.querySelector<HTMLElement>('[data-verifier]');

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Size of the auditor's last checkpoint, as its note says it. */
const pinnedSize = (): string | undefined =>
  /^[^\n]+\n(0|[1-9]\d{0,17})\n/.exec(localStorage.getItem(CHECKPOINT) ?? '')?.[1];

async function textAt(place: string, since?: string): Promise<string | undefined> {
  if (place.startsWith('#')) return document.getElementById(place.slice(1))?.textContent ?? undefined;
  const address = new URL(place, document.baseURI);
  if (since !== undefined) address.searchParams.set('since', since);
  const answer = await fetch(address, { credentials: 'same-origin' }).catch(() => undefined);
  return answer?.ok === true ? answer.text() : undefined;
}

/** Evidence by message, of each place that the page's badges name. */
async function evidenceAt(place: string): Promise<ReadonlyMap<string, EvidenceFile>> {
  const text = await textAt(place, pinnedSize());
  const files = text === undefined ? undefined : parseEvidenceFiles(text);
  return new Map((files ?? []).map((file) => [file.messageId, file]));
}

const shownBy = ({ dataset }: HTMLElement): Badge['page'] => {
  const place = dataset['shown'];
  if (place === undefined) return undefined;
  try {
    const text = document.getElementById(place.slice(1))?.textContent ?? '';
    return parseShownPage(JSON.parse(text)) ?? 'unreadable';
  } catch {
    return 'unreadable';
  }
};

async function load(): Promise<void> {
  const elements = [...document.querySelectorAll<HTMLElement>('[data-evidence]')];
  const places = [...new Set(elements.map(({ dataset }) => dataset['evidence'] ?? ''))];
  const found = new Map(await Promise.all(places.map(async (place) => [place, await evidenceAt(place)] as const)));
  const before = new Map(badges.map((badge) => [badge.element, badge.evidence]));
  badges = elements.map((element) => {
    const of = found.get(element.dataset['evidence'] ?? '');
    const named = element.dataset['message'];
    // Without network what came before still proves what it did.
    const evidence = (named === undefined ? of?.values().next().value : of?.get(named)) ?? before.get(element);
    const page = shownBy(element);
    return { element, ...(evidence === undefined ? {} : { evidence }), ...(page === undefined ? {} : { page }) };
  });
  const place = chooser?.dataset['trust'];
  serverTrust ??= place === undefined ? undefined : await textAt(place);
}

const show = (element: HTMLElement, state: State, text: string): State => {
  element.dataset['state'] = state;
  element.textContent = text;
  return state;
};

/** The newest decision, or what stands in its place: a gateway's refusal, or a disclosure made outside Delge. */
function newestOf({ message }: Report): Readonly<Partial<Record<'sender' | 'recipient' | 'outcome', string>>> {
  const inPlace = (message?.statements ?? [])
    .filter(({ kind }) => kind === 'refusal-recorded' || kind === 'disclosure-recorded')
    .map(({ by = '', ...statement }) => ({ ...statement, sender: by }));
  const newestFirst = [...(message?.decisions ?? []), ...inPlace].toSorted((a, b) => Number(b.index) - Number(a.index));
  return newestFirst[0] ?? {};
}

/** Whether the page says of the message, its parties and the outcome what its evidence says. */
function agrees({ dataset }: HTMLElement, report: Report, isPart: boolean): boolean {
  const shown: Partial<Record<string, string>> = { message: report.message?.id, ...newestOf(report) };
  const members = isPart ? ['message'] : ['message', 'sender', 'recipient', 'outcome'];
  return members.every((name) => dataset[name] === undefined || dataset[name] === shown[name]);
}

/** What is said of evidence that has no decision, because the assignment opens none. */
const OF_RECEIPTS_ALONE: readonly FindingCode[] = ['decision-missing', 'receipt-unbound', 'retraction-unbound'];

function told({ element, evidence, page }: Badge, report: Report, ownTrust: boolean): State {
  const classes = Object.keys(CLASSES);
  if (page === 'unreadable') return show(element, 'failed', texts.failed(texts.unreadable));
  const isPart = page !== undefined && !provable(page.fields).records;
  const findings = report.findings.filter(({ code }) => !isPart || !OF_RECEIPTS_ALONE.includes(code));
  const [first] = findings.toSorted(
    (a, b) => classes.indexOf(FINDINGS[a.code].class) - classes.indexOf(FINDINGS[b.code].class),
  );
  if (first !== undefined) {
    const as = report.conclusion === 'incomplete' ? texts.incomplete : texts.failed;
    return show(element, 'failed', as(`${FINDINGS[first.code][language]} [${first.code}]`));
  }
  if (!agrees(element, report, isPart)) return show(element, 'failed', texts.failed(texts.unlike));
  if (page !== undefined && evidence !== undefined) {
    const [difference] = page.messageId === evidence.messageId ? unlike(page, evidence) : [];
    if (page.messageId !== evidence.messageId) return show(element, 'failed', texts.failed(texts.unlike));
    if (difference !== undefined) return show(element, 'failed', texts.failed(texts.unlikeAt(difference)));
    if (isPart) return show(element, 'claimed', texts['receipts-verified']);
    return show(element, 'verified', ownTrust ? texts['all-verified'] : texts['all-verified-by-server-trust']);
  }
  return show(element, 'verified', ownTrust ? texts.verified : texts['verified-by-server-trust']);
}

/** Verifies every badge of the page anew, by what the auditor has chosen. */
export async function verifyPage(): Promise<Readonly<Record<State, number>>> {
  const own = localStorage.getItem(TRUST) ?? undefined;
  const pinned = localStorage.getItem(CHECKPOINT) ?? undefined;
  const text = own ?? serverTrust;
  const given = text === undefined ? undefined : octets(text);
  const trust = given !== undefined && (await isTrust(given)) ? given : undefined;
  const counts = { verified: 0, claimed: 0, failed: 0 };
  const proven = badges.filter((badge) => badge.evidence !== undefined);
  const files = proven.map(({ evidence }) => evidence as EvidenceFile);
  const options = { now: new Date(), ...(pinned === undefined ? {} : { pinned }) };
  const start = performance.now();
  const reports = trust === undefined ? [] : await verifyFiles(files, trust, options);
  performance.measure('delge.verify', { start });
  for (const [at, badge] of proven.entries()) {
    const report = reports[at];
    const state =
      report === undefined ? show(badge.element, 'claimed', texts.claimed) : told(badge, report, own !== undefined);
    counts[state] += 1;
  }
  for (const { element, evidence } of badges)
    if (evidence === undefined) counts[show(element, 'claimed', `${texts.claimed}: ${texts.noEvidence}`)] += 1;
  tell(own, text, pinned, counts);
  return counts;
}

const made = (tag: string, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement => {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};
const status = made('p', '', { role: 'status' });
const used = made('p', '');

function tell(
  own: string | undefined,
  text: string | undefined,
  pinned: string | undefined,
  { verified, failed, claimed }: Readonly<Record<State, number>>,
): void {
  const digest = text === undefined ? '' : hexDigestOf(octets(text));
  const trustTold =
    text === undefined ? texts.noTrust : own === undefined ? texts.serverTrust(digest) : texts.ownTrust(digest);
  used.textContent = [
    trustTold,
    ...(pinned === undefined ? [] : [texts.ownCheckpoint(hexDigestOf(octets(pinned)))]),
  ].join(' ');
  status.textContent = texts.done(verified, failed, claimed);
}

/** The auditor's own choices, kept by this browser. */
function choosing(): void {
  if (chooser === null) return;
  const keeper = (id: string, label: string, key: string): readonly HTMLElement[] => {
    const input = made('input', '', { type: 'file', id }) as HTMLInputElement;
    input.addEventListener('change', () => void chosen(input, key));
    return [made('label', label, { for: id }), input];
  };
  const forget = made('button', texts.forget, { type: 'button' });
  forget.addEventListener('click', () => {
    localStorage.removeItem(TRUST);
    localStorage.removeItem(CHECKPOINT);
    void verifyPage();
  });
  const code = made('p', `${texts.code} `);
  const { file, digest } = chooser.dataset;
  if (file !== undefined) code.append(made('a', texts.oneFile, { href: file }), ` ${texts.digest(digest ?? '')}`);
  chooser.replaceChildren(
    made('h2', texts.title),
    status,
    made('p', document.querySelector('[data-shown]') === null ? texts.covers : texts['covers-all']),
    used,
    ...keeper('delge-trust', texts.trust, TRUST),
    ...keeper('delge-checkpoint', texts.checkpoint, CHECKPOINT),
    forget,
    code,
  );
}

async function chosen({ files }: HTMLInputElement, key: string): Promise<void> {
  const file = files?.[0];
  if (file === undefined) return;
  const text = await file.text();
  if (key === TRUST && !(await isTrust(octets(text)))) {
    status.textContent = texts.notTrust(file.name);
    return;
  }
  localStorage.setItem(key, text);
  // Evidence that is linked to it.
  if (key === CHECKPOINT) await load();
  await verifyPage();
}

choosing();
/** Once the page was verified for the first time. */
export const ready: Promise<Readonly<Record<State, number>>> = load().then(verifyPage);

import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ENGINE_VERSION, EngineError, parseRuleSet, ruleSetByDigest } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { ReleasedRuleSet, Snapshot } from '#snapshot';

const ROUND_MS = 1_000;
/** How long a new snapshot waits for the rule set that it releases. */
const PATIENCE_MS = 2_000;
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const digestOf = (bytes: Uint8Array): string => Buffer.from(sha256(bytes)).toString('base64url');

/** Where a service keeps what it has fetched, so that it starts without the registry. */
export interface RuleSetsKept {
  all(): Promise<readonly { readonly sha256: string; readonly bytes: Uint8Array }[]>;
  keep(sha256: string, bytes: Uint8Array): Promise<void>;
}
/** Asks the registry. @returns undefined when it has none of that digest */
export type FetchRuleSet = (sha256: string) => Promise<Uint8Array | undefined>;

/**
 * The released rule sets that this service can apply: those of its build, and those it has fetched since. A release is taken up without a
 * restart; bytes are believed by their digest in the keys log, and used only when this engine knows all that they say.
 */
export class RuleSets extends Loop {
  private readonly held = new Map<string, RuleSet>();
  /** Digests that were told of once and cannot be used by this build. */
  private readonly refused = new Map<string, string>();
  private readonly asking = new Map<string, Promise<void>>();

  constructor(
    private readonly fetch: FetchRuleSet,
    private readonly kept: RuleSetsKept,
    private readonly newest: () => Snapshot | undefined,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** Reads what was kept, before anything is judged. */
  async load(): Promise<void> {
    for (const { sha256, bytes } of await this.kept.all()) this.take(sha256, bytes);
  }

  find(digest: string): RuleSet | undefined {
    const known = this.held.get(digest) ?? ruleSetByDigest(digest, sha256);
    if (known !== undefined) this.held.set(digest, known);
    return known;
  }

  /** Fetches what the snapshot releases and is not held yet; waits for it a moment, and never fails. */
  async prepare(snapshot: Snapshot): Promise<void> {
    const wanted = this.wanted(snapshot);
    if (wanted.length === 0) return;
    const stop = new AbortController();
    const patience = delay(PATIENCE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([Promise.all(wanted.map((release) => this.ask(release))), patience]);
    stop.abort();
  }

  /** @returns why nothing can be judged: the newest release is not installed; undefined when it is, or there is none */
  missing(): string | undefined {
    const released = this.newest()?.ruleSet();
    if (released === undefined) return undefined;
    if (released.engineVersion > ENGINE_VERSION) return 'engine-version';
    if (this.find(released.sha256) !== undefined) return undefined;
    return this.refused.has(released.sha256) ? 'rule-set-refused' : 'rule-set';
  }

  protected override async round(): Promise<number> {
    const snapshot = this.newest();
    if (snapshot !== undefined) await this.prepare(snapshot);
    return ROUND_MS;
  }

  private wanted(snapshot: Snapshot): readonly ReleasedRuleSet[] {
    return snapshot
      .ruleSets()
      .filter(
        ({ sha256: digest, engineVersion }) =>
          engineVersion <= ENGINE_VERSION && this.find(digest) === undefined && !this.refused.has(digest),
      );
  }

  private ask(release: ReleasedRuleSet): Promise<void> {
    const { sha256: digest } = release;
    let asked = this.asking.get(digest);
    if (asked === undefined) {
      asked = this.install(release).finally(() => this.asking.delete(digest));
      this.asking.set(digest, asked);
    }
    return asked;
  }

  private async install({ sha256: digest, number, date, engineVersion }: ReleasedRuleSet): Promise<void> {
    try {
      const bytes = await this.fetch(digest);
      if (bytes === undefined) return this.log.warn('rules.not-installed', { code: 'NOT_HELD' });
      const ruleSet = this.take(digest, bytes);
      if (ruleSet === undefined) return;
      if (ruleSet.number !== number || ruleSet.date !== date || (ruleSet.engine ?? 1) !== engineVersion) {
        this.held.delete(digest);
        return this.refuse(digest, 'OTHER_THAN_RELEASED');
      }
      await this.kept.keep(digest, bytes);
      this.log.info('rules.installed', { code: String(number) });
    } catch {
      this.log.warn('rules.not-installed', { code: 'UNREACHABLE' });
    }
  }

  /** Verified by digest, then read as what comes from outside. */
  private take(digest: string, bytes: Uint8Array): RuleSet | undefined {
    // Others' bytes may be answered with: the next answer may be the right one.
    if (digestOf(bytes) !== digest) {
      this.log.warn('rules.not-installed', { code: 'DIGEST' });
      return undefined;
    }
    try {
      const ruleSet = parseRuleSet(bytes);
      this.held.set(digest, ruleSet);
      return ruleSet;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.refuse(digest, error.code);
      return undefined;
    }
  }

  private refuse(digest: string, code: string): void {
    this.refused.set(digest, code);
    this.log.warn('rules.not-installed', { code });
  }
}

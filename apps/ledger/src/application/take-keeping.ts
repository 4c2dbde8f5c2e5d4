import {
  MOST_OPENINGS,
  parseErasureDecision,
  parseErasureReport,
  parseHold,
  sha256Base64url,
  signLedgerNotice,
  typOf,
} from '#envelope';
import type { ErasureDecision, ErasureReport, Hold, LedgerNotice, PublicKey } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { EntityManager } from 'typeorm';
import type { Fresh } from '../domain/fresh.js';
import { KeepingRefused } from '../domain/keeping.js';
import type { About, KeepingStore, Vote } from '../persistence/keeping.store.js';
import { hand } from '../persistence/hand.js';
import type { HandedStatement } from '../persistence/hand.js';
import { unlessBehind } from '../persistence/own-keys.js';
import type { AccessKey, Signing } from './access-key.js';
import { erasable, erasedOpening, isSame } from './erasable.js';
import { proven } from './proven.js';
import type { ReadParties } from './read-parties.js';

/** What a statement says, its signature verified. */
interface Stated {
  readonly kind: LedgerNotice['kind'];
  readonly id: string;
  readonly authority: string;
  readonly env: string;
  readonly at: string;
  /** Absent when the signer's key is not live. */
  readonly key: PublicKey | undefined;
  readonly decision?: ErasureDecision;
  readonly report?: ErasureReport;
  readonly hold?: Hold;
}

export interface TakenKeeping {
  /** The entry by which it stands in the log. */
  readonly entryId: string;
  readonly outcome: 'taken' | 'known';
  /** Of a decision: whether a hold stops it now. */
  readonly held: boolean;
}

/**
 * Takes what parties state about keeping and erasing: decisions, reports, holds. Whoever brings it: the signature counts. Each is kept, and an entry, or nothing is.
 */
export class TakeKeeping {
  constructor(
    private readonly store: KeepingStore,
    private readonly parties: Pick<ReadParties, 'upToNow'>,
    private readonly access: Pick<AccessKey, 'live'>,
    private readonly environment: string,
    private readonly fresh: Fresh,
    private readonly now: () => Date,
    /** Called after commit, when something may be erased that could not be before. */
    private readonly changed: () => void,
    private readonly crash: (point: string) => void = () => undefined,
    /** Asked before an entry is made, for the authority whose statement it is. @throws when it makes too many */
    private readonly limit: (authority: string) => void = () => undefined,
  ) {}

  /**
   * @param text compact JWS
   * @returns undefined while the ledger can sign nothing @throws {KeepingRefused}
   */
  async execute(text: string): Promise<TakenKeeping | undefined> {
    const signing = await this.access.live();
    if (signing === undefined) return undefined;
    const now = this.now();
    const stated = await proven(
      text,
      () => read(text, signing.snapshot.on(now)),
      { environment: this.environment, now },
      (fault) => new KeepingRefused(fault),
    );
    if (stated.decision !== undefined) await this.parties.upToNow();
    const taken = await this.store
      .alone(async (tx) => {
        const taking = await this.take(tx, stated, text, signing);
        if (taking.outcome === 'taken') this.crash('ledger.keeping.before-commit');
        return taking;
      })
      .catch(unlessBehind);
    if (taken?.outcome !== 'taken') return taken;
    // What waits for it is looked for all the same: the eraser begins with all that is due.
    this.crash('ledger.keeping.after-commit');
    this.changed();
    return taken;
  }

  private async take(tx: EntityManager, stated: Stated, text: string, signing: Signing): Promise<TakenKeeping> {
    const { kind, id, authority } = stated;
    const known = await this.store.find(tx, kind, id);
    if (known !== undefined && known.statement !== text) throw new KeepingRefused('id-reuse');
    const { decision } = stated;
    const about =
      decision === undefined ? undefined : aboutOf(decision, await this.store.about(tx, decision.messageId));
    if (known === undefined) this.limit(authority);
    if (known === undefined) await this.apply(tx, stated);
    const handed = known === undefined ? await this.notice(stated, text, signing) : undefined;
    if (handed !== undefined) {
      await this.store.add(tx, kind, id, authority, handed);
      await hand(tx, handed);
    }
    return {
      entryId: handed?.entryId ?? known?.entryId ?? '',
      outcome: handed === undefined ? 'known' : 'taken',
      held: decision !== undefined && about !== undefined && (await this.store.isHeld(tx, decision.messageId, about)),
    };
  }

  private async apply(tx: EntityManager, { kind, id, authority, decision, report, hold, at }: Stated): Promise<void> {
    if (decision !== undefined) await this.store.addVotes(tx, await this.votes(tx, decision));
    else if (kind === 'erasure-reported') {
      const decided = await this.store.find(tx, 'erasure-decided', id);
      if (decided?.authority !== authority) throw new KeepingRefused('decision-unknown');
      const { messageId } = parseErasureDecision(decided.statement).decision;
      if (report?.messageId !== messageId) throw new KeepingRefused('other-message');
    } else if (kind === 'hold-laid') {
      const { caseId, messageIds } = hold ?? {};
      const what = messageIds === undefined ? { caseId: caseId ?? '' } : { messageIds };
      await this.store.layHold(tx, { holdId: id, authority, ...what });
    } else if (!(await this.store.liftHold(tx, id, authority, new Date(at)))) throw new KeepingRefused('hold-unknown');
  }

  /** Each opening must be what the decision says, about the message, its authority a party; one that is gone already asks for nothing. */
  private async votes(tx: EntityManager, decision: ErasureDecision): Promise<readonly Vote[]> {
    const { authority, decisionId, messageId, caseId } = decision;
    if (decision.openings.length > MOST_OPENINGS) throw new KeepingRefused('too-many');
    const named = new Map(decision.openings.map((opening) => [opening.entryId, opening]));
    const found = await this.store.openings(tx, [...named.keys()]);
    if (found.length < named.size || named.size < decision.openings.length) throw new KeepingRefused('entry-unknown');
    return found.flatMap(({ index, entryId, opening }) => {
      if (opening === undefined) return [];
      const about = erasable(opening.entry, opening.annex);
      if (about === undefined) throw new KeepingRefused('not-erasable');
      if (!about.parties.includes(authority)) throw new KeepingRefused('not-a-party');
      if (about.messageId !== messageId || (about.caseId ?? caseId) !== caseId)
        throw new KeepingRefused('other-message');
      const said = named.get(entryId);
      if (said === undefined || !isSame(said, erasedOpening(index, entryId, about)))
        throw new KeepingRefused('opening-differs');
      return [{ entryId, authority, decisionId, messageId, caseId, parties: about.parties }];
    });
  }

  private async notice(
    { kind, authority }: Stated,
    text: string,
    { signer, snapshot }: Signing,
  ): Promise<HandedStatement> {
    const entryId = this.fresh.id();
    const notice: LedgerNotice = {
      v: 1,
      kind,
      env: this.environment,
      entryId,
      authority,
      statementSha256: sha256Base64url(text),
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.now().toISOString(),
    };
    return {
      entryId,
      entry: await signLedgerNotice(signer, notice),
      blind: this.fresh.blind(),
      annex: text,
      keysSize: snapshot.size,
    };
  }
}

/**
 * Whose holds count, and on which cases: of all entries about the message, whatever of them the decision names. Where they name a case it is not for a decision to
 * name another.
 */
const aboutOf = ({ authority, caseId }: ErasureDecision, { parties, caseIds }: About): About => {
  if (caseIds.length > 0 && !caseIds.includes(caseId)) throw new KeepingRefused('other-message');
  return { parties: [...parties, authority], caseIds: [...caseIds, caseId] };
};

const read = (text: string, snapshot: Snapshot): Stated => {
  switch (typOf(text)) {
    case 'delge-erasure-decision+jws': {
      const { decision, kid } = parseErasureDecision(text);
      const { decisionId: id, authority, env, at } = decision;
      const key = snapshot.administratorOf(authority, kid);
      return { kind: 'erasure-decided', id, authority, env, at, key, decision };
    }
    case 'delge-erased+jws': {
      const { report, kid } = parseErasureReport(text);
      const { decisionId: id, authority, gateway, env, at } = report;
      const known = snapshot.key(kid);
      const hosts = snapshot.authority(authority)?.gateway === gateway;
      const key =
        hosts && known?.use === 'manifest' && known.holder === `gateway:${gateway}` ? known.public : undefined;
      return { kind: 'erasure-reported', id, authority, env, at, key, report };
    }
    case 'delge-hold+jws': {
      const { hold, kid } = parseHold(text);
      const { kind, holdId: id, authority, env, at } = hold;
      const key = snapshot.administratorOf(authority, kid);
      return { kind: `hold-${kind}`, id, authority, env, at, key, hold };
    }
    default:
      throw new KeepingRefused('malformed');
  }
};

import type { ToGateway } from '#contracts';
import type { DataSource } from 'typeorm';
import type { LedgerProofs } from '../operator/ledger-proofs.js';
import { told } from '../persistence/told.store.js';
import type { Told, ToldKind, ToldNotice } from '../persistence/told.store.js';
import type { Law } from './ground.js';

/** Longer than a transaction may last: what was released before has been committed. */
const SETTLED_MS = 30_000;

/** One thing as it was sent to a gateway. */
export interface ToldBody {
  readonly entryId: string;
  readonly is: ToldKind;
  readonly type: ToGateway;
  readonly body: object;
  /** Beside a decision: what it is about, as its sender's gateway signed it. */
  readonly manifest?: string;
}

/**
 * What was released to a gateway, once more: for one that was restored from a backup, or that missed something. Proofs are those of the log as it is now; the
 * gateway verifies all of it as it does what comes from the broker.
 */
export class TellAgain {
  constructor(
    private readonly dataSource: DataSource,
    private readonly law: Law,
    private readonly proofs: Pick<LedgerProofs, 'find'>,
    private readonly now: () => Date,
  ) {}

  /** @param gateway who asks */
  list(
    gateway: string,
    after: { readonly at: Date; readonly entryId: string },
    limit: number,
  ): Promise<readonly Told[]> {
    const until = new Date(this.now().getTime() - SETTLED_MS);
    return told.list(this.dataSource.manager, gateway, [...this.hosted(gateway)], after, until, limit);
  }

  /** @returns those that are this gateway's and still here @throws {OperatorError} */
  async bodies(
    gateway: string,
    asked: readonly { readonly entryId: string; readonly is: ToldKind }[],
  ): Promise<readonly ToldBody[]> {
    const proofs = await this.proofs.find([...new Set(asked.map(({ entryId }) => entryId))]);
    const found: ToldBody[] = [];
    for (const { entryId, is } of asked) {
      const proof = proofs.get(entryId);
      if (proof === undefined) continue;
      const one =
        is === 'notice' ? await this.notice(gateway, entryId, proof) : await this.decision(gateway, entryId, is, proof);
      if (one !== undefined) found.push(one);
    }
    return found;
  }

  private async decision(
    gateway: string,
    entryId: string,
    is: 'delivery' | 'decision',
    proof: string,
  ): Promise<ToldBody | undefined> {
    const row = await told.decision(this.dataSource.manager, entryId);
    const own = this.hosted(gateway);
    if (row === undefined || !own.has(is === 'decision' ? row.sender : row.recipient)) return undefined;
    const { messageId, attempt, decision, manifest, jwe, deliveryNumber } = row;
    const blind = row.blind.toString('base64url');
    if (is === 'decision')
      return {
        ...{ entryId, is, type: 'message.decided.v1', body: { messageId, attempt, decision, blind, proof } },
        ...(manifest === '' ? {} : { manifest }),
      };
    if (jwe === undefined || manifest === '' || deliveryNumber === undefined) return undefined;
    return {
      entryId,
      is,
      type: 'delivery.released.v1',
      body: { manifest, jwe, decision, blind, proof, deliveryNumber },
    };
  }

  private async notice(gateway: string, entryId: string, proof: string): Promise<ToldBody | undefined> {
    const row = await told.notice(this.dataSource.manager, entryId);
    if (row === undefined || !this.isTold(gateway, row)) return undefined;
    const { kind, notice, statement, sealed } = row;
    const proven = { notice, blind: row.blind.toString('base64url'), proof };
    if (kind === 'retraction-recorded' || kind === 'withdrawn')
      return { entryId, is: 'notice', type: 'retraction.recorded.v1', body: { retraction: statement, ...proven } };
    if (kind !== 'receipt-recorded') return { entryId, is: 'notice', type: 'notice.issued.v1', body: proven };
    const body = { receipt: statement, ...(sealed === undefined ? {} : { sealed }), ...proven };
    return { entryId, is: 'notice', type: 'receipt.recorded.v1', body };
  }

  /** The sender's gateway is told of every notice, the recipient's of a retraction of what was released to it. */
  private isTold(gateway: string, { gateway: told, recipient }: ToldNotice): boolean {
    return told === gateway || (recipient !== undefined && this.hosted(gateway).has(recipient));
  }

  private hosted(gateway: string): ReadonlySet<string> {
    return new Set(
      this.law
        .newest()
        .authorities()
        .filter((authority) => authority.gateway === gateway)
        .map(({ id }) => id),
    );
  }
}

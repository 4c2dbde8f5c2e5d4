import { SnapshotError, parseCooperation } from '#snapshot';
import type { CooperationOpening } from '#snapshot';
import type { OperatorClient } from './operator-client.js';

const MAX_KEPT = 1000;

/** Cooperation decisions, asked of the registry once and kept: a decision never changes, another one gets another id. */
export class Cooperations {
  private readonly kept = new Map<string, CooperationOpening>();

  constructor(private readonly registry: OperatorClient) {}

  /** @returns undefined when the registry has none that the asker may see. @throws {OperatorError} when it cannot be asked */
  async find(id: string): Promise<CooperationOpening | undefined> {
    const known = this.kept.get(id);
    if (known !== undefined) return known;
    const opening = await this.ask(id);
    if (opening?.id !== id) return undefined;
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    this.kept.set(id, opening);
    return opening;
  }

  private async ask(id: string): Promise<CooperationOpening | undefined> {
    const body = await this.registry.get(`/v1/cooperation-decisions/${id}`);
    try {
      return body === undefined ? undefined : parseCooperation(body);
    } catch (error) {
      if (error instanceof SnapshotError) return undefined;
      throw error;
    }
  }
}

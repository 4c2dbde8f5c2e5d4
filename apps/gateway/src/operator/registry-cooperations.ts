import { SnapshotError, parseCooperation } from '#snapshot';
import type { CooperationOpening } from '#snapshot';
import type { Cooperations } from '../application/ports.js';
import { NotYet } from '../domain/errors.js';
import { OperatorError } from './operator-client.js';
import type { OperatorClient } from './operator-client.js';

const MAX_KEPT = 1000;

/** Cooperation decisions, asked of the registry once and kept: a decision never changes, another one gets another id. */
export class RegistryCooperations implements Cooperations {
  private readonly kept = new Map<string, CooperationOpening>();

  constructor(private readonly registry: OperatorClient) {}

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
    try {
      const body = await this.registry.get(`/v1/cooperation-decisions/${id}`);
      return body === undefined ? undefined : parseCooperation(body);
    } catch (error) {
      if (error instanceof SnapshotError) return undefined;
      if (error instanceof OperatorError) throw new NotYet('cooperation');
      throw error;
    }
  }
}

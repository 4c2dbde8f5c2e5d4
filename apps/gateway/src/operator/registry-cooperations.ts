import { parseStrict } from '#json';
import { AUTHORITY_ID, LOCAL_DATE, UUID } from '#contracts';
import type { CooperationView } from '#legal-basis';
import type { Cooperations } from '../application/ports.js';
import { NotYet } from '../domain/errors.js';
import { OperatorError } from './operator-client.js';
import type { OperatorClient } from './operator-client.js';

const MAX_KEPT = 1000;

/** Whether an opening is the one that the keys log commits to. */
export type CommitmentCheck = (id: string, opening: Opening) => boolean;

export interface Opening {
  readonly cooperation: string;
  readonly parties: readonly string[];
  readonly from: string;
  readonly until?: string;
  readonly blind: string;
}

/** Cooperation decisions, asked of the registry once and kept: a decision never changes, another one gets another id. */
export class RegistryCooperations implements Cooperations {
  private readonly kept = new Map<string, CooperationView>();

  constructor(
    private readonly registry: OperatorClient,
    private readonly committed: CommitmentCheck,
  ) {}

  async find(id: string): Promise<CooperationView | undefined> {
    const known = this.kept.get(id);
    if (known !== undefined) return known;
    if (!UUID.test(id)) return undefined;
    const opening = await this.ask(id);
    if (opening === undefined || opening.cooperation !== id || !this.committed(id, opening)) return undefined;
    const { parties, from, until } = opening;
    const view = { id, parties, from, ...(until === undefined ? {} : { until }) };
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    this.kept.set(id, view);
    return view;
  }

  private async ask(id: string): Promise<Opening | undefined> {
    try {
      const response = await this.registry.get(`/v1/cooperation-decisions/${id}`);
      if (response === undefined) return undefined;
      const opening = parseStrict(new Uint8Array(await response.arrayBuffer())) as unknown as Opening;
      return wellFormed(opening) ? opening : undefined;
    } catch (error) {
      if (error instanceof OperatorError) throw new NotYet('cooperation');
      throw error;
    }
  }
}

const wellFormed = (o: Opening | null): o is Opening =>
  typeof o === 'object' &&
  o !== null &&
  UUID.test(o.cooperation) &&
  Array.isArray(o.parties) &&
  o.parties.every((party) => AUTHORITY_ID.test(party)) &&
  LOCAL_DATE.test(o.from) &&
  (o.until === undefined || LOCAL_DATE.test(o.until)) &&
  typeof o.blind === 'string';

import type { FuzzRequest } from './requests.js';

const SUBMISSION = 'POST /v1/referrals';

/** Ids of referrals that were refused for their form, and under which nothing was taken. */
export class Refused {
  private readonly refused = new Set<string>();
  private readonly taken = new Set<string>();

  /** @param ids of referrals that were submitted before chance had its turn: chance may name them too, and they stay */
  submitted(ids: readonly string[]): void {
    ids.forEach((id) => this.taken.add(id));
  }

  heard({ operation, body }: FuzzRequest, status: number): void {
    if (operation.name !== SUBMISSION) return;
    const id = /"id":"(?<id>[0-9a-f-]{36})"/.exec(body?.toString() ?? '')?.groups?.['id'];
    if (id !== undefined) (status === 400 ? this.refused : this.taken).add(id);
  }

  get ids(): readonly string[] {
    return [...this.refused].filter((id) => !this.taken.has(id));
  }
}

import { OperatorError } from '#operator';
import type { Cooperations as Registry } from '#operator';
import type { CooperationOpening } from '#snapshot';
import type { Cooperations } from '../application/ports/cooperation.js';
import { NotYet } from '../domain/errors.js';

/** What the registry opens to this gateway; while it cannot be asked, a message that needs it waits. */
export class RegistryCooperations implements Cooperations {
  constructor(private readonly registry: Registry) {}

  async find(id: string): Promise<CooperationOpening | undefined> {
    try {
      return await this.registry.find(id);
    } catch (error) {
      if (error instanceof OperatorError) throw new NotYet('cooperation');
      throw error;
    }
  }
}

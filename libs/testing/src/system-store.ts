import { ALL_SCOPES } from '#contracts';
import type {
  NewSystem,
  RegisteredSystem,
  SystemEnd,
  SystemStore,
} from '../../../apps/gateway/src/application/ports/system.js';

/** SystemStore in memory. */
export class MemorySystemStore implements SystemStore {
  readonly systems = new Map<string, RegisteredSystem>();
  private readonly ended = new Set<string>();
  private readonly used = new Set<string>();

  find(id: string): Promise<RegisteredSystem | undefined> {
    return Promise.resolve(this.ended.has(id) ? undefined : this.systems.get(id));
  }

  put(system: NewSystem): Promise<'stored' | 'same' | 'stale' | 'taken'> {
    const before = this.systems.get(system.id);
    const another = [...this.systems.values()].some(({ id, kid }) => kid === system.kid && id !== system.id);
    if (another || (before !== undefined && before.authority !== system.authority)) return Promise.resolve('taken');
    const newer = before === undefined || before.statedAt < system.statedAt;
    const { scopes = before?.scopes ?? ALL_SCOPES } = system;
    const isAlike = !this.ended.has(system.id) && before?.kid === system.kid && before.scopes.join() === scopes.join();
    if (!newer) return Promise.resolve(isAlike ? 'same' : 'stale');
    this.systems.set(system.id, { ...system, scopes });
    this.ended.delete(system.id);
    return Promise.resolve('stored');
  }

  end({ id, authority, statedAt }: SystemEnd): Promise<'stored' | 'same' | 'stale' | 'unknown'> {
    const before = this.systems.get(id);
    if (before?.authority !== authority) return Promise.resolve('unknown');
    if (before.statedAt >= statedAt) return Promise.resolve(this.ended.has(id) ? 'same' : 'stale');
    this.systems.set(id, { ...before, statedAt });
    this.ended.add(id);
    return Promise.resolve('stored');
  }

  useOnce(system: string, jti: string): Promise<boolean> {
    const fresh = !this.used.has(`${system} ${jti}`);
    this.used.add(`${system} ${jti}`);
    return Promise.resolve(fresh);
  }
}

import type { Route } from '#platform';
import { SCOPE } from './scope.js';
import { SHOWS } from './shows.js';

/**
 * Start-up test: every route of a system says which scope it needs, and what of its authority's content it shows.
 * @throws {Error} naming those that do not
 */
export function assertEveryRouteDeclares(routes: readonly Route[]): void {
  const ofSystems = routes.filter(({ policy }) => policy === 'system');
  for (const [mark, what] of [
    [SCOPE, 'which scope it needs'],
    [SHOWS, 'what it shows'],
  ] as const) {
    const bare = ofSystems.filter(({ handler }) => !Reflect.hasMetadata(mark, handler));
    if (bare.length > 0) throw new Error(`does not say ${what}: ${bare.map(({ name }) => name).join(', ')}`);
  }
}

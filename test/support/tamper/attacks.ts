import { atRest } from './at-rest.js';
import type { Attack } from './attack.js';
import { inserted } from './inserted.js';
import { running } from './running.js';
import type { Scene } from './scene.js';

export type { Attack } from './attack.js';

/** An attack in its turn: some need the signer still, some need it running, and what cannot be undone comes last. */
export interface Turn {
  readonly title: string;
  readonly begin: (scene: Scene) => Promise<void>;
  readonly attacks: readonly Attack[];
}
/** Everything that is tried. */
export const TURNS: readonly Turn[] = [
  { title: 'the tables of a log at rest', begin: (scene) => scene.rest(), attacks: atRest },
  { title: 'permits that the exchange did not give', begin: (scene) => scene.wake(), attacks: inserted },
  { title: 'a log that is written to', begin: (scene) => scene.letGo(), attacks: running },
];

import type { Scene } from './scene.js';

/** Something that whoever rules the operator's database can do, and who notices it. */
export interface Attack {
  readonly name: string;
  /** In plain words: what was done, and what it was to gain. */
  readonly sv: string;
  readonly en: string;
  /** Who notices, and the code that it goes by: exactly these. */
  readonly noticed: readonly string[];
  /** Does it, looks, and puts everything back that can be put back. @returns who noticed */
  readonly run: (scene: Scene) => Promise<readonly string[]>;
}

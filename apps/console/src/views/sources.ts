import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const rootFrom = (folder: string): string =>
  existsSync(join(folder, 'package.json')) ? folder : rootFrom(dirname(folder));

/** Folder of the repository: where package.json lies. */
export const ROOT = rootFrom(import.meta.dirname);

/** Folder of the console's sources, where its templates and style lie: the same whether this runs compiled or not. */
export const SOURCES = join(ROOT, 'apps/console/src');

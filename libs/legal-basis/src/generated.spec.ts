import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../../tools/compile-rules.js';

const root = join(import.meta.dirname, '../../..');

test('the checked-in rules and message types are what the YAML compiles to', async () => {
  for (const [path, source] of await compile(root)) expect(readFileSync(join(root, path), 'utf8')).toBe(source);
});

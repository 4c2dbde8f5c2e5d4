import { expect, it } from '@jest/globals';
import { Files } from './files.js';

it('names what nobody asked for in one order, whatever the order that the folder is listed in', async () => {
  const told = async (paths: readonly string[]): Promise<readonly unknown[]> => {
    const said: unknown[] = [];
    const source = { paths: () => Promise.resolve(paths), read: () => Promise.resolve(undefined) };
    await new Files(source, new Map(), (code, more) => said.push([code, more?.file])).close();
    return said;
  };
  const inOrder = ['openings/0.jsonl', 'tile/0/000.p/29'].map((path) => ['file-unlisted', path]);
  expect(await told(['tile/0/000.p/29', 'manifest.json', 'openings/0.jsonl'])).toEqual(inOrder);
  expect(await told(['manifest.json', 'openings/0.jsonl', 'tile/0/000.p/29'])).toEqual(inOrder);
});

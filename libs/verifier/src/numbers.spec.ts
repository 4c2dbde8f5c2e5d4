import { expect, it } from '@jest/globals';
import { Numbers } from './numbers.js';

it('counts as many erased numbers as a long log has', () => {
  const numbers = new Numbers(true);
  const last = 300_000;
  for (let number = 1; number < last; number += 1) numbers.erase('linkoping/socialnamnden', number, () => undefined);
  numbers.take('linkoping/socialnamnden', last, false, () => undefined);
  const said: string[] = [];
  const rows = numbers.close(
    () => true,
    (code) => said.push(code),
  );
  expect([said, rows]).toEqual([
    [],
    [{ authority: 'linkoping/socialnamnden', from: 1, to: last, seen: 1, refused: 0, erased: last - 1 }],
  ]);
});

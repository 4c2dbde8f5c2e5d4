import { expect, it } from '@jest/globals';
import { outside } from './postgres.js';

it('data outside of a checkout are those of one instance, and of none that was in its place before', () => {
  const instance = (secret: string) => ({ dir: '/srv/delge/.delge/sandbox', secret: () => secret });
  expect(outside(instance('first'))).toBe(outside(instance('first')));
  expect(outside(instance('second'))).not.toBe(outside(instance('first')));
});

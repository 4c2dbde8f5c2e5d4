import { describe, expect, it } from '@jest/globals';
import { StorageCipher } from './storage-cipher.js';

const cipher = new StorageCipher(new Uint8Array(32).fill(7));
const value = { content: 'Anna', n: 3, list: ['a', true] };

describe('encryption at rest', () => {
  it('gives back what was sealed', () => {
    expect(cipher.open(cipher.seal(value, 'delivery', 'id-1'), 'delivery', 'id-1')).toEqual(value);
  });

  it('holds no readable content', () => {
    expect(cipher.seal(value, 'delivery', 'id-1').includes('Anna')).toBe(false);
  });

  it('does not open under another row, another table or another key', () => {
    const sealed = cipher.seal(value, 'delivery', 'id-1');
    expect(() => cipher.open(sealed, 'delivery', 'id-2')).toThrow();
    expect(() => cipher.open(sealed, 'message', 'id-1')).toThrow();
    expect(() => new StorageCipher(new Uint8Array(32).fill(8)).open(sealed, 'delivery', 'id-1')).toThrow();
  });

  it('does not open when any byte was changed', () => {
    const sealed = cipher.seal(value, 'delivery', 'id-1');
    for (let i = 0; i < sealed.length; i += 7) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => cipher.open(changed, 'delivery', 'id-1')).toThrow();
    }
  });
});

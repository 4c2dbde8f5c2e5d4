import { describe, expect, it } from '@jest/globals';
import { StorageCipher } from './storage-cipher.js';

const secret = (id: number) => ({ id, octets: new Uint8Array(32).fill(id) });
const cipher = new StorageCipher([secret(7)]);
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
    expect(() => new StorageCipher([{ id: 7, octets: secret(8).octets }]).open(sealed, 'delivery', 'id-1')).toThrow();
  });

  it('does not open when any byte was changed', () => {
    const sealed = cipher.seal(value, 'delivery', 'id-1');
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => cipher.open(changed, 'delivery', 'id-1')).toThrow();
    }
  });

  it('seals under the newest key, and opens what an older one sealed for as long as that is held', () => {
    const both = new StorageCipher([secret(8), secret(7)]);
    const old = cipher.seal(value, 'delivery', 'id-1');
    expect(both.open(old, 'delivery', 'id-1')).toEqual(value);
    const fresh = both.seal(value, 'delivery', 'id-1');
    expect(() => cipher.open(fresh, 'delivery', 'id-1')).toThrow();
    expect(new StorageCipher([secret(8)]).open(fresh, 'delivery', 'id-1')).toEqual(value);
  });
});

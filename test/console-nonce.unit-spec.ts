import { beforeAll, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nonceDigest, nonceOctets } from '#sampling';

interface NonceModule {
  readonly nonceMade: () => Promise<{ readonly nonce: string; readonly digest: string }>;
  readonly offerNonce: (page: { querySelector(selector: string): unknown }) => void;
}
/** A part of a page as the module uses it. */
class Part {
  hidden = true;
  value = '';
  href = '';
  textContent = '';
  readonly dataset = { nonceTold: 'made' };
  click: () => void = () => undefined;
  addEventListener(_type: string, listener: () => void): void {
    this.click = listener;
  }
}
let page: NonceModule;
beforeAll(async () => {
  const root = process.env['DELGE_ROOT'] ?? process.cwd();
  page = (await import(pathToFileURL(join(root, 'apps/console/src/assets/nonce.js')).href)) as NonceModule;
});

it('makes a nonce of 32 octets and the digest that the log has of it, another each time', async () => {
  const made = await Promise.all(Array.from({ length: 50 }, () => page.nonceMade()));
  for (const { nonce, digest } of made) expect(nonceDigest(nonceOctets(nonce))).toBe(digest);
  expect(new Set(made.map(({ nonce }) => nonce)).size).toBe(50);
});

it('puts the digest alone into the form, and the nonce where it can be saved', async () => {
  const parts = new Map<string, Part>();
  const part = (selector: string): Part => {
    const found = parts.get(selector) ?? new Part();
    parts.set(selector, found);
    return found;
  };
  page.offerNonce({ querySelector: part });
  expect(part('[data-nonce]').hidden).toBe(false);
  part('[data-nonce-make]').click();
  // One turn of the digest that the browser makes.
  while (part('[data-nonce-made]').hidden) await new Promise(setImmediate);
  const [own, digest, save] = ['own', 'digest', 'save'].map((name) => part(`[data-nonce-${name}]`));
  expect(nonceDigest(nonceOctets(own?.value ?? ''))).toBe(digest?.value);
  expect(save?.href).toMatch(/^blob:/);
  expect(part('[data-nonce-told]').textContent).toBe('made');
  URL.revokeObjectURL(save?.href ?? '');
});

it('stays away from a page that has no place for it', () => {
  expect(() => page.offerNonce({ querySelector: () => null })).not.toThrow();
});

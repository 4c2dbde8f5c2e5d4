import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './packages.js';

/** Debian's, the smaller first; Ubuntu's `chromium` is a snap, which runs as no test's child. */
const PACKAGES = ['chromium-headless-shell', 'chromium'];
const NAMES = [...PACKAGES, 'chromium-browser', 'google-chrome'];

const onPath = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(':')
    .filter((dir) => dir !== '')
    .flatMap((dir) => NAMES.map((name) => join(dir, name)))
    .find((file) => existsSync(file));

/** @returns the browser that tests drive: `CHROMIUM_PATH`, or one that is there, or one installed now where that is ours to do */
export async function findChromium(): Promise<string> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && existsSync(given)) return given;
  const found = given === undefined ? onPath() : undefined;
  if (found !== undefined) return found;
  for (const name of given === undefined ? PACKAGES : []) {
    // A distribution that does not have the one may have the other.
    await installPackages([name]).catch(() => false);
    const installed = onPath();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'Chromium is needed: install chromium-headless-shell or chromium, or set CHROMIUM_PATH to the program itself',
  );
}

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { compiledValidators } from './validators.js';

/** The one file to save, and the module that the console's pages load. */
export const VERIFIER_FILES = ['delge-verifier.html', 'verify.js'] as const;
export type VerifierFile = (typeof VERIFIER_FILES)[number];

/** SHA-256, hexadecimal: as `sha256sum` prints it. */
export const digestOfFile = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Lays them into dist/verifier/. @returns SHA-256 by name */
export async function writeVerifier(root: string): Promise<Readonly<Record<VerifierFile, string>>> {
  const built = await buildVerifier(root);
  const folder = join(root, 'dist/verifier');
  mkdirSync(folder, { recursive: true });
  for (const name of VERIFIER_FILES) writeFileSync(join(folder, name), built[name]);
  return {
    'delge-verifier.html': digestOfFile(built['delge-verifier.html']),
    'verify.js': digestOfFile(built['verify.js']),
  };
}

/** @throws when anything of Node is left in it */
export async function buildVerifier(root: string): Promise<Readonly<Record<VerifierFile, string>>> {
  const page = await bundled(root, 'page');
  return { 'delge-verifier.html': oneFile(root, page), 'verify.js': await bundled(root, 'badge') };
}

/** One ES module of what the compiler made, for a browser. */
async function bundled(root: string, entry: string): Promise<string> {
  const own = join(root, 'dist/libs/verifier/browser');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(own, `${entry}.js`)],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    charset: 'utf8',
    legalComments: 'none',
    minify: true,
    alias: { 'node:crypto': join(own, 'node-crypto.js') },
    inject: [join(own, 'bytes.js')],
    plugins: [compiledValidators(root)],
  });
  const left = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path }) => isBuiltin(path) || !path.startsWith('.'));
  const text = outputFiles[0]?.text ?? '';
  const names = [...text.matchAll(/["'`]node:[a-z_/]+["'`]/g)].map(([name]) => name);
  // No content policy lets a page make functions of text.
  names.push(...(text.match(/\bnew Function\b/g) ?? []));
  if (left.length > 0 || names.length > 0)
    throw new Error(
      `the verifier would not run in a browser: ${[...left.map(({ path }) => path), ...names].join(', ')}`,
    );
  return text;
}

/** Script and style stand in it, allowed by their digests alone; nothing is ever fetched. */
function oneFile(root: string, bundle: string): string {
  const source = (name: string): string => readFileSync(join(root, 'libs/verifier/browser', name), 'utf8');
  const [page, style] = [source('page.html'), source('page.css').trim()];
  // What would end the element that it stands in. In a string or a pattern the escape says the same.
  const script = bundle.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const policy = [
    "default-src 'none'",
    `script-src '${csp(script)}'`,
    `style-src '${csp(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return filled(page, { policy, style, script });
}

const PLACES = {
  policy: 'content="{{policy}}"',
  style: '<style>{{style}}</style>',
  script: '<script type="module">{{script}}</script>',
} as const;

/** @throws when the page does not have each place exactly once, with nothing beside it that its digest would miss */
export function filled(page: string, parts: Readonly<Record<'policy' | 'style' | 'script', string>>): string {
  for (const [name, place] of Object.entries(PLACES))
    if (page.split(`{{${name}}}`).length !== 2 || !page.includes(place))
      throw new Error(`page.html must have ${place} exactly once`);
  return page.replace(/\{\{(policy|style|script)\}\}/g, (_all, name: keyof typeof parts) => parts[name]);
}

const csp = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

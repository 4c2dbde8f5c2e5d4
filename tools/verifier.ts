import { writeVerifier } from './verifier/build.js';

/** Builds the verifier for browsers into dist/verifier/: `npm run verifier`. The same bytes come of the same commit. */
const digests = await writeVerifier(process.env['DELGE_ROOT'] ?? process.cwd());
for (const [name, digest] of Object.entries(digests)) process.stdout.write(`${digest}  dist/verifier/${name}\n`);

import { readFileSync } from 'node:fs';
import type { SandboxClient } from './issuer.js';
import { addressOf, startIdentity } from './server.js';

/** The identity provider of a sandbox: test persons without passwords. It does not start where real people are. */
const { DELGE_ENVIRONMENT, PORT = '', CLIENTS_FILE = '' } = process.env;
if (DELGE_ENVIRONMENT === undefined || DELGE_ENVIRONMENT === 'production') {
  process.stderr.write('the test identity provider never runs in production\n');
  process.exit(78);
}
const clients = JSON.parse(readFileSync(CLIENTS_FILE, 'utf8')) as readonly SandboxClient[];
const server = await startIdentity(Number(PORT), clients);
process.stdout.write(`${addressOf(server)}\n`);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});

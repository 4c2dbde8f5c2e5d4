import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKey } from '#envelope';
import { SandboxIssuer } from './issuer.js';
import type { SandboxClient } from './issuer.js';
import { PERSONAS } from './personas.js';

/** Starts the sandbox's identity provider: issuers below a path each, at 127.0.0.1. @param port any that is free when 0 */
export async function startIdentity(port: number, clients: readonly SandboxClient[]): Promise<Server> {
  const issuers = new Map<string, SandboxIssuer>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, name = ''] = /^\/([a-z]+)\//.exec(request.url ?? '') ?? [];
    const issuer = issuers.get(name);
    if (issuer !== undefined) await issuer.answer(request, response);
    else response.writeHead(request.url === '/health/ready' && issuers.size > 0 ? 200 : 404).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      // An interaction that is over, or was begun in another browser.
      if (!response.headersSent) response.writeHead(400);
      response.end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const base = addressOf(server);
  for (const [name, personas] of Object.entries(PERSONAS)) {
    const { privateJwk, kid } = await generateKey('system');
    const signingKey = { ...privateJwk, kid, use: 'sig', alg: 'ES256' };
    issuers.set(name, new SandboxIssuer(base, name, personas, clients, signingKey));
  }
  return server;
}

export const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

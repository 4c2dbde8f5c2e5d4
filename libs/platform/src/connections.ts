import type { Server } from 'node:http';

const HEADERS_MS = 5_000;
/** For whatever `paced` leaves: the largest body at its least rate takes less. */
const REQUEST_MS = 10 * 60_000;
/** How often connections are held against these limits; Node's own 30 s would let a slow body stay for 45. */
const CHECK_MS = 1_000;
const MAX_CONNECTIONS = 1_000;
/**
 * How long one with nothing to do stays open: longer than those who call keep theirs (Go and Traefik 90 s, .NET and nginx 60, Java 30; Node's own 5 s are shorter than all of
 * them). Who closes first must be the one who asks: else a request meets a connection that is just being closed, and whether it was read nobody can tell.
 */
const IDLE_MS = 95_000;

/** Bounds how long a server's connections may take for what they bring, and how many there are. Before it listens. */
export const boundConnections = (server: Server, max = MAX_CONNECTIONS): void => {
  // Read when the server begins to listen.
  Object.assign(server, { connectionsCheckingInterval: CHECK_MS });
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = IDLE_MS;
  server.maxConnections = max;
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    // Those with nothing to do make room for the next.
    if (open >= max) server.closeIdleConnections();
  });
};

const BLOCKED_MS = 5_000;

/** Lets a test hold a service's event loop, or use up its memory, at a moment of its own choice. */
process.on('SIGUSR2', () => {
  const until = Date.now() + BLOCKED_MS;
  while (Date.now() < until);
});
process.on('SIGPIPE', () => {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(100_000).fill(kept.length));
});

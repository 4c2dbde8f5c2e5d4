/** Once, on standard error, while it is asked again. @param why as a client tells it */
export const tellAway = (why: string): void =>
  void process.stderr.write(
    `the gateway does not answer (${why}); trying again until it does. In the sandbox \`npm start\` starts it\n`,
  );

const NAMES: readonly unknown[] = ['TimeoutError', 'AbortError'];
const MESSAGES: readonly unknown[] = ['fetch failed', 'terminated'];

/** Whether nobody answered a `fetch`, or not in time: away, or cut off. */
export const isNoAnswer = (error: unknown): boolean => {
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  return NAMES.includes(name) || (name === 'TypeError' && MESSAGES.includes(message));
};

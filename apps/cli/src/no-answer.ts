const NAMES: readonly unknown[] = ['TimeoutError', 'AbortError', 'SyntaxError'];
const MESSAGES: readonly unknown[] = ['fetch failed', 'terminated'];

/** Whether nobody answered a `fetch`, or not in time, or with something that is not what was asked for: away, cut off, or somebody else at that address. */
export const isNoAnswer = (error: unknown): boolean => {
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  return NAMES.includes(name) || (name === 'TypeError' && MESSAGES.includes(message));
};

const NAMES: readonly unknown[] = ['TimeoutError', 'AbortError'];
const MESSAGES: readonly unknown[] = ['fetch failed', 'terminated'];

/** Whether nobody answered a `fetch`, or not in time: away, or cut off. */
export const isNoAnswer = (error: unknown): boolean => {
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  return NAMES.includes(name) || (name === 'TypeError' && MESSAGES.includes(message));
};

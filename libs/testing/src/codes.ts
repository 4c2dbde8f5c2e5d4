/**
 * What work ended with: `accepted`, or the code that its error carries. Errors without one are bugs of the test or the product, and are
 * thrown on.
 */
export const outcomeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    const { reason, code } = error as { readonly reason?: unknown; readonly code?: unknown };
    if (typeof reason === 'string') return reason;
    if (typeof code === 'string') return code;
    throw error;
  }
};

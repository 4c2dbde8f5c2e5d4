/** What becomes of a promise, as a value: one that fails among several fails nobody else. */
export const settledOf = async <T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> => {
  const [settled] = await Promise.allSettled([promise]);
  return settled;
};

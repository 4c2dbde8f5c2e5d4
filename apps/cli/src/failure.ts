import { DelgeProblem, whyAway } from '#client';

/** What a command says of its error: in a line what is wrong and what to do, and of a refusal its problem and where that is told of. */
export const failureText = (error: unknown): string => {
  if (error instanceof DelgeProblem && error.problem.type.startsWith('/problems/')) {
    const { problem, slug } = error;
    return `${JSON.stringify(problem, undefined, 2)}\nwhat it means, and who acts: docs/problems.md#${slug}`;
  }
  const why = whyAway(error);
  if (why !== undefined)
    return `the gateway does not answer (${why}): does it run, and is its address right? In the sandbox \`npm start\` starts it`;
  if (error instanceof DelgeProblem)
    return `the answer (${error.problem.status}) is of something that is no gateway: is the address right?`;
  const { name, message, cause } = error as Partial<Error> & { readonly cause?: { code?: string; message?: string } };
  // Of `fetch`, which tells what happened in its cause alone.
  if (name === 'TypeError' && cause !== undefined)
    return `the gateway cannot be asked (${cause.code ?? cause.message}): is its address right, and is its certificate one that is trusted here?`;
  return message ?? String(error);
};

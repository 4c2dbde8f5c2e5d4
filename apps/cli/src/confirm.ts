import { createInterface } from 'node:readline/promises';

/** Where a person answers. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks whether something is to be done for good. What is piped in is no answer, and nobody is waited for who is not there.
 * @param yes said beforehand
 * @throws when it was not said, or nobody is there to say it
 */
export const confirmed = async (
  question: string,
  yes: boolean,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> => {
  if (yes) return;
  if (input.isTTY !== true) throw new Error('nobody is here to ask: say --yes. Nothing was done');
  const asking = createInterface({ input, output });
  try {
    // An input that ends is no answer either.
    const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
    const answer = await Promise.race([asking.question(`${question} [y/N] `), ended]);
    if (!/^(y|yes|j|ja)$/i.test(answer.trim())) throw new Error('nothing was done');
  } finally {
    asking.close();
  }
};

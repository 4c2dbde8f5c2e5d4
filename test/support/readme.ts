import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fenced blocks of a page in one language, in their order. */
export const blocksOf = (page: string, language: string): readonly string[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, tag, text = '']) => (tag === language ? [text] : []));

/** Snippets of a README by the file that each says it is, in its first line: `// name.ts`. */
export const snippetsOf = (page: string): ReadonlyMap<string, string> =>
  new Map(
    blocksOf(page, 'ts').map((text) => {
      const [, name] = /^\/\/ ([a-z-]+\.ts)/.exec(text) ?? [];
      if (name === undefined) throw new Error(`a snippet does not say which file it is: ${text.slice(0, 40)}`);
      return [name, text];
    }),
  );

/** A folder of snippets, each run as a process of its own in it. */
export class Snippets {
  constructor(
    readonly folder: string,
    page: string,
  ) {
    for (const [name, text] of snippetsOf(page)) writeFileSync(join(folder, name), text);
  }

  /** @returns lines that it printed @throws with what it said, when it ended with an error */
  run(name: string, ...args: readonly string[]): Promise<readonly string[]> {
    return new Promise((done, fail) =>
      execFile(process.execPath, [name, ...args], { cwd: this.folder, timeout: 60_000 }, (error, out, err) =>
        error === null ? done(out.trimEnd().split('\n')) : fail(new Error(`${name}: ${err}`, { cause: error })),
      ),
    );
  }
}

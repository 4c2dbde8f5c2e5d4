import { DelgeProblem } from '#client';
import { delgeProgram } from './program.js';

// Whoever reads what is printed may stop before its end, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
try {
  await delgeProgram().parseAsync();
} catch (error) {
  if (error instanceof DelgeProblem) {
    process.stderr.write(`${JSON.stringify(error.problem, undefined, 2)}\n`);
    if (error.problem.type.startsWith('/problems/'))
      process.stderr.write(`what it means, and who acts: docs/problems.md#${error.slug}\n`);
  } else if (error instanceof TypeError && error.message === 'fetch failed')
    process.stderr.write('the gateway does not answer: is the sandbox running? `npm start` starts it\n');
  else process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // A command whose 1 is an answer has set another.
  process.exitCode ??= 1;
}

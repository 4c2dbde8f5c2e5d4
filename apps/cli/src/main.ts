import { failureText } from './failure.js';
import { delgeProgram } from './program.js';

// Whoever reads what is printed may stop before its end, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
try {
  await delgeProgram().parseAsync();
} catch (error) {
  process.stderr.write(`${failureText(error)}\n`);
  // A command whose 1 is an answer has set another.
  process.exitCode ??= 1;
}

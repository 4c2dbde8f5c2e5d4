import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Lets a test ask a service what it holds: its heap and what lies beside it, after all that nobody holds is gone. */
process.on('SIGUSR2', () => {
  collect();
  // What was outside the heap goes with what held it, and by the collection after that one.
  collect();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`live memory: ${heapUsed + external} octets\n`);
});

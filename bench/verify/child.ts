import { Command } from 'commander';
import { verifyCommand } from '../../apps/cli/src/verify/verify.js';

/** What a run took, apart from starting Node and reading the program. */
export interface Took {
  /** Of all threads. */
  readonly processorSeconds: number;
  readonly wallSeconds: number;
  readonly peakOctets: number;
}

// `delge verify` itself, in a process of its own, so that its memory is its own; its report goes to standard output as always.
const program = new Command();
verifyCommand(program);
const before = process.cpuUsage();
const begun = performance.now();
await program.parseAsync(process.argv);
const { user, system } = process.cpuUsage(before);
const took: Took = {
  processorSeconds: (user + system) / 1_000_000,
  wallSeconds: (performance.now() - begun) / 1000,
  peakOctets: process.resourceUsage().maxRSS * 1024,
};
process.send?.(took);

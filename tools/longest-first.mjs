import { basename } from 'node:path';

/** Fault specs by what they took in short on two cores left to them, the longest first. */
const LONGEST = [
  ...['crash-points', 'processes', 'tampered-log', 'servers', 'witnesses', 'killed-ledger', 'restore', 'controls'],
  ...['cluster', 'rotation', 'back-pressure', 'schedule', 'signer-state', 'every-end', 'messaging'],
  ...['release-in-flight', 'subscribers', 'migrations', 'dead-letters', 'failover'],
];
const rank = ({ path }) => LONGEST.indexOf(basename(path, '.faults-spec.ts'));

/** Jest's order of fault specs, so that the last to end is not one that began last: where nothing has run before jest goes by the size of files. What is not known begins. */
export default class LongestFirst {
  sort(tests) {
    return tests.toSorted((a, b) => rank(a) - rank(b));
  }
  allFailedTests(tests) {
    return tests;
  }
  shard(tests) {
    return tests;
  }
  cacheResults() {}
}

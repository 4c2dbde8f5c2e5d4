import { basename } from 'node:path';

/** Fault specs by what they took in short on two cores left to them, the longest first. */
const FAULTS = [
  ...['crash-points', 'processes', 'tampered-log', 'servers', 'witnesses', 'killed-ledger', 'restore', 'controls'],
  ...['cluster', 'rotation', 'back-pressure', 'schedule', 'signer-state', 'every-end', 'messaging'],
  ...['release-in-flight', 'subscribers', 'migrations', 'dead-letters', 'failover'],
];
/** And e2e specs. */
const E2E = [
  ...[
    'verify',
    'set-aside',
    'subscriptions',
    'journey',
    'watch',
    'erasure',
    'disclosure-check',
    'canary',
    'person-search',
  ],
  ...[
    'corrections',
    'keys',
    'replay',
    'recorded-disclosure',
    'bad-http',
    'forged-delivery',
    'sample-systems',
    'access',
  ],
  ...['forged-submission', 'retraction', 'receipts', 'one-effect', 'requests', 'database-roles', 'misdirected'],
  ...['accounts', 'system-registration', 'attachments', 'forged-receipt', 'fuzz', 'bad-input', 'permitted-part'],
  ...['token-doors', 'access-operator', 'client-assertion'],
];
const rank = ({ path }) => {
  const name = basename(path);
  return name.endsWith('.e2e-spec.ts')
    ? E2E.indexOf(basename(path, '.e2e-spec.ts'))
    : FAULTS.indexOf(basename(path, '.faults-spec.ts'));
};

/** Jest's order of specs that have a stack, so that the last to end is not one that began last: where nothing has run before jest goes by the size of files. What is not known begins. */
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

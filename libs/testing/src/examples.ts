import { join } from 'node:path';
import { readDirectory } from '../../../tools/sandbox/directory.js';
import type { SandboxDirectory } from '../../../tools/sandbox/directory.js';
import { readExamples } from '../../../tools/demo/examples.js';
import type { Example } from '../../../tools/demo/examples.js';

export type { Example, SandboxDirectory };

const folder = join(process.env['DELGE_ROOT'] ?? process.cwd(), 'examples');
const examples = readExamples(join(folder, 'referrals'));

/** @param number of a file in examples/referrals, e.g. `01` */
export const example = (number: string): Example => {
  const found = examples.find(({ name }) => name.startsWith(`${number}-`));
  if (found === undefined) throw new Error(`no example ${number}`);
  return JSON.parse(JSON.stringify(found)) as Example;
};

/** A few boards of municipalities and a few agencies, behind the gateways of municipalities, agencies and justice. */
const AUTHORITIES = [
  'linkoping/omsorgsnamnden',
  'linkoping/socialnamnden',
  'helsingborg/tillstandsnamnden',
  'uppsala/socialnamnden',
  'fk/forsakringskassan',
  'skv/skatteverket',
  'skv/skattebrottsenheten',
  'polis/polismyndigheten',
  'ebm/ekobrottsmyndigheten',
];

/** The part of examples/sandbox-directory.yaml that the tests' world enrols. */
export const smallDirectory = (): SandboxDirectory => {
  const whole = readDirectory(join(folder, 'sandbox-directory.yaml'));
  const authorities = whole.authorities.filter(({ id }) => AUTHORITIES.includes(id));
  const slugs = new Set([
    ...authorities.map(({ id }) => id.split('/')[0]),
    ...whole.gateways.map(({ operatedBy }) => operatedBy),
  ]);
  return { ...whole, authorities, participants: whole.participants.filter(({ slug }) => slugs.has(slug)) };
};

/**
 * An agency's system: fetches what its authority receives as it comes, keeps each delivery as a file, and gives its receipt.
 *
 * `npm run -s agency -- fk/forsakringskassan received`
 *
 * An event is acknowledged when what it tells of has been dealt with. Killed before that, the system is told once more; a file of the same name and a receipt of the
 * same words are the same act.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DelgeClient, DelgeProblem } from '#client';
import type { JWK } from 'jose';

const [authority = '', folder = '', sandbox = '.delge/sandbox/sandbox.json'] = process.argv.slice(2);

interface Registered {
  readonly authority: string;
  readonly gateway: string;
  readonly system: string;
  readonly keyFile: string;
}
const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
const say = (...words: readonly string[]): void => void process.stdout.write(`${words.join(' ')}\n`);

const { systems } = read<{ readonly systems: readonly Registered[] }>(sandbox);
const own = systems.find((system) => system.authority === authority);
if (own === undefined) throw new Error(`${sandbox} has no system of ${authority}`);
// A token for what is done here and for nothing else, whatever more is registered.
const scopes = ['events:read', 'deliveries:read', 'deliveries:write'] as const;
const { gateway, system, keyFile } = own;
const delge = new DelgeClient({ gateway, system, key: read<JWK>(keyFile), scopes });

/** Whole or not at all, and on the disk before its receipt says so. */
const keep = (name: string, value: object): void => {
  const file = join(folder, `${name}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(value, undefined, 2), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  const dir = openSync(folder, 'r');
  fsyncSync(dir);
  closeSync(dir);
};

const dealWith = async (type: string, id: string): Promise<void> => {
  if (type === 'delivery.received') {
    keep(id, await delge.delivery(id));
    await delge.give(id, { kind: 'accepted', diaryNumber: `2026-${id.slice(0, 8)}` });
  }
  // Nobody has used it here yet; where somebody has, another code says so.
  if (type === 'delivery.retracted') await delge.acknowledge(id, 'not-used');
};

mkdirSync(folder, { recursive: true, mode: 0o700 });
for await (const { id, type, data } of delge.follow()) {
  // An event of a case has no message.
  const about = data.messageId ?? data.caseId ?? '';
  try {
    await dealWith(type, about);
    say(type, about);
  } catch (error) {
    // Erased meanwhile, or answered already in other words: for people, and no reason to stop.
    if (!(error instanceof DelgeProblem) || ![409, 410].includes(error.problem.status)) throw error;
    say(type, about, error.slug);
  }
  await delge.acknowledgeEvents(id);
}

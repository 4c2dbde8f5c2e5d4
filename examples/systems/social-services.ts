/**
 * A social-services system: sends what its officers have put into a folder, and tells what became of it.
 *
 * `npm run -s social-services -- linkoping/omsorgsnamnden outbox`
 *
 * Each file is a referral with an id that was chosen when it was written. So the job may be killed anywhere and run again: what was sent is not sent twice,
 * and what happened meanwhile is told by the events that it has not acknowledged yet.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DelgeClient, DelgeProblem } from '#client';
import type { SubmitReferralDto } from '#contracts';
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
const scopes = ['referrals:write', 'events:read'] as const;
const { gateway, system, keyFile } = own;
const delge = new DelgeClient({ gateway, system, key: read<JWK>(keyFile), scopes });

const refusal = (error: unknown): string | undefined =>
  error instanceof DelgeProblem && [400, 409, 413, 422].includes(error.problem.status) ? error.slug : undefined;

/** File names by message id. */
const files = new Map<string, string>();
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .toSorted()) {
  try {
    const { state, recipients } = await delge.submit(read<SubmitReferralDto>(join(folder, file)));
    for (const { messageId } of recipients) files.set(messageId, file);
    // A draft: an officer assesses it, under the same id.
    say(file, state);
  } catch (error) {
    // The law says no, or the file is wrong, or its id was used: nothing of it has left. Anything else ends the job, which is run again.
    const slug = error instanceof SyntaxError ? 'no-json' : refusal(error);
    if (slug === undefined) throw error;
    say(file, 'refused', slug);
    process.exitCode = 1;
  }
}

for (;;) {
  const { items } = await delge.events({ limit: '200' });
  for (const { type, data } of items) {
    const about = data.messageId ?? data.caseId ?? '';
    say(files.get(about) ?? about, type, data.code ?? '');
  }
  const last = items.at(-1);
  if (last === undefined) break;
  await delge.acknowledgeEvents(last.id);
}

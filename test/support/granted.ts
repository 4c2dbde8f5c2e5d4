import { join } from 'node:path';
import { AuditorVisit, auditorIn } from './auditor-visit.js';
import { cli } from './cli.js';
import { eventually } from './stack.js';
import type { TestStack } from './stack.js';

const FOLLOWED_MS = 60_000;
const inAYear = (): string => new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);

export interface Granted {
  readonly visit: AuditorVisit;
  readonly auditor: string;
  readonly assignment: string;
}

/**
 * Logs a person in, has an administrator grant an assignment to whoever that is, and waits until it can be chosen.
 * @param authorities all of one participant
 * @param diaryNumber of the review
 */
export async function granted(
  { stack }: TestStack,
  person: string,
  authorities: readonly string[],
  diaryNumber: string,
): Promise<Granted> {
  const visit = new AuditorVisit(stack.url('console'));
  const auditor = auditorIn(await visit.logIn(person));
  const { code, out, err } = await cli(
    ...['--sandbox', join(stack.options.dir, 'sandbox.json'), 'assignment', 'grant', '--yes'],
    ...authorities.flatMap((authority) => ['--authority', authority]),
    ...['--auditor', auditor, '--provision', 'municipal-audit'],
    ...['--diary-number', diaryNumber, '--from', '2020-01-01', '--expires', inAYear()],
  );
  if (code !== 0) throw new Error(err);
  const { assignment } = JSON.parse(out) as { readonly assignment: string };
  await eventually('the grant is followed', FOLLOWED_MS, async () =>
    (await visit.get('/uppdrag'))[1].includes(assignment) ? true : undefined,
  );
  await visit.post('/uppdrag', { assignment });
  return { visit, auditor, assignment };
}

/** Waits until the console has followed the log as far as a page needs it. @returns the page */
export const followed = (visit: AuditorVisit, path: string, has: string): Promise<string> =>
  eventually(`${path} has ${has}`, FOLLOWED_MS, async () => {
    const [status, page] = await visit.get(path);
    return status === 200 && page.includes(has) ? page : undefined;
  });

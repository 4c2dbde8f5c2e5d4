import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import type { Canaries } from '../support/canaries.js';
import type { TestStack } from '../support/stack.js';
import { Judge, isForbidden } from './judge.js';
import { Refused } from './refused.js';
import type { FuzzRequest } from './requests.js';
import { requests } from './requests.js';
import { leave, seats } from './seat.js';
import type { Seat } from './seat.js';
import { Sender } from './send.js';
import type { Heard } from './send.js';
import { valuesWith } from './values.js';

const CHUNK = 800;
/** Whoever is told to wait asks so often again, and counts apart when the answer stays. */
const TIMES = 4;
const WAIT_MS = 250;
const SHOWN = 600;

export interface Run {
  readonly requests: number;
  /** The same, and the same world, give the same requests but for what is made anew: ids. */
  readonly seed: number;
  readonly minutes: number;
  readonly connections: number;
}
export interface Report {
  readonly sent: number;
  readonly forbidden: number;
  /** By answer, as `400 malformed-json`. */
  readonly answers: Readonly<Record<string, number>>;
  /** By what they were told, as `429 rate-limited`: of requests that were still told to wait when they had asked again. */
  readonly waits: Readonly<Record<string, number>>;
  /** Operations that took something. */
  readonly accepted: ReadonlySet<string>;
  /** Those of them that took something of staff. */
  readonly acceptedOfStaff: ReadonlySet<string>;
  readonly asked: ReadonlySet<string>;
  readonly faults: readonly string[];
  /** Ids of referrals that were refused for their form, and under which nothing was taken. */
  readonly refused: readonly string[];
  readonly seconds: number;
}

const add = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};
const shown = ({ operation, who, target, headers, body, flaws, wire }: FuzzRequest): string =>
  JSON.stringify({ method: operation.method, target, who, headers, flaws, wire, body: body?.toString('latin1') }).slice(
    0,
    SHOWN,
  );

/** Sends what chance makes of the published description to the gateways at both ends of a referral, and judges each answer. */
export const fuzz = async (delge: TestStack, canaries: Canaries, run: Run): Promise<Report> => {
  const from = Date.now();
  const until = from + run.minutes * 60_000;
  const [answers, waits, faults] = [{} as Record<string, number>, {} as Record<string, number>, [] as string[]];
  const [accepted, acceptedOfStaff, asked] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const refused = new Refused();
  let [sent, forbidden] = [0, 0];
  const codes = codesOf(delge, canaries);
  // At once: a run may be broken off.
  const found = (fault: string): void => {
    faults.push(fault);
    process.stderr.write(`fuzz: ${fault}\n`);
  };

  const one = async (seat: Seat, sender: Sender, judge: Judge, request: FuzzRequest, dice: number): Promise<void> => {
    const { operation, who } = request;
    const proof = await seat.proof(who, operation.method, dice);
    let heard: Heard = await sender.send(request, proof);
    let judgement = judge.judge(request, heard);
    for (let times = 1; judgement === 'told to wait' && heard.status === 503 && times < TIMES; times += 1) {
      await delay(WAIT_MS * times);
      heard = await sender.send(request, proof);
      judgement = judge.judge(request, heard);
    }
    sent += 1;
    if (isForbidden(request)) forbidden += 1;
    asked.add(operation.name);
    const slug = /"type":"\/problems\/(?<slug>[a-z-]+)"/.exec(heard.body)?.groups?.['slug'];
    const name = slug === undefined ? String(heard.status) : `${heard.status} ${slug}`;
    if (judgement === 'accepted') accepted.add(operation.name);
    if (judgement === 'accepted' && who === 'staff') acceptedOfStaff.add(operation.name);
    refused.heard(request, heard.status);
    if (judgement === 'told to wait') add(waits, name);
    else add(answers, name);
    if (typeof judgement === 'object')
      found(`${judgement.fault}: ${operation.name}: ${shown(request)} -> ${heard.body.slice(0, SHOWN)}`);
  };

  const ends = seats(delge, canaries).map((seat) => ({ seat, sender: new Sender(seat.gateway, run.connections) }));
  try {
    for (let chunk = 0; sent < run.requests && Date.now() < until && faults.length < 200; chunk += 1) {
      const { seat, sender } = ends[chunk % ends.length] ?? (ends[0] as (typeof ends)[0]);
      const world = await seat.world();
      const ids = Object.values(world.ids).flat();
      refused.submitted(world.ids['referrals'] ?? []);
      const judge = new Judge(canaries.run, world);
      const arbitrary = requests(world, valuesWith(canaries.at('strange'), [...ids, ...codes]));
      const numRuns = Math.min(CHUNK, run.requests - sent);
      const made = fc.sample(arbitrary, { numRuns, seed: run.seed + chunk }).entries();
      const work = async (): Promise<void> => {
        // Each takes the next: they share the iterator.
        for (const [at, request] of made) {
          try {
            await one(seat, sender, judge, request, at);
          } catch (error) {
            found(`${String(error)}: ${request.operation.name}: ${shown(request)}`);
          }
        }
      };
      await Promise.all(Array.from({ length: run.connections }, work));
      if (sent % (CHUNK * 25) === 0) process.stderr.write(`fuzz: ${sent} sent, ${faults.length} faults\n`);
    }
  } finally {
    ends.forEach(({ sender }) => sender.end());
    await leave(delge, canaries);
  }
  const seconds = (Date.now() - from) / 1000;
  return { sent, forbidden, answers, waits, accepted, acceptedOfStaff, asked, faults, refused: refused.ids, seconds };
};

/** What closed lists and ids of the examples hold: chance alone would not find them. */
const codesOf = (delge: TestStack, canaries: Canaries): readonly string[] => {
  const { referral } = canaries.marked();
  const authorities = delge.directory.authorities.map(({ id }) => id);
  const codes = [
    referral.type,
    referral.purpose,
    ...referral.bases.map(({ id }) => id),
    ...referral.to.map((to) => to.function),
  ];
  return [
    ...authorities.slice(0, 5),
    ...referral.to.map((to) => to.authority),
    ...codes,
    'all',
    'circumstances',
    '26:1',
  ];
};

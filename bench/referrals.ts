import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { STACK_STEPS, Stack, gatewayService } from '../tools/deploy/stack.js';
import { buildsOnAnother, readExamples } from '../tools/demo/examples.js';
import { Sandbox } from '../tools/demo/sandbox.js';
import { Progress } from '../tools/machine/progress.js';
import { readDirectory } from '../tools/sandbox/directory.js';
import { numberAfter } from './arguments.js';
import { Cost, since, sum } from './referrals/cost.js';
import type { Seconds } from './referrals/cost.js';
import { Journeys } from './referrals/journeys.js';
import { Limit } from './referrals/limit.js';
import { Load } from './referrals/load.js';
import { byJose, byNode } from './referrals/primitives.js';
import type { Primitives } from './referrals/primitives.js';
import { Profiles } from './referrals/profile.js';
import { SETTLED_MS, highest, rateBack, stagesOf } from './referrals/rates.js';
import type { Held } from './referrals/rates.js';
import { primitiveRates } from './referrals/rates-of-primitives.js';
import { report } from './referrals/report.js';
import { sizesOf, storedIn } from './referrals/sizes.js';
import { withServers } from './servers.js';
import { perSecond } from './table.js';

const NAME = 'bench';
const SERVERS = ['postgres', 'rabbitmq'];
const WARM_UP = { rate: 15, seconds: 6 };

/** Seconds of each part. */
interface Plan {
  readonly step: number;
  readonly hold: number;
  readonly rounds: number;
  readonly half: number;
  readonly limit: number;
}
const WHOLE: Plan = { step: 10, hold: 20, rounds: 3, half: 30, limit: 5 };
const QUICK: Plan = { step: 5, hold: 10, rounds: 2, half: 15, limit: 2 };

/** Examples that go out at once, to one recipient, and answer nothing. */
const isPlain = (example: ReturnType<typeof readExamples>[number]): boolean =>
  example.expect.outcome === 'permit' &&
  example.assessments === undefined &&
  example.referral.to.length === 1 &&
  !buildsOnAnother(example);

/**
 * `npm run bench -- referrals [--quick] [--rate NUMBER] [--minutes NUMBER] [--profile]`: referrals end to end on a stack of its own, open loop, and the limit in
 * between. `--rate` holds that rate and does not look for the highest; `--minutes` holds it for so long in one piece; `--profile` tells where
 * gateways, exchange and ledger spend their time, and disturbs what is measured.
 * @returns whether every bar was reached
 */
export const benchReferrals = (args: readonly string[]): Promise<boolean> =>
  withServers(async (servers, instance, processes) => {
    const minutes = numberAfter(args, '--minutes');
    const base = args.includes('--quick') ? QUICK : WHOLE;
    const plan = minutes === undefined ? base : { ...base, hold: minutes * 60, rounds: 1 };
    const directory = readDirectory(join(instance.root, 'examples/sandbox-directory.yaml'));
    const gateways = directory.gateways.map(({ id }) => id);
    const services = [...gateways.map(gatewayService), 'exchange'];
    const dir = instance.path('referrals');
    const profiles = args.includes('--profile') ? new Profiles(dir, [...services, 'ledger']) : undefined;
    const variables = profiles?.variables ?? {};
    const options = { instance, processes, servers, directory, name: NAME, dir, variables };
    await Stack.remove(options);
    mkdirSync(dir, { recursive: true });
    const stack = await Stack.start(options, new Progress(STACK_STEPS));
    const databases = { admin: servers.postgres, prefix: `delge_${NAME}`, gateways };
    const cost = new Cost(processes, [...stack.services, ...SERVERS]);
    const journeys = new Journeys(services.map((name) => instance.path('log', `${name}.log`)));
    const mix = readExamples(join(instance.root, 'examples/referrals')).filter(isPlain);
    const load = new Load(await Sandbox.open(dir), mix);
    const say = (text: string): void => void process.stderr.write(`  ${text}\n`);

    const run = async (rate: number, seconds: number): Promise<Held> => {
      const before = cost.seconds();
      const sent = await load.run(rate, seconds, journeys.add);
      await journeys.settled(sent, SETTLED_MS);
      const used = since(before, cost.seconds());
      return { sent, seconds: used, lost: sent.filter(journeys.isUnderWay).length };
    };
    try {
      await run(WARM_UP.rate, WARM_UP.seconds);
      const sizes = await sizesOf(databases);
      const idle = await idleOf(cost, plan.limit);
      const limit = await Limit.open(`${servers.postgres}/postgres`, stack.broker.admin, sizes);
      const ways = [await byJose(), byNode()];
      const slices = ways.map((way) => new Slices(way, limit, cost, idle));
      const slice = async (): Promise<void> => {
        for (const one of slices) await one.run(plan.limit);
      };
      await slice();
      const sustained = numberAfter(args, '--rate') ?? (await highest(plan.step, load, journeys, say));
      const before = await storedIn(databases);
      profiles?.toggle(processes);
      const held: Held[] = [];
      for (let round = 0; round < plan.rounds; round += 1) {
        held.push(await run(sustained, plan.hold));
        say(`held ${perSecond(sustained)} for ${plan.hold} s: ${rateBack(held.slice(-1)).toFixed(1)}/s came back`);
        await slice();
      }
      profiles?.toggle(processes);
      const stored = [before, await storedIn(databases)] as const;
      const memory = cost.memory();
      const half = await run(sustained / 2, plan.half);
      await slice();
      const stages = await stagesOf(half.sent, databases);
      const primitives = await primitiveRates(ways, limit);
      await limit.close();
      const { text, reached } = await report({
        ...{ sustained, examples: mix.length, held, half, stages, limits: slices, idle, memory, sizes, stored },
        ...{ primitives, profile: async (referrals) => (await profiles?.summary(referrals)) ?? '' },
      });
      process.stdout.write(text);
      return reached;
    } finally {
      load.close();
      journeys.close();
      await stack.killAll();
      rmSync(dir, { recursive: true, force: true });
    }
  });

/** What the limit has done by one way of doing its cryptography, over all the slices of a run. */
class Slices {
  readonly name: string;
  referrals = 0;
  wall = 0;
  cpu = 0;

  constructor(
    private readonly way: Primitives,
    private readonly limit: Limit,
    private readonly cost: Cost,
    private readonly idle: Seconds,
  ) {
    this.name = way.name;
  }

  async run(seconds: number): Promise<void> {
    const before = this.cost.seconds();
    const { referrals, wall, own } = await this.limit.run(this.way, seconds);
    const used = since(before, this.cost.seconds());
    // The stack stands idle meanwhile: what its servers use for that is not the limit's.
    const server = sum(used, SERVERS) - sum(this.idle, SERVERS) * wall;
    this.referrals += referrals;
    this.wall += wall;
    this.cpu += own + Math.max(server, 0);
  }

  toJSON(): object {
    const { name, referrals, wall, cpu } = this;
    return { name, referrals, wall, cpu };
  }
}

/** Share of a core that each process uses while nothing is sent. */
async function idleOf(cost: Cost, seconds: number): Promise<Seconds> {
  const [before, begun] = [cost.seconds(), performance.now()];
  await delay(seconds * 1000);
  const used = since(before, cost.seconds());
  const wall = (performance.now() - begun) / 1000;
  return Object.fromEntries(Object.entries(used).map(([name, value]) => [name, value / wall]));
}

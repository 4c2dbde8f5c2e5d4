import { availableParallelism } from 'node:os';
import { check, explain, verdictCodes, type CheckInput } from '#legal-basis';
import { numberAfter, quantile } from './arguments.js';
import { bareLoop } from './law/bare-loop.js';
import { newestRuleSet, realisticMix } from './law/mix.js';
import { replay } from './law/replay.js';
import { milliseconds, perSecond, tableOf, type Measure } from './table.js';

/** design.md section 12. */
const CHECKS = { bar: 20_000, goal: 100_000 };
const EXPLAINED_MS = { bar: 1, goal: 0.3 };
const SEED = 20_261_124;
const MEASURED_MS = 4_000;
const WINDOWS = 9;
/** Share of a window's time that this process must have had. */
const QUIET = 0.97;

/** `npm run bench -- law [--decisions NUMBER] [--short]`: the law's part of what must be reached; `--short` tells wall times and does not judge them. @returns whether every bar was reached */
export async function benchLaw(args: readonly string[]): Promise<boolean> {
  const root = process.env['DELGE_ROOT'] ?? process.cwd();
  const decisions = numberAfter(args, '--decisions') ?? 1_000_000;
  const ruleSet = newestRuleSet();
  const mix = realisticMix(root);
  const refused = mix.filter((input) => check(input).outcome !== 'permit');

  const checks = rate(mix, (input) => verdictCodes(check(input)).codes.length);
  const bare = rate(mix, bareLoop(ruleSet));
  const explained = explanationTimes(refused);
  const replayed = await replay(mix, ruleSet, { root, decisions, seed: SEED });

  const measures: readonly Measure[] = [
    {
      measure: 'check, outcome and codes, per core',
      seen: perSecond(checks),
      bar: perSecond(CHECKS.bar),
      goal: perSecond(CHECKS.goal),
      reached: checks >= CHECKS.bar,
    },
    { measure: '  bare loop with the same look-ups', seen: perSecond(bare), bar: '', goal: '' },
    { measure: '  ratio to the bare loop', seen: (checks / bare).toFixed(2), bar: '', goal: '' },
    {
      measure: 'explained in two languages with ways out, p50',
      seen: milliseconds(explained.p50),
      bar: '',
      goal: '',
    },
    {
      measure: 'explained in two languages with ways out, p99',
      seen: milliseconds(explained.p99),
      bar: milliseconds(EXPLAINED_MS.bar),
      goal: milliseconds(EXPLAINED_MS.goal),
      ...(explained.quiet === 0 || args.includes('--short') ? {} : { reached: explained.p99 <= EXPLAINED_MS.bar }),
    },
    {
      measure: 'generated decisions that replay otherwise',
      seen: `${replayed.differing} of ${replayed.decisions.toLocaleString('en-US')}`,
      bar: '0',
      goal: '0',
      reached: replayed.differing === 0 && replayed.decisions === decisions,
    },
  ];
  const { permit = 0, assess = 0, deny = 0 } = replayed.outcomes;
  process.stdout.write(
    [
      `rule set ${ruleSet.number}: ${new Set(ruleSet.versions.map(({ id }) => id)).size} bases in ${ruleSet.versions.length} versions`,
      `mix: ${mix.length} scenarios and examples, ${refused.length} of them refused or open; ${availableParallelism()} cores, Node ${process.versions.node}`,
      `explanations: ${explained.quiet} of ${WINDOWS} windows with a core to itself${explained.quiet === 0 ? ': told, not judged' : ''}`,
      `replay: ${permit} permit, ${assess} assess, ${deny} deny in ${replayed.seconds.toFixed(1)} s, seed ${SEED}, digest ${replayed.digest.slice(0, 16)}`,
      '',
      tableOf(measures),
    ].join('\n'),
  );
  return measures.every(({ reached }) => reached !== false);
}

/** Per second of processor time, so that a neighbour's work does not count; what is computed is summed, so that it is not left out. */
function rate(mix: readonly CheckInput[], work: (input: CheckInput) => number): number {
  let sum = 0;
  const round = (): void => {
    for (const input of mix) sum += work(input);
  };
  for (let warm = 0; warm < 20; warm++) round();
  const begun = performance.now();
  const before = process.cpuUsage();
  let done = 0;
  while (performance.now() - begun < MEASURED_MS) {
    round();
    done += mix.length;
  }
  const { user, system } = process.cpuUsage(before);
  if (sum < 0) throw new Error('a sum of counts is never negative');
  return done / ((user + system) / 1_000_000);
}

interface ExplanationTimes {
  readonly p50: number;
  readonly p99: number;
  /** Windows in which nobody else had the core. */
  readonly quiet: number;
}
/**
 * Milliseconds of wall time per refused case, each with a verdict of its own, so that no search is found ready. Of several windows those count in
 * which this process had a core to itself, and of these the middle one; where there is none, all are told of and none is judged.
 */
function explanationTimes(refused: readonly CheckInput[]): ExplanationTimes {
  const explained = (input: CheckInput): number => {
    const verdict = check(input);
    const begun = performance.now();
    explain(verdict, input, 'sv');
    explain(verdict, input, 'en');
    return performance.now() - begun;
  };
  for (let warm = 0; warm < 10; warm++) for (const input of refused) explained(input);
  const windows = Array.from({ length: WINDOWS }, () => {
    const times: number[] = [];
    const begun = performance.now();
    const before = process.cpuUsage();
    while (performance.now() - begun < MEASURED_MS / WINDOWS) for (const input of refused) times.push(explained(input));
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1000 / (performance.now() - begun);
    return { times: times.sort((a, b) => a - b), quiet: share >= QUIET };
  });
  const quiet = windows.filter((window) => window.quiet);
  const counted = quiet.length > 0 ? quiet : windows;
  const middle = (part: number): number =>
    quantile(
      counted.map(({ times }) => quantile(times, part)).sort((a, b) => a - b),
      0.5,
    );
  return { p50: middle(0.5), p99: middle(0.99), quiet: quiet.length };
}

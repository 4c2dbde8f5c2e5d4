import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import {
  applyWay,
  check,
  explain,
  PlainLanguage,
  ruleSets,
  textsOf,
  type CheckInput,
  type RuleSet,
  type WayOut,
} from '#legal-basis';
import { readScenarios, scenarioFiles } from './scenario-file.js';
import { scenarioInput } from './scenario-input.js';

const FOLDER = join(import.meta.dirname, '../../legal-basis/scenarios');
const newest = ruleSets.at(-1) as RuleSet;
const corpus = readScenarios(scenarioFiles(FOLDER), FOLDER);
const refused = corpus.scenarios
  .map((scenario) => [scenario.name, scenarioInput(scenario, corpus.parties, newest)] as const)
  .filter(([, input]) => check(input).outcome !== 'permit');

const waysOf = (input: CheckInput): readonly WayOut[] => explain(check(input), input, 'sv').waysOut;
/** What the check says once the way is taken. */
const after = (input: CheckInput, way: WayOut): string => {
  const verdict = check(applyWay(input, way));
  return verdict.outcome === 'assess' ? verdict.kind : verdict.outcome;
};
/** Whether people's acts alone, each proposed by the check itself, lead on to a permit. */
function leadsOn(input: CheckInput, rounds = 5): boolean {
  if (check(input).outcome === 'permit') return true;
  const acts = ['ask-for-assessment', 'take-legal-position', 'adopt-basis'];
  return (
    rounds > 0 &&
    waysOf(input)
      .filter(({ kind }) => acts.includes(kind))
      .some((way) => leadsOn(applyWay(input, way), rounds - 1))
  );
}

describe('ways out', () => {
  test('are looked for where something is refused or open', () => {
    expect(refused.length).toBeGreaterThan(50);
  });

  test('every refusal and every open assessment has a verified way, or says that there is none', () => {
    const faults = refused.flatMap(([name, input]) => {
      const ways = waysOf(input);
      const none = ways.some(({ kind }) => kind === 'none');
      if (ways.length === 0 || (none && ways.length > 1))
        return [`${name}: ${ways.length} ways, none among them: ${none}`];
      return ways
        .filter(({ kind }) => kind !== 'none')
        .filter((way) => after(input, way) !== way.outcome || !leadsOn(applyWay(input, way)))
        .map(
          (way) =>
            `${name}: ${way.kind} ${way.bases?.join('+') ?? ''} gives ${after(input, way)}, told ${way.outcome ?? '-'}`,
        );
    });
    expect(faults).toEqual([]);
  });

  test('no way changes what is so: facts, purpose, initiative, day and what the items are', () => {
    const world = ({ claims, on, sender, ruleSet }: CheckInput): unknown => {
      const { facts, derived, purpose, initiative, messageType, requestId, cooperationDecision } = claims;
      return { facts, derived, purpose, initiative, messageType, requestId, cooperationDecision, on, sender, ruleSet };
    };
    for (const [, input] of refused)
      for (const way of waysOf(input)) {
        const variant = applyWay(input, way);
        expect(world(variant)).toEqual(world(input));
        expect(input.claims.items).toEqual(expect.arrayContaining([...variant.claims.items]));
      }
  });

  test('every kind is found by some scenario', () => {
    const kinds = new Set(refused.flatMap(([, input]) => waysOf(input).map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([
      'adopt-basis',
      'ask-for-assessment',
      'leave-out-items',
      'none',
      'other-basis',
      'other-recipient',
      'take-legal-position',
    ]);
  });

  test('are told with names and without codes', () => {
    for (const [, input] of refused)
      for (const lang of ['sv', 'en'] as const)
        for (const { text } of explain(check(input), input, lang).waysOut)
          expect(text).not.toMatch(/\{|[A-Z]{3}-\d|@\d/);
  });
});

describe('explanations of all scenarios', () => {
  test('are plain in both languages', () => {
    const plain = new PlainLanguage(newest);
    const faults = new Set<string>();
    for (const scenario of corpus.scenarios) {
      const input = scenarioInput(scenario, corpus.parties, newest);
      for (const lang of ['sv', 'en'] as const)
        for (const text of textsOf(explain(check(input), input, lang))) {
          const found = plain.faults(text, lang);
          if (found.length > 0) faults.add(`${found.join(', ')}: ${text}`);
        }
    }
    expect([...faults]).toEqual([]);
  });

  test('say through what a duty of another statute breaks secrecy, and name what the check went by', () => {
    const duty = /uppgiftsskyldighet\. Den bryter sekretessen i .* genom OSL 10 kap\. 28 § första stycket/;
    let duties = 0;
    for (const scenario of corpus.scenarios) {
      const input = scenarioInput(scenario, corpus.parties, newest);
      const { items, facts } = explain(check(input), input, 'sv');
      expect(facts.map(({ code }) => code)).toEqual(expect.arrayContaining(['day', 'initiative']));
      for (const { code, basis = '', provision, text } of items) {
        const force = newest.versions.find(({ id }) => id === basis)?.force;
        if (code !== 'CARRIED' || provision === undefined || force !== 'duty' || basis.startsWith('OSL-')) continue;
        expect(text).toMatch(duty);
        duties += 1;
      }
    }
    expect(duties).toBeGreaterThan(20);
  });

  test('ask for a request, where that alone is wanting, and never propose one', () => {
    const asked = refused.flatMap(([, input]) => {
      const { questions, waysOut } = explain(check(input), input, 'sv');
      return questions.some(({ fact }) => fact === 'request') ? [{ input, waysOut }] : [];
    });
    expect(asked.length).toBeGreaterThan(5);
    for (const { input, waysOut } of asked)
      for (const way of waysOut) expect(applyWay(input, way).claims.initiative).toBe('own');
  });
});

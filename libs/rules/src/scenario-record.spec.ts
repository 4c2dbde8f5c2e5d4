import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINE_VERSION, ruleSets } from '#legal-basis';
import { readScenarios, scenarioFiles } from './scenario-file.js';
import { changedVerdicts, readRecord, record, recordFile, recordText, type RecordedCorpus } from './scenario-record.js';

const LIB = join(import.meta.dirname, '../../legal-basis');
const RECORDED = join(LIB, 'src/generated/recorded');
const corpus = readScenarios(scenarioFiles(join(LIB, 'scenarios')), join(LIB, 'scenarios'));
const engines = Array.from({ length: ENGINE_VERSION }, (_, at) => at + 1);
const now = new Map(engines.map((engine) => [engine, record(corpus, ruleSets, engine)]));

describe.each(engines)('the recorded corpus of engine %d', (engine) => {
  const again = now.get(engine) as RecordedCorpus;
  const recorded = readRecord(RECORDED, engine) as RecordedCorpus;

  test('has the verdicts that this engine gives; another verdict is a higher engine version', () => {
    expect(changedVerdicts(recorded, again)).toEqual([]);
  });

  test('is whole: `npm run delge -- rules record` writes new scenarios and sets into it', () => {
    expect(readFileSync(recordFile(RECORDED, engine), 'utf8')).toBe(recordText(again));
  });
});

describe('a change of verdict', () => {
  const [first] = now.values();
  const changed = (edit: (recorded: RecordedCorpus) => unknown): readonly string[] => {
    const copy = JSON.parse(JSON.stringify(first)) as RecordedCorpus;
    edit(copy);
    return changedVerdicts(copy, first as RecordedCorpus);
  };
  const [name = ''] = Object.keys(first?.sets[0]?.verdicts ?? {});
  const entry = (recorded: RecordedCorpus): { asked: string; codes: { codes: string[] } } =>
    recorded.sets[0]?.verdicts[name] as never;

  test('is told by scenario and rule set', () => {
    expect(changed((recorded) => entry(recorded).codes.codes.push('X - - -'))).toEqual([`${name} (rule set 1)`]);
  });
  test('is none when the scenario was written anew', () => {
    expect(changed((recorded) => Object.assign(entry(recorded), { asked: 'other', codes: {} }))).toEqual([]);
  });
  test('is none when the rule set is another', () => {
    expect(
      changed((recorded) => Object.assign(recorded.sets[0] as object, { digest: 'other', verdicts: { [name]: {} } })),
    ).toEqual([]);
  });
});

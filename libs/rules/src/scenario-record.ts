import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes } from '#json';
import { check, ENGINE_VERSION, ruleSetDigest, verdictCodes, type RuleSet, type VerdictCodes } from '#legal-basis';
import { scenarioInput } from './scenario-input.js';
import type { Corpus } from './scenario-types.js';

/** Verdicts of one engine on the scenarios, per rule set that it decided with. */
export interface RecordedCorpus {
  readonly engine: number;
  readonly sets: readonly RecordedSet[];
}
export interface RecordedSet {
  readonly ruleSet: number;
  /** While it differs the set is still in the making, and its verdicts may change. */
  readonly digest: string;
  readonly verdicts: { readonly [scenario: string]: RecordedVerdict };
}
export interface RecordedVerdict {
  /** Digest of what was asked: a scenario that was written anew is another question. */
  readonly asked: string;
  readonly codes: VerdictCodes;
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const digestOf = (value: object): string => Buffer.from(sha256(canonicalBytes(value as never))).toString('base64url');

/** @param engine must know every set */
export const record = (
  corpus: Corpus,
  ruleSets: readonly RuleSet[],
  engine: number = ENGINE_VERSION,
): RecordedCorpus => ({
  engine,
  sets: ruleSets
    .filter((ruleSet) => (ruleSet.engine ?? 1) <= engine)
    .map((ruleSet) => ({
      ruleSet: ruleSet.number,
      digest: ruleSetDigest(ruleSet, sha256),
      verdicts: Object.fromEntries(
        corpus.scenarios.map((scenario) => {
          const input = scenarioInput(scenario, corpus.parties, ruleSet);
          const { sender, recipient, claims, on, directory } = input;
          const { positions, adopted, cooperation = '-' } = scenario;
          const parties = [directory.authority(sender) ?? '-', directory.authority(recipient) ?? '-'];
          const asked = digestOf({ claims, on, parties, positions, adopted, cooperation });
          return [scenario.name, { asked, codes: verdictCodes(check(input, engine)) }];
        }),
      ),
    })),
});

/**
 * Scenarios whose verdict is another than recorded although engine, rule set and question are the same: only a higher engine version
 * may answer otherwise (design.md section 6).
 */
export const changedVerdicts = (recorded: RecordedCorpus, now: RecordedCorpus): readonly string[] =>
  recorded.engine !== now.engine
    ? []
    : recorded.sets.flatMap(({ ruleSet, digest, verdicts }) => {
        const set = now.sets.find((other) => other.ruleSet === ruleSet && other.digest === digest);
        if (set === undefined) return [];
        return Object.entries(verdicts)
          .filter(([name, { asked, codes }]) => {
            const again = set.verdicts[name];
            return again?.asked === asked && digestOf(again.codes) !== digestOf(codes);
          })
          .map(([name]) => `${name} (rule set ${ruleSet})`);
      });

export const recordFile = (folder: string, engine: number): string => join(folder, `engine-${engine}.json`);
/** @returns undefined when this engine has no record yet */
export function readRecord(folder: string, engine: number): RecordedCorpus | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(folder, engine), 'utf8')) as RecordedCorpus;
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
/** One scenario a line, so that a review sees which verdict changed. */
export const recordText = ({ engine, sets }: RecordedCorpus): string => {
  const ofSet = ({ ruleSet, digest, verdicts }: RecordedSet): string => {
    const lines = Object.entries(verdicts).map(
      ([name, verdict]) => `${JSON.stringify(name)}: ${JSON.stringify(verdict)}`,
    );
    return `{ "ruleSet": ${ruleSet}, "digest": "${digest}", "verdicts": {\n${lines.join(',\n')}\n} }`;
  };
  return `{ "engine": ${engine}, "sets": [\n${sets.map(ofSet).join(',\n')}\n] }\n`;
};
export const writeRecord = (folder: string, recorded: RecordedCorpus): void =>
  writeFileSync(recordFile(folder, recorded.engine), recordText(recorded));

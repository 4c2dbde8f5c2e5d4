import { typOf } from '#envelope';
import { cooperationJson } from '#snapshot';
import { needsOf } from '#verifier';
import type { Cooperations } from './ports/cooperation.js';
import type { EvidenceSource } from './ports/evidence.js';

interface Opened {
  readonly entry: string;
  readonly annex?: string;
}

/** What a verifier needs beside entries to compute their verdicts again. */
export class EntryNeeds {
  constructor(
    private readonly source: Pick<EvidenceSource, 'ruleSet'>,
    private readonly cooperations: Cooperations,
  ) {}

  /** Rule sets that do not ship with the verifier, each the text of its bytes. @throws {NotYet} */
  async ruleSets(entries: readonly Opened[]): Promise<readonly string[]> {
    const found = await Promise.all(needsOf(entries).ruleSets.map((digest) => this.source.ruleSet(digest)));
    return found.filter((text) => text !== undefined);
  }

  /** Openings of cooperation decisions that this gateway may see, each the text of its bytes. @throws {NotYet} */
  async opened(entries: readonly Opened[]): Promise<readonly string[]> {
    const found = await Promise.all(needsOf(entries).cooperations.map((id) => this.cooperations.find(id)));
    return found.filter((opening) => opening !== undefined).map((opening) => JSON.stringify(cooperationJson(opening)));
  }
}

export const isDecision = (entry: string): boolean => typOf(entry) === 'delge-decision+jws';

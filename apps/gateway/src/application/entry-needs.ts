import { parseDecision, parseManifest, parseRecordedDisclosure, parseRefusal, typOf } from '#envelope';
import { cooperationJson } from '#snapshot';
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
    const digests = new Set(entries.flatMap((one) => ruleSetOf(one) ?? []));
    const found = await Promise.all([...digests].map((digest) => this.source.ruleSet(digest)));
    return found.filter((text) => text !== undefined);
  }

  /** Openings of cooperation decisions that this gateway may see, each the text of its bytes. @throws {NotYet} */
  async opened(entries: readonly Opened[]): Promise<readonly string[]> {
    const ids = new Set(entries.flatMap((one) => cooperationOf(one) ?? []));
    const found = await Promise.all([...ids].map((id) => this.cooperations.find(id)));
    return found.filter((opening) => opening !== undefined).map((opening) => JSON.stringify(cooperationJson(opening)));
  }
}

export const isDecision = (entry: string): boolean => typOf(entry) === 'delge-decision+jws';

const ruleSetOf = ({ entry, annex }: Opened): string | undefined =>
  isDecision(entry) ? parseDecision(entry).decision.ruleSet.sha256 : judgedIn(annex)?.ruleSet.sha256;

const cooperationOf = ({ entry, annex }: Opened): string | undefined => {
  const claims =
    isDecision(entry) && annex !== undefined ? parseManifest(annex).manifest.claims : judgedIn(annex)?.claims;
  const { cooperationDecision: id } = (claims ?? {}) as { readonly cooperationDecision?: unknown };
  return typeof id === 'string' ? id : undefined;
};

/** What a sender's gateway judged itself. */
const judgedIn = (annex: string | undefined) => {
  const typ = annex === undefined ? undefined : typOf(annex);
  if (annex === undefined || typ === undefined) return undefined;
  if (typ === 'delge-recorded-disclosure+jws') return parseRecordedDisclosure(annex).recorded;
  return typ === 'delge-refusal+jws' ? parseRefusal(annex).refusal : undefined;
};

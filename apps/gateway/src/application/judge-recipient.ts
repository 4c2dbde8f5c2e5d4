import { check, explain, explainPart, partWithout, permittedPart, verdictCodes } from '#legal-basis';
import type { CheckInput, Claims, Part, PermittedPart, ReferralBody, Verdict } from '#legal-basis';
import type { SubmitReferralQueryDto, VerdictView } from '#contracts';
import type { JsonValue } from '#json';

/** @param part what may go of a referral that may not go as a whole */
export const viewOf = (verdict: Verdict, input: CheckInput, part?: PermittedPart): VerdictView => ({
  outcome: verdict.outcome,
  codes: verdictCodes(verdict),
  sv: explain(verdict, input, 'sv'),
  en: explain(verdict, input, 'en'),
  ...(part === undefined ? {} : { permitted: permittedView(verdict, input, part) }),
});

const permittedView = (
  verdict: Verdict,
  input: CheckInput,
  { part: _part, ...told }: PermittedPart,
): NonNullable<VerdictView['permitted']> => {
  const inWords = (lang: 'sv' | 'en'): string => explainPart(verdict, input, told, lang);
  return { ...told, text: { sv: inWords('sv'), en: inWords('en') } };
};

/** As a member of an answer or of what is stored: absent when nothing was left out. */
export const leftOutOf = ({ leftOut }: LeftOut): LeftOut =>
  leftOut === undefined || leftOut.length === 0 ? {} : { leftOut };
interface LeftOut {
  readonly leftOut?: readonly string[];
}

/** What one recipient would get, and what the check says of it. */
export interface Judged {
  /** The body's content, without what is left out. */
  readonly content: JsonValue;
  /** Ids of items; [] when nothing is left out. */
  readonly leftOut: readonly string[];
  readonly claims: Claims;
  readonly verdict: Verdict;
  readonly view: VerdictView;
}
/**
 * @param input of the whole referral to one recipient
 * @param gone items that a draft leaves out
 */
export const judged = (
  referral: ReferralBody,
  input: CheckInput,
  onDeny: SubmitReferralQueryDto['onDeny'],
  gone: readonly string[],
): Judged => {
  const kept = gone.length === 0 ? undefined : partWithout(referral, input, gone);
  if (kept !== undefined) return ofPart(kept);
  const verdict = check(input);
  const permitted = verdict.outcome === 'deny' ? permittedPart(referral, verdict, input) : undefined;
  if (permitted?.part !== undefined && onDeny === 'send-permitted') return ofPart(permitted.part);
  const { content } = referral;
  return { content, leftOut: [], claims: input.claims, verdict, view: viewOf(verdict, input, permitted) };
};
const ofPart = ({ content, leavesOut, verdict, input }: Part): Judged => ({
  content,
  leftOut: leavesOut,
  claims: input.claims,
  verdict,
  view: viewOf(verdict, input),
});

import {
  ClassificationError,
  check,
  explain,
  explainPart,
  partWithout,
  permittedPart,
  verdictCodes,
  waysOutOf,
} from '#legal-basis';
import type { CheckInput, Claims, Part, PermittedPart, ReferralBody, Verdict } from '#legal-basis';
import type { SubmitReferralQueryDto, VerdictView } from '#contracts';
import type { JsonValue } from '#json';
import { GatewayError } from '../domain/errors.js';

/**
 * @param referral whose content ways out are held against; absent: claims alone are at hand
 * @param part what may go of a referral that may not go as a whole
 */
export const viewOf = (
  verdict: Verdict,
  input: CheckInput,
  referral?: ReferralBody,
  part?: PermittedPart,
): VerdictView => {
  const found = referral === undefined ? undefined : waysOutOf(referral, verdict, input);
  return {
    outcome: verdict.outcome,
    codes: verdictCodes(verdict),
    sv: explain(verdict, input, 'sv', found),
    en: explain(verdict, input, 'en', found),
    ...(part === undefined ? {} : { permitted: permittedView(verdict, input, part) }),
  };
};

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
  /** The whole, where it is denied and a part of it stands here. */
  readonly whole?: { readonly claims: Claims; readonly verdict: Verdict };
}
/**
 * @param input of the whole referral to one recipient
 * @param gone items that a draft leaves out
 * @throws {GatewayError} CONTENT_INVALID when they can no longer be left out
 */
export const judged = (
  referral: ReferralBody,
  input: CheckInput,
  onDeny: SubmitReferralQueryDto['onDeny'],
  gone: readonly string[],
): Judged => {
  if (gone.length > 0) return ofPart(referral, stillWithout(referral, input, gone));
  const verdict = check(input);
  const permitted = verdict.outcome === 'deny' ? permittedPart(referral, verdict, input) : undefined;
  if (permitted?.part !== undefined && onDeny === 'send-permitted')
    return { ...ofPart(referral, permitted.part), whole: { claims: input.claims, verdict } };
  const { content } = referral;
  return { content, leftOut: [], claims: input.claims, verdict, view: viewOf(verdict, input, referral, permitted) };
};
/** The whole is never sent in the place of a part that types of another release no longer know. @throws {GatewayError} CONTENT_INVALID */
const stillWithout = (referral: ReferralBody, input: CheckInput, gone: readonly string[]): Part => {
  let part: Part | undefined;
  let cause: unknown;
  try {
    part = partWithout(referral, input, gone);
  } catch (error) {
    if (!(error instanceof ClassificationError)) throw error;
    cause = error;
  }
  if (part === undefined)
    throw new GatewayError('CONTENT_INVALID', { faults: [{ path: 'content', code: 'part-invalid' }], cause });
  return part;
};
const ofPart = (referral: ReferralBody, { content, declarations, leavesOut, verdict, input }: Part): Judged => ({
  content,
  leftOut: leavesOut,
  claims: input.claims,
  verdict,
  view: viewOf(verdict, input, { ...referral, content, declarations }),
});

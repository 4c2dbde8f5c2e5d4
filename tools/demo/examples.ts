import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageIdOf } from '#envelope';
import type { AssessmentDto, SubmitReferralDto } from '#contracts';

/** A file of examples/referrals, as examples/README.md describes it. */
export interface Example {
  readonly name: string;
  readonly description: string;
  readonly system: string;
  readonly referral: SubmitReferralDto;
  readonly assessments?: readonly { readonly after: string; readonly body: AssessmentDto }[];
  readonly expect: {
    readonly outcome: 'permit' | 'assess' | 'deny';
    readonly kind?: string;
    readonly afterAssessment?: 'permit';
  };
  readonly lawFlip?: {
    readonly dayBefore: string;
    readonly day: string;
    readonly basis: string;
    readonly before: string;
    readonly on: string;
  };
}

export const readExamples = (folder: string): readonly Example[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const example = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Example, 'name'>;
      return { name: file.replace('.json', ''), ...example };
    });

/** Message that a correction puts right. */
const correctedBy = ({ referral: { content } }: Example): string | undefined => {
  const { corrects } = content as { readonly corrects?: unknown };
  return typeof corrects === 'string' ? corrects : undefined;
};
/** Whether it can only be sent when another has been. */
export const buildsOnAnother = (example: Example): boolean =>
  example.referral.requestId !== undefined || correctedBy(example) !== undefined;

/**
 * The same referrals under ids of one run, so that each run sends them anew; an answer still names the request it answers, a correction what it puts right.
 * @param run any text; the same text gives the same ids
 */
export const asRun = (examples: readonly Example[], run: string): readonly Example[] => {
  const fresh = (id: string): string => uuidOf(`${run}\n${id}`);
  const messages = new Map<string, string>();
  for (const { system, referral } of examples) {
    for (const { authority } of referral.to) {
      messages.set(messageIdOf(system, referral.id, authority), messageIdOf(system, fresh(referral.id), authority));
    }
  }
  /** Members of content that name another message. */
  const named = (content: object): object =>
    Object.fromEntries(
      Object.entries(content).flatMap(([name, value]) => {
        const message = ['corrects', 'answers'].includes(name) ? messages.get(value as string) : undefined;
        return message === undefined ? [] : [[name, message]];
      }),
    );
  return examples.map((example) => {
    const { id, caseId, requestId, content } = example.referral;
    const request = requestId === undefined ? {} : { requestId: messages.get(requestId) ?? requestId };
    const ids = { id: fresh(id), caseId: fresh(caseId), ...request };
    return { ...example, referral: { ...example.referral, ...ids, content: { ...content, ...named(content) } } };
  });
};

const uuidOf = (text: string): string => {
  const hash = createHash('sha256').update(`delge-demo/v1\n${text}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

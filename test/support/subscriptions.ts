import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { SubmitReferralDto } from '#contracts';
import { basisVersionIds, ruleSets } from '#legal-basis';
import { cli } from './cli.js';
import type { TestStack } from './stack.js';

/** A request for a subscription, about nobody. */
export const subscriptionRequest = (
  to: { readonly authority: string; readonly function: string },
  asked: { readonly scope: 'case' | 'standing'; readonly messageTypes: readonly string[]; readonly function: string },
  caseId: string = randomUUID(),
): SubmitReferralDto => ({
  id: randomUUID(),
  caseId,
  type: 'subscription-request/1',
  to: [to],
  initiative: 'own',
  purpose: 'control-incorrect-payment',
  bases: [{ id: 'OSL-10-2' }],
  facts: {},
  declarations: { freeText: { reason: ['benefit-case'] } },
  assessments: (
    [
      ['NODVANDIGT', 'met'],
      ['ANDAMAL', 'compatible'],
    ] as const
  ).map(([test, outcome]) => ({
    basis: 'OSL-10-2',
    test,
    outcome,
    items: 'all' as const,
    office: 'kontrollutredare',
    officer: 'SK-1',
    mandate: 'delegation' as const,
    reasons: 'Frågan behövs för myndighetens egen utredning.',
  })),
  content: { ...asked, messageTypes: [...asked.messageTypes], reason: 'Myndigheten utreder samma ersättning.' },
  registration: { diaryNumber: 'S 2026-1', subject: 'Begäran om prenumeration', secrecyMark: '-' },
});

/** `delge rules adopt|withdraw`: a participant's jurist adopts every version of a basis for its authority, or withdraws that. @throws with what the command said */
export const adopts = async (delge: TestStack, authority: string, basis: string, isAdopted: boolean): Promise<void> => {
  const newest = ruleSets.reduce((a, b) => (b.number > a.number ? b : a));
  const versions = basisVersionIds(newest).filter((id) => id.startsWith(`${basis}@`));
  await rulesCommand(delge, isAdopted ? 'adopt' : 'withdraw', authority, ...versions);
};

/** `delge rules`, in the sandbox of the stack. @returns what it printed @throws with what it said of a failure */
export const rulesCommand = async (delge: TestStack, ...args: readonly string[]): Promise<string> => {
  const told = await cli('--sandbox', join(delge.sandbox.dir, 'sandbox.json'), 'rules', ...args);
  if (told.code !== 0) throw new Error(told.err);
  return told.out;
};

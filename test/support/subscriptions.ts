import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { SubmitReferralDto } from '#contracts';
import { importPrivate, localSigner } from '#envelope';
import type { KeyUse, Signer } from '#envelope';
import { basisVersionIds, ruleSets } from '#legal-basis';
import { state } from '../../apps/cli/src/rules/state.js';
import { keyFiles, readKey } from '../../tools/sandbox/keys.js';
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

/** A participant's jurist adopts every version of some bases for its authority, or withdraws that, in one statement. */
export const adopts = async (
  delge: TestStack,
  authority: string,
  bases: readonly string[],
  isAdopted: boolean,
): Promise<void> => {
  const { stack, directory } = delge;
  const files = keyFiles(stack.options.dir);
  const signer = async (file: string, use: KeyUse): Promise<Signer> =>
    localSigner(await importPrivate(readKey(file), use));
  const newest = ruleSets.reduce((a, b) => (b.number > a.number ? b : a));
  const about = {
    authority,
    versions: basisVersionIds(newest).filter((id) => bases.some((basis) => id.startsWith(`${basis}@`))),
  };
  await state(stack.url('registry'), directory.environment, {
    body: isAdopted
      ? { kind: 'rules-adopted', ruleSet: newest.number, ...about }
      : { kind: 'adoption-withdrawn', ...about },
    principal: await signer(files.participant(authority.split('/')[0] ?? '', 'jurist'), 'jurist'),
    countersigners: [await signer(files.operator(1), 'operator'), await signer(files.operator(2), 'operator')],
  });
};

/** `delge rules`, in the sandbox of the stack. @returns what it printed @throws with what it said of a failure */
export const rulesCommand = async (delge: TestStack, ...args: readonly string[]): Promise<string> => {
  const told = await cli('--sandbox', join(delge.sandbox.dir, 'sandbox.json'), 'rules', ...args);
  if (told.code !== 0) throw new Error(told.err);
  return told.out;
};

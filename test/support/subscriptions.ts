import { randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { importPrivate, localSigner } from '#envelope';
import type { KeyUse, Signer } from '#envelope';
import { basisVersionIds, ruleSets } from '#legal-basis';
import { state } from '../../apps/cli/src/rules/state.js';
import { keyFiles, readKey } from '../../tools/sandbox/keys.js';
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

/** A participant's jurist adopts for its authority all of the newest rule set but these. */
export const adoptAllBut = async (delge: TestStack, authority: string, without: readonly string[]): Promise<void> => {
  const { stack, directory } = delge;
  const files = keyFiles(stack.options.dir);
  const signer = async (file: string, use: KeyUse): Promise<Signer> =>
    localSigner(await importPrivate(readKey(file), use));
  const ruleSet = ruleSets.at(-1);
  if (ruleSet === undefined) throw new Error('there is no rule set');
  const versions = basisVersionIds(ruleSet).filter((id) => !without.includes(id.split('@')[0] ?? ''));
  await state(stack.url('registry'), directory.environment, {
    body: { kind: 'rules-adopted', authority, ruleSet: ruleSet.number, versions },
    principal: await signer(files.participant(authority.split('/')[0] ?? '', 'jurist'), 'jurist'),
    countersigners: [await signer(files.operator(1), 'operator'), await signer(files.operator(2), 'operator')],
  });
};

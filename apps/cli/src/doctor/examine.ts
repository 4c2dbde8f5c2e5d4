import { DelgeProblem } from '#client';
import type { DelgeClient, Readiness } from '#client';
import type { MessageState, ReferralListItem, ReferralView, WaitingItem } from '#contracts';
import { rows } from '../commands.js';
import { find } from './find.js';
import { receivedSteps } from './received.js';
import { isWaiting, outcomeOf, stepsOf } from './sent.js';
import { t, unasked } from './step.js';
import type { Outcome, Step } from './step.js';

/** One message that the id stands for. */
export interface Examined {
  readonly authority: string;
  readonly messageId: string;
  readonly state: MessageState;
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
}
export interface Diagnosis {
  readonly id: string;
  readonly outcome: Outcome;
  /** About the gateway, the access, and what the id stands for. */
  readonly steps: readonly Step[];
  /** Of what was sent: each recipient's. */
  readonly messages: readonly Examined[];
}

/** Asks the gateway, by what any system may ask, step by step until it does not answer. @param id of a referral or of a message */
export const examine = async (as: DelgeClient, id: string): Promise<Diagnosis> => {
  const steps: Step[] = [];
  let asked: 'gateway' | 'access' | 'referral' = 'gateway';
  try {
    steps.push(await readyStep(as));
    asked = 'access';
    await as.accessToken();
    steps.push({ step: 'access', mark: 'ok', text: t('systemets nyckel godtas', "the system's key is accepted") });
    asked = 'referral';
    const rest = await diagnosed(as, id);
    return { id, ...rest, steps: [...steps, ...rest.steps] };
  } catch (error) {
    return { id, outcome: 'not-asked', steps: [...steps, unasked(asked, error)], messages: [] };
  }
};

const diagnosed = async (as: DelgeClient, id: string): Promise<Omit<Diagnosis, 'id'>> => {
  const found = await find(as, id);
  switch (found.kind) {
    case 'nothing':
      return { outcome: 'will-not-arrive', steps: [NOTHING], messages: [] };
    case 'received':
      return { outcome: 'arrived', steps: receivedSteps(found.delivery), messages: [] };
    case 'erased':
      return erased(found.sent);
    case 'sent':
      return sent(as, found.referral, found.messageId);
  }
};

const sent = async (
  as: DelgeClient,
  referral: ReferralView,
  messageId: string | undefined,
): Promise<Omit<Diagnosis, 'id'>> => {
  const { id, type, submittedAt } = referral;
  const asked = referral.recipients.filter((message) => messageId === undefined || message.messageId === messageId);
  const waiting = asked.some(({ state }) => isWaiting(state)) ? await waitingOf(as, id) : [];
  const messages = asked.map((message): Examined => {
    const around = { submittedAt, waiting: waiting.find((item) => item.messageId === message.messageId) };
    const { authority, state } = message;
    return {
      authority,
      messageId: message.messageId,
      state,
      outcome: outcomeOf(state),
      steps: stepsOf(message, around),
    };
  });
  const step: Step = {
    step: 'referral',
    mark: 'ok',
    text: t(`${type}, inlämnad ${submittedAt} som ${id}`, `${type}, submitted ${submittedAt} as ${id}`),
  };
  return { outcome: worst(messages.map(({ outcome }) => outcome)), steps: [step], messages };
};

const waitingOf = async (as: DelgeClient, referralId: string): Promise<readonly WaitingItem[]> => {
  const found: WaitingItem[] = [];
  for await (const item of rows((query) => as.waiting(query))) if (item.referralId === referralId) found.push(item);
  return found;
};

/** What people have to act on comes before what one waits for. */
const worst = (outcomes: readonly Outcome[]): Outcome =>
  (['will-not-arrive', 'on-its-way'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'arrived';

/** What the authority has left undone itself holds no message up. */
const NOT_OF_THE_WAY = ['receipts', 'incidents'];

/** A gateway may keep to itself how it is: then the rest is asked all the same. */
const readyStep = async (as: DelgeClient): Promise<Step> => {
  try {
    return gatewayStep(await as.readiness());
  } catch (error) {
    // What answers well in other words than a gateway's is none.
    if (!(error instanceof DelgeProblem) || error.problem.status < 400) throw error;
    const { status } = error.problem;
    return {
      step: 'gateway',
      mark: '..',
      code: 'not-told',
      text: t(`säger inte om den är redo (${status})`, `does not tell whether it is ready (${status})`),
    };
  }
};

const gatewayStep = ({ faults, warnings }: Readiness): Step => {
  const named = (of: Readonly<Record<string, string>>): string =>
    Object.entries(of)
      .filter(([name]) => !NOT_OF_THE_WAY.includes(name))
      .map(([name, code]) => `${name} ${code}`)
      .join(', ');
  const [missing, watched] = [named(faults), named(warnings)];
  const next = t(
    'den som driver gatewayen: docs/operator.md, Health, säger vad var och en betyder',
    'whoever runs the gateway: docs/operator.md, Health, tells what each means',
  );
  if (missing !== '') {
    const all = [missing, watched].filter((names) => names !== '').join(', ');
    return {
      step: 'gateway',
      mark: '!!',
      code: 'not-ready',
      text: t(`svarar, och är inte redo: ${all}`, `answers, and is not ready: ${all}`),
      next,
    };
  }
  if (watched === '') return { step: 'gateway', mark: 'ok', text: t('svarar och är redo', 'answers and is ready') };
  return {
    step: 'gateway',
    mark: '..',
    text: t(`redo, med varningar: ${watched}`, `ready, with warnings: ${watched}`),
    next,
  };
};

const NOTHING: Step = {
  step: 'referral',
  mark: '!!',
  code: 'not-found',
  text: t(
    'här finns inget under det id:t: aldrig mottaget, besvarat med 422, eller en annan myndighets',
    "there is nothing under that id here: never accepted, answered 422, or another authority's",
  ),
  next: t(
    'avsändaren skickar samma innehåll under samma id igen, vilket är ofarligt; mottagaren frågar avsändaren hur långt det har kommit',
    'its sender sends the same body under the same id again, which is safe; a recipient asks the sender how far it has come',
  ),
};

/** @param of what was sent, how each had ended; absent for what was received */
const erased = (of: ReferralListItem['recipients'] | undefined): Omit<Diagnosis, 'id'> => {
  const outcome = of === undefined ? 'arrived' : worst(of.map(({ state }) => outcomeOf(state)));
  const ends = (of ?? []).map(({ authority, state }) => `${authority} ${state}`).join(', ');
  const step: Step = {
    step: 'erased',
    mark: 'ok',
    code: 'erased',
    text:
      of === undefined
        ? t('mottagen och gallrad här', 'received, and erased here')
        : t(`gallrad här; slutade: ${ends}`, `erased here; had ended: ${ends}`),
  };
  return { outcome, steps: [step], messages: [] };
};

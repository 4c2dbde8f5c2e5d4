import { ANSWER_WORDS, DISCARD_WORDS, QUARANTINE_WORDS, RETRACTION_WORDS } from '#contracts';
import type { DueView, MessageView, Text } from '#contracts';
import { joined, t, wordsOf } from './step.js';
import type { Step } from './step.js';

export const receiptOf = ({ receipts }: MessageView, kind: string): MessageView['receipts'][number] | undefined =>
  receipts.findLast((receipt) => receipt.kind === kind);
export const noticeOf = ({ notices }: MessageView, kind: string): MessageView['notices'][number] | undefined =>
  notices.findLast((notice) => notice.kind === kind);
export const reasonWords = (words: Readonly<Record<string, Text>>, reason: string | undefined): Text | undefined =>
  reason === undefined ? undefined : wordsOf(words, reason);

export const dueText = (due: DueView | undefined): Text | undefined => {
  if (due === undefined) return undefined;
  return due.overdue
    ? t(`kvittens skulle ha kommit ${due.at}`, `its receipt was due ${due.at}`)
    : t(`kvittens väntas senast ${due.at}`, `its receipt is due ${due.at}`);
};

export const OPERATOR = t(
  'förmedlingens personal avgör det (`delge quarantine`); fråga den som driver förmedlingen, och lämna på annat sätt det som inte kan vänta',
  "the exchange's people settle it (`delge quarantine`): ask its operator, and give another way what cannot wait",
);

/** What was said of it beside its way: taken back, given another way, a retraction that is set aside. */
export const beside = (message: MessageView): readonly Step[] => {
  const { retraction, givenAnotherWay: other } = message;
  const steps: Step[] = [];
  if (other !== undefined)
    steps.push({
      step: 'given-another-way',
      mark: 'ok',
      code: other.how,
      text: t(`lämnad på annat sätt ${other.at} (${other.how})`, `given another way ${other.at} (${other.how})`),
    });
  if (retraction !== undefined) steps.push(retracted(message, retraction));
  const aside = message.notices.findLast(({ kind }) => kind in ASIDE);
  if (aside !== undefined && retraction?.recorded !== true) {
    const { text, words, next } = ASIDE[aside.kind as keyof typeof ASIDE];
    const why = joined(text, reasonWords(words, aside.reason));
    steps.push({ step: 'retraction', mark: '!!', code: aside.kind, text: why, next });
  }
  return steps;
};

const ASIDE = {
  'retraction-quarantined': {
    text: t('återkallelsen är i karantän; inget lämnas ut så länge', 'it is set aside; nothing is released meanwhile'),
    words: QUARANTINE_WORDS,
    next: OPERATOR,
  },
  'retraction-discarded': {
    text: t('återkallelsen är kasserad; meddelandet går vidare', 'it was discarded; the message goes on'),
    words: DISCARD_WORDS,
    next: t(
      'återkalla igen, av samma skäl (`delge retract`)',
      'take it back again, for the same reason (`delge retract`)',
    ),
  },
} as const;

const retracted = (message: MessageView, retraction: NonNullable<MessageView['retraction']>): Step => {
  const due = message.due.find(({ what }) => what === 'retraction-acknowledged');
  const answered = retraction.acknowledged;
  const isDone = answered !== undefined || message.state === 'withdrawn';
  const why = wordsOf(RETRACTION_WORDS, retraction.reason);
  return {
    step: 'retraction',
    mark: isDone ? 'ok' : due?.overdue === true ? '!!' : '..',
    code: retraction.reason,
    text: joined(
      t(`ni har återkallat den ${retraction.at}`, `you took it back ${retraction.at}`),
      why,
      retraction.recorded ? undefined : t('förmedlingen har inte svarat än', 'the exchange has not answered yet'),
      reasonWords(ANSWER_WORDS, answered),
      dueText(due),
    ),
    ...(due?.overdue === true ? { next: t('ring mottagaren', 'call the recipient') } : {}),
  };
};

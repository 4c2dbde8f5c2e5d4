import { DISCARD_WORDS, FORM_WORDS, OBSTACLE_WORDS, QUARANTINE_WORDS, REJECTION_WORDS } from '#contracts';
import type { MessageState, MessageView, Text, WaitingItem } from '#contracts';
import { parseDecision } from '#envelope';
import type { Explanation } from '#legal-basis';
import { OPERATOR, beside, dueText, noticeOf, reasonWords, receiptOf } from './told.js';
import { joined, t, wordsOf } from './step.js';
import type { Mark, Outcome, Step, StepName } from './step.js';

/** What else is known of a message than its referral tells. */
export interface Around {
  readonly submittedAt: string;
  /** While it is not released. */
  readonly waiting: WaitingItem | undefined;
}

const PATH = ['accepted', 'checked', 'released', 'fetched', 'acknowledged'] as const;

/** How many steps of the path each state has behind it, where it does not depend on what came before. */
const BEHIND: Readonly<Partial<Record<MessageState, number>>> = {
  'awaiting-assessment': 0,
  accepted: 1,
  quarantined: 1,
  checked: 2,
  released: 3,
  'delivery-quarantined': 3,
  rejected: 3,
  fetched: 4,
  acknowledged: 5,
};

/** Whether a message is here that waits to be released, so that `GET /v1/waiting` says more of it. */
export const isWaiting = (state: MessageState): boolean =>
  ['accepted', 'checked', 'quarantined', 'delivery-quarantined', 'awaiting-key'].includes(state);

export const outcomeOf = (state: MessageState): Outcome => {
  if (state === 'fetched' || state === 'acknowledged') return 'arrived';
  return ['accepted', 'checked', 'released', 'awaiting-key'].includes(state) ? 'on-its-way' : 'will-not-arrive';
};

/** Each step that the message came by, where it is now, and what else was said of it. */
export const stepsOf = (message: MessageView, around: Around): readonly Step[] => [
  ...PATH.slice(0, behind(message)).map((step) => ({ step, mark: 'ok' as const, text: passed(step, message, around) })),
  ...here(message, around),
  ...beside(message),
];

/** Of one that ended without arriving, or waits for another key: as far as what is signed tells. */
const behind = ({ state, manifest, decision }: MessageView): number => {
  const known = BEHIND[state];
  if (known !== undefined) return known;
  if (manifest === undefined) return 0;
  if (decision?.outcome !== 'permit') return 1;
  // Given back by its recipient; what the exchange itself refused for its key was never handed out.
  if (state === 'awaiting-key') return 3;
  // What people discarded after a permit had been handed out; what expired or was taken back need not have been.
  return state === 'discarded' ? 3 : 2;
};

const passed = (step: (typeof PATH)[number], message: MessageView, { submittedAt }: Around): Text => {
  const { decision } = message;
  switch (step) {
    case 'accepted':
      return t(`mottagen av er gateway ${submittedAt}`, `accepted by your gateway ${submittedAt}`);
    case 'checked':
      return decision === undefined
        ? t('inget formellt hinder', 'no formal obstacle')
        : t(
            `inget formellt hinder; kontrollpost ${decision.number}, ${decision.decidedAt}`,
            `no formal obstacle; decision ${decision.number}, ${decision.decidedAt}`,
          );
    case 'released':
      return t('antecknad i loggen och utlämnad till mottagarens gateway', 'logged and handed out to its recipient');
    case 'fetched': {
      const at = receiptOf(message, 'technical')?.at ?? message.changedAt;
      return t(`mottagarens gateway har den sedan ${at}`, `its recipient's gateway has it since ${at}`);
    }
    case 'acknowledged': {
      const { kind = 'accepted', at = message.changedAt } =
        receiptOf(message, 'handled') ?? receiptOf(message, 'accepted') ?? {};
      return kind === 'handled'
        ? t(`mottagaren har handlagt den ${at}`, `its recipient has dealt with it, ${at}`)
        : t(`mottagaren har tagit upp den ${at}`, `its recipient has taken it up, ${at}`);
    }
  }
};

/** Where it stands; nothing more when it has come all the way. */
const here = (message: MessageView, around: Around): readonly Step[] => {
  const at = (step: StepName, mark: Mark, text: Text, next?: Text): readonly Step[] => [
    { step, mark, code: message.state, text, ...(next === undefined ? {} : { next }) },
  ];
  const step = behind(message) === 0 ? 'draft' : (PATH[behind(message)] ?? 'acknowledged');
  switch (message.state) {
    case 'awaiting-assessment':
      return at(step, '!!', joined(message.stateText, missingOf(message)), ASSESS);
    case 'accepted':
    case 'checked':
      return at(
        step,
        around.waiting?.overdue === true ? '!!' : '..',
        leavingOf(around.waiting),
        nextOf(around.waiting),
      );
    case 'quarantined':
    case 'delivery-quarantined': {
      const why = reasonWords(QUARANTINE_WORDS, noticeOf(message, 'quarantined')?.reason);
      return at(step, '!!', joined(message.stateText, why, expiryOf(around.waiting)), OPERATOR);
    }
    case 'awaiting-key':
      return at(step, '..', joined(message.stateText, expiryOf(around.waiting)), NEW_KEY);
    case 'released':
    case 'fetched':
      return [awaited(message)];
    case 'acknowledged':
      return [];
    case 'refused':
      return at(step, '!!', joined(message.stateText, obstacleOf(message)), wayOut(message));
    case 'rejected': {
      const reason = receiptOf(message, 'rejected')?.reason;
      const next = reason === 'erased' ? CALL : REJECTED;
      return at(step, '!!', joined(message.stateText, reasonWords(REJECTION_WORDS, reason)), next);
    }
    case 'expired':
      return at(step, '!!', joined(message.stateText, step === 'draft' ? DRAFT_LASTS : MESSAGE_LASTS), ANEW);
    case 'withdrawn':
      return at(
        step,
        '!!',
        joined(message.stateText, t('ni har själva tagit tillbaka den', 'you took it back yourselves')),
        message.givenAnotherWay === undefined ? ANEW : undefined,
      );
    case 'discarded': {
      const why = reasonWords(DISCARD_WORDS, noticeOf(message, 'discarded')?.reason);
      return at(step, '!!', joined(message.stateText, why), ANEW);
    }
  }
};

const DRAFT_LASTS = t('ett utkast väntar 30 dagar', 'a draft waits 30 days');
const MESSAGE_LASTS = t('ett meddelande gäller 7 dagar', 'a message is good for 7 days');
const ASSESS = t(
  'en handläggare lämnar bedömningen: POST /v1/referrals/{id}/assessments; utkastet väntar 30 dagar',
  'an officer gives the assessment: POST /v1/referrals/{id}/assessments; the draft waits 30 days',
);
const NEW_KEY = t(
  'mottagarens administratör lägger in en ny nyckel; er gateway förseglar då på nytt av sig själv',
  "the recipient's administrator adds a key; your gateway then seals it again by itself",
);
const REJECTED = t(
  'tala med dem som driver er gateway och mottagarens; när orsaken är rättad, skicka på nytt under nytt id',
  "ask whoever runs your gateway and the recipient's; when the cause is mended, send it anew under another id",
);
const CALL = t('tala med mottagaren', 'talk to its recipient');
const ANEW = t('ska den fram, skicka den på nytt under nytt id', 'if it is to arrive, send it anew under another id');

const leavingOf = (waiting: WaitingItem | undefined): Text => {
  if (waiting === undefined) return t('förmedlingen har inte svarat än', 'the exchange has not answered yet');
  const { here: isHere, dueAt, overdue, clock } = waiting;
  const hurry = clock === 'none' ? '' : ` (${clock})`;
  return joined(
    isHere
      ? t('har inte lämnat er gateway', 'has not left your gateway')
      : t('har lämnat er gateway, eller kan ha gjort det', 'has left your gateway, or may have'),
    overdue
      ? t(`skulle vara lämnad senast ${dueAt}${hurry}`, `was due ${dueAt}${hurry}`)
      : t(`ska vara lämnad senast ${dueAt}${hurry}`, `is due ${dueAt}${hurry}`),
    expiryOf(waiting),
  );
};

const expiryOf = (waiting: WaitingItem | undefined): Text | undefined =>
  waiting?.expiresAt === undefined ? undefined : t(`går ut ${waiting.expiresAt}`, `expires ${waiting.expiresAt}`);

const nextOf = (waiting: WaitingItem | undefined): Text => {
  const wait = waiting?.here === true ? 'gateway' : 'exchange';
  const own = t(
    'den går av sig själv när er gateway når förmedlingen: se varningarna ovan',
    'it goes by itself when your gateway reaches the exchange: see its warnings above',
  );
  const other = t('vänta: den går av sig själv', 'wait: it goes by itself');
  const otherWay = t(
    'kan den inte vänta, lämna på annat sätt och säg det med `delge given`',
    'if it cannot wait, give it another way and say so by `delge given`',
  );
  return joined(wait === 'gateway' ? own : other, otherWay);
};

/** What is awaited of the recipient now: its gateway's receipt, or its people's. */
const awaited = (message: MessageView): Step => {
  const isReleased = message.state === 'released';
  const form = receiptOf(message, 'form-rejected');
  const step = isReleased ? 'fetched' : 'acknowledged';
  if (form !== undefined)
    return {
      step,
      mark: '!!',
      code: 'form-rejected',
      text: joined(t('avvisad för formen', 'turned down for its form'), reasonWords(FORM_WORDS, form.reason)),
      next: t('rätta det och skicka på nytt under nytt id', 'mend it and send it anew under another id'),
    };
  const due = message.due.find(({ what }) => what === (isReleased ? 'technical' : 'accepted'));
  return {
    step,
    mark: due?.overdue === true ? '!!' : '..',
    code: message.state,
    text: joined(
      isReleased
        ? t('mottagarens gateway har inte hämtat den', "its recipient's gateway has not fetched it")
        : t('framme, inte upptagen av mottagaren än', 'arrived, and not taken up by its recipient yet'),
      dueText(due),
    ),
    next: nextAwaited(isReleased, due?.overdue === true),
  };
};

const nextAwaited = (isReleased: boolean, isOverdue: boolean): Text => {
  if (!isOverdue) return t('vänta', 'wait');
  return isReleased
    ? t(
        'mottagarens gateway är borta eller efter: ring mottagaren eller den som driver förmedlingen. Den ligger kvar i kön',
        "the recipient's gateway is away or behind: call the recipient or the exchange's operator. It stays in the queue",
      )
    : t('ring mottagaren', 'call the recipient');
};

const explained = ({ verdict }: MessageView): { readonly sv: Explanation; readonly en: Explanation } => ({
  sv: verdict.sv as Explanation,
  en: verdict.en as Explanation,
});

const missingOf = (message: MessageView): Text => {
  const { sv, en } = explained(message);
  const told = ({ summary, missing }: Explanation): string => [summary, ...missing.map(({ text }) => text)].join(' ');
  return t(told(sv), told(en));
};

/** What stopped it: what the exchange found before it asked the law, or the law. */
const obstacleOf = (message: MessageView): Text => {
  const { sv, en } = explained(message);
  const { decision, verdict } = message;
  const found = decision === undefined ? [] : verificationOf(decision.entry);
  const forecast = decision?.forecast;
  return joined(
    ...found.map((code) => wordsOf(OBSTACLE_WORDS, code)),
    forecast === undefined || forecast.agrees ? undefined : forecast.text,
    // The forecast said that it may go: then that is not why it did not.
    verdict.outcome === 'permit' ? undefined : t(sv.summary, en.summary),
  );
};

const verificationOf = (entry: string): readonly string[] => {
  const { verification } = parseDecision(entry).decision.verdict as { readonly verification?: readonly string[] };
  return verification ?? [];
};

const wayOut = (message: MessageView): Text => {
  const { sv, en } = explained(message);
  const [first, inEnglish] = [sv.waysOut[0], en.waysOut[0]];
  if (message.verdict.outcome === 'permit' || first === undefined || inEnglish === undefined)
    return t(
      'rätta orsaken och skicka på nytt under nytt id; `delge check` säger vad som skulle bära',
      'mend the cause and send it anew under another id; `delge check` tells what would carry it',
    );
  return t(first.text, inEnglish.text);
};

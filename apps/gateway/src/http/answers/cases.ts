import { CASE_CLOSINGS, CASE_TYPES } from '#contracts';
import type { CaseListItem, CaseView, RosterRow } from '#contracts';
import { absent, authority, count, described, instant, listOf, object, page, some, text, uuid } from './schema.js';
import type { Members, Schema } from './schema.js';

const caseItem: Members<CaseListItem> = {
  id: described(uuid, 'Which referrals name as `caseId`'),
  type: absent(
    described({ type: 'string', enum: CASE_TYPES }, 'Absent: a referral opened it, and nothing was said of it'),
  ),
  title: absent(described(text, 'What this authority calls it')),
  openedAt: instant,
  closed: absent(
    object<NonNullable<CaseListItem['closed']>>({ at: instant, reason: { type: 'string', enum: CASE_CLOSINGS } }),
  ),
};

const rosterRow = object<RosterRow>({
  authority,
  received: listOf(
    object<RosterRow['received'][number]>({
      type: text,
      count,
      retracted: described(some, 'How many of them were taken back'),
    }),
  ),
  underWay: described(some, 'Messages that it may receive yet, or may have'),
  ended: described(some, 'Messages that ended without arriving'),
  givenAnotherWay: described(some, 'Messages, in whatever state, that were said to be given another way'),
  changedAt: instant,
});

export const caseAnswers = {
  cases: page(object<CaseListItem>(caseItem)),
  case: object<CaseView>({
    ...caseItem,
    links: described(
      listOf(object<CaseView['links'][number]>({ authority, caseId: uuid, linkedAt: instant })),
      "Other authorities' cases, by the ids that these have there",
    ),
  }),
  roster: { type: 'object', required: ['items'], properties: { items: listOf(rosterRow) } },
} as const satisfies Readonly<Record<string, Schema>>;

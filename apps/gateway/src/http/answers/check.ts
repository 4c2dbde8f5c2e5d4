import { NO_PARTS, PART_OUTCOMES } from '#contracts';
import type {
  DisclosureCheckView,
  ForecastView,
  GroundView,
  PermittedView,
  RecipientCheckView,
  ReferralCheckView,
  VerdictView,
} from '#contracts';
import { absent, authority, count, described, itemIds, json, listOf, object, text } from './schema.js';
import type { Members, Schema } from './schema.js';

const permitted = object<PermittedView>({
  keeps: itemIds('Items that may go'),
  leavesOut: itemIds('Items that would be left out'),
  outcome: absent(described({ type: 'string', enum: PART_OUTCOMES }, '`permit`, or what people then still need to do')),
  why: absent(described({ type: 'string', enum: NO_PARTS }, 'In place of `outcome`: no part can be sent, and why')),
  text: object<PermittedView['text']>({ sv: text, en: text }),
});

export const outcome: Schema = { type: 'string', enum: ['permit', 'assess', 'deny'] };

export const verdict = object<VerdictView>({
  outcome,
  codes: described(json, 'The record; texts are rendered from it'),
  sv: described(json, 'The verdict explained, in Swedish'),
  en: described(json, 'The verdict explained, in English'),
  permitted: absent(
    described(permitted, 'With `deny` of a referral: what may go of it, and what `onDeny=send-permitted` would send'),
  ),
});

const checked: Members<Pick<DisclosureCheckView, 'on' | 'ruleSet'>> = {
  on: described({ type: 'string', format: 'date' }, 'The day the law was asked for, Europe/Stockholm'),
  ruleSet: object<DisclosureCheckView['ruleSet']>({ number: count, sha256: text }),
};

const grounds = absent(
  described(
    listOf(
      object<GroundView>({
        bases: described(listOf(text), 'Ids to claim: one, or the fewest that carry everything together'),
        versions: described(listOf(text), 'Their versions in force on the day'),
        outcome: { type: 'string', enum: ['permit', 'assess'] },
        kind: absent({ type: 'string', enum: ['officer', 'legal-question', 'protected'] }),
        force: { type: 'string', enum: ['duty', 'duty-on-request', 'permission'] },
        clock: { type: 'string', enum: ['none', 'genast', 'skyndsamt'] },
        adopted: described({ type: 'boolean' }, "By the sending authority's jurist"),
        sv: described(json, 'Text, citations, and what is missing as questions, in Swedish'),
        en: described(json, 'The same in English'),
      }),
    ),
    'When no basis was claimed: every ground that would carry everything, duties first',
  ),
);

export const computedBy: Members<ForecastView['decidedBy']> = {
  ruleSet: object<ForecastView['ruleSet']>({ number: count, sha256: text }),
  keysSize: described(text, 'Size of the keys log'),
  on: described({ type: 'string', format: 'date' }, 'The day the law was asked for, Europe/Stockholm'),
};

export const checkAnswers = {
  check: {
    oneOf: [
      object<DisclosureCheckView>({ ...checked, verdict, grounds }),
      object<ReferralCheckView>({
        ...checked,
        outcome: described(outcome, 'The worst of the recipients: what a submission would come to'),
        recipients: listOf(object<RecipientCheckView>({ authority, function: text, verdict, grounds })),
      }),
    ],
  },
} as const satisfies Readonly<Record<string, Schema>>;

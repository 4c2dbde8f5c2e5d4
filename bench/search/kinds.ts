import { termOf } from '../../apps/console/src/domain/query.js';
import type { Detail } from '../../apps/console/src/domain/project.js';

/** What disclosures are of: type, ground and categories come together, as a type's schema and the law have them. */
export interface Kind {
  readonly type: string;
  readonly purpose: string;
  readonly ground: string;
  /** Before the wording changed, and after. */
  readonly versions: readonly [string, string];
  readonly force: 'duty' | 'permission';
  readonly categories: readonly string[];
  readonly detail: Detail;
  /** All of it that is the same before and after. */
  readonly terms: readonly string[];
}

const TYPES = [
  ['incorrect-payment/1', 'prevent-incorrect-payment', ['LUF-2008-206-3', 'OSL-10-15a']],
  ['assistance-allowance-misuse/1', 'prevent-incorrect-payment', ['LUF-2008-206-3', 'OSL-10-27']],
  ['crime-report/1', 'prevent-crime', ['OSL-10-24', 'OSL-10-15a']],
  ['child-concern/1', 'protect-child', ['SoL-14-1', 'OSL-10-2']],
] as const;
const CATEGORIES = [
  ['benefit', 'identity'],
  ['benefit', 'identity', 'income'],
  ['health', 'housing', 'identity'],
] as const;

export const KINDS: readonly Kind[] = TYPES.flatMap(([type, purpose, grounds]) =>
  grounds.flatMap((ground, at) => CATEGORIES.map((categories) => kindOf(type, purpose, ground, at, categories))),
);

function kindOf(type: string, purpose: string, ground: string, at: number, categories: readonly string[]): Kind {
  const force = at === 0 ? 'duty' : 'permission';
  const verdict = { outcome: 'permit', secrecy: 'permit', processing: 'permit', regime: 'gdpr' } as const;
  const detail: Detail = {
    ruleSet: { number: 2, sha256: 'r'.repeat(43) },
    engineVersion: 2,
    verdict: { ...verdict, force, bases: [`${ground}@2024-01-01`], codes: [`SECRECY_BROKEN ${ground} 26:1 -`] },
    initiative: 'own',
    facts: { securityClassified: false, identityProtected: 'no' },
    items: categories.map((dataCategory) => ({
      ...{ id: dataCategory, dataCategory, about: 'subject', known: 'own-case', secrecy: ['26:1'] },
    })),
  };
  return {
    ...{ type, purpose, ground, force, categories, detail },
    versions: [`${ground}@2024-01-01`, `${ground}@2026-03-15`],
    terms: [
      ...[termOf('type', type), termOf('purpose', purpose), termOf('ground', ground)],
      ...[termOf('senderKind', 'socialnamnd'), termOf('recipientKind', 'myndighet')],
      ...categories.map((category) => termOf('category', category)),
    ],
  };
}
export const CHANGED_AT = '2026-03-14T23:00:00Z';
export const REASONS = ['FACT_MISSING', 'SECRECY_NOT_REACHED', 'CATEGORY_NOT_COVERED'] as const;

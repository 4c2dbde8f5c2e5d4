import type { BasisVersion, LocalDate, RuleSet } from '#legal-basis';

type Mutable<T> = T extends readonly (infer M)[]
  ? Mutable<M>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
export type MutableRuleSet = Mutable<RuleSet>;
/** One seeded fault. */
export interface Mutation {
  readonly operator: string;
  readonly at: string;
  /** Versions whose verdicts it may change; absent: any. */
  readonly touches?: (rule: BasisVersion) => boolean;
  readonly change: (set: MutableRuleSet) => void;
}

const shifted = (day: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, index) => index !== at);
const names = (rule: BasisVersion, id: string): boolean => JSON.stringify(rule).includes(`"${id}"`);

/** Every single fault that these operators can put into a rule set. */
export const mutationsOf = (set: RuleSet): readonly Mutation[] => [
  ...set.versions.flatMap((rule, at) => inVersion(rule, at)),
  ...inLists(set),
  ...inSets(set),
  ...inScales(set),
  ...inRest(set),
];

function inVersion(rule: BasisVersion, index: number): Mutation[] {
  const id = `${rule.id}@${rule.from}`;
  const found: Mutation[] = [];
  const add = (operator: string, change: (of: Mutable<BasisVersion>) => void, what = ''): void => {
    found.push({
      operator,
      at: `${id} ${what}`.trim(),
      touches: (other) => other.id === rule.id,
      change: (set) => {
        const own = set.versions[index];
        if (own !== undefined) change(own);
      },
    });
  };
  for (const days of [1, -1]) {
    add('shift a first day', (of) => void (of.from = shifted(of.from, days)), String(days));
    if (rule.until !== undefined)
      add('shift a last day', (of) => void (of.until = shifted(of.until ?? '', days)), String(days));
    add('shift a confirmation', (of) => void (of.confirmedUntil = shifted(of.confirmedUntil, days)), String(days));
  }
  if (rule.confirmedFrom !== undefined) add('forget that a day was not read', (of) => void delete of.confirmedFrom);
  if (rule.staleAfterDays !== undefined) add('let a text go stale later', (of) => void delete of.staleAfterDays);
  add('swap sender and recipient', (of) => void ([of.sender, of.recipient] = [of.recipient, of.sender]));
  add('any sender', (of) => void (of.sender = { any: [{}] }));
  add('any recipient', (of) => void (of.recipient = { any: [{}] }));
  rule.sender.any.forEach((_, at) =>
    add('drop a sender', (of) => void (of.sender.any = without(of.sender.any, at)), String(at)),
  );
  rule.recipient.any.forEach((_, at) =>
    add('drop a recipient', (of) => void (of.recipient.any = without(of.recipient.any, at)), String(at)),
  );
  for (const narrow of ['own', 'request'] as const)
    if (rule.recipient[narrow] !== undefined)
      add('forget a narrower recipient', (of) => void Reflect.deleteProperty(of.recipient, narrow), narrow);
  for (const one of ['own', 'request'] as const)
    add(
      rule.initiatives.includes(one) ? 'drop an initiative' : 'add an initiative',
      (of) =>
        void (of.initiatives = of.initiatives.includes(one)
          ? of.initiatives.filter((other) => other !== one)
          : [...of.initiatives, one]),
      one,
    );
  add(
    'turn a duty into a permission or the reverse',
    (of) => void (of.force = of.force === 'duty' ? 'permission' : 'duty'),
  );
  add('change the clock', (of) => void (of.clock = of.clock === 'none' ? 'genast' : 'none'));
  rule.tests.forEach((test, at) => {
    add('drop a test', (of) => void (of.tests = without(of.tests, at)), test.test);
    add(
      'weaken a test',
      (of) => void (of.tests = of.tests.map((one, i) => (i === at ? { ...one, test: 'BEHOV' } : one))),
      test.test,
    );
    if (test.offices !== undefined) add('any office', (of) => void delete of.tests[at]?.offices, test.test);
    if (test.notOf !== undefined) add('ask everybody', (of) => void delete of.tests[at]?.notOf, test.test);
  });
  for (const [point, purposes] of Object.entries(rule.points)) {
    add('any purpose', (of) => void (of.points[point] = ['*']), point);
    purposes.forEach((purpose, at) =>
      add('drop a purpose', (of) => void (of.points[point] = without(purposes, at)), purpose),
    );
  }
  const { reach } = rule;
  reach.only?.forEach((one) => add('reach everything', (of) => void delete of.reach.only, one));
  reach.excludes?.forEach((one, at) =>
    add('drop an exclusion', (of) => void (of.reach.excludes = without(of.reach.excludes ?? [], at)), one),
  );
  if (reach.excludesFor !== undefined) add('drop an exclusion for some', (of) => void delete of.reach.excludesFor);
  reach.questions?.forEach((one, at) =>
    add('drop a question', (of) => void (of.reach.questions = without(of.reach.questions ?? [], at)), one.question),
  );
  for (const member of MEMBERS)
    if (rule[member] !== undefined) add(`drop ${member}`, (of) => void Reflect.deleteProperty(of, member));
  if (rule.penalty?.completedMonths !== undefined)
    for (const months of [6, -6])
      add(
        'change a threshold',
        (of) => {
          if (of.penalty?.completedMonths !== undefined) of.penalty.completedMonths += months;
        },
        String(months),
      );
  for (const stage of Object.keys(rule.penalty?.stages ?? {}))
    add('drop a stage', (of) => void delete of.penalty?.stages?.[stage], stage);
  if (rule.penalty?.groups !== undefined) add('any crime', (of) => void delete of.penalty?.groups);
  return found;
}
const MEMBERS = [
  'pairs',
  'sameParticipant',
  'requires',
  'forbids',
  'about',
  'ages',
  'recipientDecidesBenefit',
  'cooperation',
  'onlyCategories',
  'notCategories',
  'readings',
  'overlaps',
  'penalty',
] as const;

function inLists({ lists }: RuleSet): Mutation[] {
  return lists.flatMap(({ id, entries }, list) =>
    entries.flatMap((entry, at): Mutation[] => {
      const touches = (rule: BasisVersion): boolean => names(rule, id);
      const where = `${id} ${entry.party.agencies?.join('+') ?? entry.party.sector ?? entry.party.kinds?.join('+') ?? at}`;
      const edit = (
        operator: string,
        change: (of: NonNullable<MutableRuleSet['lists'][number]>) => void,
        what = '',
      ): Mutation => ({
        operator,
        at: `${where} ${what}`.trim(),
        touches,
        change: (set) => {
          const own = set.lists[list];
          if (own !== undefined) change(own);
        },
      });
      return [
        edit('drop a list entry', (of) => void (of.entries = without(of.entries, at))),
        ...[1, -1].map((days) =>
          edit(
            'shift a day of entry',
            (of) => {
              const own = of.entries[at];
              if (own !== undefined) own.from = shifted(own.from, days);
            },
            String(days),
          ),
        ),
        ...(entry.party.agencies ?? []).map((agency) =>
          edit(
            'drop an agency',
            (of) => {
              const own = of.entries[at];
              if (own?.party.agencies !== undefined)
                own.party.agencies = own.party.agencies.filter((one) => one !== agency);
            },
            agency,
          ),
        ),
        edit('give a role', (of) => {
          const own = of.entries[at];
          if (own !== undefined)
            own.roles = own.roles.includes('send') ? ['send', 'receive', 'decide'] : ['send', ...own.roles];
        }),
      ];
    }),
  );
}

function inSets({ sets }: RuleSet): Mutation[] {
  return sets.flatMap(({ id, versions }, at) =>
    versions.flatMap(({ provisions }, version) =>
      provisions.map((provision, index): Mutation => ({
        operator: 'drop a provision of a set',
        at: `${id} ${provision}`,
        ...(id === 'EX-ALL-CH10' ? {} : { touches: (rule: BasisVersion) => names(rule, id) }),
        change: (set) => {
          const own = set.sets[at]?.versions[version];
          if (own !== undefined) own.provisions = without(own.provisions, index);
        },
      })),
    ),
  );
}

function inScales({ penaltyScales }: RuleSet): Mutation[] {
  const touches = (rule: BasisVersion): boolean => rule.penalty !== undefined || rule.overlaps !== undefined;
  return penaltyScales.flatMap(({ crime, unread }, at) => {
    const edit = (operator: string, change: (of: MutableRuleSet['penaltyScales'][number]) => void): Mutation => ({
      operator,
      at: crime,
      touches,
      change: (set) => {
        const own = set.penaltyScales[at];
        if (own !== undefined) change(own);
      },
    });
    return [
      edit(
        'move a crime to another group',
        (of) => void (of.group = of.group === 'bidragsbrott' ? 'brb-3' : 'bidragsbrott'),
      ),
      ...(unread === true
        ? [edit('take an unread scale for read', (of) => void delete of.unread)]
        : [
            edit('raise a least penalty', (of) => void (of.minMonths += 12)),
            edit('no imprisonment', (of) => void (of.imprisonment = false)),
          ]),
    ];
  });
}

function inRest({ provisions, benefits, nonBases, protectedOffices }: RuleSet): Mutation[] {
  return [
    ...provisions.flatMap(({ id, harm, protectedIdentity, question }, at): Mutation[] => {
      const edit = (operator: string, change: (of: MutableRuleSet['provisions'][number]) => void): Mutation => ({
        operator,
        at: id,
        change: (set) => {
          const own = set.provisions[at];
          if (own !== undefined) change(own);
        },
      });
      return [
        edit('change the harm requirement', (of) => void (of.harm = harm === 'absolut' ? 'rakt' : 'absolut')),
        ...(protectedIdentity === true
          ? [edit('unprotect an identity', (of) => void delete of.protectedIdentity)]
          : []),
        ...(question === undefined ? [] : [edit('drop a question of a provision', (of) => void delete of.question)]),
      ];
    }),
    ...benefits.map(({ code }, at): Mutation => ({
      operator: 'let another decide a benefit',
      at: code,
      touches: (rule) => rule.recipientDecidesBenefit === true,
      change: (set) => {
        const own = set.benefits[at];
        if (own !== undefined) own.decidedBy = [{ agencies: ['bv'] }];
      },
    })),
    ...nonBases.map(({ id }, at): Mutation => ({
      operator: 'forget what is no basis',
      at: id,
      touches: () => false,
      change: (set) => void (set.nonBases = without(set.nonBases, at)),
    })),
    ...protectedOffices.map((office, at): Mutation => ({
      operator: 'drop an office for protected identities',
      at: office,
      touches: () => false,
      change: (set) => void (set.protectedOffices = without(set.protectedOffices, at)),
    })),
  ];
}

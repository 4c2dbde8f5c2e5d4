import { PURPOSES, dataCategories, messageTypes, ruleSets, textCatalogue } from '#legal-basis';
import type { AssessKind } from '#legal-basis';
import type { Snapshot } from '#snapshot';
import { RECORDS } from '../domain/disclosure.js';
import type { Offered, OfferedValue } from './ports.js';

const catalogue = new Map(
  ruleSets.flatMap((ruleSet) =>
    textCatalogue(ruleSet).flatMap(({ texts }) => texts.map((text) => [text.key, text] as const)),
  ),
);
const coded = (group: string, codes: Iterable<string>): readonly OfferedValue[] =>
  [...codes].map((value) => {
    const { sv, en } = catalogue.get(`${group}.${value}`) ?? { sv: value, en: value };
    return { value, sv, en };
  });
const keys = (group: string): readonly string[] =>
  [...catalogue.keys()].filter((key) => key.startsWith(`${group}.`)).map((key) => key.slice(group.length + 1));

const versions = ruleSets.flatMap((ruleSet) => ruleSet.versions);
const distinct = (values: readonly OfferedValue[]): readonly OfferedValue[] =>
  [...new Map(values.map((one) => [one.value, one])).values()].sort((one, other) =>
    one.sv.localeCompare(other.sv, 'sv'),
  );

/** Codes of which the pages have the words. */
const bare = (codes: Iterable<string>): readonly OfferedValue[] =>
  [...codes].map((value) => ({ value, sv: value, en: value }));
const KINDS = ['officer', 'legal-question', 'protected'] as const satisfies readonly AssessKind[];

/** Stands where claims could not be read, or the directory did not have the authority. */
const UNKNOWN = 'unknown';

/** What closed lists offer: the same for everybody. */
const closed: Offered = {
  outcome: coded('outcomes', ['permit', 'assess', 'deny']),
  force: coded('forces', ['duty', 'duty-on-request', 'permission']),
  purpose: bare([...PURPOSES, UNKNOWN]),
  type: bare([...messageTypes.map(({ id }) => id), UNKNOWN]),
  record: bare(RECORDS),
  kind: bare(KINDS),
  category: distinct(
    [...dataCategories.values()].map(({ id, nameSv, nameEn }) => ({ value: id, sv: nameSv, en: nameEn })),
  ),
  ground: distinct(versions.map(({ id, citation }) => ({ value: id, sv: citation, en: citation }))),
  version: distinct(
    versions.map(({ id, from, citation }) => {
      const value = `${id}@${from}`;
      return { value, sv: `${citation} (${from})`, en: `${citation} (${from})` };
    }),
  ),
  reason: bare(new Set([...keys('obstacles'), ...keys('missing')])),
};

/** The values that filters offer: of the directory as the newest snapshot has it, and of the law's lists. */
export const offeredIn = (snapshot: Snapshot | undefined): Offered => {
  const authorities = distinct(
    (snapshot?.authorities() ?? []).map(({ id, nameSv, nameEn }) => ({ value: id, sv: nameSv, en: nameEn })),
  );
  const kinds = bare(new Set([...(snapshot?.authorities() ?? []).map(({ kind }) => kind), UNKNOWN]));
  return { ...closed, sender: authorities, recipient: authorities, senderKind: kinds, recipientKind: kinds };
};

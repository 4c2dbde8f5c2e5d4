import { PURPOSES, dataCategories, messageTypes, ruleSets, textCatalogue } from '#legal-basis';
import type { Snapshot } from '#snapshot';
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

/** What the law's closed lists offer: the same for everybody. */
const ofTheLaw: Offered = {
  outcome: coded('outcomes', ['permit', 'assess', 'deny']),
  force: coded('forces', ['duty', 'duty-on-request', 'permission']),
  purpose: coded('purposes', PURPOSES),
  type: distinct(messageTypes.map(({ id, titleSv, titleEn }) => ({ value: id, sv: titleSv, en: titleEn }))),
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
  reason: [...keys('obstacles'), ...keys('missing')].sort().map((value) => ({ value, sv: value, en: value })),
};

/** The values that filters offer: of the directory as the newest snapshot has it, and of the law's lists. */
export const offeredIn = (snapshot: Snapshot | undefined): Offered => {
  const authorities = distinct(
    (snapshot?.authorities() ?? []).map(({ id, nameSv, nameEn }) => ({ value: id, sv: nameSv, en: nameEn })),
  );
  const kinds = distinct((snapshot?.authorities() ?? []).map(({ kind }) => ({ value: kind, sv: kind, en: kind })));
  return { ...ofTheLaw, sender: authorities, recipient: authorities, senderKind: kinds, recipientKind: kinds };
};

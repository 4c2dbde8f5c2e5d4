import { inForce, type BasisVersion, type CheckInput, type RuleSet } from '#legal-basis';

/**
 * The least that any check does: both parties looked up, every claimed basis found in force on its day, every item and provision looked up,
 * every assessment read, one line of code per unit put together and sorted. No rule is applied; this is what the check is held against.
 */
export function bareLoop(ruleSet: RuleSet): (input: CheckInput) => number {
  const versions = new Map<string, BasisVersion[]>();
  for (const version of ruleSet.versions) versions.set(version.id, [...(versions.get(version.id) ?? []), version]);
  const provisions = new Map(ruleSet.provisions.map((provision) => [provision.id, provision]));
  return ({ sender, recipient, directory, claims, on }) => {
    const codes: string[] = [];
    const known = directory.authority(sender) !== undefined && directory.authority(recipient) !== undefined;
    for (const { id } of claims.bases) {
      const version = versions.get(id)?.find((one) => inForce(one, on));
      for (const item of claims.items) {
        for (const provision of item.secrecy) {
          const harm = provisions.get(provision)?.harm ?? '-';
          const answers = claims.assessments.filter(
            ({ basis, items }) => version !== undefined && basis.startsWith(id) && items.includes(item.id),
          );
          codes.push(`${id} ${provision} ${harm} ${answers.length}`);
        }
      }
    }
    return [...new Set(codes)].sort().length + Number(known);
  };
}

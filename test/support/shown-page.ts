import type { ActName, Draft } from '#testing';
import type { ShownPage } from '#verifier';
import { project } from '../../apps/console/src/domain/project.js';

export const ALL_FIELDS: readonly string[] = ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'];

/** What the console's projection makes of these acts, as its page about their message says it. */
export function shownPageOf(
  draft: Draft,
  names: readonly ActName[],
  fields: readonly string[] = ALL_FIELDS,
): ShownPage {
  const projected = names.map((name) => {
    const { entry, annex } = draft.act(name);
    const index = BigInt(draft.at(name));
    return project({ index, entry, ...(annex === undefined ? {} : { annex }) }, () => 'kommun');
  });
  const records = projected.flatMap(({ disclosure }) => {
    if (disclosure === undefined) return [];
    const receipt = projected.find(({ received }) => received?.decisionEntryId === disclosure.entryId);
    const receivedAt = receipt?.received?.at;
    return [{ ...disclosure.row, ...disclosure.detail, ...(receivedAt === undefined ? {} : { receivedAt }) }];
  });
  const timeline = projected.flatMap(({ happening }) => {
    if (happening === undefined) return [];
    const { sendersAlone: _alone, ...shown } = happening;
    return [shown];
  });
  const messageId = timeline[0]?.messageId ?? '';
  const page = { messageId, fields, size: String(draft.leaves.length), records: records.toReversed(), timeline };
  return JSON.parse(JSON.stringify(page)) as ShownPage;
}

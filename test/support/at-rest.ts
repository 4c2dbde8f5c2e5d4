import { canonicalBytes } from '#json';
import { FileKeys } from '#keystore';
import { StorageCipher } from '../../apps/gateway/src/keys/storage-cipher.js';
import { storePlace } from '../../tools/sandbox/keys.js';
import type { Search } from './search.js';
import type { TestStack } from './stack.js';

/** Every column of a gateway that is encrypted at rest, what it is bound to, and by which id. */
const SEALED = [
  ['referral', 'body', 'referral', 'id'],
  ['referral', 'assessments', 'assessment', 'id'],
  ['message', 'detail', 'message', 'message_id'],
  ['recorded_disclosure', 'detail', 'recorded_disclosure', 'id'],
  ['earlier_attempt', 'detail', 'earlier_attempt', "concat(message_id, '.', attempt)"],
  ['statement', 'note', 'statement', 'entry_id'],
  ['delivery', 'detail', 'delivery', 'message_id'],
  ['delivery_receipt', 'detail', 'delivery_receipt', 'receipt_id'],
  ['owned_case', 'detail', 'owned_case', 'case_id'],
  ['access_log', 'detail', 'access_log', 'search_id'],
  ['webhook_key', 'detail', 'webhook_key', "concat(webhook_id, ' ', public_key)"],
] as const;

/** Searches what a gateway keeps as its own keys open it. @returns how much was opened, and `name in table.column` */
export const searchAtRest = async (
  delge: TestStack,
  gateway: string,
  search: Search,
): Promise<{ readonly opened: number; readonly found: readonly string[] }> => {
  const keys = await FileKeys.open(storePlace(delge.stack.options.dir, `gateway-${gateway}`));
  const found = new Set<string>();
  let opened = 0;
  for (const [table, column, bound, id] of SEALED) {
    const rows = await delge.sql<{ authority: string; id: string; value: Buffer }>(
      gateway,
      `SELECT authority, ${id}::text AS id, ${column} AS value FROM gateway.${table} WHERE octet_length(${column}) > 0`,
    );
    for (const row of rows) {
      const cipher = new StorageCipher(keys.secrets(row.authority, 'storage'));
      const text = Buffer.from(canonicalBytes(cipher.open(row.value, bound, row.id)));
      opened += 1;
      for (const name of search.in(text)) found.add(`${name} in ${table}.${column}`);
    }
  }
  return { opened, found: [...found] };
};

import { EnvelopeError, parseErasure, verifyErasure } from '#envelope';
import { ledgerSigned } from './ledger-signed.js';
import type { KeysRead } from './ledger-signed.js';
import type { Opened } from './project.js';

/** Whether the ledger itself says that openings are erased: nothing is taken from auditors for what anybody else wrote. */
export async function isErasure({ entry }: Opened, environment: string, keys: KeysRead): Promise<boolean | 'behind'> {
  try {
    const { erasure, kid } = parseErasure(entry);
    if (erasure.env !== environment) return false;
    const signed = await ledgerSigned(erasure, kid, (key) => verifyErasure(entry, key), keys);
    return signed === 'behind' ? 'behind' : signed !== undefined;
  } catch (error) {
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
}

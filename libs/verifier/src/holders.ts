import type { PublicKey } from '#envelope';
import type { KeyRecord, Snapshot } from '#snapshot';

/** The key, if it is a manifest key of this gateway. */
export const manifestKey = (record: KeyRecord | undefined, gateway: string): PublicKey | undefined =>
  record?.use === 'manifest' && record.holder === `gateway:${gateway}` ? record.public : undefined;

/** The manifest key, if it is live and of the gateway that hosts the authority. */
export const manifestKeyOf = (
  snapshot: Snapshot,
  authority: string,
  gateway: string,
  kid: string,
): PublicKey | undefined =>
  snapshot.authority(authority)?.gateway === gateway ? manifestKey(snapshot.key(kid), gateway) : undefined;

/** Why a statement about keeping or erasing is not taken. */
export type KeepingFault =
  | 'malformed'
  | 'environment'
  | 'key'
  | 'signature'
  | 'time'
  | 'entry-unknown'
  | 'too-many'
  | 'not-a-party'
  | 'other-message'
  | 'opening-differs'
  | 'not-erasable'
  | 'hold-unknown'
  | 'decision-unknown'
  | 'id-reuse';

/** Told alike to whoever brings it, who has proved nothing; the own log has which it was. */
export const isUnproven = (fault: KeepingFault): boolean => fault === 'key' || fault === 'signature';

/** A statement that is not taken; nothing of it was kept. */
export class KeepingRefused extends Error {
  override readonly name = 'KeepingRefused';
  constructor(readonly code: KeepingFault) {
    super(code);
  }
}

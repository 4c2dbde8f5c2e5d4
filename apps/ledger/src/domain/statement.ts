/** Why a statement that a party brings is not taken, whatever it is about. */
export type StatementFault = 'malformed' | 'environment' | 'key' | 'signature' | 'time' | 'id-reuse';

/** Told alike to whoever brings it, who has proved nothing; the own log has which it was. */
export const isUnproven = (fault: string): boolean => fault === 'key' || fault === 'signature';

import { localAgreement, localSigner, possessionCode, sha256Base64url } from '#envelope';
import type { Agree, PrivateKey, PublicKey, Signer } from '#envelope';
import type { JWK } from 'jose';

/** A sealing key whose private half is here: it agrees, and signs nothing. */
export interface SealingHolder {
  readonly key: PublicKey;
  readonly agree: Agree;
}
/** The private halves of what a statement brings, as far as they sign and agree. */
export interface Brought {
  readonly signers: readonly Signer[];
  readonly sealing?: SealingHolder;
}

export const broughtBy = (keys: readonly PrivateKey[]): Brought => {
  const sealing = keys.find(({ use }) => use === 'sealing');
  return {
    signers: keys.filter(({ use }) => use !== 'sealing').map(localSigner),
    ...(sealing === undefined ? {} : { sealing: { key: sealing, agree: localAgreement(sealing) } }),
  };
};

/**
 * Asks the registry for its challenge, and answers.
 * @param claim.line the statement's own line
 * @returns value of the header `Delge-Possession`
 */
export async function answerChallenge(
  registry: string,
  { key, agree }: SealingHolder,
  claim: { readonly env: string; readonly holder: string; readonly line: string },
): Promise<string> {
  const response = await fetch(`${registry}/v1/possession-challenge`);
  if (!response.ok) throw new Error(`the registry gives no challenge: ${response.status} ${await response.text()}`);
  const { key: challenge } = (await response.json()) as { readonly key: JWK };
  const { env, holder, line } = claim;
  const { kid, code } = possessionCode(agree, key, challenge, { env, holder, statementSha256: sha256Base64url(line) });
  return `${kid}.${code}`;
}

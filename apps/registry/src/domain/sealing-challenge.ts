import { EnvelopeError, provesPossession } from '#envelope';
import type { PrivateKey, PublicKey, SealingClaim } from '#envelope';

/** How long a challenge is answered to at least; it is given out no longer, and known as long again. */
const FRESH_MS = 300_000;

/**
 * The registry's half of the proof that a sealing key is there (docs/adr/0011). One ephemeral key for everybody who asks: the answer is bound to the statement,
 * so that it is of no use for another. Kept in memory alone: after a restart one asks again.
 */
export class SealingChallenge {
  private asked: { readonly key: PrivateKey; readonly at: number }[] = [];

  constructor(private readonly makeKey: () => Promise<PrivateKey>) {}

  /** @returns the public half to answer to, and until when the answer is taken at least */
  async current(now: Date): Promise<{ readonly key: PublicKey['jwk']; readonly until: Date }> {
    this.asked = this.asked.filter(({ at }) => now.getTime() - at < 2 * FRESH_MS);
    const newest = this.asked.find(({ at }) => now.getTime() - at < FRESH_MS) ?? {
      key: await this.makeKey(),
      at: now.getTime(),
    };
    if (!this.asked.includes(newest)) this.asked.unshift(newest);
    return { key: newest.key.jwk, until: new Date(now.getTime() + FRESH_MS) };
  }

  /** @param answer `<id of the challenge's key>.<code>` */
  proves(answer: string, sealing: PublicKey, claim: SealingClaim, now: Date): boolean {
    const [challenge, code = ''] = answer.split('.');
    const asked = this.asked.find(({ key, at }) => key.kid === challenge && now.getTime() - at < 2 * FRESH_MS);
    try {
      return asked !== undefined && provesPossession(code, asked.key, sealing, claim);
    } catch (error) {
      if (error instanceof EnvelopeError) return false;
      throw error;
    }
  }
}

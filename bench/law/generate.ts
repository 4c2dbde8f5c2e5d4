import {
  LEGAL_QUESTIONS,
  OUTCOMES,
  PURPOSES,
  type CheckInput,
  type ClaimAssessment,
  type Claims,
  type DirectoryView,
  type RuleSet,
  type TestCode,
} from '#legal-basis';

/** What is kept of a generated decision: all that computing it again needs, beside the rule set and the directory of authorities. */
export interface Stored {
  readonly sender: string;
  readonly recipient: string;
  readonly on: string;
  /** RFC 8785 bytes. */
  readonly claims: Uint8Array;
  /** The authority's jurist has adopted every version but this. */
  readonly notAdopted: string;
  /** A question on which the authority has taken a position. */
  readonly position: string;
  readonly allows: boolean;
  /** Index of the case it was made from, whose directory holds the authorities and cooperation decisions. */
  readonly from: number;
}

/** mulberry32: the same numbers from the same seed on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Generated = Omit<Stored, 'claims'> & { readonly claims: Claims };

/** Makes decisions out of the cases of the mix by changing some of what they say; many stay near a permit, many fall. */
export class Generator {
  private readonly next: () => number;
  private readonly bases: readonly string[];
  private readonly versions: readonly string[];
  private readonly provisions: readonly string[];
  private readonly days: readonly string[];

  constructor(
    private readonly mix: readonly CheckInput[],
    ruleSet: RuleSet,
    seed: number,
  ) {
    this.next = seeded(seed);
    this.bases = [...new Set(ruleSet.versions.map(({ id }) => id))];
    this.versions = ruleSet.versions.map(({ id, from }) => `${id}@${from}`);
    this.provisions = ruleSet.provisions.map(({ id }) => id);
    this.days = [...new Set(ruleSet.versions.flatMap(({ from, until }) => [from, until ?? from])), '2026-11-24'];
  }

  one(): Generated {
    const from = Math.floor(this.next() * this.mix.length);
    const made = this.mix[from];
    if (made === undefined) throw new Error('the mix is empty');
    let { sender, recipient, on } = made;
    let { claims } = made;
    for (let changes = Math.floor(this.next() * 4); changes > 0; changes--) {
      const kind = Math.floor(this.next() * 10);
      if (kind === 0) [sender, recipient] = [recipient, sender];
      else if (kind === 1) on = this.of(this.days);
      else if (kind === 2) recipient = this.of(this.mix).recipient;
      else claims = this.changed(claims, kind);
    }
    return {
      sender,
      recipient,
      on,
      claims,
      notAdopted: this.next() < 0.2 ? this.of(this.versions) : '',
      position: this.next() < 0.2 ? this.of(LEGAL_QUESTIONS) : '',
      allows: this.next() < 0.7,
      from,
    };
  }

  private of<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.next() * values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  }

  private changed(claims: Claims, kind: number): Claims {
    if (kind === 3) return { ...claims, purpose: this.of(PURPOSES) };
    if (kind === 4) return { ...claims, bases: [...claims.bases.slice(0, 2), { id: this.of(this.bases) }] };
    if (kind === 5) return { ...claims, assessments: claims.assessments.filter(() => this.next() < 0.7) };
    if (kind === 6) return { ...claims, assessments: claims.assessments.map((one) => this.answered(one)) };
    if (kind === 7)
      return { ...claims, items: claims.items.map((item) => ({ ...item, secrecy: this.secrecy(item.secrecy) })) };
    if (kind === 8)
      return {
        ...claims,
        derived: { ...claims.derived, protectedIdentity: this.of(['none', 'none', 'marked', 'unknown']) },
      };
    const { requestId: _, ...rest } = claims;
    return claims.initiative === 'own'
      ? { ...rest, initiative: 'request', requestId: '6d0f5a3a-7f53-8f0e-8b6a-1d2c3b4a5f60' }
      : { ...rest, initiative: 'own' };
  }

  private answered(one: ClaimAssessment): ClaimAssessment {
    const { passes, stops } = OUTCOMES[one.test as TestCode];
    return { ...one, outcome: this.next() < 0.8 ? passes : stops };
  }

  private secrecy(now: readonly string[]): readonly string[] {
    return this.next() < 0.5 ? [...new Set([...now, this.of(this.provisions)])] : [this.of(this.provisions)];
  }
}

/** The directory as it stood for a stored decision. */
export const directoryFor = (stored: Stored, mix: readonly CheckInput[]): DirectoryView => {
  const base = mix[stored.from]?.directory;
  if (base === undefined) throw new Error('the stored decision is of another mix');
  return {
    authority: (id) => base.authority(id),
    adopted: (authority, version) => version !== stored.notAdopted && base.adopted(authority, version),
    position: (authority, question, on) =>
      question === stored.position
        ? { question, answer: stored.allows ? 'allows' : 'prevents', from: '1900-01-01' }
        : base.position(authority, question, on),
    cooperation: (id) => base.cooperation(id),
  };
};

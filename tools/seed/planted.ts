import type { ReferralBody } from '#legal-basis';
import type { Act, Irregularity, Planted } from './acts.js';
import type { Chance } from './chance.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, atHour, officeTime, workingDay } from './days.js';
import { answered, delivered, retracted } from './course.js';
import type { Message, Teller, Wish } from './teller.js';
import type { Template } from './templates.js';

/** Whose messages they are: an assignment of one municipality reaches all of them. */
export const SOCIAL = 'linkoping/socialnamnden';
export const CARE = 'linkoping/omsorgsnamnden';
const POLICE = 'polis/polismyndigheten';

export interface Window {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
}
interface Plant {
  readonly acts: readonly Act[];
  readonly planted: Planted;
}

/** Puts each of the ten kinds into a year, in the codes and times that an auditor sees. */
export class Planter {
  constructor(
    private readonly teller: Teller,
    private readonly templates: ReadonlyMap<string, Template>,
    private readonly window: Window,
  ) {}

  all(): readonly Plant[] {
    return [
      this.aloneAtNight(),
      this.oneGroundForAll(),
      this.oneFactChanged(),
      this.receiptsOverdue(),
      this.retractedAtOnce(),
      this.caseInPieces(),
      this.burstToOne(),
      this.unusualCategory(),
      this.staleAssessment(),
      this.recordedLate(),
    ];
  }

  private aloneAtNight(): Plant {
    const officer = this.teller.officer(SOCIAL, 100);
    const begun = workingDay(this.when(0.62));
    const told = Array.from({ length: 15 }, (_, nth) => {
      const at = Math.round(
        atHour(begun + Math.floor(nth / 3) * DAY_MS, 1.2 + (nth % 3) * 0.9 + this.chance.next() / 2),
      );
      const assessedBefore = this.chance.between(MINUTE_MS, 6 * MINUTE_MS);
      return this.permit('20', at, { sender: SOCIAL, officer, assessedBefore });
    });
    const what = 'one officer answers every test alone, between one and four at night, fifteen times in five nights';
    return this.planted('alone-at-night', told, what, { officer });
  }

  private oneGroundForAll(): Plant {
    const told = Array.from({ length: 24 }, () => this.permit('02', this.office(), { sender: CARE }));
    return this.planted('one-ground-for-all', told, 'whatever the board sends, it names one and the same ground');
  }

  private oneFactChanged(): Plant {
    const cases = [0.31, 0.47, 0.83].map((share) => {
      const at = Math.round(atHour(workingDay(this.when(share)), 10.5));
      const wish = { sender: SOCIAL, caseId: this.chance.uuid() };
      const refused = this.teller.tell(this.template('04'), at, wish);
      const facts = { ...refused.claims.facts, crime: 'grovt-bidragsbrott' };
      const again = this.permit('04', at + 10 * MINUTE_MS, { ...wish, facts });
      return { refusal: { kind: 'refusal', at, of: refused } as const, again };
    });
    const acts = cases.flatMap(({ refusal, again: { of, acts } }) => [refusal, ...acts, ...this.answers(of, acts)]);
    const messages = cases.flatMap(({ refusal, again }) => [refusal.of.messageId, again.of.messageId]);
    const what = 'refused; ten minutes later permitted in the same case, with another crime and nothing else changed';
    return { acts, planted: { kind: 'one-fact-changed', messages, what } };
  }

  private receiptsOverdue(): Plant {
    const told = Array.from({ length: 12 }, () => {
      const at = officeTime(this.chance, this.when(0.7), this.when(0.95));
      const of = this.told('13', at, { sender: SOCIAL, recipient: 'ebm/ekobrottsmyndigheten' });
      return { of, acts: [{ kind: 'decision', at, of } as const] };
    });
    return this.planted('receipts-overdue', told, 'one recipient acknowledges nothing', {}, false);
  }

  private retractedAtOnce(): Plant {
    const told = Array.from({ length: 6 }, (_, nth) => {
      const at = Math.round(atHour(workingDay(this.when(0.2 + nth * 0.02)), 14 + this.chance.next()));
      const { of, acts } = this.permit('33', at, { sender: SOCIAL, recipient: POLICE });
      const arrived = at + 3_000;
      const [decision] = acts as readonly [Act];
      const receipt = { kind: 'receipt', receipt: 'technical', of, at: arrived } as const;
      const taken = retracted(this.chance, of, arrived + Math.round(this.chance.between(1, 4) * MINUTE_MS));
      return { of, acts: [decision, receipt, ...taken] };
    });
    return this.planted('retracted-at-once', told, 'taken back within minutes of its arrival, six times', {}, false);
  }

  private caseInPieces(): Plant {
    const caseId = this.chance.uuid();
    const begun = Math.round(atHour(workingDay(this.when(0.41)), 9));
    const told = Array.from({ length: 14 }, (_, nth) => {
      const at = begun + Math.round((nth + this.chance.next()) * 25 * MINUTE_MS);
      return this.permit('12', at, { ...this.housing, caseId });
    });
    const what = 'one case in fourteen messages to one recipient on one day';
    return this.planted('case-in-pieces', told, what, { caseId });
  }

  private burstToOne(): Plant {
    const begun = Math.round(atHour(workingDay(this.when(0.55)), 15));
    const told = Array.from({ length: 30 }, (_, nth) => {
      const at = begun + Math.round((nth + this.chance.next()) * 1.9 * MINUTE_MS);
      return this.permit('13', at, { sender: SOCIAL, recipient: POLICE });
    });
    return this.planted('burst-to-one', told, 'thirty messages to one recipient within the hour');
  }

  private unusualCategory(): Plant {
    const { known = {} } = this.template('12').referral.declarations ?? {};
    const declarations = { freeText: { circumstances: ['benefit-case', 'health'] }, known };
    const told = Array.from({ length: 4 }, () => this.permit('12', this.office(), { ...this.housing, declarations }));
    const what = 'health, which nobody else sends, in a notice of incorrect payment';
    return this.planted('unusual-category', told, what);
  }

  private staleAssessment(): Plant {
    const told = Array.from({ length: 5 }, () => {
      const at = officeTime(this.chance, this.when(0.75), this.when(0.9));
      const assessedBefore = this.chance.between(120, 200) * DAY_MS;
      return this.permit('26', at, { sender: SOCIAL, recipient: 'skv/skatteverket', assessedBefore });
    });
    const what = 'assessed four to seven months before it was sent';
    return this.planted('stale-assessment', told, what);
  }

  private recordedLate(): Plant {
    const acts = Array.from({ length: 4 }, () => {
      const at = officeTime(this.chance, this.when(0.55), this.when(0.97));
      return recordedAct(this.teller, this.template('20'), at, {
        sender: SOCIAL,
        disclosedAt: Math.round(at - this.chance.between(70, 110) * DAY_MS),
      });
    });
    const messages = acts.map(({ of }) => of.messageId);
    const what = 'made by telephone or in a meeting, and recorded two to four months later';
    return { acts, planted: { kind: 'recorded-late', messages, what } };
  }

  /** The example is of a student; the same of a benefit that Försäkringskassan pays. */
  private get housing(): Wish {
    const content = this.template('12').referral.content as { readonly payment: object };
    const payment = { ...content.payment, benefit: 'bostadsbidrag' };
    return {
      sender: SOCIAL,
      recipient: 'fk/forsakringskassan',
      content: { ...content, payment } as ReferralBody['content'],
    };
  }

  private get chance(): Chance {
    return this.teller.chance;
  }

  private when(share: number): number {
    const { from, to } = this.window;
    return from + share * (to - from);
  }

  private office(): number {
    return officeTime(this.chance, this.when(0.02), this.when(0.98));
  }

  private template(example: string): Template {
    const found = this.templates.get(example);
    if (found === undefined) throw new Error(`example ${example} has nobody to send it or to get it`);
    return found;
  }

  /** @throws when it is no permit: it would stop to be what was planted */
  private told(example: string, at: number, wish: Wish): Message {
    const of = this.teller.tell(this.template(example), at, wish);
    if (of.outcome !== 'permit')
      throw new Error(`example ${example} is ${of.outcome} on ${new Date(at).toISOString()}`);
    return of;
  }

  private permit(example: string, at: number, wish: Wish): { readonly of: Message; readonly acts: readonly Act[] } {
    const of = this.told(example, at, wish);
    return { of, acts: delivered(this.chance, of, at) };
  }

  private answers(of: Message, acts: readonly Act[]): readonly Act[] {
    return answered(this.chance, of, acts.at(-1)?.at ?? 0);
  }

  private planted(
    kind: Irregularity,
    told: readonly { readonly of: Message; readonly acts: readonly Act[] }[],
    what: string,
    more: Pick<Planted, 'officer' | 'caseId'> = {},
    answers = true,
  ): Plant {
    const acts = told.flatMap(({ of, acts: own }) => [...own, ...(answers ? this.answers(of, own) : [])]);
    return { acts, planted: { kind, messages: told.map(({ of }) => of.messageId), what, ...more } };
  }
}

/** A disclosure made outside Delge. @param template whose ground and assessments it has */
export function recordedAct(
  teller: Teller,
  template: Template,
  at: number,
  wish: Wish & { readonly disclosedAt: number },
): Act {
  const { chance } = teller;
  const channel = chance.pick(['telephone', 'telephone', 'meeting', 'paper'] as const);
  const record: Template = {
    ...template,
    referral: {
      ...template.referral,
      type: 'recorded-disclosure/1',
      declarations: {
        freeText: { disclosed: ['crime-suspicion', 'company-operations'], reason: ['observation'] },
      },
      content: {
        channel,
        disclosedOn: new Date(wish.disclosedAt).toISOString().slice(0, 10),
        receivedBy: 'vakthavande befäl',
        subjects: [{ name: 'Tolvan Bulvansson', personalIdentityNumber: '196703143435', protection: 'none' }],
        disclosed: 'Hyreskontrakt för lägenheter som inte finns.',
        reason: 'Utbetalningen skulle göras samma dag.',
      },
    },
  };
  const of = teller.tell(record, at, { assessedBefore: at - wish.disclosedAt + HOUR_MS, ...wish });
  const identityCheck = chance.pick(['call-back', 'known-in-person', 'official-id', 'not-checked'] as const);
  const officer = wish.officer ?? teller.officer(of.sender, 1);
  return { kind: 'recorded', at, of, officer, disclosedAt: wish.disclosedAt, channel, identityCheck };
}

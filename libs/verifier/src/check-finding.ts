import type { FindingAct } from '#envelope';
import type { AssignmentsTogether } from './check-assignment.js';
import type { Fact } from './facts.js';
import type { Say } from './say.js';

interface Standing {
  readonly assignment: string;
  /** An auditor or an authority. */
  to?: string;
  answered: boolean;
  closed: boolean;
}

/** What auditors did with findings: opened once, answered by who was to, closed once and for all. */
export class FindingsTogether {
  private readonly standing = new Map<string, Standing>();

  /** @param whole whether the log is shown from its first entry on: then nothing was opened before */
  constructor(
    private readonly whole: boolean,
    private readonly assignments: Pick<AssignmentsTogether, 'isOneReview'>,
  ) {}

  take({ act }: Fact & { readonly kind: 'finding' }, say: Say): void {
    const standing = this.standing.get(act.finding);
    if (act.kind === 'finding-opened') {
      if (standing !== undefined) say('finding-repeated');
      else this.standing.set(act.finding, { assignment: act.assignment, answered: false, closed: false });
      return;
    }
    if (standing === undefined) {
      if (this.whole) say('finding-order');
      return;
    }
    if (!this.assignments.isOneReview(standing.assignment, act.assignment)) say('review-foreign');
    if (standing.closed) say('finding-order');
    else advance(standing, act, say);
  }
}

const advance = (standing: Standing, act: FindingAct, say: Say): void => {
  switch (act.kind) {
    case 'finding-assigned':
      standing.to = act.to;
      standing.answered = false;
      break;
    case 'finding-answered':
      if (standing.to === undefined || standing.answered) say('finding-order');
      // What an authority answers, an auditor writes down.
      else if (!standing.to.includes('/') && standing.to !== act.auditor) say('finding-answer');
      standing.answered = true;
      break;
    case 'finding-closed':
      standing.closed = true;
      break;
    case 'finding-opened':
  }
};

import type { FindingAct, FindingResult, FindingSeverity, SheetOutcome, Stratification } from '#envelope';
import type { Text } from '#contracts';
import type { FindingState, SampleState } from '../application/review-ports.js';

/** Codes of samples and findings. */
export const REVIEW_CODES: Readonly<
  Record<
    SampleState | FindingState | Stratification | SheetOutcome | FindingSeverity | FindingResult | FindingAct['kind'],
    Text
  >
> = {
  fixed: { sv: 'bestämt, inte draget', en: 'fixed, not drawn' },
  drawn: { sv: 'draget, granskas', en: 'drawn, in review' },
  signed: { sv: 'underskrivet', en: 'signed' },
  none: { sv: 'ingenting', en: 'nothing' },
  recipient: { sv: 'mottagare', en: 'recipient' },
  sender: { sv: 'avsändare', en: 'sender' },
  outcome: { sv: 'kontrollens utfall', en: 'outcome of the check' },
  month: { sv: 'månad', en: 'month' },
  type: { sv: 'meddelandetyp', en: 'message type' },
  nothing: { sv: 'inget att anmärka', en: 'nothing to remark on' },
  remark: { sv: 'anmärkning', en: 'remark' },
  serious: { sv: 'allvarlig anmärkning', en: 'serious remark' },
  open: { sv: 'öppen', en: 'open' },
  assigned: { sv: 'väntar på svar', en: 'waits for an answer' },
  answered: { sv: 'besvarad', en: 'answered' },
  closed: { sv: 'avslutad', en: 'closed' },
  corrected: { sv: 'rättat', en: 'corrected' },
  accepted: { sv: 'svaret godtogs', en: 'the answer was accepted' },
  unfounded: { sv: 'det fanns inget fel', en: 'nothing was wrong' },
  'finding-opened': { sv: 'öppnad', en: 'opened' },
  'finding-assigned': { sv: 'tilldelad', en: 'assigned' },
  'finding-answered': { sv: 'besvarad', en: 'answered' },
  'finding-closed': { sv: 'avslutad', en: 'closed' },
};

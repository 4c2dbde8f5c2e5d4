import { RETRACTION_WORDS } from '#contracts';
import type { DeliveryView } from '#contracts';
import { joined, t, wordsOf } from './step.js';
import type { Step } from './step.js';

/** What a recipient has of a message: it is here, and what its sender and its people said of it. */
export const receivedSteps = (delivery: DeliveryView): readonly Step[] => {
  const { type, sender, receivedAt, deliveryNumber, retracted, corrects } = delivery;
  const steps: Step[] = [
    {
      step: 'fetched',
      mark: 'ok',
      text: t(
        `${type} från ${sender}, mottagen och verifierad ${receivedAt}, nummer ${deliveryNumber} i ärendet`,
        `${type} from ${sender}, received and verified ${receivedAt}, number ${deliveryNumber} in its case`,
      ),
    },
    acknowledgedBy(delivery),
  ];
  if (corrects?.bound === false)
    steps.push({
      step: 'fetched',
      mark: '!!',
      code: 'not-bound',
      text: t(
        'rättelsen gäller ett meddelande som ni inte har fått från samma avsändare',
        'it corrects a message that you did not get from the same sender',
      ),
      next: t('gå inte efter den', 'do not act on it'),
    });
  if (retracted !== undefined) {
    const answered = delivery.receipts.some(({ kind }) => kind === 'retraction-acknowledged');
    steps.push({
      step: 'retraction',
      mark: answered ? 'ok' : '!!',
      code: retracted.reason,
      text: joined(
        t(`återkallad av avsändaren ${retracted.receivedAt}`, `its sender took it back ${retracted.receivedAt}`),
        wordsOf(RETRACTION_WORDS, retracted.reason),
      ),
      ...(answered
        ? {}
        : {
            next: t(
              'använd den inte mer, och säg vad som blev av den: `delge acknowledge`',
              'do not use it further, and say what became of it: `delge acknowledge`',
            ),
          }),
    });
  }
  return steps;
};

const acknowledgedBy = ({ receipts }: DeliveryView): Step => {
  const said = receipts.findLast(({ kind }) => ['accepted', 'form-rejected', 'handled'].includes(kind));
  if (said !== undefined)
    return {
      step: 'acknowledged',
      mark: 'ok',
      code: said.kind,
      text: t(`ni har kvitterat den ${said.at} (${said.kind})`, `you gave the receipt ${said.kind}, ${said.at}`),
    };
  return {
    step: 'acknowledged',
    mark: '..',
    text: t('ni har inte kvitterat den', 'you have given no receipt of your own'),
    next: t(
      'POST /v1/deliveries/{id}/receipts när någon har tagit upp den eller avvisat den för formen',
      'POST /v1/deliveries/{id}/receipts when somebody has taken it up, or turned it down for its form',
    ),
  };
};

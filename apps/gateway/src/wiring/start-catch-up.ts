import { OperatorClient } from '#operator';
import type { Platform } from '#platform';
import { CatchUp } from '../application/catch-up.js';
import type { Now } from '../application/ports/time-and-ids.js';
import { RebuildSent } from '../application/rebuild-sent.js';
import type { VerifyEvidence } from '../application/verify-evidence.js';
import type { GatewayConfig } from '../gateway.config.js';
import type { KeyStore } from '../keys/key-store.js';
import type { ExchangeMessages } from '../messages/exchange.messages.js';
import { handleTold } from '../messages/handle-told.js';
import { ExchangeTold } from '../operator/exchange-told.js';
import type { Stores } from './open-stores.js';

interface Given {
  readonly holder: string;
  readonly told: ExchangeMessages;
  readonly stores: Pick<Stores, 'toldBefore'>;
  readonly evidence: VerifyEvidence;
  readonly keys: KeyStore;
  readonly now: Now;
}

/** Asks the exchange for what it told and did not come. */
export const startCatchUp = (
  config: GatewayConfig,
  platform: Platform,
  { holder, told, stores: { toldBefore }, evidence, keys, now }: Given,
): void => {
  const { log, health } = platform;
  const catchUp = new CatchUp(
    new ExchangeTold(new OperatorClient('exchange', config.EXCHANGE_URL, holder, keys.requestSigner, now)),
    toldBefore,
    new RebuildSent(evidence, toldBefore, keys),
    (one) => handleTold(told, one, log),
    config.CATCH_UP_INTERVAL_MS,
    log,
    now,
  );
  catchUp.start();
  platform.onDrain('loops', () => catchUp.stop());
  health.watch('catch-up', () => catchUp.warning());
};

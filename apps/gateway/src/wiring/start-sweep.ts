import type { Platform } from '#platform';
import type { ExpireAttachments } from '../application/expire-attachments.js';
import { Expire } from '../application/expire.js';
import { FallBackCorrections } from '../application/fall-back-corrections.js';
import { HandleIncidents } from '../application/handle-incidents.js';
import type { ManageSubscriptions } from '../application/manage-subscriptions.js';
import type { Now } from '../application/ports/time-and-ids.js';
import type { RetractReferral } from '../application/retract-referral.js';
import type { SealAgain } from '../application/seal-again.js';
import { Sweep } from '../application/sweep.js';
import { WatchDeadlines } from '../application/watch-deadlines.js';
import { WatchHandling } from '../application/watch-handling.js';
import { WatchRequests } from '../application/watch-requests.js';
import type { GatewayConfig } from '../gateway.config.js';
import type { Stores } from './open-stores.js';

/** Of referrals that are looked through in one sweep for the cases that they opened, of each authority. */
const GATHERED_PAGES = 20;
/** As many of content, which is decrypted, for whom it names. */
const INDEXED_PAGES = 20;

interface Given {
  readonly stores: Stores;
  readonly expiring: ExpireAttachments;
  readonly again: SealAgain;
  readonly subscriptions: ManageSubscriptions;
  readonly retracting: RetractReferral;
  readonly hosted: () => readonly string[];
  readonly now: Now;
}
export interface StartedSweep {
  readonly sweep: Sweep;
  readonly incidents: HandleIncidents;
}

/** What is looked for again and again: what ran out, what is late, and what was kept before there was a place for it. */
export const startSweep = (
  config: GatewayConfig,
  platform: Platform,
  { stores, expiring, again, subscriptions, retracting, hosted, now }: Given,
): StartedSweep => {
  const { log, health } = platform;
  const { referrals, dues, requests, handlings, sendings, cases, persons, corrections } = stores;
  const deadlines = new WatchDeadlines(dues, hosted, now);
  health.watch('receipts', async () => ((await deadlines.standing()) > 0 ? 'overdue' : undefined));
  health.measure('overdue-receipts', () => deadlines.standing());
  const incidents = new HandleIncidents(stores.incidents, hosted, now);
  health.watch('incidents', async () => ((await incidents.overdue()) > 0 ? 'clock-ran-out' : undefined));
  // For people: its authority's systems hear nothing, and may not know it.
  health.watch('webhooks', async () => ((await sendings.stopped(hosted())) > 0 ? 'stopped' : undefined));
  health.measure('person-index-behind', async () =>
    (await Promise.all(hosted().map((authority) => persons.behind(authority)))).reduce((sum, one) => sum + one, 0),
  );
  health.watch('holds', async () => ((await subscriptions.unrecorded(hosted())) > 0 ? 'unrecorded' : undefined));
  const prune = async (): Promise<void> => {
    await sendings.prune(hosted(), now());
    for (const authority of hosted()) await subscriptions.look(authority);
    // Some at a time: what was sent before there were cases is many.
    for (const authority of hosted())
      for (let page = 0; page < GATHERED_PAGES && (await cases.gather(authority)); page += 1);
    for (const authority of hosted())
      for (let page = 0; page < INDEXED_PAGES && (await persons.fill(authority, now())); page += 1);
    for (const authority of hosted())
      for (let page = 0; page < GATHERED_PAGES && (await handlings.fill(authority, now())); page += 1);
  };
  const sweep = new Sweep(
    new Expire(referrals, expiring, hosted, now),
    again,
    deadlines,
    incidents,
    new WatchRequests(requests, stores.requestDeadlines, hosted, now),
    new WatchHandling(handlings, hosted, now),
    new FallBackCorrections(corrections, retracting, hosted),
    prune,
    config.SWEEP_INTERVAL_MS,
    log,
  );
  sweep.start();
  platform.onDrain('loops', () => sweep.stop());
  return { sweep, incidents };
};

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookView } from '#contracts';
import { EventLog, Rate } from '#platform';
import { aWorld } from '#testing';
import type { World } from '#testing';
import type { DataSource } from 'typeorm';
import { ManageWebhooks } from '../../apps/gateway/src/application/manage-webhooks.js';
import type { Asking } from '../../apps/gateway/src/application/read-events.js';
import { SendWebhooks } from '../../apps/gateway/src/application/send-webhooks.js';
import { TryWebhook } from '../../apps/gateway/src/application/try-webhook.js';
import { asAuthority } from '../../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresEventStore } from '../../apps/gateway/src/persistence/event.store.js';
import { PostgresWebhookSending } from '../../apps/gateway/src/persistence/webhook-sending.store.js';
import { PostgresWebhookStore } from '../../apps/gateway/src/persistence/webhook.store.js';
import type { Resolve } from '../../apps/gateway/src/webhooks/names.js';
import { WebhookPost } from '../../apps/gateway/src/webhooks/post.js';
import { makeWebhookKey, signedHeaders } from '../../apps/gateway/src/webhooks/signing.js';
import { WebhookTargets } from '../../apps/gateway/src/webhooks/targets.js';
import { OwnDatabases } from './databases.js';
import { WebhookReceiver } from './webhook-receiver.js';

/** Nobody listens there. */
export const DEAD = 'http://127.0.0.1:1';
export const NAMED = 'https://hooks.example.se';
const RATE = 20;

/** A gateway's webhooks on a database of their own, with a receiver, a clock that stands still, and names that lead where the test says. */
export class TestWebhooks {
  private readonly loops: SendWebhooks[] = [];
  /** What was logged. */
  readonly lines: (Readonly<Record<string, unknown>> & { readonly event: string })[] = [];
  readonly log = new EventLog('test', 'info', { write: (line) => void this.lines.push(JSON.parse(line) as never) });
  private readonly systems = new Map<string, string>();
  /** Where `NAMED` leads. */
  resolve: Resolve = () => Promise.resolve([]);

  private constructor(
    readonly world: World,
    readonly receiver: WebhookReceiver,
    readonly databases: OwnDatabases,
    readonly db: DataSource,
  ) {}

  static async start(name: string): Promise<TestWebhooks> {
    const databases = await OwnDatabases.deploy(name);
    const db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    return new TestWebhooks(await aWorld(), await WebhookReceiver.start(), databases, db);
  }

  async stop(): Promise<void> {
    await this.stopLoops();
    await this.receiver.stop();
    await this.databases.drop();
  }

  readonly now = (): Date => this.world.clock.now();
  get store(): PostgresWebhookStore {
    return new PostgresWebhookStore(this.db, this.world.keys.stores['kommunerna']!);
  }
  get sending(): PostgresWebhookSending {
    return new PostgresWebhookSending(this.db, this.world.keys.stores['kommunerna']!);
  }
  private get targets(): WebhookTargets {
    return WebhookTargets.of(`${this.receiver.origin},${DEAD},${NAMED}`, 'test');
  }
  private get trying(): TryWebhook {
    return new TryWebhook(
      new WebhookPost(this.targets, this.now, (name) => this.resolve(name)),
      signedHeaders,
      this.now,
    );
  }

  managing(): ManageWebhooks {
    const { store, targets, trying, now } = this;
    const rate = new Rate(RATE, now);
    return new ManageWebhooks(
      store,
      new PostgresEventStore(this.db),
      targets,
      trying,
      makeWebhookKey,
      rate,
      randomUUID,
      now,
      this.log,
    );
  }

  /** One process's loop, without chance. @param db its own connections */
  loop(authorities: readonly string[], db = this.db): SendWebhooks {
    const store = new PostgresWebhookSending(db, this.world.keys.stores['kommunerna']!);
    const loop = new SendWebhooks(
      store,
      this.trying,
      () => authorities,
      20,
      randomUUID,
      this.now,
      () => 0,
      this.log,
    );
    loop.start();
    this.loops.push(loop);
    return loop;
  }
  async stopLoops(): Promise<void> {
    for (const loop of this.loops.splice(0)) await loop.stop();
  }

  /** A system of the authority, the same one each time. */
  asking(authority: string): Asking {
    const system = this.systems.get(authority) ?? randomUUID();
    this.systems.set(authority, system);
    return { authority, system };
  }

  async register(authority: string, path: string, origin = this.receiver.origin): Promise<WebhookView> {
    return (await this.managing().put(this.asking(authority), randomUUID(), { url: `${origin}${path}` })).webhook;
  }

  /** So many events happen. @returns their ids in order */
  async tell(authority: string, count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let nth = 0; nth < count; nth += 1) {
      const incident = randomUUID();
      const [told] = await asAuthority(this.db, authority, async (tx) => {
        await tx.query(
          `INSERT INTO gateway.incident (authority, incident_id, message_id, side, other, opened_at) VALUES ($1, $2, $2, 'sender', 'x', $3)`,
          [authority, incident, this.now()],
        );
        return tx.query<{ event_id: string }[]>(`SELECT event_id FROM gateway.event WHERE message_id = $1`, [incident]);
      });
      if (told === undefined) throw new Error('nothing was told');
      ids.push(told.event_id);
    }
    return ids;
  }

  /** When the webhook is as it is awaited to be. */
  async until(authority: string, id: string, is: (webhook: WebhookView) => boolean): Promise<WebhookView> {
    for (;;) {
      const webhook = await this.managing().read(authority, id);
      if (is(webhook)) return webhook;
      await delay(20);
    }
  }
}

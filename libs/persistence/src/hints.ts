import { setImmediate as turn } from 'node:timers/promises';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';

const RETRY_MS = 1_000;

/** Listens for hints that something was committed. Losing one costs a poll's delay and nothing else. */
export class Hints {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly channels: Readonly<Record<string, () => void>>,
    /** Told when listening failed and is tried again. */
    private readonly failed: () => void = () => undefined,
  ) {}

  async start(): Promise<void> {
    try {
      const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 2_000, keepAlive: true });
      client.on('error', () => this.again(client));
      client.on('end', () => this.again(client));
      client.on('notification', ({ channel }) => this.channels[channel]?.());
      await client.connect();
      this.client = client;
      for (const channel of Object.keys(this.channels)) await client.query(`LISTEN ${channel}`);
    } catch {
      this.failed();
      this.again(undefined);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private again(client: Client | undefined): void {
    if (this.stopped || (client !== undefined && client !== this.client)) return;
    this.client = undefined;
    client?.end().catch(() => undefined);
    this.timer = setTimeout(() => void this.start(), RETRY_MS);
  }
}

/**
 * Gives hints that something was committed, outside the transaction that did it: one at a time, and what comes meanwhile is told once, after it. Losing one costs
 * a poll's delay and nothing else.
 */
export class HintGiver {
  private giving: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly channel: string,
  ) {}

  tell(): void {
    this.again = true;
    this.giving ??= this.give();
  }

  /** Resolves when nothing is being told. */
  async told(): Promise<void> {
    await this.giving;
  }

  private async give(): Promise<void> {
    while (this.again) {
      // What is committed together tells in one turn of the loop, each for itself: a hint is a commit of its own.
      await turn();
      this.again = false;
      await this.dataSource.query(`SELECT pg_notify($1, '')`, [this.channel]).catch(() => undefined);
    }
    this.giving = undefined;
  }
}

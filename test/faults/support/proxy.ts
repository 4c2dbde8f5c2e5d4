import { createServer, connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** How a proxy treats what passes through it. */
export interface Conditions {
  /** Milliseconds by which each octet is late, in each direction. */
  readonly latencyMs?: number;
  /** Milliseconds more, up to this, by chance for each chunk; order is kept. */
  readonly jitterMs?: number;
  /** Octets a second, in each direction of each connection. */
  readonly bytesPerSecond?: number;
  /** Milliseconds between one side's end and its being passed on. */
  readonly slowCloseMs?: number;
  /** `swallow`: a new connection is taken and never answered, and on those there are everything waits. `refuse`: a new one is reset at once. */
  readonly mode?: 'pass' | 'swallow' | 'refuse';
}

const CHUNK = 16 * 1024;
/** What waits to be written; more is not read from the other side. */
const WAITING_MAX = 256 * 1024;
/** A limited connection is written to this often. */
const SLICE_MS = 100;

/**
 * Stands before a server and does to its connections what networks do. Controlled in process: `set` holds for what passes from then on, on old connections
 * as on new ones.
 */
export class Proxy {
  private conditions: Conditions = {};
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private readonly swallowed = new Set<Socket>();
  private lost: Lost | undefined;
  private accepted = 0;
  private met = 0;
  private port = 0;

  private constructor(
    private readonly server: Server,
    private target: Target,
    private readonly chance: () => number,
  ) {
    server.on('connection', (socket) => this.take(socket));
  }

  /** @param port 0: any that is free @param chance from 0 to 1, for the jitter */
  static async before(target: Target, port = 0, chance: () => number = Math.random): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const proxy = new Proxy(server, target, chance);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1' }, resolve);
    });
    proxy.port = (server.address() as AddressInfo).port;
    return proxy;
  }

  /** Where clients connect to. */
  get address(): Target {
    return { host: '127.0.0.1', port: this.port };
  }
  /** Connections that were taken since the start. */
  get taken(): number {
    return this.accepted;
  }
  /** How much has met the conditions that were set last: connections refused, swallowed or cut, and pieces that came late or slowly. */
  get treated(): number {
    return this.met;
  }
  /** Connections there are. */
  get open(): number {
    return this.pairs.size + this.swallowed.size;
  }

  /** From now on these and no others; what was swallowed is cut when something passes again. */
  set(conditions: Conditions): void {
    this.conditions = conditions;
    this.met = 0;
    const sockets = [...this.pairs].flat();
    if (conditions.mode === 'swallow') {
      this.met += sockets.length;
      for (const one of sockets) one.pause();
      return;
    }
    for (const socket of this.swallowed) cut(socket);
    for (const one of sockets) one.resume();
  }

  /**
   * Cuts the connection of whoever asks next with this text in what it asks, once: before it arrives, or when its answer has come, which then is not passed on. Whoever
   * asked cannot tell the two apart. @returns when it was cut
   */
  lose(which: Lost['which'], text: string): Promise<void> {
    return new Promise((done) => (this.lost = { which, text, done, server: undefined }));
  }

  /** New connections go there: as a virtual address that moves. Those there are stay. */
  aim(target: Target): void {
    this.target = target;
  }

  /** Ends every connection as by a reset. @returns how many */
  reset(): number {
    const all = [...this.pairs].flat().concat([...this.swallowed]);
    for (const socket of all) cut(socket);
    this.met += all.length;
    return all.length;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.reset();
    await closed;
  }

  private take(client: Socket): void {
    this.accepted += 1;
    client.on('error', () => client.destroy());
    const { mode = 'pass' } = this.conditions;
    if (mode !== 'pass') this.met += 1;
    if (mode === 'refuse') {
      cut(client);
      return;
    }
    if (mode === 'swallow') {
      this.swallowed.add(client);
      client.on('close', () => this.swallowed.delete(client));
      client.resume();
      return;
    }
    const server = connect({ ...this.target, allowHalfOpen: true });
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [one, other] of [pair, [server, client] as const]) {
      one.setNoDelay(true);
      this.carry(one, other);
      // A reset is passed on as one.
      one.on('error', () => cut(other));
      one.on('close', () => {
        this.pairs.delete(pair);
        if (one.errored === null && !other.destroyed && other.writableEnded) return;
        if (!other.destroyed) other.end();
      });
    }
    client.resume();
  }

  /** Whether this piece, or the answer that it is, is the one that is lost. */
  private isLost(from: Socket, to: Socket, piece: Buffer): boolean {
    const { lost } = this;
    if (lost === undefined) return false;
    const isAnswer = lost.server === from;
    const isAsked = lost.server === undefined && piece.includes(lost.text);
    if (isAsked && lost.which === 'answer') lost.server = to;
    if (!isAnswer && (!isAsked || lost.which === 'answer')) return false;
    this.lost = undefined;
    lost.done();
    return true;
  }

  /** One direction: chunks in order, each no earlier than its time and no faster than the limit. */
  private carry(from: Socket, to: Socket): void {
    let waiting = 0;
    let last: Promise<unknown> = Promise.resolve();
    let due = 0;
    from.on('data', (data) => {
      const whole = Buffer.from(data);
      if (this.isLost(from, to, whole)) {
        for (const one of [from, to]) cut(one);
        return;
      }
      const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = this.conditions;
      if (latencyMs > 0 || bytesPerSecond !== undefined) this.met += 1;
      due = Math.max(due, Date.now() + latencyMs + this.chance() * jitterMs);
      const at = due;
      waiting += whole.length;
      if (waiting > WAITING_MAX) from.pause();
      last = last.then(async () => {
        await untilTime(at);
        await this.write(to, whole);
        waiting -= whole.length;
        if (waiting <= WAITING_MAX && this.conditions.mode !== 'swallow') from.resume();
      });
    });
    from.on('end', () => {
      last = last.then(async () => {
        await untilTime(Date.now() + (this.conditions.slowCloseMs ?? 0));
        to.end();
      });
    });
  }

  private async write(to: Socket, data: Buffer): Promise<void> {
    for (let at = 0; at < data.length && !to.destroyed;) {
      const { bytesPerSecond } = this.conditions;
      const size = bytesPerSecond === undefined ? CHUNK : Math.max(1, Math.floor((bytesPerSecond * SLICE_MS) / 1000));
      const flushed = to.write(data.subarray(at, at + size));
      at += size;
      if (!flushed) await new Promise<void>((resolve) => drained(to, resolve));
      if (bytesPerSecond !== undefined) await untilTime(Date.now() + SLICE_MS);
    }
  }
}

interface Lost {
  readonly which: 'question' | 'answer';
  readonly text: string;
  readonly done: () => void;
  /** Of whom it was asked, when it has been. */
  server: Socket | undefined;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * Ends a connection by a reset, or at once where its end was passed on already: Node lets go of a socket that it can no longer reset without closing it, and a process
 * that has one never exits (24.21, `CleanupHandles`).
 */
const cut = (socket: Socket): void => void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

const drained = (to: Socket, then: () => void): void => {
  const done = (): void => {
    to.off('drain', done).off('close', done);
    then();
  };
  to.on('drain', done).on('close', done);
};

const untilTime = (at: number): Promise<void> => {
  const ms = at - Date.now();
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms).unref());
};

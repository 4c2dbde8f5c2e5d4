import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { messageIdOf } from '#envelope';
import type { SubmitReferralDto } from '#contracts';
import type { Example } from '../../tools/demo/examples.js';
import type { Sandbox } from '../../tools/demo/sandbox.js';

const TIMEOUT_MS = 30_000;

/** One referral to one recipient, from the instant it was due. Milliseconds since 1970. */
export interface Sent {
  readonly messageId: string;
  readonly due: number;
  /** Absent: the gateway did not take it. */
  accepted?: number;
  /** Why not: example and status. */
  refused?: string;
}

/**
 * Systems of municipalities and agencies that submit by the clock, whether they are answered or not (open loop): a referral counts from the instant
 * it was due, so that a gateway that is late for one is late for all that were due meanwhile.
 */
export class Load {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256 });
  private next = 0;

  /** @param mix sent in turn, each time under ids of its own */
  constructor(
    private readonly sandbox: Sandbox,
    private readonly mix: readonly Example[],
  ) {}

  /** @param told of each the moment that it is due. @returns when all are answered */
  async run(rate: number, seconds: number, told: (sent: Sent) => void): Promise<readonly Sent[]> {
    const all: Sent[] = [];
    const running: Promise<void>[] = [];
    const begun = now();
    for (const total = Math.round(rate * seconds); all.length < total;) {
      const due = begun + (all.length * 1000) / rate;
      const wait = due - now();
      if (wait > 0) await delay(wait);
      const example = this.mix[this.next++ % this.mix.length];
      if (example === undefined) throw new Error('an empty mix');
      const referral = { ...example.referral, id: randomUUID(), caseId: randomUUID() };
      const recipient = referral.to[0]?.authority ?? '';
      const sent: Sent = { messageId: messageIdOf(example.system, referral.id, recipient), due };
      all.push(sent);
      told(sent);
      running.push(this.submit(example.name, example.system, referral, sent));
    }
    await Promise.all(running);
    return all;
  }

  close(): void {
    this.agent.destroy();
  }

  private async submit(name: string, system: string, referral: SubmitReferralDto, sent: Sent): Promise<void> {
    const token = await this.sandbox.client(system).accessToken();
    const body = JSON.stringify(referral);
    const { gateway } = this.sandbox.system(system);
    const status = await this.post(`${gateway}/v1/referrals`, token, body);
    if (status === 202) sent.accepted = now();
    else sent.refused = `${name}: ${status}`;
  }

  private post(url: string, token: string, body: string): Promise<number> {
    return new Promise<number>((resolve) => {
      let isLate = false;
      const call = request(url, {
        method: 'POST',
        agent: this.agent,
        timeout: TIMEOUT_MS,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      });
      call.on('timeout', () => {
        isLate = true;
        call.destroy();
      });
      // A connection that stood idle may be closed by the gateway at the moment it is used: a system sends again what was not answered, under the same id.
      call.on('error', () => resolve(call.reusedSocket && !isLate ? this.post(url, token, body) : 0));
      call.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => resolve(0));
        // A draft is answered with 202 too, and goes nowhere.
        answer.on('end', () =>
          resolve(
            answer.statusCode === 202 && !Buffer.concat(chunks).includes('"state":"accepted"')
              ? 200
              : (answer.statusCode ?? 0),
          ),
        );
      });
      call.end(body);
    });
  }
}

/** Milliseconds since 1970, with their fractions. */
export const now = (): number => performance.timeOrigin + performance.now();

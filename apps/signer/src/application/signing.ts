import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { SignerRefusal } from '../domain/errors.js';
import type { SignLog } from './sign-log.js';

const IDLE_MS = 250;
const RETRY_MS = 500;

/** Signs one log until told to stop, or until the log cannot be signed any more. */
export class Signing {
  private refusal: string | undefined;
  private started = false;
  private stopping = false;
  private awake = false;
  private rouse: (() => void) | undefined;
  private loop: Promise<void> | undefined;
  private signedAt: number;

  constructor(
    private readonly name: string,
    private readonly signing: SignLog,
    private readonly genesis: boolean,
    private readonly heartbeatMs: number,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {
    this.signedAt = now().getTime();
  }

  start(): void {
    this.loop ??= this.run();
  }

  wake(): void {
    this.awake = true;
    this.rouse?.();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.rouse?.();
    await this.loop;
  }

  /** @returns undefined when it signs */
  fault(): string | undefined {
    if (this.refusal !== undefined) return this.refusal;
    return this.started ? undefined : 'not-started';
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.awake = false;
      let pause = IDLE_MS;
      try {
        await this.once();
      } catch (error) {
        if (error instanceof SignerRefusal) {
          this.refusal = error.code;
          this.log.error('signer.refused', { log: this.name, code: error.code });
          return;
        }
        if (isStoreFailure(error)) this.log.warn('signer.waits', { log: this.name });
        else this.log.failure('signer.failed', error, { log: this.name });
        pause = RETRY_MS;
      }
      await this.sleep(pause);
    }
  }

  private async once(): Promise<void> {
    if (!this.started) {
      await this.signing.start(this.genesis);
      this.started = true;
    }
    const size = await this.signing.tick();
    if (size !== undefined) this.log.debug('checkpoint.signed', { log: this.name, size: size.toString() });
    else if (this.now().getTime() - this.signedAt < this.heartbeatMs) return;
    else await this.signing.heartbeat();
    this.signedAt = this.now().getTime();
  }

  private async sleep(ms: number): Promise<void> {
    if (this.awake || this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.rouse = undefined;
  }
}

/** Shows what a tool is doing: a bar on a terminal, plain lines elsewhere; each step with its seconds. */
export class Progress {
  private done = 0;
  private readonly begun = Date.now();

  /** @param total steps that the bar stands for */
  constructor(
    private readonly total: number,
    private readonly out: NodeJS.WriteStream = process.stdout,
  ) {}

  /**
   * @param note said beside the name once the step has ended
   * @param far how far a long step has come; told in a line of JSON every five seconds where there is no terminal
   */
  async step<T>(
    name: string,
    work: () => Promise<T>,
    note: (result: T) => string = () => '',
    far?: () => Readonly<Record<string, number>>,
  ): Promise<T> {
    const begun = Date.now();
    const show = (): void => {
      const come = Object.entries(far?.() ?? {}).map(([what, count]) => ` ${count} ${what}`);
      this.out.write(`\r\x1b[K${this.bar()} ${name} …${come.join(',')} ${secondsSince(begun)}`);
    };
    const say = (): void =>
      this.line(JSON.stringify({ step: name, seconds: Math.round((Date.now() - begun) / 1000), ...far?.() }));
    const timer = this.out.isTTY ? setInterval(show, 100) : far === undefined ? undefined : setInterval(say, SAID_MS);
    try {
      const result = await work();
      this.done += 1;
      const said = note(result);
      this.line(`${this.place()} ${name}${said === '' ? '' : ` (${said})`} ${secondsSince(begun)}`);
      return result;
    } catch (error) {
      this.line(`${this.place()} ${name} failed after ${secondsSince(begun)}`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Seconds since the tool began. */
  elapsed(): string {
    return secondsSince(this.begun);
  }

  private line(text: string): void {
    this.out.write(`${this.out.isTTY ? '\r\x1b[K' : ''}${text}\n`);
  }
  private place(): string {
    return `[${String(this.done).padStart(2)}/${this.total}]`;
  }
  private bar(): string {
    const width = 20;
    const full = Math.min(width, Math.round((this.done / this.total) * width));
    return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
  }
}

const SAID_MS = 5_000;
const secondsSince = (begun: number): string => `${((Date.now() - begun) / 1000).toFixed(1)} s`;

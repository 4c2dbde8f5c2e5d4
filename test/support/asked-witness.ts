import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryWitnessMemory, noteSigner } from '#testing';
import { nodeSha256, witnessKey } from '#tlog/build';
import { parseNote, parseOffer } from '#tlog/verify';
import type { LogTrust } from '#tlog/verify';
import { WitnessLog } from '../../apps/gateway/src/application/witness-log.js';

/** A witness that is asked, as c2sp.org/tlog-witness describes it: it cosigns what extends all that it has cosigned, and keeps the notes it was shown. */
export class AskedWitness {
  readonly shown: string[] = [];
  private readonly key = noteSigner('vittne.example/kill');
  private readonly logs = new Map<string, WitnessLog>();
  private readonly memory = new MemoryWitnessMemory();
  private readonly server: Server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request) body += String(part);
      const [status, type, text] = await this.add(body);
      response.writeHead(status, { 'content-type': type }).end(text);
    })();
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }
  get policy(): string {
    const { port } = this.server.address() as AddressInfo;
    const key = witnessKey(this.key.name, this.key.publicKey, nodeSha256);
    return `witness w ${key} http://127.0.0.1:${port}\nquorum w\n`;
  }
  async watch(trust: LogTrust): Promise<void> {
    const log = new WitnessLog(trust, this.key, this.memory, () => new Date());
    await log.begin();
    await log.size();
    this.logs.set(trust.origin, log);
  }
  get forks(): number {
    return this.memory.evidence.length;
  }
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async add(body: string): Promise<[number, string, string]> {
    const { oldSize, checkpoint } = parseOffer(body);
    this.shown.push(checkpoint);
    const log = this.logs.get(checkpoint.split('\n')[0] ?? '');
    const held = await log?.size();
    if (oldSize !== held) return [409, 'text/x.tlog.size', `${held}\n`];
    const outcome = await log?.take(body);
    if (outcome?.is !== 'cosigned') return [422, 'text/plain', ''];
    const { text } = parseNote(outcome.note);
    const lines = outcome.note.slice(text.length + 1).split(/(?<=\n)/);
    return [200, 'text/plain', lines.filter((line) => line.startsWith(`— ${this.key.name} `)).join('')];
  }
}

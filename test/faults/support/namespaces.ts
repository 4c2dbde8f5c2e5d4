import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instance } from '../../../tools/machine/instance.js';
import { keepUndo } from '../../../tools/machine/undo.js';
import { killTree } from './servers.js';

const run = promisify(execFile);
const PROBE_PORT = 7_001;
const PROBE_MS = 1_500;
/** Nobody's address on the bridge: what is sent there is received by nobody. */
const NOWHERE = '02:00:00:00:00:01';

/** @returns why hosts of their own cannot be had on this machine; undefined when they can */
export const withoutNamespaces = (): string | undefined => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need root on Linux';
  const name = `delge-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name]);
  if (made.error !== undefined || made.status !== 0) return 'network namespaces cannot be made here (ip netns add)';
  spawnSync('ip', ['netns', 'del', name]);
  return undefined;
};

/**
 * Hosts on one bridge, each a network namespace, that this machine reaches too. Frames from one host to another are dropped by giving the other's address a
 * hardware address that nobody has: silent, in one direction, without a packet filter.
 */
export class Namespaces {
  private readonly bridge: string;

  private constructor(
    private readonly tag: string,
    private readonly net: string,
    private readonly size: number,
  ) {
    this.bridge = `dg${tag}`;
  }

  /** Made anew. @param instance that they belong to @param size how many hosts */
  static async make(instance: Instance, size: number): Promise<Namespaces> {
    const made = Namespaces.of(instance.dir, size);
    await made.remove();
    const spaces = made.hosts.map((host) => ['ip', 'netns', 'del', made.space(host)]);
    keepUndo(instance, [['ip', 'link', 'del', made.bridge], ...spaces]);
    await ip('link', 'add', made.bridge, 'type', 'bridge');
    await ip('addr', 'add', `${made.net}.1/24`, 'dev', made.bridge);
    await ip('link', 'set', made.bridge, 'up');
    for (const host of made.hosts) {
      const [space, outer] = [made.space(host), made.outer(host)];
      await ip('netns', 'add', space);
      await ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
      await ip('link', 'set', outer, 'master', made.bridge, 'up');
      await ip('-n', space, 'addr', 'add', `${made.address(host)}/24`, 'dev', 'eth0');
      for (const device of ['eth0', 'lo']) await ip('-n', space, 'link', 'set', device, 'up');
    }
    return made;
  }

  private static of(owner: string, size: number): Namespaces {
    const digest = createHash('sha256').update(owner).digest();
    return new Namespaces(
      digest.toString('hex').slice(0, 6),
      `10.${200 + ((digest[0] ?? 0) % 40)}.${digest[1] ?? 0}`,
      size,
    );
  }

  get hosts(): readonly number[] {
    return Array.from({ length: this.size }, (_, host) => host);
  }
  address(host: number): string {
    return `${this.net}.${11 + host}`;
  }
  /** Arguments that run a command on a host. */
  on(host: number): readonly string[] {
    return ['netns', 'exec', this.space(host)];
  }

  /** Pids of everything that runs on a host. */
  async pids(host: number): Promise<readonly number[]> {
    const { stdout } = await run('ip', ['netns', 'pids', this.space(host)]).catch(() => ({ stdout: '' }));
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  }

  /** What `from` sends to `to` is lost from now on; the other way round it arrives. */
  async drop(from: number, to: number): Promise<void> {
    const args = ['neigh', 'replace', this.address(to), 'lladdr', NOWHERE, 'dev', 'eth0', 'nud', 'permanent'];
    await ip('-n', this.space(from), ...args);
  }
  async restore(from: number, to: number): Promise<void> {
    await ip('-n', this.space(from), 'neigh', 'del', this.address(to), 'dev', 'eth0').catch(() => undefined);
  }

  /** Sends datagrams. @returns whether one arrived */
  async reaches(from: number, to: number): Promise<boolean> {
    const listen = `const s=require('node:dgram').createSocket('udp4');s.on('message',()=>process.exit(0));
      s.bind(${PROBE_PORT},()=>console.log('ready'));`;
    const send = `const s=require('node:dgram').createSocket('udp4');let n=0;
      setInterval(()=>{if(++n>5)process.exit(0);s.send('x',${PROBE_PORT},'${this.address(to)}')},50);`;
    const listener = spawn('ip', [...this.on(to), process.execPath, '-e', listen], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise<boolean>((resolve) => listener.on('close', (code) => resolve(code === 0)));
    await new Promise((resolve) => listener.stdout.once('data', resolve).once('close', resolve));
    await run('ip', [...this.on(from), process.execPath, '-e', send]);
    // Counted from when all was sent: on a busy machine the sender alone may take seconds to begin, and its silence is no cut.
    const late = setTimeout(() => listener.kill('SIGKILL'), PROBE_MS);
    return ended.finally(() => clearTimeout(late));
  }

  /** Nothing of them is left, whatever runs on them. */
  async remove(): Promise<void> {
    for (const host of this.hosts) {
      for (const pid of await this.pids(host)) await killTree(pid).catch(() => undefined);
      await ip('netns', 'del', this.space(host)).catch(() => undefined);
      // Until the namespace is gone its end of the pair holds on to ours.
      await ip('link', 'del', this.outer(host)).catch(() => undefined);
    }
    await ip('link', 'del', this.bridge).catch(() => undefined);
  }

  private space(host: number): string {
    return `delge-${this.tag}-${host}`;
  }
  private outer(host: number): string {
    return `dg${this.tag}${host}`;
  }
}

const ip = async (...args: readonly string[]): Promise<void> => {
  await run('ip', [...args]);
};

import { execFile, spawnSync } from 'node:child_process';
import {
  chownSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keepUndo } from '../../../tools/machine/undo.js';
import type { OwnServers } from './servers.js';

const MIB = 1024 * 1024;
const run = promisify(execFile);

/** @returns why a disk of its own cannot be had on this machine; undefined when it can */
export const withoutDisk = (): string | undefined => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a disk of fixed size needs root on Linux';
  if (!existsSync('/dev/loop-control')) return 'there are no loop devices';
  const path = (process.env['PATH'] ?? '').split(':');
  const missing = ['mkfs.ext4', 'mount', 'fallocate', 'dd'].filter((tool) =>
    path.every((dir) => !existsSync(join(dir, tool))),
  );
  if (missing.length > 0) return `${missing.join(', ')} is not here`;
  const probe = mkdtempSync(join(tmpdir(), 'delge-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'none', probe], { stdio: 'ignore' });
  if (status === 0) spawnSync('umount', [probe], { stdio: 'ignore' });
  rmSync(probe, { recursive: true, force: true });
  return status === 0 ? undefined : 'this machine lets nothing be mounted';
};

/** A disk of its own under the data of a PostgreSQL: a file with a file system in it. */
export class Disk {
  private constructor(
    private readonly dir: string,
    private readonly image: string,
  ) {}

  /** Moves the data there; PostgreSQL stops and starts. @param spare mebibytes beside what there is */
  static async under(own: OwnServers, spare: number): Promise<Disk> {
    const [row] = await own.postgres.sql<{ dir: string }>(`SELECT current_setting('data_directory') AS dir`);
    const dir = row?.dir ?? '';
    const image = own.instance.path('disk.img');
    const { uid, gid, mode } = statSync(dir);
    // Its log keeps to what is spare: else it fills the disk by itself, and no room that is made is enough.
    for (const limit of [`max_wal_size = '48MB'`, `min_wal_size = '32MB'`])
      await own.postgres.sql(`ALTER SYSTEM SET ${limit}`);
    await own.postgres.stop('fast');
    const { stdout } = await run('du', ['-sm', dir]);
    writeFileSync(image, '');
    truncateSync(image, (Number.parseInt(stdout, 10) + spare) * MIB);
    // Without blocks kept back for root: PostgreSQL is not root, and the last megabyte is what it is about.
    await run('mkfs.ext4', ['-q', '-m', '0', image]);
    const beside = `${dir}-before`;
    await run('mv', [dir, beside]);
    await run('mkdir', [dir]);
    keepUndo(own.instance, [['umount', dir]]);
    await run('mount', ['-o', 'loop', image, dir]);
    rmSync(join(dir, 'lost+found'), { recursive: true, force: true });
    await run('cp', ['-a', `${beside}/.`, dir]);
    rmSync(beside, { recursive: true, force: true });
    chownSync(dir, uid, gid);
    chmodSync(dir, mode & 0o777);
    await own.postgres.start();
    return new Disk(dir, image);
  }

  /** Ballast takes all that is free. */
  async fill(): Promise<void> {
    const { bavail, bsize } = statfsSync(this.dir);
    if (bavail === 0) return;
    await run('fallocate', ['-l', String(bavail * bsize), join(this.dir, `ballast-${Date.now()}`)]).catch(
      // What was free a moment ago is not any more.
      () => undefined,
    );
  }
  async empty(): Promise<void> {
    await run('sh', ['-c', 'rm -f "$0"/ballast-*', this.dir]);
  }

  /** PostgreSQL does not run any more. */
  async end(): Promise<void> {
    await run('umount', [this.dir]);
    rmSync(this.image, { force: true });
  }
}

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs a server's package on Debian or Ubuntu when that is ours to do. The packages' own services are kept from starting: we run a private
 * instance, and the machine's is none of our business.
 * @returns false where it is not ours to do
 */
export async function installPackages(packages: readonly string[]): Promise<boolean> {
  if (process.getuid?.() !== 0 || !isDebian()) return false;
  const own = !existsSync(POLICY);
  if (own) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const install = [
      'apt-get',
      'install',
      '-y',
      '--no-install-recommends',
      '-o',
      'DPkg::Lock::Timeout=120',
      ...packages,
    ];
    // Lists may be there already; where they are not or are old, they are fetched and it is tried again.
    if ((await run(install)).code === 0) return true;
    await run(['apt-get', 'update']);
    const { code, output } = await run(install);
    if (code !== 0) throw new Error(`apt-get could not install ${packages.join(', ')}:\n${output.slice(-2000)}`);
    return true;
  } finally {
    if (own) rmSync(POLICY, { force: true });
  }
}

const isDebian = (): boolean =>
  existsSync('/etc/os-release') && /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));

const run = ([command = '', ...args]: readonly string[]): Promise<{ readonly code: number; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });

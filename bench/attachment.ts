import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { STACK_STEPS, Stack } from '../tools/deploy/stack.js';
import { asRun, readExamples } from '../tools/demo/examples.js';
import { Sandbox } from '../tools/demo/sandbox.js';
import { Progress } from '../tools/machine/progress.js';
import { readDirectory } from '../tools/sandbox/directory.js';
import { numberAfter } from './arguments.js';
import { streamRates } from './attachment/streams.js';
import { withServers } from './servers.js';
import { tableOf } from './table.js';
import type { Measure } from './table.js';

const NAME = 'bench';
const EXAMPLE = '01-linkoping';
const MIB = 1024 ** 2;
const MAX_MEMORY_MIB = 300;
const DELIVERED_MS = 600_000;
const POLL_MS = 50;

/**
 * `npm run bench -- attachment [--size MIB] [--short]`: one attachment from a sender's system to a recipient's, on a stack of its own, beside one plain
 * AES-256-GCM stream of the same length. Without `--size` 1024 MiB, `--short` 64.
 * @returns whether no process had more than 300 MiB in memory at any time, and the file came as it was sent
 */
export const benchAttachment = (args: readonly string[]): Promise<boolean> =>
  withServers(async (servers, instance, processes) => {
    const size = (numberAfter(args, '--size') ?? (args.includes('--short') ? 64 : 1024)) * MIB;
    const directory = readDirectory(join(instance.root, 'examples/sandbox-directory.yaml'));
    const dir = instance.path('attachment');
    const options = { instance, processes, servers, directory, name: NAME, dir };
    await Stack.remove(options);
    mkdirSync(dir, { recursive: true });
    const stack = await Stack.start(options, new Progress(STACK_STEPS));
    try {
      const example = asRun(readExamples(join(instance.root, 'examples/referrals')), randomUUID()).find(({ name }) =>
        name.startsWith(EXAMPLE),
      );
      if (example === undefined) throw new Error(`no example ${EXAMPLE}`);
      const { system, referral } = example;
      const sandbox = await Sandbox.open(dir);
      const [sender, recipient] = [sandbox.client(system), sandbox.client(referral.to[0]?.authority ?? '')];
      const stages: [string, number][] = [];
      let begun = performance.now();
      const stage = (name: string): void => {
        const now = performance.now();
        stages.push([name, (now - begun) / 1000]);
        begun = now;
      };

      const sent = createHash('sha256');
      const id = randomUUID();
      await sender.attach(
        {
          id,
          name: 'Bilaga.pdf',
          mediaType: 'application/pdf',
          length: size,
          malware: { finding: 'not-scanned' },
        },
        (from, length) => {
          const part = randomBytes(length);
          if (from === 0) part.write('%PDF-1.7\n');
          sent.update(part);
          return Promise.resolve(part);
        },
      );
      stage('uploaded to the gateway');
      // Words can say anything: an attachment is of a text whose sender has declared what it says.
      const [field, categories] = Object.entries(referral.declarations?.freeText ?? {})[0] ?? ['', []];
      const item = `${field}~${String(categories[0])}`;
      await sender.submit({ ...referral, attachments: [{ id, items: [item] }] });
      stage('submitted: encrypted to be measured, signed, sealed');
      const state = async (): Promise<string> => (await sender.referral(referral.id)).recipients[0]?.state ?? '';
      await until(async () => (await state()) !== 'accepted');
      stage('encrypted again, at the exchange, decided on');
      await until(async () => ['fetched', 'acknowledged'].includes(await state()));
      stage('released, fetched, verified, receipted');
      const { messageId = '' } = (await sender.referral(referral.id)).recipients[0] ?? {};
      const [attachment] = (await recipient.delivery(messageId)).attachments ?? [];
      const received = createHash('sha256');
      for await (const piece of await recipient.attachment(messageId, attachment?.id ?? '')) received.update(piece);
      stage('read by the recipient');

      const isSame = received.digest('base64url') === sent.digest('base64url');
      const memory = stack.services
        .map((name): [string, number] => [name, peakMiB(stack.process(name).pid)])
        .sort((a, b) => b[1] - a[1]);
      const peak = Math.max(...memory.map(([, mib]) => mib));
      const wall = stages.reduce((sum, [, seconds]) => sum + seconds, 0);
      const rates = await streamRates(size);
      const rate = (value: number): string => `${Math.round(value)} MiB/s`;
      const told = (measure: string, seen: string): Measure => ({ measure, seen, bar: '', goal: '' });
      process.stdout.write(
        tableOf([
          {
            measure: 'peak memory of the largest process',
            seen: `${Math.round(peak)} MiB`,
            bar: `${MAX_MEMORY_MIB} MiB`,
            goal: '',
            reached: peak < MAX_MEMORY_MIB,
          },
          {
            measure: 'the file came as it was sent',
            seen: isSame ? 'yes' : 'no',
            bar: 'yes',
            goal: '',
            reached: isSame,
          },
          ...memory.map(([name, mib]) => told(`peak memory, ${name}`, `${Math.round(mib)} MiB`)),
          ...stages.map(([name, seconds]) => told(name, `${seconds.toFixed(1)} s, ${rate(size / MIB / seconds)}`)),
          told(`${size / MIB} MiB end to end`, `${wall.toFixed(1)} s, ${rate(size / MIB / wall)}`),
          told('one AES-256-GCM stream, per CPU-second', rate(rates.plain)),
          told('chunks encrypted, per CPU-second', rate(rates.encrypted)),
          told('chunks decrypted, per CPU-second', rate(rates.decrypted)),
          told('SHA-256, per CPU-second', rate(rates.digest)),
        ]),
      );
      return isSame && peak < MAX_MEMORY_MIB;
    } finally {
      await stack.killAll();
      rmSync(dir, { recursive: true, force: true });
    }
  });

/** Most that a process has had in memory, as the kernel counts it. */
const peakMiB = (pid: number): number =>
  Number(/^VmHWM:\s+(?<kib>[0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.groups?.['kib']) / 1024;

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + DELIVERED_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not come');
    await delay(POLL_MS);
  }
};

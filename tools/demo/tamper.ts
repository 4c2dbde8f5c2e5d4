import { deployTemplate } from '../deploy/databases.js';
import { SERVER_STEPS, startServers } from '../deploy/servers.js';
import { Instance } from '../machine/instance.js';
import { Processes, stopLeftover } from '../machine/processes.js';
import { Progress } from '../machine/progress.js';
import { TURNS } from '../../test/support/tamper/attacks.js';
import { Scene } from '../../test/support/tamper/scene.js';
import { say, table } from './tables.js';

/**
 * A show: whoever rules the operator's database does to the log all that can be done, one thing after the other, and one sees who notices. On a Delge of
 * its own, that is gone afterwards. `--sv` tells it in Swedish. Exit code 0 when everything was noticed, by those who should.
 */
const language = process.argv.includes('--sv') ? 'sv' : 'en';
const WORDS = {
  en: {
    did: 'SQL',
    noticed: 'noticed by',
    instead: 'expected',
    all: 'Everything was noticed.',
    some: 'not noticed as they should:',
    head: ['what', 'who noticed: how', ''],
  },
  sv: {
    did: 'SQL',
    noticed: 'märks av',
    instead: 'väntat',
    all: 'Allt märktes.',
    some: 'märktes inte som de skulle:',
    head: ['vad', 'vem som märkte det: hur', ''],
  },
} as const;
const words = WORDS[language];
const WIDEST = 150;

const instance = Instance.open('test');
await stopLeftover(instance);
const processes = new Processes(instance);
let scene: Scene | undefined;
let stopping: Promise<void> | undefined;
const stop = (): Promise<void> => {
  stopping ??= (async () => {
    await scene?.end().catch(() => undefined);
    await processes.stopAll();
    await stopLeftover(instance);
  })();
  return stopping;
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop().then(() => process.exit(130)));
}

/** One line, and of tokens and octets their beginning. */
const shown = (sql: string): string => {
  const line = sql.replaceAll(/\s+/g, ' ').replaceAll(/'([^' ]{24})[^']{16,}'/g, `'$1…'`);
  return line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line;
};

/** All that one noticed on one line. */
const byWhom = (noticed: readonly string[]): readonly string[] => {
  const codes = new Map<string, string[]>();
  for (const notice of noticed) {
    const [who = '', code = ''] = notice.split(': ');
    codes.set(who, [...(codes.get(who) ?? []), code]);
  }
  return [...codes].map(([who, all]) => `${who}: ${all.join(', ')}`);
};

try {
  const servers = await startServers(instance, processes, new Progress(SERVER_STEPS));
  process.env['DELGE_TEST_SERVERS'] = JSON.stringify(servers);
  process.env['DELGE_TEST_POSTGRES'] = JSON.stringify([servers.postgres]);
  await deployTemplate(instance, servers.postgres);
  scene = await Scene.open('tamper-show');
  const rows: (readonly string[])[] = [];
  let missed = 0;
  let nth = 0;
  for (const { begin, attacks } of TURNS) {
    await begin(scene);
    for (const attack of attacks) {
      nth += 1;
      scene.taken();
      const noticed = await attack.run(scene);
      const asExpected = JSON.stringify(noticed) === JSON.stringify(attack.noticed);
      if (!asExpected) missed += 1;
      const title = language === 'en' ? attack.name : (attack.sv.split(/[,:.]/)[0] ?? '');
      say(`\n${nth}. ${title[0]?.toUpperCase()}${title.slice(1)}\n   ${attack[language]}`);
      for (const sql of scene.taken()) say(`   ${words.did}: ${shown(sql)}`);
      const told = byWhom(noticed);
      for (const notice of told) say(`   ${words.noticed} ${notice}`);
      if (!asExpected) say(`   ✗ ${words.instead} ${attack.noticed.join(', ')}`);
      rows.push(...told.map((notice, at) => [at === 0 ? `${nth}. ${title}` : '', notice, asExpected ? '✓' : '✗']));
    }
  }
  say('');
  table([words.head, ...rows]);
  say(missed === 0 ? `\n${words.all}` : `\n${missed} ${words.some} ✗`);
  await stop();
  process.exit(missed === 0 ? 0 : 1);
} catch (error) {
  if (stopping === undefined)
    process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  await stop();
  process.exit(1);
}

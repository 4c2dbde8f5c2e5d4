import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { Random } from '#testing';
import { begin, finish, killAnywhere, killAtEveryPoint } from '../support/killed-ledgers.js';
import { LedgerProcesses, crashPoints } from '../support/ledger-processes.js';
import { judgeLog, sound, tell } from '../support/log-judge.js';

const ROUNDS = Number(process.env['DELGE_KILLS'] ?? 5);
const SEED = Number(process.env['DELGE_SEED'] ?? randomInt(2 ** 31));

jest.setTimeout(600_000 + ROUNDS * 20_000);

describe(`four ledgers and a signer, killed at every step and ${ROUNDS} times anywhere (DELGE_SEED=${SEED})`, () => {
  const random = new Random(SEED);
  let log: LedgerProcesses;

  beforeAll(async () => {
    log = await LedgerProcesses.deploy('killed', random);
  });
  afterAll(() => log.end());

  it('lose no entry, make none a leaf twice, and sign no fork', async () => {
    const points = [...crashPoints('ledger'), ...crashPoints('signer')];
    await begin(log);
    expect(await killAtEveryPoint(log)).toEqual(Object.fromEntries(points.map((at) => [at, { ended: 'SIGKILL', at }])));
    expect(new Set(await killAnywhere(log, random, ROUNDS))).toEqual(new Set(['SIGKILL']));
    await finish(log);
    const evidence = await log.evidence();
    tell(evidence);
    expect(evidence.handed.size).toBeGreaterThan(100);
    expect(judgeLog(evidence)).toEqual(sound);
    expect(log.witness.forks).toBe(0);
  });

  it('are judged by evidence that shows what the database lost', async () => {
    const [first, second] = [...log.handed.keys()] as [string, string];
    await log.databases.asAdmin(`SET session_replication_role = 'replica';
      DELETE FROM ledger.opening WHERE index = (SELECT index FROM ledger.leaf WHERE entry_id = '${first}');
      UPDATE ledger.leaf SET entry_id = gen_random_uuid() WHERE entry_id = '${second}'`);
    const judged = judgeLog(await log.evidence());
    expect(judged).toMatchObject({ lost: [second], unopened: [first] });
    expect(judged.foreign).toHaveLength(1);
  });
});

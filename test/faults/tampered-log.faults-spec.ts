import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TURNS } from '../support/tamper/attacks.js';
import { Scene } from '../support/tamper/scene.js';
import { record } from './results.js';

jest.setTimeout(240_000);

// Own stack: the tables of its logs are bent.
describe('whoever rules the database of the log', () => {
  let scene: Scene;
  let noticed = 0;

  beforeAll(async () => {
    scene = await Scene.open('tampered');
  });
  afterAll(() => scene.end());

  it('is accused of nothing as long as nothing was done', async () => {
    await scene.rest();
    expect([await scene.auditor(), await scene.senders(), await scene.signer()]).toEqual([[], [], []]);
    await scene.wake();
  });

  for (const { title, begin, attacks } of TURNS) {
    describe(`with ${title}`, () => {
      beforeAll(() => begin(scene));
      it.each(attacks.map((attack) => [attack.name, attack.noticed, attack] as const))(
        '%s: %j',
        async (_, by, attack) => {
          expect(await attack.run(scene)).toEqual(by);
          noticed += 1;
        },
      );
    });
  }

  it('is noticed in each of them', () => {
    const attacks = TURNS.flatMap((turn) => turn.attacks);
    record('F38', { attacks: attacks.length, noticed });
    expect(attacks.filter(({ noticed: by }) => by.length === 0)).toEqual([]);
    expect(noticed).toBe(attacks.length);
  });
});

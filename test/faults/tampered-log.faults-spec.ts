import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TURNS } from '../support/tamper/attacks.js';
import { Scene } from '../support/tamper/scene.js';

jest.setTimeout(240_000);

// Own stack: the tables of its logs are bent.
describe('whoever rules the database of the log', () => {
  let scene: Scene;

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
        async (_, noticed, attack) => {
          expect(await attack.run(scene)).toEqual(noticed);
        },
      );
    });
  }
});

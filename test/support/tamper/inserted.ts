import { randomUUID } from 'node:crypto';
import { generateKey, localSigner, signDecision } from '#envelope';
import type { Decision, Signer } from '#envelope';
import { OperatorClient } from '#operator';
import { disclosureLeaf, leafHash, nodeSha256 } from '#tlog/build';
import { Forger } from '../forger.js';
import type { Attack } from './attack.js';
import type { Scene } from './scene.js';
import { aBlind, pendingSql } from './withheld.js';
import type { Proven } from './withheld.js';

const ledgerOf = async ({ delge, parties }: Scene): Promise<OperatorClient> =>
  new OperatorClient('ledger', delge.stack.url('ledger'), 'exchange', await parties.exchange());
const ownKey = async (): Promise<Signer> => localSigner(await generateKey('decision'));

/** An entry goes into the log and is proven; the recipient is handed the document with it, and says why it does not take it. */
const forged =
  (
    make: (scene: Scene, genuine: Decision) => Promise<string>,
    put: (scene: Scene, proven: Omit<Proven, 'proof'>, id: string) => Promise<void>,
  ) =>
  async (scene: Scene): Promise<readonly string[]> => {
    const withheld = await scene.withheld();
    await scene.remember();
    const id = randomUUID();
    const entry = await make(scene, { ...withheld.decision, entryId: id });
    const blind = aBlind();
    await put(scene, { entry, blind: blind.toString('base64url') }, id);
    const proven = await withheld.proven(await ledgerOf(scene), id, entry, blind);
    const reason = await withheld.handOver(proven);
    if (await withheld.isReadable()) return [`recipient reads it`];
    return [...(await scene.auditor()), `recipient: ${reason}`];
  };

const intoPending = async (scene: Scene, { entry, blind }: Omit<Proven, 'proof'>, id: string): Promise<void> => {
  const { manifest } = (await scene.withheld()).released;
  await scene.superuser(pendingSql(id, entry, Buffer.from(blind, 'base64url'), manifest), 'NOTIFY ledger_pending');
};

/** As the sequencer does, and in its place: leaf, opening, tree and size in one transaction. */
const intoTree = async (scene: Scene, { entry, blind }: Omit<Proven, 'proof'>, id: string): Promise<void> => {
  const { released } = await scene.withheld();
  const bytes = Buffer.from(blind, 'base64url');
  const leaf = Buffer.from(disclosureLeaf(bytes, Buffer.from(entry), nodeSha256));
  const hash = Buffer.from(leafHash(nodeSha256, leaf)).toString('hex');
  await scene.superuser(
    `SELECT size FROM ledger.log WHERE log = 'disclosure' FOR UPDATE`,
    `INSERT INTO ledger.leaf (log, index, entry_id, data) SELECT log, size, '${id}', '\\x${leaf.toString('hex')}' FROM ledger.log WHERE log = 'disclosure'`,
    `INSERT INTO ledger.opening (index, entry, blind, annex) SELECT size, '${entry}', '\\x${bytes.toString('hex')}', '${released.manifest}' FROM ledger.log WHERE log = 'disclosure'`,
    `UPDATE ledger.edge SET hashes = hashes || '\\x${hash}' WHERE log = 'disclosure' AND level = 0`,
    `UPDATE ledger.log SET size = size + 1 WHERE log = 'disclosure'`,
    'NOTIFY ledger_leaf',
  );
};

/** Permits that the exchange did not give, each well-formed and proven to stand in the log: the log gives order and permanence, not authority. */
export const inserted: readonly Attack[] = [
  {
    name: 'a permit signed with a key of his own, handed to the sequencer',
    sv: 'Ett påhittat permit för en handling på väg, undertecknat med superanvändarens egen nyckel, läggs bland det som väntar på att bli blad. Det blir ett blad, med bevis.',
    en: 'An invented permit for a document on its way, signed with a key of the superuser, is laid among what waits to become a leaf. It becomes one, and is proven.',
    noticed: ['auditor: entry-key', 'auditor: number-repeated', 'auditor: second-decision', 'recipient: decision-key'],
    run: forged(async (_, genuine) => signDecision(await ownKey(), genuine), intoPending),
  },
  {
    name: 'the same, written straight into leaf, opening and tree',
    sv: 'Samma sak, förbi sekvenseraren: blad, öppning, träd och storlek skrivs i en transaktion. Signeraren undertecknar, för trädet har vuxit som det ska.',
    en: 'The same past the sequencer: leaf, opening, tree and size are written in one transaction. The signer signs, since the tree has grown as it should.',
    noticed: ['auditor: entry-key', 'auditor: number-repeated', 'auditor: second-decision', 'recipient: decision-key'],
    run: forged(async (_, genuine) => signDecision(await ownKey(), genuine), intoTree),
  },
  {
    name: 'a permit signed by a gateway',
    sv: 'Permitet är undertecknat med en nyckel som finns i nyckelloggen, men som en gateway har och inte växeln.',
    en: 'The permit is signed with a key that stands in the keys log, but is a gateway’s and not the exchange’s.',
    noticed: ['auditor: entry-key', 'auditor: number-repeated', 'auditor: second-decision', 'recipient: decision-key'],
    run: forged(
      async ({ parties }, genuine) => signDecision(await parties.gateway('kommunerna'), genuine),
      intoPending,
    ),
  },
  {
    name: 'a permit that nobody signed',
    sv: 'Permitet bär underskriften från ett annat: den äkta kontrollpostens.',
    en: 'The permit carries the signature of another: that of the genuine decision.',
    noticed: [
      'auditor: entry-signature',
      'auditor: number-repeated',
      'auditor: second-decision',
      'recipient: decision-signature',
    ],
    run: forged(async (scene, genuine) => {
      const fresh = await signDecision(await scene.parties.exchange(), genuine);
      const stolen = (await scene.withheld()).released.decision.split('.')[2] ?? '';
      return [...fresh.split('.').slice(0, 2), stolen].join('.');
    }, intoPending),
  },
  {
    name: 'a genuine statement of another environment',
    sv: 'Permitet är äkta, undertecknat av växeln, men i en annan miljö.',
    en: 'The permit is genuine, signed by the exchange, but in another environment.',
    noticed: [
      'auditor: annex-binding',
      'auditor: number-repeated',
      'auditor: second-decision',
      'auditor: wrong-environment',
      'recipient: decision-binding',
    ],
    run: forged(
      async ({ parties }, genuine) => signDecision(await parties.exchange(), { ...genuine, env: 'annan' }),
      intoPending,
    ),
  },
  {
    name: 'a permit dated back with the stolen decision key',
    sv: 'Med växelns stulna kontrollnyckel görs ett permit som dateras två timmar bakåt, för ett meddelande som aldrig har funnits: utlämnandet ska se ut att ha skett då.',
    en: 'With the stolen decision key of the exchange a permit is made and dated two hours back, for a message that never was: the disclosure is to look as if it had happened then.',
    noticed: ['auditor: annex-binding', 'auditor: back-dated', 'auditor: number-repeated', 'auditor: verdict-differs'],
    run: async (scene) => {
      const { decision } = await scene.withheld();
      await scene.remember();
      const [id, blind] = [randomUUID(), aBlind()];
      const decidedAt = new Date(Date.parse(decision.decidedAt) - 2 * 3_600_000).toISOString();
      const said = { ...decision, entryId: id, messageId: randomUUID(), decidedAt };
      const entry = await signDecision(await scene.parties.exchange(), said);
      await intoPending(scene, { entry, blind: blind.toString('base64url') }, id);
      await (await scene.withheld()).proven(await ledgerOf(scene), id, entry, blind);
      return scene.auditor();
    },
  },
  {
    name: 'a delivery released without proof, from the exchange’s outbox',
    sv: 'En handling läggs i växelns utkorg med ett permit av egen hand och ett bevis ur en logg av egen hand, vittnen och allt.',
    en: 'A document is laid into the outbox of the exchange with a permit of his own and a proof from a log of his own, witnesses and all.',
    noticed: ['recipient: proof-invalid'],
    run: async (scene) => {
      const withheld = await scene.withheld();
      const forger = await Forger.create(scene.parties, 'kommunerna');
      const decision = await signDecision(await ownKey(), { ...withheld.decision, entryId: randomUUID() });
      const strangers = scene.parties.witnesses().map(({ name }) => scene.stranger(name));
      const logged = await forger.logged(decision, scene.stranger(scene.parties.log().name), strangers);
      return releasedAs(scene, { ...withheld.released, decision, ...logged });
    },
  },
  {
    name: 'the genuine permit released before it was logged',
    sv: 'Handlingen läggs i utkorgen med den äkta kontrollposten men med ett bevis ur en logg av egen hand: utlämnad utan att stå i loggen.',
    en: 'The document is laid into the outbox with the genuine decision and a proof from a log of his own: released without standing in the log.',
    noticed: ['recipient: proof-invalid'],
    run: async (scene) => {
      const withheld = await scene.withheld();
      const forger = await Forger.create(scene.parties, 'kommunerna');
      const strangers = scene.parties.witnesses().map(({ name }) => scene.stranger(name));
      const logged = await forger.logged(
        withheld.released.decision,
        scene.stranger(scene.parties.log().name),
        strangers,
      );
      return releasedAs(scene, { ...withheld.released, ...logged });
    },
  },
  {
    name: 'a genuine permit once more under a new id',
    sv: 'Den äkta kontrollposten läggs in en gång till under ett nytt id, sedan handlingen redan har kommit fram, och lämnas ut igen.',
    en: 'The genuine decision is put in once more under a new id, after the document has arrived, and released again.',
    noticed: [
      'auditor: entry-repeated',
      'auditor: number-repeated',
      'auditor: second-decision',
      'recipient: known, no second delivery',
    ],
    run: async (scene) => {
      await scene.letGo();
      const withheld = await scene.withheld();
      await withheld.letThrough();
      await scene.remember();
      const id = randomUUID();
      const blind = aBlind();
      await intoPending(scene, { entry: withheld.released.decision, blind: blind.toString('base64url') }, id);
      const proven = await withheld.proven(await ledgerOf(scene), id, withheld.released.decision, blind);
      const before = scene.countLogged('gateway-myndigheterna', 'delivery.received');
      await withheld.handOverAgain(proven);
      await scene.logged('gateway-myndigheterna', 'delivery.received', before);
      const kept = await scene.delge.sql('myndigheterna', 'SELECT 1 FROM gateway.delivery WHERE message_id = $1', [
        withheld.messageId,
      ]);
      await scene.letGo();
      return [...(await scene.auditor()), `recipient: ${kept.length === 1 ? 'known, no second delivery' : 'twice'}`];
    },
  },
];

const releasedAs = async (
  scene: Scene,
  delivery: Parameters<Awaited<ReturnType<Scene['withheld']>>['put']>[0],
): Promise<readonly string[]> => {
  const withheld = await scene.withheld();
  await scene.superuser(withheld.outboxSql(delivery));
  const reason = await withheld.passOn(delivery);
  return (await withheld.isReadable()) ? ['recipient reads it'] : [`recipient: ${reason}`];
};

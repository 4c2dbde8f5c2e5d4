import { randomBytes } from 'node:crypto';
import { checkpointText, nodeSha256, signNote } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import type { Attack } from './attack.js';
import type { Scene } from './scene.js';

const disclosure = `log = 'disclosure'`;
const other = (column: string): string => `set_byte(${column}, 5, get_byte(${column}, 5) # 1)`;

/** Changes tables, asks everybody, puts the tables back. */
const changing =
  (...change: readonly string[]) =>
  async (scene: Scene): Promise<readonly string[]> => {
    await scene.superuser(...change);
    const noticed = [...(await scene.auditor()), ...(await scene.senders()), ...(await scene.signer())];
    await scene.restore('kept');
    return noticed;
  };

/** The same with tables that the signer does not read and may not. */
const changingBeside =
  (...change: readonly string[]) =>
  async (scene: Scene): Promise<readonly string[]> => {
    await scene.superuser(...change);
    const noticed = [...(await scene.auditor()), ...(await scene.senders())];
    await scene.restore('kept');
    return noticed;
  };

/** A checkpoint put among those of the signer, as large as the log is. */
const withCheckpoint =
  (signerOf: (scene: Scene) => NoteSigner, ...more: readonly string[]) =>
  async (scene: Scene): Promise<readonly string[]> => {
    const signer = signerOf(scene);
    const [row] = await scene.delge.sql<{ size: string }>(
      'operator',
      `SELECT size FROM ledger.log WHERE ${disclosure}`,
    );
    const size = BigInt(row?.size ?? 0);
    const note = signNote(checkpointText(signer.name, size, randomBytes(32)), signer, nodeSha256);
    const insert = `INSERT INTO ledger.checkpoint (log, size, note) VALUES ('disclosure', ${size}, '${note}')`;
    return changing(insert, ...more)(scene);
  };

/** What can be done to a log while nothing is added to it. */
export const atRest: readonly Attack[] = [
  {
    name: 'a leaf altered',
    sv: 'Ett blad i loggen ändras, så att det svarar mot en annan kontrollpost än den som gjordes.',
    en: 'A leaf of the log is changed, so that it stands for another decision than the one that was made.',
    noticed: [
      'auditor: forked-from-pinned',
      'auditor: inconsistent',
      'auditor: opening-leaf',
      'auditor: root-mismatch',
      'auditor: tile-mismatch',
      'sender: other-root',
      'signer: LOG_CHANGED',
    ],
    run: changing(`UPDATE ledger.leaf SET data = ${other('data')} WHERE ${disclosure} AND index = 1`),
  },
  {
    name: 'a leaf of the keys altered',
    sv: 'Ett blad i nyckelloggen ändras: en annan nyckel för någon annan.',
    en: 'A leaf of the keys log is changed: another key for somebody.',
    noticed: ['auditor: keys-root', 'sender: other-root', 'signer: LOG_CHANGED (keys)'],
    run: changing(`UPDATE ledger.leaf SET data = ${other('data')} WHERE log = 'keys' AND index = 3`),
  },
  {
    name: 'two leaves swapped',
    sv: 'Två blad byter plats, så att det ena ser ut att ha kommit före det andra.',
    en: 'Two leaves change places, so that one seems to have come before the other.',
    noticed: [
      'auditor: forked-from-pinned',
      'auditor: inconsistent',
      'auditor: number-gap',
      'auditor: opening-leaf',
      'auditor: receipt-unbound',
      'auditor: root-mismatch',
      'auditor: tile-mismatch',
      'sender: other-root',
      'signer: LOG_CHANGED',
    ],
    run: changing(`UPDATE ledger.leaf a SET data = b.data FROM kept.leaf b
      WHERE a.${disclosure} AND b.${disclosure} AND ((a.index = 1 AND b.index = 2) OR (a.index = 2 AND b.index = 1))`),
  },
  {
    name: 'a leaf deleted',
    sv: 'Ett blad tas bort, så att ett utlämnande aldrig har ägt rum.',
    en: 'A leaf is deleted, so that a disclosure never took place.',
    noticed: ['auditor: file-unlisted', 'auditor: leaf-malformed', 'sender: other-root', 'signer: LEAF_MISSING'],
    run: changing(`DELETE FROM ledger.leaf WHERE ${disclosure} AND index = 1`),
  },
  {
    name: 'the last leaf deleted',
    sv: 'Loggens sista blad tas bort: det är kortast väg till att något aldrig hände.',
    en: 'The last leaf of the log is deleted: the shortest way to make something not have happened.',
    noticed: ['auditor: file-unlisted', 'auditor: leaf-malformed', 'sender: other-root', 'signer: LOG_TRUNCATED'],
    run: changing(
      `DELETE FROM ledger.leaf WHERE ${disclosure} AND index = (SELECT max(index) FROM ledger.leaf WHERE ${disclosure})`,
    ),
  },
  {
    name: 'all leaves deleted',
    sv: 'Båda loggarna töms.',
    en: 'Both logs are emptied.',
    noticed: [
      'auditor: file-missing',
      'auditor: file-unlisted',
      'auditor: keys-root',
      'auditor: leaf-malformed',
      'sender: other-root',
      'signer: LOG_TRUNCATED',
      'signer: LOG_TRUNCATED (keys)',
    ],
    run: changing('DELETE FROM ledger.leaf'),
  },
  {
    name: 'a forged leaf put in between',
    sv: 'Ett påhittat blad skjuts in mitt i loggen, dagtecknat i efterhand.',
    en: 'An invented leaf is pushed into the middle of the log, back-dated.',
    noticed: [
      'auditor: forked-from-pinned',
      'auditor: inconsistent',
      'auditor: opening-leaf',
      'auditor: root-mismatch',
      'auditor: tile-mismatch',
      'sender: other-root',
      'signer: LOG_CHANGED',
    ],
    run: changing(
      `UPDATE ledger.leaf SET index = index + 1000 WHERE ${disclosure} AND index > 1`,
      `UPDATE ledger.leaf SET index = index - 999 WHERE ${disclosure} AND index > 1000`,
      `INSERT INTO ledger.leaf (log, index, entry_id, data) SELECT log, 2, gen_random_uuid(), ${other('data')} FROM ledger.leaf WHERE ${disclosure} AND index = 1`,
    ),
  },
  {
    name: 'a tile altered',
    sv: 'Trädets hashar ändras, men inte bladen: bevis som ges härifrån leder till en annan rot.',
    en: 'The hashes of the tree are changed, and not its leaves: proofs given from here lead to another root.',
    noticed: ['auditor: tile-mismatch'],
    run: changingBeside(`UPDATE ledger.edge SET hashes = ${other('hashes')} WHERE ${disclosure} AND level = 0`),
  },
  {
    name: 'a tile deleted',
    sv: 'Trädets hashar tas bort: inga bevis kan ges.',
    en: 'The hashes of the tree are deleted: no proof can be given.',
    noticed: ['auditor: file-missing'],
    run: changingBeside(`DELETE FROM ledger.edge WHERE ${disclosure}`),
  },
  {
    name: 'an opening destroyed without authority',
    sv: 'En kontrollposts öppning förstörs utan gallringsbeslut: vad som stod där går inte längre att läsa.',
    en: 'The opening of a decision is destroyed and nobody decided so: what stood there can no longer be read.',
    noticed: ['auditor: number-gap', 'auditor: opening-missing', 'auditor: receipt-unbound'],
    run: changingBeside('DELETE FROM ledger.opening WHERE index = 2'),
  },
  {
    name: 'an opening replaced',
    sv: 'En öppning byts mot en annan, så att bladet ser ut att säga något annat.',
    en: 'An opening is replaced by another, so that the leaf seems to say something else.',
    noticed: ['auditor: number-gap', 'auditor: opening-leaf', 'auditor: receipt-unbound'],
    run: changingBeside(
      'UPDATE ledger.opening a SET entry = b.entry, blind = b.blind, annex = b.annex FROM kept.opening b WHERE a.index = 2 AND b.index = 0',
    ),
  },
  {
    name: 'a checkpoint and cosignatures of his own',
    sv: 'En kontrollpunkt läggs in som är undertecknad med superanvändarens egna nycklar, både loggens och vittnenas, och sätts att visas för alla.',
    en: "A checkpoint is put in that the superuser signed with keys of his own, the log's and the witnesses', and set to be shown to everybody.",
    noticed: ['signer: WRONG_KEY'],
    run: withCheckpoint(
      (scene) => scene.stranger(scene.parties.log().name),
      `INSERT INTO ledger.cosignature (log, size, witness, first_line, line, cosigned_at)
         SELECT log, size + 1000, witness, first_line, first_line, now() FROM ledger.cosignature WHERE ${disclosure}`,
      `UPDATE ledger.round SET witnessed = (SELECT max(id) FROM ledger.checkpoint WHERE ${disclosure}) WHERE ${disclosure}`,
    ),
  },
  {
    name: 'a fork signed with the log’s own key',
    sv: 'Superanvändaren har också stulit loggens nyckel, och undertecknar ett annat träd av samma storlek.',
    en: 'The superuser has stolen the key of the log as well, and signs another tree of the same size.',
    noticed: ['signer: CHECKPOINT_FORKED'],
    run: withCheckpoint((scene) => scene.parties.log()),
  },
  {
    name: 'cosignatures deleted',
    sv: 'Vittnenas underskrifter tas bort.',
    en: 'The cosignatures of the witnesses are deleted.',
    noticed: ['ledger: quorum-not-met'],
    run: async (scene) => {
      await scene.superuser(`DELETE FROM ledger.cosignature WHERE ${disclosure}`);
      await scene.warned('ledger', 'quorum', 'quorum-not-met');
      await scene.restore('kept');
      await scene.warned('ledger', 'quorum', undefined);
      return ['ledger: quorum-not-met'];
    },
  },
  {
    name: 'the whole log rolled back to an older copy',
    sv: 'Hela loggen läggs tillbaka från en äldre kopia: allt som hände sedan dess är borta, och allt som är kvar stämmer.',
    en: 'The whole log is put back from an older copy: all that happened since is gone, and all that is left fits together.',
    noticed: [
      'auditor: older-than-pinned',
      'sender: other-leaves',
      'signer: LOG_TRUNCATED',
      'witness: log-behind',
      'watch: gap WENT_BACK',
    ],
    run: async (scene) => {
      await scene.rollBack('early');
      await scene.restarted('ledger');
      const noticed = [...(await scene.auditor()), ...(await scene.senders()), ...(await scene.signer())];
      await scene.warned('gateway-myndigheterna', 'witness-disclosure', 'log-behind');
      const watched = await scene.watch();
      await scene.restore('kept');
      await scene.restarted('ledger');
      return [...noticed, 'witness: log-behind', ...watched];
    },
  },
];

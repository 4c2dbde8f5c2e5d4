import { randomUUID } from 'node:crypto';
import { generateKey, importPrivate, localSigner, parseReceipt } from '#envelope';
import type { Signer } from '#envelope';
import { IN_EXCHANGE, gatewayRoutingKey } from '#messaging';
import { parseReceiptSignedV1 } from '#contracts';
import { KeysFeed, SnapshotError, signEntry } from '#snapshot';
import { LedgerKeys, OperatorClient } from '#operator';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { broughtBy } from '../../../apps/cli/src/keys/possession.js';
import { state } from '../../../apps/cli/src/rules/state.js';
import { keyFiles, readKey } from '../../../tools/sandbox/keys.js';
import { Tap } from '../broker.js';
import { FalseGateway } from '../false-gateway.js';
import { eventually, permitted, problemOf } from '../stack.js';
import type { Attack } from './attack.js';
import { FREEZE_MS } from './scene.js';
import type { Scene } from './scene.js';

const SETTLED_MS = 60_000;
const RECIPIENT = 'myndigheterna';
/** So often the signer tries in vain, twice a second, before anybody looks: many times what a referral needs that travels. */
const IN_VAIN = 12;

interface Submitted {
  readonly system: string;
  readonly recipient: string;
  readonly referral: string;
  readonly messageId: string;
}
const submit = async ({ delge }: Scene): Promise<Submitted> => {
  const { system, recipient, referral } = permitted();
  const messageId = (await delge.sandbox.client(system).submit(referral)).recipients[0]?.messageId ?? '';
  await eventually('decided', SETTLED_MS, async () => {
    const rows = await delge.sql('operator', 'SELECT 1 FROM exchange.decision WHERE message_id = $1', [messageId]);
    return rows.length === 1 ? true : undefined;
  });
  return { system, recipient, referral: referral.id, messageId };
};
/** Its recipient has nothing, and its sender sees that it has no decision. */
const nobodyHas = async (
  { delge }: Scene,
  { system, recipient, referral, messageId }: Submitted,
): Promise<readonly string[]> => {
  const problem = await problemOf(delge.sandbox.client(recipient).delivery(messageId));
  const [message] = (await delge.sandbox.client(system).referral(referral)).recipients;
  const state = message?.decision === undefined ? 'without a decision' : message.state;
  return [`recipient: ${problem === 'not-found' ? 'nothing delivered' : 'reads it'}`, `sender: ${state}`];
};

/** What can be done while the log is written to. */
export const running: readonly Attack[] = [
  {
    name: 'a decision row turned from deny to permit',
    sv: 'Växelns egen rad om en nekad handling ändras till permit innan den är utlämnad. Växeln lämnar ut den.',
    en: 'The exchange’s own row about a document that was denied is turned to permit before it is told. The exchange releases it.',
    noticed: ['recipient: not-permitted'],
    run: async (scene) => {
      const { delge, parties } = scene;
      const gateway = await FalseGateway.of(delge, parties, 'kommunerna');
      const model = await gateway.genuine();
      await delge.stack.stop('signer');
      const receipts = await Tap.on(delge, IN_EXCHANGE, gatewayRoutingKey(RECIPIENT));
      const made = await gateway.made(model, { recipientFunction: 'ingen' });
      await gateway.send(made);
      await eventually('decided', SETTLED_MS, async () => {
        const rows = await delge.sql('operator', 'SELECT 1 FROM exchange.decision WHERE message_id = $1', [
          made.messageId,
        ]);
        return rows.length === 1 ? true : undefined;
      });
      await scene.superuser(`UPDATE exchange.decision SET outcome = 'permit' WHERE message_id = '${made.messageId}'`);
      await delge.stack.run('signer');
      const reason = await receipts.next('an answer', ({ type, body }) => {
        if (type !== 'receipt.signed.v1') return undefined;
        const { receipt } = parseReceipt(parseReceiptSignedV1(body).receipt);
        return receipt.messageId === made.messageId ? (receipt.reason ?? receipt.kind) : undefined;
      });
      await receipts.close();
      await gateway.close();
      return [`recipient: ${reason}`];
    },
  },
  {
    name: 'triggers switched off',
    sv: 'De utlösare som vägrar ändringar stängs av. Tjänsternas egna konton får ändå inte ändra något: de saknar rättigheten.',
    en: 'The triggers that refuse changes are switched off. The services’ own accounts may still change nothing: they lack the right.',
    noticed: ['database: permission denied (delge_ledger)', 'database: permission denied (delge_signer)'],
    run: async (scene) => {
      await scene.superuser('ALTER TABLE ledger.leaf DISABLE TRIGGER ALL');
      const noticed: string[] = [];
      for (const role of ['delge_ledger', 'delge_signer']) {
        const refused = await scene.superuser(`SET ROLE ${role}`, `UPDATE ledger.leaf SET data = data`).then(
          () => 'changed it',
          (error: unknown) =>
            (error as { readonly code?: string }).code === '42501' ? 'permission denied' : 'another fault',
        );
        noticed.push(`database: ${refused} (${role})`);
      }
      await scene.quietly('ALTER TABLE ledger.leaf ENABLE TRIGGER ALL');
      return noticed;
    },
  },
  {
    name: 'everything delayed',
    sv: 'Signeraren och vittnena får inte längre skriva: inget nytt blir undertecknat eller medsignerat, och loggen som alla ser står stilla.',
    en: 'Signer and witnesses may no longer write: nothing new is signed or cosigned, and the log that everybody sees stands still.',
    noticed: [
      'recipient: nothing delivered',
      'sender: without a decision',
      'signer: signer.failed',
      'watch: freeze STALE',
    ],
    run: async (scene) => {
      const before = scene.countLogged('signer', 'signer.failed');
      await scene.superuser(
        'REVOKE INSERT ON ledger.checkpoint FROM delge_signer',
        'REVOKE INSERT ON ledger.cosignature FROM delge_ledger',
      );
      const frozenAt = await scene.shownAt();
      const submitted = await submit(scene);
      await scene.logged('signer', 'signer.failed', before, IN_VAIN);
      const noticed = await nobodyHas(scene, submitted);
      // The log shows now what it showed when it was frozen: this is what is seen of it a quarter of an hour after that.
      const then = new Date(frozenAt.getTime() + FREEZE_MS + 1);
      const watched = await scene.watch(then);
      await scene.quietly(
        'GRANT INSERT ON ledger.checkpoint TO delge_signer',
        'GRANT INSERT ON ledger.cosignature TO delge_ledger',
      );
      await scene.delge.settled(submitted.system, submitted.referral, ['fetched'], SETTLED_MS);
      // Logs that live again are not alarmed on at that very instant.
      await eventually('the watch sees them live', SETTLED_MS, async () =>
        (await scene.watch(then)).length === 0 ? true : undefined,
      );
      return [...noticed, 'signer: signer.failed', ...watched];
    },
  },
  {
    name: 'the tree forked while the signer runs',
    sv: 'Ett äldre blad och trädets hash av det ändras medan allt är i gång. Signeraren går på sitt eget minne och märker inget förrän den startas om, men bevisen stämmer inte längre.',
    en: 'An older leaf and the tree’s hash of it are changed while everything runs. The signer goes by its own memory and sees nothing before it starts again, but the proofs no longer hold.',
    noticed: [
      'ledger: quorum-not-met',
      'recipient: nothing delivered',
      'sender: without a decision',
      'witness: forked',
    ],
    run: async (scene) => {
      const change = `UPDATE ledger.edge SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE log = 'disclosure' AND level = 0`;
      const leaf = `UPDATE ledger.leaf SET data = set_byte(data, 5, get_byte(data, 5) # 1) WHERE log = 'disclosure' AND index = 0`;
      await scene.superuser(leaf, change);
      const submitted = await submit(scene);
      await scene.warned('gateway-rattsvasendet', 'witness-disclosure', 'forked');
      await scene.warned('ledger', 'quorum', 'quorum-not-met');
      const noticed = await nobodyHas(scene, submitted);
      // Done twice it is undone.
      await scene.quietly(leaf, change);
      await scene.delge.settled(submitted.system, submitted.referral, ['fetched'], SETTLED_MS);
      return ['ledger: quorum-not-met', ...noticed, 'witness: forked'];
    },
  },
  {
    name: 'entries taken away before they become leaves',
    sv: 'Det som växeln lämnar till loggen försvinner innan det har blivit blad: utlämnandet ska inte synas.',
    en: 'What the exchange hands to the log vanishes before it has become leaves: the disclosure is not to be seen.',
    noticed: ['auditor: number-gap', 'recipient: nothing delivered', 'sender: without a decision'],
    run: async (scene) => {
      await scene.remember();
      await scene.superuser(
        `CREATE FUNCTION ledger.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
        `CREATE TRIGGER swallow BEFORE INSERT ON ledger.pending FOR EACH ROW WHEN (NEW.log = 'disclosure') EXECUTE FUNCTION ledger.swallow()`,
        `ALTER TABLE ledger.pending ENABLE ALWAYS TRIGGER swallow`,
      );
      const submitted = await submit(scene);
      await scene.quietly('DROP FUNCTION ledger.swallow() CASCADE');
      await scene.travel();
      return [...(await scene.auditor()), ...(await nobodyHas(scene, submitted))];
    },
  },
  {
    name: 'a key of his own enrolled for the recipient with stolen keys',
    sv: 'Med båda operatörernas och Försäkringskassans administratörs stulna nycklar förs en mottagarnyckel av egen hand in i nyckelloggen, i laga ordning. Alla läsare godtar den; den gateway som har Försäkringskassans riktiga nycklar känner den inte.',
    en: 'With the stolen keys of both operators and of Försäkringskassan’s administrator a sealing key of his own is enrolled, in due form. Every reader takes it; the gateway that has the true keys of Försäkringskassan does not know it.',
    noticed: ['gateway of the recipient: not-held'],
    run: async (scene) => {
      const { delge } = scene;
      const files = keyFiles(delge.stack.options.dir);
      const stolen = async (file: string, use: 'operator' | 'administrator'): Promise<Signer> =>
        localSigner(await importPrivate(readKey(file), use));
      const principal = await stolen(files.participant('fk', 'administrator'), 'administrator');
      const countersigners = [await stolen(files.operator(1), 'operator'), await stolen(files.operator(2), 'operator')];
      const [registry, env] = [delge.stack.url('registry'), delge.sandbox.trust.environment];
      const own = await generateKey('sealing');
      const { kid } = own;
      const key = own.jwk as Readonly<Record<string, string>>;
      await scene.warned('gateway-myndigheterna', 'own-keys', undefined);
      const body = { kind: 'key-added', holder: 'fk/forsakringskassan', use: 'sealing', key } as const;
      await state(registry, env, { body, principal, countersigners, brought: broughtBy([own]) });
      await scene.warned('gateway-myndigheterna', 'own-keys', 'not-held');
      await state(registry, env, {
        body: { kind: 'key-revoked', kid, reason: 'compromised' },
        principal,
        countersigners,
      });
      return ['gateway of the recipient: not-held'];
    },
  },
  {
    name: 'a key of his own put into the keys log for the recipient',
    sv: 'I nyckelloggen läggs en mottagarnyckel av egen hand för Försäkringskassan, så att avsändare skulle försluta till den. Den står där, undertecknad av loggen, för alltid.',
    en: 'A sealing key of his own is put into the keys log for Försäkringskassan, so that senders would seal to it. It stands there, signed by the log, for good.',
    noticed: ['every reader: UNKNOWN_KEY', 'gateway: keys.not-advanced', 'watch: gap UNKNOWN_KEY'],
    run: async (scene) => {
      const { delge, parties } = scene;
      const before = scene.countLogged('gateway-kommunerna', 'keys.not-advanced');
      const { jwk } = await generateKey('sealing');
      const thief = localSigner(await generateKey('administrator'));
      const operators = [localSigner(await generateKey('operator')), localSigner(await generateKey('operator'))];
      const id = randomUUID();
      const statement = {
        env: delge.sandbox.trust.environment,
        id,
        issuedAt: new Date().toISOString(),
        kind: 'key-added',
        holder: 'fk/forsakringskassan',
        use: 'sealing',
        key: jwk as Readonly<Record<string, string>>,
      } as const;
      const entry = Buffer.from(await signEntry(statement, thief, operators)).toString('hex');
      await scene.superuser(
        `INSERT INTO ledger.pending (log, entry_id, entry) VALUES ('keys', '${id}', '\\x${entry}')`,
        'NOTIFY ledger_pending',
      );
      await scene.logged('gateway-kommunerna', 'keys.not-advanced', before);
      const ledger = new OperatorClient('ledger', delge.stack.url('ledger'), 'exchange', await parties.exchange());
      const reading = new KeysFeed(
        new LedgerKeys(ledger),
        delge.sandbox.trust,
        { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 },
        () => new Date(),
      );
      const code = await reading.refresh().then(
        () => 'taken',
        (error: unknown) => (error instanceof SnapshotError ? error.code : 'another fault'),
      );
      return [`every reader: ${code}`, 'gateway: keys.not-advanced', ...(await scene.watch())];
    },
  },
];

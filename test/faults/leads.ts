import { randomUUID } from 'node:crypto';
import { ASSIGNMENT_FIELDS, importPrivate, localSigner, signAssignment, signErasureDecision } from '#envelope';
import { changeKeyStore, withKey } from '#keystore';
import { OperatorClient } from '#operator';
import { stateAs } from '../../tools/sandbox/enrol.js';
import { accessKey, keyFiles, open, readKey, storePlace } from '../../tools/sandbox/keys.js';
import { toldByTelephone } from '#testing';
import { AuditorVisit, auditorIn } from '../support/auditor-visit.js';
import { permitted } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import type { Cause } from './crash-points.js';
import { RECIPIENT, SENDER } from './traffic.js';

type Made = Parameters<typeof stateAs>[5] extends readonly (infer T)[] | undefined ? T : never;

/** Makes happen, once each time it is asked, what is not on the way of every referral. */
export class Leads {
  /** Sent for this alone: nobody counts them. */
  private readonly erasable: string[] = [];
  private lost: Made | undefined;
  private auditor: { readonly visit: AuditorVisit; readonly assignment: string } | undefined;

  constructor(private readonly delge: TestStack) {}

  /** Sends what is to be erased later. */
  async prepare(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const { referral } = permitted();
      const { recipients } = await this.delge.sandbox.client(SENDER.authority).submit(referral);
      await this.delge.settled(SENDER.authority, referral.id, ['fetched']);
      this.erasable.push(recipients[0]?.messageId ?? '');
    }
  }

  to(cause: Cause): () => Promise<void> {
    switch (cause) {
      case 'referral':
        return () => Promise.resolve();
      case 'look':
        return () => this.look();
      case 'review':
        return () => this.review();
      case 'erasure':
        return () => this.erase();
      case 'lost-key':
        return () => this.sealAgain();
      case 'record':
        return () => this.record();
      case 'search':
        return () => this.search();
    }
  }

  private async look(): Promise<void> {
    const [, size = '0'] = (await this.delge.sandbox.client(SENDER.authority).checkpoint('disclosure')).split('\n');
    await this.delge.sandbox.client(SENDER.authority).openings(0n, BigInt(size) > 20n ? 20n : BigInt(size));
  }

  /** The sender lets an auditor in, who is shown what came last. */
  private async review(): Promise<void> {
    const auditor = 'R'.repeat(43);
    const assignment = await this.grant(auditor);
    const [, size = '0'] = (await this.delge.sandbox.client(SENDER.authority).checkpoint('disclosure')).split('\n');
    const from = BigInt(size) > 100n ? BigInt(size) - 100n : 0n;
    const ledger = await this.console();
    await ledger.post('/log/v1/disclosure/reviews', { auditor, assignment, from: from.toString(), to: size });
  }

  /** An auditor searches in the console, as soon as it has followed the log to the assignment. */
  private async search(): Promise<void> {
    this.auditor ??= await this.logIn();
    const { visit, assignment } = this.auditor;
    await visit.post('/uppdrag', { assignment });
    await visit.get('/utlamnanden');
  }

  private async logIn(): Promise<{ readonly visit: AuditorVisit; readonly assignment: string }> {
    const visit = new AuditorVisit(this.delge.stack.url('console'));
    return { visit, assignment: await this.grant(auditorIn(await visit.logIn('test-rut'))) };
  }

  private async console(): Promise<OperatorClient> {
    const signer = localSigner(await importPrivate(accessKey(this.delge.stack.options.dir, 'console'), 'access'));
    return new OperatorClient('ledger', this.delge.stack.url('ledger'), 'console', signer);
  }

  /** @returns id of the assignment */
  private async grant(auditor: string): Promise<string> {
    const { dir, directory } = this.delge.stack.options;
    const [slug = ''] = SENDER.authority.split('/');
    const now = Date.now();
    const day = (days: number): string => new Date(now + days * 86_400_000).toISOString().slice(0, 10);
    const assignment = randomUUID();
    const administrator = await importPrivate(
      readKey(keyFiles(dir).participant(slug, 'administrator')),
      'administrator',
    );
    const granted = await signAssignment(localSigner(administrator), {
      v: 1,
      kind: 'assignment-granted',
      env: directory.environment,
      assignment,
      authorities: [SENDER.authority],
      auditor,
      provision: 'internal-control',
      diaryNumber: 'IK 2026/1',
      period: { from: day(-2) },
      fields: ASSIGNMENT_FIELDS,
      expires: day(2),
      at: new Date(now).toISOString(),
    });
    await (await this.console()).post('/log/v1/disclosure/assignments', granted);
    return assignment;
  }

  /** The sender told somebody by telephone. */
  private async record(): Promise<void> {
    const told = toldByTelephone(permitted().referral, new Date(Date.now() - 60_000));
    await this.delge.sandbox.client(SENDER.authority).recordDisclosure({ ...told, id: randomUUID(), assessments: [] });
  }

  /** Both parties decide to erase one message. */
  private async erase(): Promise<void> {
    const messageId = this.erasable.shift();
    if (messageId === undefined) return;
    for (const { authority } of [SENDER, RECIPIENT]) {
      const client = this.delge.sandbox.client(authority);
      const { env, caseId, openings } = await client.erasure(messageId);
      const file = keyFiles(this.delge.stack.options.dir).participant(authority.split('/')[0] ?? '', 'administrator');
      const signer = localSigner(await importPrivate(readKey(file), 'administrator'));
      const at = new Date().toISOString();
      const said = { v: 1, decisionId: randomUUID(), env, authority, messageId, caseId, openings, at } as const;
      await client.erase(await signErasureDecision(signer, said));
    }
  }

  /** The recipient loses the key that everything is sealed to. When a message waits for it, there is another, and that is sealed again. */
  private async sealAgain(): Promise<void> {
    const { dir, directory } = this.delge.stack.options;
    const { authority, gateway } = RECIPIENT;
    this.lost ??= await changeKeyStore(storePlace(dir, `gateway-${gateway}`), async (content) => {
      const lost = content.keys.filter(({ holder, use }) => holder !== authority || use !== 'sealing');
      const { content: changed, key } = await withKey({ ...content, keys: lost }, authority, 'sealing', new Date());
      const { jwk = {} } = changed.keys.at(-1) ?? {};
      return { content: changed, result: { ...key, privateJwk: jwk } };
    });
    const waiting = await this.delge.sql(SENDER.gateway, `SELECT FROM gateway.message WHERE state = 'awaiting-key'`);
    if (waiting.length === 0) return;
    const made = this.lost;
    this.lost = undefined;
    const body = { kind: 'key-added', holder: authority, use: 'sealing', key: open(made.privateJwk) } as const;
    const [slug = ''] = authority.split('/');
    await stateAs(dir, directory.environment, this.delge.stack.url('registry'), slug, body, [made]);
  }
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FoundMessage } from '#contracts';
import { localSigner, parseManifest, signRecordedDisclosure } from '#envelope';
import type { PrivateKey } from '#envelope';
import { aGateway, aProblem, aWorld, example, fakeGateway, sealed } from '#testing';
import { Command } from 'commander';
import { registerutdragCommand } from './registerutdrag.js';

const { system: AUTHORITY } = example('01');
const NUMBER = '195201161857';
const ASKED = ['--office', 'registrator', '--officer', 'LKP-ON-0077', '--reference', 'ON 2026-00502'];
const [SENT, RECEIVED, DRAFT, REFERRAL, RECORD] = ['m-sent', 'm-received', 'm-draft', 'r-sent', 'o-record'];

describe('delge registerutdrag', () => {
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  let file: string;
  let complete = true;
  let items: readonly FoundMessage[] = [];
  const bodies: { readonly path: string; readonly body: string }[] = [];
  const at = '2026-11-24T08:00:00.000Z';
  const found = (change: Partial<FoundMessage>): FoundMessage => ({
    ...{ messageId: SENT, direction: 'sent', type: 'misuse-of-assistance-allowance/1', caseId: 'c', at },
    ...{ referralId: REFERRAL, authority: 'fk/forsakringskassan', roles: [{ about: 'subject', item: 'subject' }] },
    ...change,
  });
  beforeAll(async () => {
    const world = await aWorld();
    const { manifest, message } = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
    const { verdict } = message.detail;
    const { claims } = parseManifest(manifest).manifest;
    const recorded = await signRecordedDisclosure(localSigner(world.keys.manifests['kommunerna'] as PrivateKey), {
      ...{
        v: 1,
        env: world.environment,
        messageId: randomUUID(),
        caseId: randomUUID(),
        sender: AUTHORITY,
        gateway: 'kommunerna',
      },
      ...{
        recipient: 'fk/forsakringskassan',
        claims: { ...claims, messageType: 'recorded-disclosure/1' },
        outcome: 'permit',
        verdict: verdict.codes,
        channel: 'telephone',
      },
      ...{ identityCheck: 'call-back', office: 'registrator', officer: 'A'.repeat(43), disclosedAt: at, at },
      ...{
        ruleSet: { number: 2, sha256: 'A'.repeat(43) },
        engineVersion: 2,
        keys: { size: '1', root: `${'A'.repeat(43)}=` },
      },
    });
    gateway = await fakeGateway(AUTHORITY, ({ path, body }) => {
      bodies.push({ path, body });
      if (path === '/v1/person-searches') return { searchId: 's', items, complete };
      if (path === `/v1/referrals/${REFERRAL}`)
        return {
          recipients: [
            { messageId: SENT, manifest, verdict },
            { messageId: DRAFT, verdict: { ...verdict, codes: {} } },
          ],
        };
      if (path === `/v1/deliveries/${RECEIVED}`) return { verdict, evidence: { manifest } };
      if (path === `/v1/recorded-disclosures/${RECORD}`) return { verdict, statement: recorded };
      if (path === '/v1/deliveries/m-erased') return aProblem('erased', 410);
      return undefined;
    });
    file = join(dirname(gateway.sandbox), 'number');
    writeFileSync(file, '19520116-1857\n');
  });
  beforeEach(() => {
    [complete, items, bodies.length] = [true, [found({})], 0];
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<string> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    registerutdragCommand(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)) !== '');
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '');
    await program.parseAsync(['node', 'delge', 'registerutdrag', ...args, ...ASKED, '--as', AUTHORITY]);
    return printed;
  };
  let said = '';

  it('says of each message what kinds of data it has, from and to whom, when and on which ground, and decides nothing', async () => {
    const text = await delge(file);
    expect(text).toContain('Ingenting här är sekretessprövat');
    expect(text).toMatch(/^## .+, 2026-11-24$/m);
    expect(text).toContain(`Lämnat från ${AUTHORITY} till fk/forsakringskassan, ${at}`);
    expect(text).toMatch(/Rättslig grund: lag \(2008:206\)/);
    expect(text).toMatch(/^\| \[ \] prövas \| personens identitet \| .+ \| OSL 26 kap\. 1 § \|/m);
    expect(text).not.toMatch(/\[x\]/i);
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Prövning|---)/.test(line));
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) expect(row).toMatch(/^\| \[ \] prövas \|/);
  });

  it('holds back what is about others, who told, and words, whoever it is about', async () => {
    const draft = JSON.parse(await delge(file, '--json')) as {
      readonly messages: readonly {
        readonly assessment: string;
        readonly items: readonly {
          readonly item: string;
          readonly held: readonly string[];
          readonly assessment: string;
        }[];
      }[];
    };
    const [message] = draft.messages;
    expect(message?.assessment).toBe('prövas');
    const held = new Map(message?.items.map((item) => [item.item, item.held]));
    for (const item of message?.items ?? []) expect(item.assessment).toBe('prövas');
    expect(held.get('subject')).toEqual(['secrecy']);
    expect(held.get('assistants.0')).toContain('another-person');
    expect([...held].find(([id]) => id.startsWith('circumstances~'))?.[1]).toContain('words');
    items = [found({ roles: [{ about: 'other-person', item: 'assistants.0' }] })];
    const other = JSON.parse(await delge(file, '--json')) as typeof draft;
    const ofOther = new Map(other.messages[0]?.items.map((item) => [item.item, item.held]));
    expect(ofOther.get('assistants.0')).not.toContain('another-person');
    expect(ofOther.get('subject')).toContain('another-person');
    expect(ofOther.get('allowance')).toContain('another-person');
  });

  it('counts and numbers nothing in the draft, so that a section that is left out leaves no trace', async () => {
    items = [found({}), found({ messageId: RECEIVED, direction: 'received' }), found({ messageId: DRAFT })].map(
      ({ referralId, ...one }) => (one.direction === 'sent' && referralId !== undefined ? { ...one, referralId } : one),
    );
    const text = await delge(file);
    expect(text.match(/^## /gm)).toHaveLength(3);
    expect(text).not.toMatch(/^#+ *\d|\d+ (meddelanden|avsnitt|uppgifter)/m);
    expect(text).toContain('Mottaget från fk/forsakringskassan till');
    expect(text).toContain('Inget manifest finns');
    const { referralId: _, ...erased } = found({ messageId: 'm-erased', direction: 'received' });
    items = [erased];
    expect(await delge(file)).toContain('Inga meddelanden');
  });

  it('says of what was recorded as disclosed another way what the log says of it, and that it was', async () => {
    const { referralId: _, ...record } = found({
      messageId: 'm-record',
      direction: 'recorded',
      recordedDisclosureId: RECORD,
    });
    items = [record];
    const text = await delge(file);
    expect(text).toContain(`Lämnat på annat sätt, dokumenterat från ${AUTHORITY} till fk/forsakringskassan`);
    expect(text).toMatch(/^\| \[ \] prövas \| personens identitet \|/m);
  });

  it('says when not all that is kept has been looked through', async () => {
    complete = false;
    expect(await delge(file)).toContain('Sökningen är inte fullständig');
  });

  it('takes the number from a file alone, sends it in a body, and prints it nowhere', async () => {
    const out = join(dirname(gateway.sandbox), 'draft.md');
    said = '';
    expect(await delge(file, '--out', out)).toBe('');
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const written = readFileSync(out, 'utf8');
    expect(bodies.filter(({ path }) => path.includes(NUMBER))).toEqual([]);
    expect(JSON.parse(bodies.find(({ path }) => path === '/v1/person-searches')?.body ?? '{}')).toMatchObject({
      personalIdentityNumber: NUMBER,
      purpose: 'subject-access',
      reference: 'ON 2026-00502',
    });
    for (const text of [written, said]) expect(text).not.toMatch(/19520116|1857/);
  });

  it('refuses a number on the command line, and a file that has none, without saying what it read', async () => {
    bodies.length = 0;
    for (const number of [NUMBER, '19520116-1857', '520116-1857']) {
      const refused = await delge(number).catch(String);
      expect(refused).toContain('never on the command line');
      expect(refused).not.toContain('1857');
    }
    writeFileSync(`${file}-bad`, '195201161858');
    const refused = await delge(`${file}-bad`).catch(String);
    expect(refused).toContain('no personal identity number');
    expect(refused).not.toContain('1858');
    expect(bodies).toEqual([]);
  });
});

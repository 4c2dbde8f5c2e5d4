import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { FoundMessage, SubmitReferralDto } from '#contracts';
import { Search } from './support/search.js';
import { TestStack, eventually, permitted, problemOf } from './support/stack.js';

jest.setTimeout(120_000);
/** Of Skatteverket's published test numbers, one that no other spec has. */
const NUMBER = '196101122650';
const WRITTEN = '19610112-2650';
const OTHER = 'linkoping/socialnamnden';
const ASKED = {
  purpose: 'subject-access',
  office: 'registrator',
  officer: 'LKP-ON-0077',
  reference: 'ON 2026-00502',
} as const;

describe('search for a person', () => {
  let delge: TestStack;
  let sender: string;
  let recipient: string;
  let messageId: string;
  let referral: SubmitReferralDto;

  beforeAll(async () => {
    delge = await TestStack.shared();
    const { system, recipient: to, referral: body } = permitted();
    [sender, recipient] = [system, to];
    const subject = { name: 'Sextan Provberg', personalIdentityNumber: NUMBER, protection: 'none' };
    referral = { ...body, content: { ...body.content, subject } };
    await delge.sandbox.client(sender).submit(referral);
    messageId = (await delge.settled(sender, referral.id, ['fetched']))[0]?.messageId ?? '';
  });

  const found = async (authority: string, personalIdentityNumber = WRITTEN): Promise<readonly FoundMessage[]> =>
    (await delge.sandbox.client(authority).searchPersons({ personalIdentityNumber, ...ASKED })).items;

  it('finds at its sender what was sent, at its recipient what was received, and at neither what is about somebody else', async () => {
    const roles = [{ about: 'subject', item: 'subject' }];
    const common = { messageId, type: referral.type, caseId: referral.caseId, roles };
    expect(await found(sender)).toMatchObject([
      { ...common, direction: 'sent', referralId: referral.id, authority: recipient },
    ]);
    expect(await found(recipient, NUMBER)).toMatchObject([{ ...common, direction: 'received', authority: sender }]);
    for (const authority of [sender, recipient]) expect(await found(authority, '196101182803')).toEqual([]);
  });

  it('finds nothing for another nämnd of the same gateway', async () => {
    expect(delge.sandbox.system(OTHER).gateway).toBe(delge.sandbox.system(sender).gateway);
    expect(await found(OTHER)).toEqual([]);
  });

  it('is in the access log of whoever searched, whatever was found, with why and who, and in no other', async () => {
    const asking = delge.sandbox.client(OTHER);
    const { searchId } = await asking.searchPersons({ personalIdentityNumber: NUMBER, ...ASKED });
    const { items } = await asking.accessLog({ limit: '5' });
    const { purpose, ...who } = ASKED;
    expect(items[0]).toMatchObject({
      operation: 'search-persons',
      system: delge.sandbox.system(OTHER).system,
      search: { id: searchId, purpose, ...who },
    });
    const others = (await delge.sandbox.client(sender).accessLog({ limit: '200' })).items;
    expect(others.map(({ search }) => search?.id)).not.toContain(searchId);
    const before = items[0]?.search?.token;
    await found(sender);
    const [own] = (await delge.sandbox.client(sender).accessLog({ limit: '1' })).items;
    expect(own?.search?.token).toMatch(/^[\w-]{43}$/);
    expect(own?.search?.token).not.toBe(before);
  });

  it('refuses what is no number, in words that do not repeat it', async () => {
    const asking = delge.sandbox.client(sender);
    expect(await problemOf(asking.searchPersons({ personalIdentityNumber: '196101122651', ...ASKED }))).toBe(
      'person-search-invalid',
    );
    expect(await problemOf(asking.searchPersons({ personalIdentityNumber: 'Sextan Provberg', ...ASKED }))).toBe(
      'invalid-request',
    );
  });

  it('leaves the number in no log line and in no table of any gateway or of the operator', async () => {
    const search = new Search({ number: NUMBER, written: WRITTEN });
    for (const database of ['operator', 'kommunerna', 'myndigheterna']) {
      const { read, found: there } = await search.tables(delge, database);
      expect(read).toBeGreaterThan(0);
      expect(there).toEqual([]);
    }
    expect(search.files(delge.stack.options.instance.path('log')).found).toEqual([]);
  });

  it('says whether all that was kept before has been looked through', async () => {
    await eventually('all looked through', 60_000, async () => {
      const { complete } = await delge.sandbox
        .client(sender)
        .searchPersons({ personalIdentityNumber: NUMBER, ...ASKED });
      return complete ? true : undefined;
    });
  });

  it('drafts the answer to the data subject from a number that is piped in', async () => {
    const main = join(process.env['DELGE_ROOT'] ?? process.cwd(), 'dist/apps/cli/src/main.js');
    const args = ['--office', ASKED.office, '--officer', ASKED.officer, '--reference', ASKED.reference, '--as', sender];
    const sandbox = join(delge.stack.options.dir, 'sandbox.json');
    const told = await new Promise<{ readonly out: string; readonly err: string; readonly failed: boolean }>((done) => {
      const child = execFile(
        process.execPath,
        [main, '--sandbox', sandbox, 'registerutdrag', '-', ...args],
        (error, out, err) => done({ out, err, failed: error !== null }),
      );
      child.stdin?.end(`${WRITTEN}\n`);
    });
    expect([told.failed, told.err]).toEqual([false, expect.stringContaining('none of them assessed')]);
    expect(told.out).toContain(messageId);
    expect(told.out).toContain('[ ] prövas');
    expect(told.out).toMatch(/Rättslig grund: lag \(2008:206\)/);
    expect(told.out + told.err).not.toMatch(/19610112|2650|Sextan/);
  });
});

import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditorVisit, auditorIn } from './support/auditor-visit.js';
import { cli } from './support/cli.js';
import { TestStack, eventually, permitted } from './support/stack.js';

jest.setTimeout(240_000);
const FOLLOWED_MS = 60_000;

describe('the console', () => {
  let delge: TestStack;
  let messageId: string;
  let caseId: string;
  let sender: string;
  let assignment: string;
  let rut: AuditorVisit;
  let rune: AuditorVisit;

  beforeAll(async () => {
    delge = await TestStack.shared();
    const base = delge.stack.url('console');
    [rut, rune] = [new AuditorVisit(base), new AuditorVisit(base)];
    const { system, referral } = permitted();
    [sender, caseId] = [system, referral.caseId];
    await delge.sandbox.client(system).submit(referral);
    messageId = (await delge.settled(system, referral.id, ['fetched']))[0]?.messageId ?? '';
  });

  it('shows whoever has no assignment an id to be granted one to, and nothing else', async () => {
    const page = await rut.logIn('test-rut');
    expect(auditorIn(page)).toHaveLength(43);
    expect(page).not.toContain('Testgranskare');
    for (const path of ['/utlamnanden', `/utlamnanden/${messageId}`, `/arenden/${caseId}`, '/statistik', '/logg'])
      expect((await rut.get(path))[0]).toBe(303);
  });

  it("shows an auditor what an administrator's grant covers, once it is chosen", async () => {
    const [, before] = await rut.get('/uppdrag');
    const { code, out, err } = await cli(
      ...['--sandbox', join(delge.stack.options.dir, 'sandbox.json'), 'assignment', 'grant', '--yes'],
      ...['--authority', sender, '--auditor', auditorIn(before), '--provision', 'municipal-audit'],
      ...['--diary-number', 'REV 2026:17', '--from', '2020-01-01', '--expires', inAYear()],
    );
    expect([code, err]).toEqual([0, expect.any(String)]);
    ({ assignment } = JSON.parse(out) as { readonly assignment: string });
    await eventually('the grant is followed', FOLLOWED_MS, async () =>
      (await rut.get('/uppdrag'))[1].includes(assignment) ? true : undefined,
    );
    expect((await rut.get('/utlamnanden'))[0]).toBe(303);
    expect((await rut.post('/uppdrag', { assignment })).headers.get('location')).toBe('/utlamnanden');
    const found = await eventually('the disclosure is followed', FOLLOWED_MS, async () => {
      const [status, page] = await rut.get(`/utlamnanden?message=${messageId}`);
      return status === 200 && page.includes(`/utlamnanden/${messageId}`) ? page : undefined;
    });
    expect(found).toContain('1 utlämnande');
    expect(found).toContain('REV 2026:17');
  });

  it('opens a disclosure with its verdict and what has happened, in both languages', async () => {
    const [status, page] = await rut.get(`/utlamnanden/${messageId}`);
    expect(status).toBe(200);
    for (const part of ['inget formellt hinder', 'Påstådd av servern', 'teknisk kvittens'])
      expect(page).toContain(part);
    const [, english] = await rut.get(`/utlamnanden/${messageId}?lang=en`);
    for (const part of ['no formal obstacle', 'Claimed by the server', 'technical receipt'])
      expect(english).toContain(part);
    await rut.get('/?lang=sv');
  });

  it.each(['/nekade', '/nekade?by=gateway', '/kvittenser', '/floden', '/statistik', '/lagen', '/logg'])(
    '%s stands on the real log',
    async (path) => {
      const [status, page] = await rut.get(path);
      expect([status, page.includes('<h1>')]).toEqual([200, true]);
    },
  );

  it('follows a case', async () => {
    const [status, page] = await rut.get(`/arenden/${caseId}`);
    expect(status).toBe(200);
    expect(page).toContain(messageId);
  });

  it('exports what was searched, with a cover sheet that the command line verifies', async () => {
    const begun = await rut.post('/export', { query: `message=${messageId}`, format: 'csv' });
    expect(begun.status).toBe(303);
    const at = begun.headers.get('location') ?? '';
    await eventually('the file is made', FOLLOWED_MS, async () =>
      (await rut.get(at))[1].includes(`${at}/fil`) ? true : undefined,
    );
    const [, text] = await rut.get(`${at}/fil`);
    const lines = text.trim().split(/\r?\n/);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(messageId);
    const folder = mkdtempSync(join(tmpdir(), 'delge-export-'));
    const [file, cover] = [join(folder, 'file.csv'), join(folder, 'file.cover')];
    writeFileSync(file, `\uFEFF${text.replace(/^\uFEFF/, '')}`);
    writeFileSync(cover, (await rut.get(`${at}/forsattsblad`))[1]);
    const trust = ['--trust', join(delge.stack.options.dir, 'trust.json')];
    const held = await cli('verify-export', file, cover, ...trust);
    expect([held.code, held.out, held.err]).toEqual([0, expect.stringContaining('message='), '']);
    writeFileSync(file, `${text}x`);
    expect((await cli('verify-export', file, cover, ...trust)).code).toBe(2);
    rmSync(folder, { recursive: true });
  });

  it("shows another auditor nothing of it, who cannot choose another's assignment either", async () => {
    await rune.logIn('test-rune');
    expect((await rune.post('/uppdrag', { assignment })).status).toBe(404);
    expect((await rune.get(`/utlamnanden/${messageId}`))[0]).toBe(303);
  });

  it('does not show what lies outside the assignment', async () => {
    expect((await rut.get('/utlamnanden/0190d9f0-7a53-7cc0-8cde-8b09c5d9a001'))[0]).toBe(404);
  });

  it('shows nothing once the session has ended', async () => {
    const left = await rut.post('/ut', {});
    expect(left.status).toBe(303);
    expect((await rut.get(`/utlamnanden/${messageId}`))[0]).toBe(303);
    // The identity provider knows the page that it leads back to, which says that one is logged out.
    const provider = new URL(left.headers.get('location') ?? '');
    const back = provider.searchParams.get('post_logout_redirect_uri') ?? '';
    expect(new URL(back).pathname).toBe('/ut');
    expect((await fetch(provider)).status).toBe(200);
    expect(await (await fetch(back, { headers: { accept: 'text/html' } })).text()).toContain('Du är utloggad');
  });
});

const inAYear = (): string => new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);

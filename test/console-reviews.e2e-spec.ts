import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFindingAct, parseSampleAct, typOf } from '#envelope';
import type { FindingAct, SampleAct } from '#envelope';
import { fileDigest, nonceDigest } from '#sampling';
import { AuditorVisit, auditorIn } from './support/auditor-visit.js';
import { cli } from './support/cli.js';
import { TestStack, eventually, permitted } from './support/stack.js';

jest.setTimeout(240_000);
const FOLLOWED_MS = 60_000;
const DIARY = 'REV 2026:78';

describe('a review by two auditors', () => {
  let delge: TestStack;
  let system: string;
  let messageId: string;
  let caseId: string;
  let rut: AuditorVisit;
  let rune: AuditorVisit;
  let [rutsId, runesId]: string[] = [];
  let [rutsAssignment, runesAssignment, runesOther]: string[] = [];
  const nonce = randomBytes(32);

  beforeAll(async () => {
    delge = await TestStack.shared();
    const base = delge.stack.url('console');
    [rut, rune] = [new AuditorVisit(base), new AuditorVisit(base)];
    const { system: own, referral } = permitted();
    system = own;
    caseId = referral.caseId;
    await delge.sandbox.client(system).submit(referral);
    messageId = (await delge.settled(system, referral.id, ['fetched']))[0]?.messageId ?? '';
    rutsId = auditorIn(await rut.logIn('test-rut'));
    runesId = auditorIn(await rune.logIn('test-rune'));
    rutsAssignment = await granted(system, rutsId, DIARY);
    runesAssignment = await granted(system, runesId, DIARY);
    runesOther = await granted(system, runesId, 'REV 2026:79');
    await chosen(rut, rutsAssignment);
    await chosen(rune, runesAssignment);
    await eventually('the disclosure is followed', FOLLOWED_MS, async () =>
      (await rut.get(`/utlamnanden?message=${messageId}`))[1].includes(`/utlamnanden/${messageId}`) ? true : undefined,
    );
  });

  const granted = async (authority: string, auditor: string, diaryNumber: string): Promise<string> => {
    const { code, out, err } = await cli(
      ...['--sandbox', join(delge.stack.options.dir, 'sandbox.json'), 'assignment', 'grant', '--yes'],
      ...['--authority', authority, '--auditor', auditor, '--provision', 'municipal-audit'],
      ...['--diary-number', diaryNumber, '--from', '2020-01-01', '--expires', inAYear()],
    );
    expect([code, err]).toEqual([0, expect.any(String)]);
    return (JSON.parse(out) as { readonly assignment: string }).assignment;
  };
  const chosen = async (who: AuditorVisit, assignment: string | undefined): Promise<void> => {
    await eventually('the grant is followed', FOLLOWED_MS, async () =>
      (await who.get('/uppdrag'))[1].includes(assignment ?? '') ? true : undefined,
    );
    expect((await who.post('/uppdrag', { assignment: assignment ?? '' })).status).toBe(303);
  };
  /** @returns where a form that was taken leads */
  const taken = async (who: AuditorVisit, path: string, form: Readonly<Record<string, string>>): Promise<string> => {
    const answer = await who.post(path, form);
    expect([path, answer.status]).toEqual([path, 303]);
    return answer.headers.get('location') ?? '';
  };
  const shown = async (who: AuditorVisit, path: string): Promise<string> => {
    const [status, page] = await who.get(path);
    expect([path, status]).toEqual([path, 200]);
    return page;
  };
  const acts = async (subject: string): Promise<readonly (SampleAct | FindingAct)[]> => {
    const rows = await delge.sql<{ entry: Buffer }>('operator', `SELECT entry FROM ledger.opening ORDER BY index`);
    return rows
      .map(({ entry }) => entry.toString())
      .flatMap((entry): readonly (SampleAct | FindingAct)[] => {
        if (typOf(entry) === 'delge-sample+jws') return [parseSampleAct(entry).act];
        return typOf(entry) === 'delge-finding+jws' ? [parseFindingAct(entry).act] : [];
      })
      .filter((act) => ('sample' in act ? act.sample : act.finding) === subject);
  };
  const idIn = (address: string): string => address.split('/')[2] ?? '';

  let sample: string;
  let finding: string;

  it('fixes a sample of what was searched, and waits until that is witnessed', async () => {
    const form = {
      query: `message=${messageId}`,
      stratifiedBy: 'recipient',
      size: '5',
      nonceDigest: nonceDigest(nonce),
    };
    sample = idIn(await taken(rut, '/stickprov', form));
    expect(await shown(rut, '/stickprov')).toContain(`/stickprov/${sample}`);
    const page = await eventually('it can be drawn', FOLLOWED_MS, async () => {
      const now = await shown(rut, `/stickprov/${sample}`);
      return now.includes('name="nonce"') ? now : undefined;
    });
    expect(page).toContain('/population.tsv');
    const [fixed] = await acts(sample);
    const population = await shown(rut, `/stickprov/${sample}/population.tsv`);
    expect(fixed).toMatchObject({ kind: 'sample-fixed', auditor: rutsId, population: fileDigest(population) });
  });

  it('draws it by the auditor’s own nonce alone', async () => {
    const wrong = await rut.post(`/stickprov/${sample}/drag`, { nonce: randomBytes(32).toString('base64url') });
    expect(wrong.status).toBe(400);
    await taken(rut, `/stickprov/${sample}/drag`, { nonce: nonce.toString('base64url') });
    expect(await shown(rut, `/stickprov/${sample}`)).toContain(`/stickprov/${sample}/0`);
    expect((await shown(rune, `/stickprov/${sample}/draget.tsv`)).trim().split('\n')).toHaveLength(1);
  });

  it('writes a sheet that a colleague confirms, and signs with a report whose digest stands in the log', async () => {
    await taken(rut, `/stickprov/${sample}/0`, { outcome: 'remark', comment: 'Skälen saknas.' });
    const early = await rut.post(`/stickprov/${sample}/underskrift`, {});
    expect([early.status, await early.text()]).toEqual([400, expect.any(String)]);
    expect(await shown(rut, `/stickprov/${sample}/0`)).not.toContain('name="confirms"');
    const page = await shown(rune, `/stickprov/${sample}/0`);
    expect(page).toContain('Skälen saknas.');
    const confirms = /name="confirms" value="([^"]+)"/.exec(page)?.[1] ?? '';
    await taken(rune, `/stickprov/${sample}/0/intyg`, { confirms, comment: '' });
    await taken(rut, `/stickprov/${sample}/underskrift`, {});
    const report = await shown(rune, `/stickprov/${sample}/rapport.jsonl`);
    expect(report).toContain('Skälen saknas.');
    expect(await shown(rune, `/stickprov/${sample}/rapport`)).toContain('Skälen saknas.');
    const all = await eventually('it stands in the log', FOLLOWED_MS, async () => {
      const found = await acts(sample);
      return found.at(-1)?.kind === 'sample-signed' ? found : undefined;
    });
    expect(all).toMatchObject([
      { kind: 'sample-fixed', auditor: rutsId },
      { kind: 'sample-drawn', auditor: rutsId, nonce: nonce.toString('base64url'), count: 1 },
      { kind: 'item-reviewed', auditor: rutsId, outcome: 'remark', second: false },
      { kind: 'item-reviewed', auditor: runesId, outcome: 'remark', second: true },
      { kind: 'sample-signed', auditor: rutsId, items: 1, remarks: 1, serious: 0 },
    ]);
    expect(all.at(-1)).toMatchObject({ report: createHash('sha256').update(report).digest('base64url') });
  });

  it('holds for whoever has a bundle of the authority, and is drawn again of its population', async () => {
    const { dir } = delge.stack.options;
    const folder = mkdtempSync(join(tmpdir(), 'delge-sample-'));
    const [bundle, population] = [join(folder, 'bundle'), join(folder, 'population.tsv')];
    writeFileSync(population, await shown(rut, `/stickprov/${sample}/population.tsv`));
    const sandbox = ['--sandbox', join(dir, 'sandbox.json')];
    const trust = ['--trust', join(dir, 'trust.json')];
    expect(await cli('export', '--as', system, '--out', bundle, ...sandbox)).toMatchObject({ code: 0, err: '' });
    const verified = await cli('verify', bundle, ...trust, '--json');
    expect([verified.code, JSON.parse(verified.out)]).toMatchObject([0, { findings: [] }]);
    const checked = ['sample', 'check', '--bundle', bundle, ...trust, '--population', population];
    const { code, out } = await cli(...checked);
    expect([code, out]).toEqual([0, expect.stringContaining(sample)]);
    writeFileSync(population, 'another\t0\n');
    expect((await cli(...checked)).code).not.toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('opens a finding that a colleague is assigned, answers, and that is closed', async () => {
    expect(await shown(rut, `/utlamnanden/${messageId}`)).toContain('action="/iakttagelser"');
    const words = { title: 'Skäl saknas', text: 'Bedömningen har inga skäl.', severity: 'remark' };
    finding = idIn(await taken(rut, '/iakttagelser', { ...words, message: messageId }));
    const at = `/iakttagelser/${finding}`;
    expect((await rune.post(`${at}/svar`, { text: 'Vi har sett det.' })).status).toBe(400);
    expect(await shown(rut, at)).toContain(`value="${runesId}"`);
    await taken(rut, `${at}/tilldelning`, { to: runesId ?? '' });
    await taken(rune, `${at}/svar`, { text: 'Vi har sett det.' });
    await taken(rut, `${at}/avslut`, { result: 'accepted', text: 'Det räcker.' });
    const page = await shown(rune, at);
    for (const part of [words.title, words.text, 'Vi har sett det.', 'Det räcker.', 'kollega ', 'svaret godtogs'])
      expect(page).toContain(part);
    expect(page).not.toContain('/avslut');
    const all = await eventually('it stands in the log', FOLLOWED_MS, async () => {
      const found = await acts(finding);
      return found.at(-1)?.kind === 'finding-closed' ? found : undefined;
    });
    expect(all.map(({ kind, auditor }) => [kind, auditor])).toEqual([
      ['finding-opened', rutsId],
      ['finding-assigned', rutsId],
      ['finding-answered', runesId],
      ['finding-closed', rutsId],
    ]);
    expect(JSON.stringify(all)).not.toMatch(/Skäl|sett det|räcker/);
  });

  it('opens findings on a case and on a review sheet too', async () => {
    const words = { title: 'a', text: 'b', severity: 'serious' };
    const onCase = await taken(rut, '/iakttagelser', { ...words, case: caseId });
    const onItem = await taken(rut, '/iakttagelser', { ...words, sample, item: '0' });
    expect(await shown(rune, onCase)).toContain(`/arenden/${caseId}`);
    expect(await shown(rune, onItem)).toContain(`/stickprov/${sample}/0`);
  });

  it('is in English as in Swedish', async () => {
    for (const [path, part] of [
      ['/stickprov', 'New sample'],
      [`/stickprov/${sample}`, 'What stands in the log'],
      [`/iakttagelser/${finding}`, 'the answer was accepted'],
    ] as const)
      expect(await shown(rut, `${path}?lang=en`)).toContain(part);
    await shown(rut, '/stickprov?lang=sv');
  });

  it('does not exist for an assignment with another diary number', async () => {
    await chosen(rune, runesOther);
    expect((await rune.get(`/utlamnanden/${messageId}`))[0]).toBe(200);
    expect(await shown(rune, '/stickprov')).not.toContain(sample);
    expect(await shown(rune, '/iakttagelser')).not.toContain(finding);
    for (const path of [
      `/stickprov/${sample}`,
      `/stickprov/${sample}/0`,
      `/stickprov/${sample}/population.tsv`,
      `/stickprov/${sample}/draget.tsv`,
      `/stickprov/${sample}/rapport`,
      `/stickprov/${sample}/rapport.jsonl`,
      `/iakttagelser/${finding}`,
    ])
      expect([path, (await rune.get(path))[0]]).toEqual([path, 404]);
    for (const [path, form] of [
      [`/stickprov/${sample}/drag`, { nonce: nonce.toString('base64url') }],
      [`/stickprov/${sample}/0`, { outcome: 'nothing', comment: '' }],
      [`/stickprov/${sample}/underskrift`, {}],
      ['/iakttagelser', { title: 'a', text: 'b', severity: 'remark', sample, item: '0' }],
      [`/iakttagelser/${finding}/svar`, { text: 'a' }],
    ] as const)
      expect([path, (await rune.post(path, form)).status]).toEqual([path, 404]);
  });

  it('is of nothing outside the assignment', async () => {
    const nothing = '0190d9f0-7a53-7cc0-8cde-8b09c5d9a001';
    const words = { title: 'a', text: 'b', severity: 'remark' };
    expect((await rut.post('/iakttagelser', { ...words, message: nothing })).status).toBe(404);
    const form = { query: `message=${nothing}`, stratifiedBy: 'none', size: '5', nonceDigest: nonceDigest(nonce) };
    expect((await rut.post('/stickprov', form)).status).toBe(400);
  });
});

const inAYear = (): string => new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);

import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Sampling, Scene, aDraft, fakeGateway } from '#testing';
import { Command } from 'commander';
import { entryOf } from './fields.js';
import { markOf } from './marks.js';
import { logCommands } from './print.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';

describe('delge log print', () => {
  let scene: Scene;
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  let lines: readonly {
    readonly idx: string;
    readonly entry: string;
    readonly blind: string;
    readonly annex?: string;
  }[];
  const asked: unknown[] = [];
  beforeAll(async () => {
    scene = await Scene.create();
    lines = scene.acts.map(({ entry, annex }, nth) => ({
      idx: String(nth),
      entry,
      blind: 'x',
      ...(annex === undefined ? {} : { annex }),
    }));
    gateway = await fakeGateway(AUTHORITY, ({ path, body }) => {
      if (path === '/v1/logs/disclosure/checkpoint') return { checkpoint: `origin\n${lines.length + 1}\nroot\n` };
      if (path !== '/v1/logs/disclosure/openings') return undefined;
      const { from, to } = JSON.parse(body) as { readonly from: string; readonly to: string };
      asked.push([from, to]);
      const common = { authority: AUTHORITY, checkpoints: [], ruleSets: [], cooperations: [] };
      if (from === '0') return { ...common, items: lines.slice(0, 3), next: '3' };
      return { ...common, items: [...lines.slice(3), { idx: String(lines.length), erasedBy: '5' }] };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<string> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    logCommands(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)) !== '');
    jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    await program.parseAsync(['node', 'delge', 'log', 'print', ...args, '--as', AUTHORITY]);
    return printed;
  };

  it('knows every field of every kind of entry and of what lies beside it', () => {
    const fields = lines.flatMap((line) => entryOf(line).fields);
    expect(fields.length).toBeGreaterThan(200);
    expect(fields.filter(({ mark, of }) => mark === 'unknown' || of === '?')).toEqual([]);
  });

  it('knows every field of what an auditor did with a sample or a finding', async () => {
    const draft = aDraft(scene);
    const sampling = await Sampling.begin(draft, scene);
    await sampling.fixed();
    await sampling.drawn();
    await sampling.all();
    await sampling.signed();
    await sampling.opened();
    await sampling.assigned('fk/forsakringskassan');
    await sampling.answered();
    await sampling.closed();
    const fields = draft.acts
      .slice(-10)
      .flatMap(({ entry }, nth) => entryOf({ idx: String(nth), entry, blind: 'x' }).fields);
    expect(fields.length).toBeGreaterThan(100);
    expect(fields.filter(({ mark, of }) => mark === 'unknown' || of === '?')).toEqual([]);
  });

  it('takes what it does not know, and what is no statement, for a field to be assessed as a person’s', () => {
    expect(markOf('newMember.inside')).toBe('unknown');
    expect(entryOf({ idx: '1', entry: 'no statement', blind: '' }).fields).toMatchObject([{ mark: 'unknown' }]);
    expect(markOf('toString')).toBe('unknown');
  });

  it('tells persons, officials and parties apart where they stand within each other', () => {
    expect(markOf('claims.items[0].secrecy[1]')).toBe('person');
    expect(markOf('claims.assessments[0].officer')).toBe('official');
    expect(markOf('claims.assessments[0].outcome')).toBe('person');
    expect(markOf('seen[3].recipient')).toBe('party');
    expect(markOf('attachments[0].items[0]')).toBe('person');
  });

  it('prints all pages, each field with a mark and room for an assessment that it never makes', async () => {
    const text = await delge('--mine');
    expect(asked).toEqual([
      ['0', String(lines.length + 1)],
      ['3', String(lines.length + 1)],
    ]);
    expect(text).toContain('Ingen uppgift här är sekretessprövad');
    expect(text).toMatch(/^post 0 {2}decision$/m);
    expect(text).toMatch(/^ {2}\[ \] party {5}sender +"[a-z/-]+"$/m);
    expect(text).toMatch(/^ {2}delge-manifest\+jws$/m);
    expect(text).toContain(`post ${lines.length}  gallrad; det står i post 5`);
    expect(text).not.toMatch(/\[x\]/);
    expect(await delge('--mine', '--lang', 'en')).toContain('No field here has been assessed');
  });

  it('gives programs an entry a line, without an assessment', async () => {
    const entries = (await delge('--mine', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly index: string; readonly fields: readonly object[] });
    expect(entries.map(({ index }) => index)).toEqual([...lines.keys(), lines.length].map(String));
    for (const { fields } of entries) for (const field of fields) expect(field).toMatchObject({ assessment: null });
  });

  it('writes a file that its owner alone can read, and prints nothing of it', async () => {
    const out = join(dirname(gateway.sandbox), 'printed.txt');
    expect(await delge('--mine', '--out', out)).toBe('');
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(out, 'utf8')).toContain('decision');
  });

  it('prints no others', async () => {
    asked.length = 0;
    await expect(delge()).rejects.toThrow('--mine');
    await expect(delge('--mine', '--from', '9', '--to', '2')).rejects.toThrow('no entries');
    expect(asked).toEqual([]);
  });
});

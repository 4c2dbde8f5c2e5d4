import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpeningLineView, OpeningsView } from '#contracts';
import { Scene, aDraft, bounded } from '#testing';
import type { BundleFiles, Draft } from '#testing';
import { verifyBundle } from '#verifier';
import type { Report } from '#verifier';
import { folderSource } from '../verify/folder.js';
import { exportBundle } from './export-bundle.js';
import type { ExportClient } from './export-bundle.js';

const AUTHORITY = 'polis/polismyndigheten';
const PAGE = 2;
const now = new Date('2026-12-01T08:00:00.000Z');

let scene: Scene;
let draft: Draft;
let files: BundleFiles;
let folder: string;
beforeAll(async () => {
  scene = await Scene.create();
  draft = bounded(scene, false, AUTHORITY);
  for (const name of ['erasure', 'delay'] as const) draft.hidden.delete(draft.at(name));
  files = await draft.build();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'delge-export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (...parts: readonly string[]): string => join(folder, ...parts);

/** A gateway that gives pages of two, and goes away when it is told to. */
class Gateway implements ExportClient {
  readonly asked: string[] = [];
  /** Calls that it still answers. */
  left = Infinity;

  private constructor(
    private readonly draft: Draft,
    private readonly files: BundleFiles,
  ) {}

  /** What the authority may see of the scene: its own, and that two of its openings are erased. */
  static of(): Gateway {
    return new Gateway(draft, files);
  }
  sizeAt(): Promise<bigint> {
    return this.answer('size', BigInt(this.draft.leaves.length));
  }
  checkpoint(log: string): Promise<string> {
    return this.answer(
      `${log} checkpoint`,
      Buffer.from(this.file(log === 'keys' ? 'keys/checkpoint' : 'checkpoint')).toString(),
    );
  }
  tile(log: string, path: string): Promise<Uint8Array> {
    return this.answer(`${log} ${path}`, this.file(log === 'keys' ? `keys/${path}` : path));
  }
  openings(from: bigint, to: bigint): Promise<OpeningsView> {
    const all = this.lines('openings/0.jsonl') as OpeningLineView[];
    const within = all.filter(({ idx }) => BigInt(idx) >= from && BigInt(idx) < to);
    const next = within[PAGE]?.idx;
    return this.answer(`openings from ${from}`, {
      authority: AUTHORITY,
      items: within.slice(0, PAGE),
      ...(next === undefined ? {} : { next }),
      checkpoints: this.lines('checkpoints.jsonl') as string[],
      ruleSets: [],
      cooperations: scene.cooperations,
    });
  }

  private file(path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`no ${path}`);
    return bytes;
  }
  private lines(path: string): unknown[] {
    return Buffer.from(this.file(path))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }
  private answer<T>(what: string, value: T): Promise<T> {
    if (this.left === 0) return Promise.reject(new Error('away'));
    this.left -= 1;
    this.asked.push(what);
    return Promise.resolve(value);
  }
}
const verified = (path: string): Promise<Report> => verifyBundle(folderSource(path), scene.trust, { now });

describe('an exported bundle', () => {
  it('holds, its authority’s numbers whole, what is erased told of', async () => {
    await exportBundle(Gateway.of(), at('bundle'), {});
    const report = await verified(at('bundle'));
    expect(report).toMatchObject({ findings: [], conclusion: 'holds', period: { from: '0', bounds: [AUTHORITY] } });
    expect(report.complete).toMatchObject([{ authority: AUTHORITY, from: 1, to: 1, erased: 1 }]);
    expect(report.counts).toMatchObject({ erased: 2, erasures: 1 });
    expect(existsSync(at('bundle.part'))).toBe(false);
    expect(statSync(at('bundle/openings/0.jsonl')).mode & 0o077).toBe(0);
  });

  it('of a period has the erasure that stands after it, and nothing else from there', async () => {
    const to = String(aDraft(scene).at('erasure'));
    await exportBundle(Gateway.of(), at('bundle'), { to });
    const report = await verified(at('bundle'));
    expect(report).toMatchObject({ findings: [], conclusion: 'holds', period: { from: '0', to } });
    expect(report.counts).toMatchObject({ erased: 2, erasures: 1 });
  });

  it('is finished by the call after one that was cut off anywhere, which looks at nothing twice', async () => {
    const whole = Gateway.of();
    await exportBundle(whole, at('whole'), {});
    const pages = whole.asked.filter((what) => what.startsWith('openings'));
    expect(pages.length).toBeGreaterThan(1);
    for (let calls = 0; calls < whole.asked.length; calls += 1) {
      const gateway = Gateway.of();
      gateway.left = calls;
      await expect(exportBundle(gateway, at('cut'), {})).rejects.toThrow('away');
      expect(existsSync(at('cut'))).toBe(false);
      gateway.left = Infinity;
      if (existsSync(at('cut.part/pages.jsonl'))) appendFileSync(at('cut.part/pages.jsonl'), '{"authority":"half');
      await exportBundle(gateway, at('cut'), {});
      expect(gateway.asked.filter((what) => what.startsWith('openings'))).toEqual(pages);
      expect(readFileSync(at('cut/manifest.json'), 'utf8')).toBe(readFileSync(at('whole/manifest.json'), 'utf8'));
      rmSync(at('cut'), { recursive: true });
    }
  });

  it('is not mixed with another that was begun, nor written over one that is there', async () => {
    const gateway = Gateway.of();
    gateway.left = 2;
    await expect(exportBundle(gateway, at('one'), {})).rejects.toThrow('away');
    gateway.left = Infinity;
    await expect(exportBundle(gateway, at('one'), { from: '3' })).rejects.toThrow('another period');
    await exportBundle(gateway, at('one'), {});
    await expect(exportBundle(gateway, at('one'), {})).rejects.toThrow('there already');
  });

  it('takes no folder that it did not begin, and leaves it as it is', async () => {
    mkdirSync(at('mine.part'));
    writeFileSync(at('mine.part/letter'), 'x');
    await expect(exportBundle(Gateway.of(), at('mine'), {})).rejects.toThrow('move it away');
    expect(readFileSync(at('mine.part/letter'), 'utf8')).toBe('x');
  });

  it('is of entries that there are', async () => {
    for (const asked of [{ from: '4', to: '3' }, { to: '1000' }, { from: 'yesterday' }])
      await expect(exportBundle(Gateway.of(), at('none'), asked)).rejects.toThrow(/no entries|neither/);
  });
});

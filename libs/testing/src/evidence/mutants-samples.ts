import { randomBytes } from 'node:crypto';
import { localSigner, sha256Base64url, signFindingAct, signSampleAct } from '#envelope';
import type { FindingAct, PrivateKey, SampleAct } from '#envelope';
import { nodeSha256 } from '#tlog/build';
import { rootOfLeaves } from '#tlog/verify';
import type { Draft } from './draft.js';
import { aDraft, ofLog } from './mutation.js';
import type { Mutation } from './mutation.js';
import { AUDITOR, AUTHORITY, endedIn, grantedIn } from './mutants-assignments.js';
import { lately } from './mutants-together.js';
import { fresh } from './scene.js';
import type { Scene } from './scene.js';

const COLLEAGUE = 'S'.repeat(43);
type Own<Act> = Act extends { readonly kind: infer Kind } ? { readonly kind: Kind } & Partial<Act> : never;

/** Puts what an auditor did with a sample or a finding at the end of the log. @returns its index */
const acted = async (
  draft: Draft,
  scene: Scene,
  own: Own<SampleAct> | Own<FindingAct>,
  signer: PrivateKey = scene.consoleKey,
): Promise<number> => {
  const { keys, at } = lately(draft, scene);
  const env = scene.world.environment;
  const common = { v: 1, env, entryId: fresh(), auditor: AUDITOR, authorities: [AUTHORITY], keys, at };
  const act = { ...common, ...own } as SampleAct | FindingAct;
  const by = localSigner(signer);
  return draft.append(await ('sample' in act ? signSampleAct(by, act) : signFindingAct(by, act)));
};

/** A review by two auditors. */
export class Sampling {
  readonly sample = fresh();
  readonly finding = fresh();
  readonly nonce = randomBytes(32);
  private fixedAt = 0;

  private constructor(
    private readonly draft: Draft,
    private readonly scene: Scene,
    /** Of the auditor and of a colleague. */
    readonly assignments: readonly [string, string],
  ) {}

  static async begin(
    draft: Draft,
    scene: Scene,
    colleague: NonNullable<Parameters<typeof grantedIn>[2]>['said'] = {},
  ): Promise<Sampling> {
    const own = await grantedIn(draft, scene);
    const said = { auditor: COLLEAGUE, ...colleague };
    return new Sampling(draft, scene, [own, await grantedIn(draft, scene, { said })]);
  }

  /** @param change of the act; `auditor` and `assignment` are the first auditor's */
  by(change: Own<SampleAct> | Own<FindingAct>, signer?: PrivateKey): Promise<number> {
    const { sample, finding } = this;
    const subject = change.kind.startsWith('finding') ? { finding } : { sample };
    return acted(this.draft, this.scene, { assignment: this.assignments[0], ...subject, ...change } as never, signer);
  }
  get colleague(): { readonly auditor: string; readonly assignment: string } {
    return { auditor: COLLEAGUE, assignment: this.assignments[1] };
  }

  async fixed(change: object = {}, signer?: PrivateKey): Promise<void> {
    const own = {
      kind: 'sample-fixed',
      ...{ query: sha256Base64url(fresh()), logSize: String(this.draft.to), stratifiedBy: 'outcome' },
      strata: [
        { key: 'deny', population: 1, size: 0 },
        { key: 'permit', population: 3, size: 2 },
      ],
      ...{ population: sha256Base64url(fresh()), nonce: sha256Base64url(this.nonce) },
      ...change,
    } as const;
    this.fixedAt = await this.by(own as Own<SampleAct>, signer);
  }
  /** The checkpoint of this size, as the log has it. */
  checkpoint(size = this.fixedAt + 1): { readonly size: string; readonly root: string } {
    const root = rootOfLeaves(this.draft.leaves.slice(0, size), nodeSha256);
    return { size: String(size), root: Buffer.from(root).toString('base64') };
  }
  async drawn(change: object = {}): Promise<void> {
    const own = { nonce: this.nonce.toString('base64url'), checkpoint: this.checkpoint() };
    const drawn = sha256Base64url(fresh());
    await this.by({ kind: 'sample-drawn', ...own, drawn, count: 2, ...change } as Own<SampleAct>);
  }
  async reviewed(item: number, change: object = {}): Promise<void> {
    const own = { item, sheet: sha256Base64url(fresh()), outcome: 'nothing', second: false };
    await this.by({ kind: 'item-reviewed', ...own, ...change } as Own<SampleAct>);
  }
  /** One item without a remark, and one with one that the colleague confirms. */
  async all(): Promise<void> {
    await this.reviewed(0);
    await this.reviewed(1, { outcome: 'remark' });
    await this.reviewed(1, { outcome: 'remark', second: true, ...this.colleague });
  }
  async signed(change: object = {}): Promise<void> {
    const own = { report: sha256Base64url(fresh()), items: 2, remarks: 1, serious: 0 };
    await this.by({ kind: 'sample-signed', ...own, ...change } as Own<SampleAct>);
  }

  async opened(): Promise<void> {
    await this.by({ kind: 'finding-opened', text: sha256Base64url(fresh()), severity: 'serious' });
  }
  async assigned(to: string): Promise<void> {
    await this.by({ kind: 'finding-assigned', to });
  }
  async answered(change: object = {}): Promise<void> {
    await this.by({ kind: 'finding-answered', text: sha256Base64url(fresh()), ...change });
  }
  async closed(): Promise<void> {
    await this.by({ kind: 'finding-closed', text: sha256Base64url(fresh()), result: 'corrected' });
  }
}

type Alter = (sampling: Sampling, scene: Scene, draft: Draft) => Promise<void>;
const of = (name: string, expect: Mutation['expect'], alter: Alter, start?: typeof aDraft): Mutation =>
  ofLog(
    name,
    expect,
    async (draft, scene) => alter(await Sampling.begin(draft, scene), scene, draft),
    ...(start === undefined ? [] : [start]),
  );

/** Samples that somebody steered or signed too soon, and findings that went astray. */
export const SAMPLE_MUTATIONS: readonly Mutation[] = [
  of('a sample drawn that was never fixed', ['sample-order'], (sampling) => sampling.drawn(), aDraft),
  of('a sample fixed anew when its root was known', ['sample-repeated'], async (sampling) => {
    await sampling.fixed();
    await sampling.fixed();
    await sampling.drawn();
  }),
  of('a sample drawn a second time', ['sample-repeated'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.drawn();
  }),
  of('a sample drawn by a nonce that the auditor chose later', ['sample-nonce'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn({ nonce: randomBytes(32).toString('base64url') });
  }),
  of('a sample drawn by a root that was known when it was fixed', ['sample-checkpoint'], async (sampling, _, draft) => {
    const known = sampling.checkpoint(draft.to);
    await sampling.fixed();
    await sampling.drawn({ checkpoint: known });
  }),
  of('a sample drawn by a root that is not the log’s', ['sample-checkpoint'], async (sampling) => {
    await sampling.fixed();
    const root = randomBytes(32).toString('base64');
    await sampling.drawn({ checkpoint: { ...sampling.checkpoint(), root } });
  }),
  of('a sample drawn by a checkpoint that was still to come', ['sample-checkpoint'], async (sampling, _, draft) => {
    await sampling.fixed();
    const { root } = sampling.checkpoint();
    await sampling.drawn({ checkpoint: { size: String(draft.to + 1), root } });
  }),
  of(
    'a sample for which one root after another was waited for',
    ['sample-later-checkpoint'],
    async (sampling, _, draft) => {
      await sampling.fixed();
      for (let more = 0; more < 5; more += 1) await sampling.opened().then(() => sampling.closed());
      await sampling.drawn({ checkpoint: sampling.checkpoint(draft.to) });
    },
  ),
  of('a population of what came later', ['sample-population'], async (sampling, _, draft) => {
    await sampling.fixed({ logSize: String(draft.to + 100) });
  }),
  of('a sample with more drawn than were fixed', ['sample-size'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn({ count: 3 });
  }),
  of('a sheet of an item that was not drawn', ['sample-size'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.reviewed(2);
  }),
  of('a sheet before the sample was drawn', ['sample-order'], async (sampling) => {
    await sampling.fixed();
    await sampling.reviewed(0);
  }),
  of('a second pair of eyes that are the first', ['sample-eyes'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.reviewed(0, { outcome: 'serious' });
    await sampling.reviewed(0, { outcome: 'serious', second: true });
  }),
  of('a second pair of eyes that saw something else', ['sample-eyes'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.reviewed(0, { outcome: 'serious' });
    await sampling.reviewed(0, { outcome: 'nothing', second: true, ...sampling.colleague });
  }),
  of('a sample signed with an item that nobody reviewed', ['sample-report'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.reviewed(0);
    await sampling.signed({ remarks: 0 });
  }),
  of('a sample signed with a remark that nobody confirmed', ['sample-report'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.all();
    await sampling.reviewed(1, { outcome: 'remark' });
    await sampling.signed();
  }),
  of('a sample signed with fewer remarks than its sheets have', ['sample-report'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.all();
    await sampling.signed({ remarks: 0 });
  }),
  of('a sheet written after the sample was signed', ['sample-order'], async (sampling) => {
    await sampling.fixed();
    await sampling.drawn();
    await sampling.all();
    await sampling.signed();
    await sampling.reviewed(1);
  }),
  ofLog('a sheet by an auditor of another review', ['review-foreign'], async (draft, scene) => {
    const sampling = await Sampling.begin(draft, scene, { diaryNumber: 'RIR 2026/78' });
    await sampling.fixed();
    await sampling.drawn();
    await sampling.reviewed(0, sampling.colleague);
  }),
  of('a sample fixed under a colleague’s assignment', ['assignment-bounds'], async (sampling) => {
    await sampling.fixed({ assignment: sampling.assignments[1] });
  }),
  of('a sample of authorities that the assignment does not have', ['assignment-bounds'], async (sampling) => {
    await sampling.fixed({ authorities: [AUTHORITY, 'skv/skatteverket'] });
  }),
  of('a sample drawn when the assignment was over', ['assignment-over'], async (sampling, scene, draft) => {
    await sampling.fixed();
    await endedIn(draft, scene, sampling.assignments[0]);
    await sampling.drawn();
  }),
  of('a sample that the console did not record', ['entry-key'], (sampling, scene) => sampling.fixed({}, scene.access)),
  of('a finding answered that was never opened', ['finding-order'], (sampling) => sampling.answered(), aDraft),
  of('a finding opened twice', ['finding-repeated'], async (sampling) => {
    await sampling.opened();
    await sampling.opened();
  }),
  of('a finding answered by who was not to', ['finding-answer'], async (sampling) => {
    await sampling.opened();
    await sampling.assigned(COLLEAGUE);
    await sampling.answered();
  }),
  of('a finding answered that nobody was to answer', ['finding-order'], async (sampling) => {
    await sampling.opened();
    await sampling.answered();
  }),
  of('a finding answered after it was closed', ['finding-order'], async (sampling) => {
    await sampling.opened();
    await sampling.assigned(AUTHORITY);
    await sampling.closed();
    await sampling.answered();
  }),
];

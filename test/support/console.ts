import { randomBytes, randomUUID } from 'node:crypto';
import { localSigner, sha256Base64url, signAssignment, signAssignmentNotice } from '#envelope';
import type { Assignment, AssignmentGranted, AssignmentNotice, PrivateKey } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { Draft } from '#testing';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { ProjectLog } from '../../apps/console/src/application/project-log.js';
import type { Fed, ProjectionStore } from '../../apps/console/src/application/project-log.js';
import { silent } from './databases.js';

/** A scene's log as the ledger's feed gives it, to be bent, and the follower that reads it. */
export class FedScene {
  /** What the ledger gives otherwise than it should. */
  bend: (fed: Fed) => Fed = (fed) => fed;
  checkpoint: () => string = () => this.draft.checkpoint();
  crash: (point: string) => void = () => undefined;
  /** Openings asked for, by index. */
  readonly asked: bigint[] = [];

  constructor(
    private readonly draft: Draft,
    private readonly store: ProjectionStore,
    private readonly batch = 7,
  ) {}

  follow(): ReturnType<ProjectLog['execute']> {
    return this.projecting().execute();
  }
  rebuild(): ReturnType<ProjectLog['execute']> {
    return this.projecting().rebuild();
  }

  /** As the process that follows makes it when it starts. */
  projecting(): ProjectLog {
    const { scene } = this.draft;
    const { world } = scene;
    return new ProjectLog(
      {
        checkpoint: () => Promise.resolve(this.checkpoint()),
        openings: (from, limit) => Promise.resolve(this.openings(from, limit)),
      },
      this.store,
      scene.trust,
      { at: (size) => Promise.resolve(this.keysAt(size)), newest: () => scene.snapshot },
      { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 },
      this.batch,
      world.clock.now,
      silent,
      (point) => this.crash(point),
    );
  }

  private keysAt(size: bigint): Snapshot | undefined {
    const { snapshot } = this.draft.scene;
    return size > snapshot.size ? undefined : snapshot;
  }

  private openings(from: bigint, limit: number): readonly Fed[] {
    this.asked.push(from);
    const { leaves, acts, erased, first } = this.draft;
    return leaves.slice(Number(from), Number(from) + limit).map((leaf, at) => {
      const index = Number(from) + at;
      const act = acts[index - first];
      const opening =
        act === undefined || erased.has(index)
          ? {}
          : {
              opening: {
                entry: act.entry,
                blind: act.blind,
                ...(act.annex === undefined ? {} : { annex: act.annex }),
              },
            };
      return this.bend({ index: BigInt(index), leaf, ...opening });
    });
  }
}

const GRANTED = ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'] as const;

/** Puts an assignment into the log, signed by who grants it. @param signer absent: an administrator of the participant */
export async function granted(
  draft: Draft,
  change: Partial<AssignmentGranted> & Pick<AssignmentGranted, 'auditor'>,
  signer?: PrivateKey,
): Promise<AssignmentGranted> {
  const { world } = draft.scene;
  const statement: AssignmentGranted = {
    v: 1,
    kind: 'assignment-granted',
    env: world.environment,
    assignment: randomUUID(),
    authorities: GRANTED,
    provision: 'municipal-audit',
    diaryNumber: 'REV 2026/17',
    period: { from: '2020-01-01' },
    fields: ['parties'],
    // The database judges by its own day.
    expires: '2999-01-01',
    at: world.clock.now().toISOString(),
    ...change,
  };
  await noticed(draft, statement, statement.authorities, signer);
  return statement;
}

/** Puts the end of an assignment into the log. */
export const ended = (
  draft: Draft,
  { assignment, authorities }: AssignmentGranted,
  signer?: PrivateKey,
): Promise<void> =>
  noticed(
    draft,
    {
      v: 1,
      kind: 'assignment-ended',
      env: draft.scene.world.environment,
      assignment,
      at: draft.scene.world.clock.now().toISOString(),
    },
    authorities,
    signer,
  );

const noticed = async (
  draft: Draft,
  statement: Assignment,
  authorities: readonly string[],
  signer?: PrivateKey,
): Promise<void> => {
  const { scene } = draft;
  const [participant = ''] = (authorities[0] ?? '').split('/');
  const administrator = signer ?? (scene.world.keys.administrators[participant] as PrivateKey);
  const annex = await signAssignment(localSigner(administrator), statement);
  const { size, rootBase64: root } = scene.snapshot;
  const notice: AssignmentNotice = {
    v: 1,
    kind: statement.kind,
    env: scene.world.environment,
    entryId: randomUUID(),
    assignment: statement.assignment,
    authorities,
    statementSha256: sha256Base64url(annex),
    keys: { size: size.toString(), root },
    at: scene.world.clock.now().toISOString(),
  };
  draft.append(await signAssignmentNotice(localSigner(scene.access), notice), annex);
};

export const someOctets = (): Buffer => randomBytes(32);

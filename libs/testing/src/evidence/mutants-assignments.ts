import {
  ASSIGNMENT_FIELDS,
  localSigner,
  parseDecision,
  sha256Base64url,
  signAssignment,
  signAssignmentNotice,
  signSearch,
} from '#envelope';
import type { Assignment, AssignmentGranted, AssignmentNotice, PrivateKey, Search } from '#envelope';
import type { Draft } from './draft.js';
import { aDraft, ofLog } from './mutation.js';
import type { Mutation } from './mutation.js';
import { looked, seenOf } from './mutants-looks.js';
import { lately } from './mutants-together.js';
import { fresh } from './scene.js';
import type { Scene } from './scene.js';

export const AUDITOR = 'R'.repeat(43);
export const AUTHORITY = 'fk/forsakringskassan';
const DAY_MS = 86_400_000;

export interface Granting {
  readonly said?: Partial<AssignmentGranted>;
  readonly noticed?: Partial<AssignmentNotice>;
  readonly key?: PrivateKey;
  readonly signer?: PrivateKey;
}

/** Puts a statement about an assignment at the end of the log, as the ledger takes it. */
const taken = async (
  draft: Draft,
  scene: Scene,
  said: Assignment,
  { noticed = {}, key = scene.world.keys.administrators['fk'] as PrivateKey, signer = scene.access }: Granting,
): Promise<void> => {
  const { keys, at } = lately(draft, scene);
  const annex = await signAssignment(localSigner(key), said);
  const authorities = said.kind === 'assignment-granted' ? said.authorities : [AUTHORITY];
  const { kind, env, assignment } = said;
  const notice = { v: 1, kind, env, assignment, authorities, entryId: fresh(), keys, at } as const;
  const signed = { ...notice, statementSha256: sha256Base64url(annex), ...noticed };
  draft.append(await signAssignmentNotice(localSigner(signer), signed), annex);
};

/** @returns id of an assignment that covers what `AUTHORITY` sent and received */
export const grantedIn = async (draft: Draft, scene: Scene, granting: Granting = {}): Promise<string> => {
  const { at } = lately(draft, scene);
  const day = (days: number): string => new Date(Date.parse(at) + days * DAY_MS).toISOString().slice(0, 10);
  const said: AssignmentGranted = {
    v: 1,
    kind: 'assignment-granted',
    env: scene.world.environment,
    assignment: fresh(),
    authorities: [AUTHORITY],
    auditor: AUDITOR,
    provision: 'state-audit',
    diaryNumber: 'RIR 2026/77',
    period: { from: day(-60) },
    fields: ASSIGNMENT_FIELDS,
    expires: day(60),
    at,
    ...granting.said,
  };
  await taken(draft, scene, said, granting);
  return said.assignment;
};
export const endedIn = async (
  draft: Draft,
  scene: Scene,
  assignment: string,
  granting: Granting = {},
): Promise<void> => {
  const { at } = lately(draft, scene);
  await taken(draft, scene, { v: 1, kind: 'assignment-ended', env: scene.world.environment, assignment, at }, granting);
};

/** Puts a search within an assignment at the end of the log. */
export const searched = async (
  draft: Draft,
  scene: Scene,
  assignment: string,
  { said = {}, signer = scene.consoleKey }: { readonly said?: Partial<Search>; readonly signer?: PrivateKey } = {},
): Promise<void> => {
  const { keys, at } = lately(draft, scene);
  const search: Search = {
    v: 1,
    kind: 'search',
    env: scene.world.environment,
    entryId: fresh(),
    auditor: AUDITOR,
    assignment,
    authorities: [AUTHORITY],
    query: sha256Base64url(fresh()),
    shown: 3,
    keys,
    at,
    ...said,
  };
  draft.append(await signSearch(localSigner(signer), search));
};

/** Puts a look by the auditor at the end of the log. */
export const reviewed = async (
  draft: Draft,
  scene: Scene,
  assignment: string,
  change: Parameters<typeof looked>[2] = {},
): Promise<void> => {
  const own = { auditor: AUDITOR, assignment, seen: [seenOf(draft, 'permit'), seenOf(draft, 'technical')] };
  await looked(draft, scene, { ...own, ...change });
};

/** What an auditor was shown that nobody let in, or beyond what was granted. */
export const ASSIGNMENT_MUTATIONS: readonly Mutation[] = [
  ofLog('an assignment that another participant grants', ['annex-key'], async (draft, scene, random) => {
    const slug = random.pick(['linkoping', 'skv']);
    await grantedIn(draft, scene, { key: scene.world.keys.administrators[slug] as PrivateKey });
  }),
  ofLog('an assignment that a jurist grants', ['annex-key'], async (draft, scene) => {
    await grantedIn(draft, scene, { key: scene.world.keys.jurists['fk'] as PrivateKey });
  }),
  ofLog('an assignment of an authority that its notice does not name', ['annex-binding'], async (draft, scene) => {
    await grantedIn(draft, scene, { noticed: { authorities: ['skv/skatteverket'] } });
  }),
  ofLog('an assignment under a notice of another', ['annex-binding'], async (draft, scene) => {
    await grantedIn(draft, scene, { noticed: { assignment: fresh() } });
  }),
  ofLog('an assignment that the ledger did not take', ['entry-key'], async (draft, scene, random) => {
    await grantedIn(draft, scene, { signer: random.pick([scene.consoleKey, scene.world.keys.decision]) });
  }),
  ofLog('an assignment for longer than two years', ['assignment-term'], async (draft, scene) => {
    await grantedIn(draft, scene, { said: { expires: '2036-01-01' } });
  }),
  ofLog('an assignment granted twice', ['assignment-repeated'], async (draft, scene) => {
    const assignment = await grantedIn(draft, scene);
    await grantedIn(draft, scene, { said: { assignment } });
  }),
  ofLog('an assignment that another participant ends', ['annex-key'], async (draft, scene) => {
    const assignment = await grantedIn(draft, scene);
    await endedIn(draft, scene, assignment, { key: scene.world.keys.administrators['skv'] as PrivateKey });
  }),
  ofLog('an assignment ended as if it were of other authorities', ['annex-binding'], async (draft, scene) => {
    const assignment = await grantedIn(draft, scene);
    const key = scene.world.keys.administrators['skv'] as PrivateKey;
    await endedIn(draft, scene, assignment, { key, noticed: { authorities: ['skv/skatteverket'] } });
  }),
  ofLog(
    'a search without an assignment',
    ['assignment-unknown'],
    async (draft, scene) => searched(draft, scene, fresh()),
    aDraft,
  ),
  ofLog(
    'a look by an auditor before it was granted',
    ['assignment-unknown'],
    async (draft, scene) => {
      const assignment = fresh();
      await reviewed(draft, scene, assignment);
      await grantedIn(draft, scene, { said: { assignment } });
    },
    aDraft,
  ),
  ofLog('a search signed by a key that is not the console’s', ['entry-key'], async (draft, scene, random) => {
    const signer = random.pick([scene.access, scene.world.keys.decision]);
    await searched(draft, scene, await grantedIn(draft, scene), { signer });
  }),
  ofLog('a search by another auditor', ['assignment-bounds'], async (draft, scene) => {
    await searched(draft, scene, await grantedIn(draft, scene), { said: { auditor: 'S'.repeat(43) } });
  }),
  ofLog('an export of other authorities’', ['assignment-bounds'], async (draft, scene) => {
    const said = { kind: 'export', authorities: ['fk/forsakringskassan', 'skv/skatteverket'] } as const;
    await searched(draft, scene, await grantedIn(draft, scene), { said });
  }),
  ofLog('a search after the assignment was ended', ['assignment-over'], async (draft, scene) => {
    const assignment = await grantedIn(draft, scene);
    await endedIn(draft, scene, assignment);
    await searched(draft, scene, assignment);
  }),
  ofLog('a search on the day on which the assignment expires', ['assignment-over'], async (draft, scene) => {
    const expires = lately(draft, scene).at.slice(0, 10);
    await searched(draft, scene, await grantedIn(draft, scene, { said: { expires } }));
  }),
  ofLog('a look by an auditor after the assignment was ended', ['assignment-over'], async (draft, scene) => {
    const assignment = await grantedIn(draft, scene);
    await endedIn(draft, scene, assignment);
    await reviewed(draft, scene, assignment);
  }),
  ofLog('a look by another auditor', ['assignment-bounds'], async (draft, scene) => {
    await reviewed(draft, scene, await grantedIn(draft, scene), { auditor: 'S'.repeat(43) });
  }),
  ofLog('a look by an auditor at what another authority sent', ['assignment-bounds'], async (draft, scene) => {
    const seen = [seenOf(draft, 'other-permit')];
    await reviewed(draft, scene, await grantedIn(draft, scene), { authority: 'skv/skatteverket', seen });
  }),
  ofLog('a look by an auditor at what was decided before the period', ['assignment-bounds'], async (draft, scene) => {
    const decided = Date.parse(parseDecision(draft.act('permit').entry).decision.decidedAt);
    const from = new Date(decided + 2 * DAY_MS).toISOString().slice(0, 10);
    await reviewed(draft, scene, await grantedIn(draft, scene, { said: { period: { from } } }));
  }),
  ofLog('a look by an auditor at more than the fields granted', ['assignment-bounds'], async (draft, scene, random) => {
    const fields = random.pick([['parties', 'receipts'], ['parties']] as const);
    await reviewed(draft, scene, await grantedIn(draft, scene, { said: { fields } }));
  }),
];

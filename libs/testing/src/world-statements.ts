import { createHash } from 'node:crypto';
import type { PrivateKey } from '#envelope';
import { basisVersionIds, ruleSetDigest, ruleSets } from '#legal-basis';
import { cooperationCommitment } from '#snapshot';
import type { CooperationOpening, StatementBody } from '#snapshot';
import type { SandboxDirectory } from './examples.js';
import { publicJwk } from './world-keys.js';
import type { WorldKeys } from './world-keys.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const slugOf = (authority: string): string => authority.split('/')[0] ?? '';

export interface PlannedStatement {
  readonly body: StatementBody;
  readonly principal: PrivateKey;
  /** Countersigners besides the two operators. */
  readonly more?: readonly PrivateKey[];
}

const of = (keys: Readonly<Record<string, PrivateKey>>, holder: string): PrivateKey => {
  const found = keys[holder];
  if (found === undefined) throw new Error(`${holder} has no such key`);
  return found;
};

/** What the world's keys log says, in the order in which each statement can stand on those before it. */
export const planOf = (
  directory: SandboxDirectory,
  keys: WorldKeys,
): { readonly statements: readonly PlannedStatement[]; readonly openings: readonly CooperationOpening[] } => {
  const openings = directory.cooperations.map((decided): CooperationOpening => {
    const { cooperation: id, parties, from, until } = decided;
    return { id, parties, from, blind: 'A'.repeat(43), ...(until === undefined ? {} : { until }) };
  });
  const statements = [
    ...participants(directory, keys),
    ...gateways(directory, keys),
    ...authorities(directory, keys),
    ...rules(directory, keys),
    ...openings.map((opening): PlannedStatement => {
      const [party] = opening.parties.filter((id) => keys.administrators[slugOf(id)] !== undefined);
      const body = { kind: 'cooperation-decided', cooperation: opening.id } as const;
      const principal = of(keys.administrators, slugOf(party ?? ''));
      return { body: { ...body, commitment: cooperationCommitment(opening) }, principal };
    }),
  ];
  return { statements, openings };
};

const participants = (directory: SandboxDirectory, keys: WorldKeys): readonly PlannedStatement[] => [
  ...directory.participants.flatMap(({ slug, organisationNumber, nameSv, nameEn }): PlannedStatement[] => {
    const principal = of(keys.administrators, slug);
    const participant = { slug, organisationNumber: organisationNumber.replace('-', ''), nameSv, nameEn };
    const jurist = publicJwk(of(keys.jurists, slug));
    return [
      { body: { kind: 'participant-enrolled', participant, administratorKey: publicJwk(principal) }, principal },
      { body: { kind: 'key-added', holder: `participant:${slug}`, use: 'jurist', key: jurist }, principal },
    ];
  }),
  {
    body: { kind: 'key-added', holder: 'exchange', use: 'decision', key: publicJwk(keys.decision) },
    principal: keys.operators[0],
  },
];

const gateways = (directory: SandboxDirectory, keys: WorldKeys): readonly PlannedStatement[] =>
  directory.gateways.map(({ id, operatedBy }) => ({
    body: {
      kind: 'gateway-enrolled',
      gateway: id,
      operatedBy,
      manifestKey: publicJwk(of(keys.manifests, id)),
      witnessKey: publicJwk(of(keys.witnesses, id)),
    },
    principal: of(keys.administrators, operatedBy),
  }));

const authorities = (directory: SandboxDirectory, keys: WorldKeys): readonly PlannedStatement[] =>
  directory.authorities.map(({ functions, gateway, ...authority }) => ({
    body: {
      kind: 'authority-enrolled',
      authority,
      functions,
      gateway,
      documentKey: publicJwk(of(keys.documents, authority.id)),
      sealingKey: publicJwk(of(keys.sealings, authority.id)),
    },
    principal: of(keys.administrators, slugOf(authority.id)),
  }));

/** Every rule set, released by two jurists and adopted whole by everybody. */
const rules = (directory: SandboxDirectory, keys: WorldKeys): readonly PlannedStatement[] =>
  ruleSets.flatMap((ruleSet): PlannedStatement[] => {
    const { number, date } = ruleSet;
    const [first, second] = Object.values(keys.jurists) as [PrivateKey, PrivateKey];
    const sha = ruleSetDigest(ruleSet, sha256);
    return [
      {
        body: { kind: 'rule-set-released', number, date, sha256: sha, engineVersion: ruleSet.engine ?? 1 },
        principal: first,
        more: [second],
      },
      ...directory.authorities.map(({ id: authority }): PlannedStatement => ({
        body: { kind: 'rules-adopted', authority, ruleSet: number, versions: basisVersionIds(ruleSet) },
        principal: of(keys.jurists, slugOf(authority)),
      })),
    ];
  });

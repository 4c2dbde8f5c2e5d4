import { randomUUID } from 'node:crypto';
import { broughtKeys, parseEntry, signEntry } from '#snapshot';
import type { StatementBody } from '#snapshot';
import type { Signer } from '#envelope';
import { canonicalize } from '#json';
import type { RuleSet } from '#legal-basis';
import { answerChallenge } from '../keys/possession.js';
import type { Brought } from '../keys/possession.js';

/** Something to state at the registry, and who states it. */
export interface Planned {
  readonly body: StatementBody;
  readonly principal: Signer;
  readonly countersigners: readonly Signer[];
  /** Private halves of the keys that it brings, but the principal's. */
  readonly brought?: Brought;
  /** What the statement releases, which goes with it. */
  readonly ruleSet?: RuleSet;
}

/** Signs a statement and gives it to the registry. @returns its id @throws with what the registry answered */
export async function state(registry: string, env: string, planned: Planned): Promise<string> {
  const { body, principal, countersigners, brought = { signers: [] }, ruleSet } = planned;
  const statement = { ...body, env, id: randomUUID(), issuedAt: new Date().toISOString() };
  const entry = await signEntry(statement, principal, countersigners, brought.signers);
  if (ruleSet === undefined) await give(registry, entry, brought);
  else {
    const release = canonicalize({ entry: Buffer.from(entry).toString('latin1'), ruleSet });
    await send(`${registry}/v1/rule-sets`, 'POST', { 'content-type': 'application/json' }, release, body.kind);
  }
  return statement.id;
}

/** Gives a signed entry to the registry, and shows that the sealing key which it brings is there. @throws with what the registry answered */
export async function give(registry: string, entry: Uint8Array, { sealing }: Partial<Brought>): Promise<void> {
  const { statement, principal } = parseEntry(entry);
  const { holder } = broughtKeys(statement).find(({ key }) => key.kid === sealing?.key.kid) ?? {};
  const possession =
    sealing === undefined || holder === undefined
      ? {}
      : {
          'delge-possession': await answerChallenge(registry, sealing, {
            env: statement.env,
            holder,
            line: principal.text,
          }),
        };
  const text = Buffer.from(entry).toString('latin1');
  const headers = { 'content-type': 'text/plain', ...possession };
  await send(`${registry}/v1/statements`, 'POST', headers, text, statement.kind);
}

export const send = async (
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  what: string,
): Promise<void> => {
  const response = await fetch(url, { method, headers, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`the registry refused ${what}: ${response.status} ${text}`);
};

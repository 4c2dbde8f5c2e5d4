import { randomUUID } from 'node:crypto';
import { signEntry } from '#snapshot';
import type { StatementBody } from '#snapshot';
import type { Signer } from '#envelope';
import { canonicalize } from '#json';
import type { RuleSet } from '#legal-basis';

/** Something to state at the registry, and who states it. */
export interface Planned {
  readonly body: StatementBody;
  readonly principal: Signer;
  readonly countersigners: readonly Signer[];
  /** What the statement releases, which goes with it. */
  readonly ruleSet?: RuleSet;
}

/** Signs a statement and gives it to the registry. @returns its id @throws with what the registry answered */
export async function state(
  registry: string,
  env: string,
  { body, principal, countersigners, ruleSet }: Planned,
): Promise<string> {
  const statement = { ...body, env, id: randomUUID(), issuedAt: new Date().toISOString() };
  const entry = Buffer.from(await signEntry(statement, principal, countersigners)).toString('latin1');
  if (ruleSet === undefined) await send(`${registry}/v1/statements`, 'POST', 'text/plain', entry, body.kind);
  else await send(`${registry}/v1/rule-sets`, 'POST', 'application/json', canonicalize({ entry, ruleSet }), body.kind);
  return statement.id;
}

export const send = async (url: string, method: string, type: string, body: string, what: string): Promise<void> => {
  const response = await fetch(url, { method, headers: { 'content-type': type }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`the registry refused ${what}: ${response.status} ${text}`);
};

import type { Command } from 'commander';
import { countersign } from '#snapshot';
import type { Trust } from '#snapshot';
import type { Signer } from '#envelope';
import { described } from './describe.js';
import { readRequest, readTrustFile, signerFrom, writeRequest } from './request.js';
import type { ReadRequest } from './request.js';

interface Options {
  readonly operatorKey?: string;
  readonly trust: string;
}

/** @returns the request's lines with one more @throws unless the key is an operator's of trust.json that has not signed it, and the statement is for its environment */
export async function countersigned(request: ReadRequest, trust: Trust, operator: Signer): Promise<readonly string[]> {
  const { entry, lines } = request;
  if (entry.statement.env !== trust.environment)
    throw new Error(`this is for ${entry.statement.env}; trust.json is of ${trust.environment}`);
  if (!trust.operators.some(({ kid }) => kid === operator.kid))
    throw new Error('trust.json does not name this key as an operator’s');
  if (entry.countersignatures.some(({ kid }) => kid === operator.kid))
    throw new Error('this operator has countersigned it already');
  return [...lines, await countersign(entry.principal.text, operator)];
}

/** keys countersign */
export const countersignCommand = (keys: Command): void => {
  keys
    .command('countersign <request>')
    .description('tell what a request says and, with an operator’s key, countersign it: on the operator’s own machine')
    .option('--operator-key <file>', "the operator's private key, a JWK; without it the request is only shown")
    .requiredOption('--trust <file>', 'trust.json, which names the operators')
    .action(async (file: string, { operatorKey, trust: trustFile }: Options) => {
      const request = readRequest(file);
      const trust = await readTrustFile(trustFile);
      process.stdout.write(`${described(request.entry).join('\n')}\n`);
      const signed = new Set(request.entry.countersignatures.map(({ kid }) => kid));
      if (operatorKey !== undefined) {
        const operator = await signerFrom(operatorKey, 'operator');
        writeRequest(file, await countersigned(request, trust, operator));
        signed.add(operator.kid);
      }
      const missing = trust.operators.filter(({ kid }) => !signed.has(kid)).length;
      process.stdout.write(
        `\n${missing === 0 ? 'Båda operatörerna har kontrasignerat / Both operators have countersigned' : `Kontrasigneringar som saknas / countersignatures missing: ${missing}`}\n`,
      );
    });
};

import { Option } from 'commander';
import type { Command } from 'commander';
import { REVOCATION_REASONS } from '#snapshot';
import type { RevocationReason } from '#snapshot';
import { print } from '../commands.js';
import { readTrustFile, requestOf, signerFrom, writeRequest } from './request.js';
import { ownerOf, readKeys, siteOf, stateInSandbox } from './site.js';

interface Options {
  readonly reason: RevocationReason;
  readonly administratorKey?: string;
  readonly operatorKey?: string;
  readonly trust?: string;
  readonly out?: string;
}

/** keys revoke */
export const revokeCommand = (keys: Command): void => {
  keys
    .command('revoke <kid>')
    .description(
      'end a key for good: nothing new is taken by it once the exchange has the statement. In a sandbox at once, else as a request',
    )
    .addOption(
      new Option('--reason <code>', 'why; `superseded` only where another of its use is live')
        .choices(REVOCATION_REASONS)
        .makeOptionMandatory(),
    )
    .option('--administrator-key <file>', "private key of an administrator of its holder's participant")
    .addOption(
      new Option('--operator-key <file>', "of a key of the exchange or the ledger: the first operator's").conflicts(
        'administratorKey',
      ),
    )
    .option('--trust <file>', 'trust.json')
    .option('--out <file>', 'the request to write, for the operators to countersign')
    .action(async (kid: string, options: Options, command: Command) => {
      const { reason, administratorKey, operatorKey, trust, out } = options;
      const body = { kind: 'key-revoked', kid, reason } as const;
      if (administratorKey === undefined && operatorKey === undefined) {
        const site = await siteOf(command);
        const { snapshot } = await readKeys(site.ledger, site.trust);
        const key = snapshot.key(kid);
        if (key === undefined) throw new Error(`no live key ${kid}: delge keys list tells which are`);
        const { holder, use } = key;
        print({ kid, holder, use, reason, statement: await stateInSandbox(site, ownerOf(snapshot, holder), body) });
        return;
      }
      if (trust === undefined || out === undefined) throw new Error('say --trust and --out');
      const principal =
        administratorKey === undefined
          ? await signerFrom(operatorKey ?? '', 'operator')
          : await signerFrom(administratorKey, 'administrator');
      writeRequest(out, [await requestOf(await readTrustFile(trust), body, principal)]);
      print({ kid, reason, request: out });
    });
};

import type { Command } from 'commander';
import type { PublicKeys } from '#keystore';
import type { StatementBody } from '#snapshot';
import type { JWK } from 'jose';
import { readJson } from '../commands.js';
import { print } from '../commands.js';
import { existing } from '../files.js';
import { keyFrom, readTrustFile, requestOf, signerFrom, writeRequest } from './request.js';

interface Options {
  readonly public?: string;
  readonly operatedBy?: string;
  readonly gateway?: string;
  readonly about?: string;
  readonly administratorKey: string;
  readonly trust: string;
  readonly expiresOn?: string;
  readonly out: string;
}
type Jwk = Readonly<Record<string, string>>;
/** What `--about` describes, apart from its id. */
type About = Readonly<Record<string, unknown>>;

/** Public members alone, whatever stands in the file. */
export const bare = ({ kty, crv, x, y }: JWK): Jwk =>
  Object.fromEntries(Object.entries({ kty, crv, x, y }).filter(([, member]) => member !== undefined)) as Jwk;

const told = <T>(value: T | undefined, option: string): T => {
  if (value === undefined) throw new Error(`say ${option}`);
  return value;
};

/**
 * What is stated to enrol a holder: `participant:<slug>`, `gateway:<id>` or an authority's id.
 * @param given the options, files read
 * @throws with the option that is missing
 */
export function enrolment(
  holder: string,
  given: {
    readonly publicKeys?: PublicKeys;
    readonly operatedBy?: string;
    readonly about?: About;
    readonly administratorKey?: JWK;
    readonly expiresOn?: string;
  },
): StatementBody {
  const expiry = given.expiresOn === undefined ? {} : { expiresOn: given.expiresOn };
  const [scheme, id = ''] = holder.split(':');
  if (scheme === 'participant') {
    const participant = { slug: id, ...told(given.about, '--about: a file with organisationNumber, nameSv, nameEn') };
    const administratorKey = bare(told(given.administratorKey, '--administrator-key'));
    return { kind: 'participant-enrolled', participant, administratorKey, ...expiry } as unknown as StatementBody;
  }
  const keys = told(given.publicKeys, '--public: the file that `delge keys init` wrote');
  if (scheme === 'gateway') {
    if (keys.gateway !== id) throw new Error(`the file has the keys of gateway ${keys.gateway}`);
    const operatedBy = told(given.operatedBy, '--operated-by: slug of the participant that runs it');
    const [manifestKey, witnessKey] = [bare(keys.manifest), bare(keys.witness)];
    return { kind: 'gateway-enrolled', gateway: id, operatedBy, manifestKey, witnessKey, ...expiry };
  }
  const own = keys.authorities[holder];
  if (own === undefined)
    throw new Error(`the file has no keys of ${holder}; it has: ${Object.keys(keys.authorities).join(', ')}`);
  const { functions, ...about } = told(given.about, '--about: a file with kind, branches, nameSv, nameEn, functions');
  const [documentKey, sealingKey] = [bare(own.document), bare(own.sealing)];
  const authority = { id: holder, ...about };
  const body = { kind: 'authority-enrolled', authority, functions, gateway: keys.gateway, documentKey, sealingKey };
  return { ...body, ...expiry } as unknown as StatementBody;
}

/** keys enrol */
export const enrolCommand = (keys: Command): void => {
  keys
    .command('enrol <holder>')
    .description(
      'as administrator, state that participant:<slug>, gateway:<id> or an authority joins: writes a request for the operators to countersign',
    )
    .option('--public <file>', 'public keys of the gateway and its authorities, as `delge keys init` wrote them')
    .option('--operated-by <slug>', 'of a gateway: the participant that runs it')
    .option('--about <file>', 'of a participant or an authority: names, kind, functions, as JSON')
    .requiredOption('--administrator-key <file>', "the administrator's private key, a JWK")
    .requiredOption('--trust <file>', 'trust.json')
    .option('--expires-on <date>', 'the day on which the keys end, Europe/Stockholm')
    .requiredOption('--out <file>', 'the request to write')
    .action(async (holder: string, options: Options) => {
      const { public: publicFile, operatedBy, about, administratorKey, expiresOn } = options;
      const administrator = await keyFrom(administratorKey, 'administrator');
      const body = enrolment(holder, {
        administratorKey: administrator.jwk,
        ...(publicFile === undefined ? {} : { publicKeys: readJson(existing(publicFile)) as PublicKeys }),
        ...(operatedBy === undefined ? {} : { operatedBy }),
        ...(about === undefined ? {} : { about: readJson(existing(about)) as About }),
        ...(expiresOn === undefined ? {} : { expiresOn }),
      });
      const trust = await readTrustFile(options.trust);
      const line = await requestOf(trust, body, await signerFrom(administratorKey, 'administrator'));
      writeRequest(options.out, [line]);
      print({ request: options.out, next: 'delge keys countersign, by each operator; then delge keys submit' });
    });
};

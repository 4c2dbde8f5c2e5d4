import { createHash } from 'node:crypto';
import { importPrivate, localSigner } from '#envelope';
import { canonicalBytes } from '#json';
import type { SandboxDirectory } from './directory.js';
import { keyFiles, readKey } from './keys.js';

/** What a test person may do in the sandbox. */
interface SandboxMember {
  readonly issuer: string;
  readonly person: string;
  readonly organisation: string;
  readonly authority: string;
  readonly officer: string;
  readonly office: string;
  readonly scopes: readonly string[];
}

const OFFICER = [
  'referrals:read',
  'referrals:write',
  'deliveries:read',
  'deliveries:write',
  'cases:read',
  'cases:write',
  'persons:search',
] as const;
const member = (
  issuer: string,
  person: string,
  organisation: string,
  authority: string,
  officer: string,
  office = 'handlaggare',
  scopes: readonly string[] = OFFICER,
): SandboxMember => ({ issuer, person, organisation, authority, officer, office, scopes });

/** Test persons of tools/sandbox/identity/personas.ts. Hugo works for two boards; the administrator for none: who registers others acts for nobody. */
export const SANDBOX_STAFF: readonly SandboxMember[] = [
  member('linkoping', 'test-hanna', '2120000449', 'linkoping/omsorgsnamnden', 'LKP-ON-0412'),
  member('linkoping', 'test-hugo', '2120000449', 'linkoping/omsorgsnamnden', 'LKP-ON-0031', 'enhetschef'),
  member('linkoping', 'test-hugo', '2120000449', 'linkoping/socialnamnden', 'LKP-SN-0031', 'enhetschef'),
  member('sodertalje', 'test-sara', '2120000159', 'sodertalje/socialnamnden', 'SDT-SN-0107'),
  member('fk', 'test-frida', '2021005521', 'fk/forsakringskassan', 'FK-0520'),
];

/** UUIDv8 of a test person's entry for an authority. */
export const staffIdOf = ({ person, authority }: Pick<SandboxMember, 'person' | 'authority'>): string => {
  const hash = createHash('sha256').update(`delge-sandbox-staff/v1\n${person}\n${authority}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** Registers the test persons whose authorities are here, on the word of their participants' administrators. */
export async function registerStaff(
  dir: string,
  directory: SandboxDirectory,
  gateways: ReadonlyMap<string, string>,
  identity: string,
): Promise<number> {
  const here = SANDBOX_STAFF.filter(({ authority }) => directory.authorities.some(({ id }) => id === authority));
  for (const one of here) {
    const gateway = directory.authorities.find(({ id }) => id === one.authority)?.gateway ?? '';
    const url = gateways.get(gateway);
    if (url === undefined) throw new Error(`gateway ${gateway} is not deployed`);
    const id = staffIdOf(one);
    const { status, text } = await putStaff(dir, url, {
      v: 1,
      env: directory.environment,
      staff: id,
      authority: one.authority,
      issuer: `${identity}/${one.issuer}`,
      subject: `${one.person}@${one.organisation}`,
      officer: one.officer,
      office: one.office,
      mandate: 'delegation',
      scopes: one.scopes,
      ended: false,
      at: new Date().toISOString(),
    });
    if (status !== 200 && status !== 201) throw new Error(`${url} refused ${one.person}: ${status} ${text}`);
  }
  return here.length;
}

/** Brings a statement about staff, signed by the administrator of the authority's participant, or of another. */
export const putStaff = async (
  dir: string,
  url: string,
  statement: Readonly<Record<string, unknown>> & { readonly staff: string; readonly authority: string },
  slug = statement.authority.split('/')[0] ?? '',
): Promise<{ readonly status: number; readonly text: string }> => {
  const key = await importPrivate(readKey(keyFiles(dir).participant(slug, 'administrator')), 'administrator');
  const body = await localSigner(key).sign('delge-staff+jws', canonicalBytes(statement as never));
  const headers = { 'content-type': 'application/jose' };
  const response = await fetch(`${url}/v1/staff/${statement.staff}`, { method: 'PUT', headers, body });
  return { status: response.status, text: await response.text() };
};

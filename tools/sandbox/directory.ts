import { readFileSync } from 'node:fs';
import type { AuthorityKind } from '#legal-basis';
import { parse } from 'yaml';

interface Named {
  readonly nameSv: string;
  readonly nameEn: string;
}
/** examples/sandbox-directory.yaml: what the demonstration enrols. */
export interface SandboxDirectory {
  readonly environment: string;
  readonly gateways: readonly (Named & { readonly id: string; readonly operatedBy: string })[];
  /** Gateways whose witnesses the release policy names, and how many of them it asks for. */
  readonly witnesses: { readonly quorum: number; readonly gateways: readonly string[] };
  readonly participants: readonly (Named & { readonly slug: string; readonly organisationNumber: string })[];
  readonly authorities: readonly (Named & {
    readonly id: string;
    readonly kind: AuthorityKind;
    readonly branches: readonly string[];
    readonly agency?: string;
    readonly municipalityCode?: string;
    readonly gateway: string;
    readonly functions: readonly (Named & { readonly id: string })[];
  })[];
  readonly cooperations: readonly {
    readonly cooperation: string;
    readonly from: string;
    readonly until?: string;
    readonly parties: readonly string[];
  }[];
}

export const readDirectory = (file: string): SandboxDirectory => parse(readFileSync(file, 'utf8')) as SandboxDirectory;

import type { AuthorityKind } from '#legal-basis';

const of = (kind: AuthorityKind, ...ids: readonly string[]): { readonly [id: string]: AuthorityKind } =>
  Object.fromEntries(ids.map((id) => [id, kind]));

/** Short ids of agencies that rules and parties may name, with their kind (law.md 2.2); the schema of rule files has the same. */
export const AGENCIES: { readonly [id: string]: AuthorityKind } = {
  ...of('brottsbekampande-myndighet', 'polis', 'sapo', 'am', 'ebm', 'tv', 'kbv'),
  ...of('kriminalvardsmyndighet', 'kv'),
  ...of('socialforsakringsmyndighet', 'fk', 'pens'),
  ...of('skattemyndighet', 'skv'),
  ...of('exekutiv-myndighet', 'kfm'),
  ...of('arbetsmarknadsmyndighet', 'af'),
  ...of('migrationsmyndighet', 'mig'),
  ...of('studiestodsmyndighet', 'csn'),
  ...of('utbetalningsmyndighet', 'um'),
  ...of('registermyndighet', 'bv', 'lm'),
  ...of('tillsynsmyndighet', 'ivo', 'av', 'si', 'lst-ab', 'lst-c', 'lst-e', 'lst-m', 'lst-t'),
  ...of('statlig-myndighet', 'ts', 'trv', 'fi', 'tvv', 'jamy', 'ehm', 'nv', 'isp', 'kk', 'ftn', 'sos', 'bra', 'imy'),
  ...of('statlig-myndighet', 'mssi', 'digg', 'uhm', 'sis', 'fra', 'uml'),
};
/** Branches that the law treats apart. */
export const BRANCHES = ['brottsbekampande', 'polisiar', 'socialtjanst'] as const;

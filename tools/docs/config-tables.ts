import { join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { ServiceConfig } from '#platform';
import { ConsoleConfig } from '../../apps/console/src/console.config.js';
import { ExchangeConfig } from '../../apps/exchange/src/exchange.config.js';
import { GatewayConfig } from '../../apps/gateway/src/gateway.config.js';
import { LedgerConfig } from '../../apps/ledger/src/ledger.config.js';
import { RegistryConfig } from '../../apps/registry/src/registry.config.js';
import { SignerConfig } from '../../apps/signer/src/signer.config.js';
import { code, table } from './markdown.js';
import { parseFile, propertyDocs } from './source.js';

type Class = new () => object;
interface Rule {
  readonly name?: string;
  readonly type: string;
  readonly constraints?: readonly unknown[];
}

const SERVICES: readonly (readonly [string, Class, string])[] = [
  ['gateway', GatewayConfig, 'apps/gateway/src/gateway.config.ts'],
  ['exchange', ExchangeConfig, 'apps/exchange/src/exchange.config.ts'],
  ['ledger', LedgerConfig, 'apps/ledger/src/ledger.config.ts'],
  ['registry', RegistryConfig, 'apps/registry/src/registry.config.ts'],
  ['signer', SignerConfig, 'apps/signer/src/signer.config.ts'],
  ['console', ConsoleConfig, 'apps/console/src/console.config.ts'],
];
const COMMON = 'libs/platform/src/config.ts';

export interface Variable {
  readonly name: string;
  readonly rule: string;
  readonly default: string | undefined;
  readonly required: boolean;
}

/** Variables of a configuration class, from the rules that check them. */
export const variablesOf = (cls: Class): readonly Variable[] => {
  const defaults = new cls() as Readonly<Record<string, unknown>>;
  const rules = new Map<string, Rule[]>();
  for (const rule of getMetadataStorage().getTargetValidationMetadatas(cls, '', false, false)) {
    rules.set(rule.propertyName, [...(rules.get(rule.propertyName) ?? []), rule as Rule]);
  }
  return [...rules]
    .map(([name, own]) => {
      const optional = own.some(({ type }) => type === 'conditionalValidation');
      const value = defaults[name];
      const preset = typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
      return { name, rule: ruleOf(own), default: preset, required: !optional && preset === undefined };
    })
    .sort((a, b) => Number(b.required) - Number(a.required) || a.name.localeCompare(b.name));
};

const ruleOf = (rules: readonly Rule[]): string => {
  const first = (name: string): unknown => rules.find((rule) => rule.name === name)?.constraints?.[0];
  const has = (name: string): boolean => rules.some((rule) => rule.name === name);
  if (has('isUrl')) return `URL: ${(first('isUrl') as { readonly protocols: readonly string[] }).protocols.join(', ')}`;
  if (has('isUrls')) return `URL, or several: ${(first('isUrls') as readonly string[]).join(', ')}`;
  if (has('isIn')) return `one of ${(first('isIn') as readonly string[]).map(code).join(', ')}`;
  if (has('matches')) return code((first('matches') as RegExp).source);
  if (!has('isInt')) return 'text';
  const bound = (name: string): number | undefined => first(name) as number | undefined;
  const [min, max] = [bound('min'), bound('max')];
  if (min === undefined && max === undefined) return 'integer';
  return max === undefined ? `integer, at least ${min}` : `integer from ${min} to ${max}`;
};

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;
/** Milliseconds as people say them; undefined when they are not whole. */
export const spoken = (ms: number): string | undefined => {
  const unit = UNITS.find(([, size]) => ms >= size && ms % size === 0);
  return unit === undefined ? undefined : `${ms / unit[1]} ${unit[0]}`;
};

const defaultOf = ({ name, default: preset }: Variable): string => {
  if (preset === undefined) return '';
  const said = name.endsWith('_MS') ? spoken(Number(preset)) : undefined;
  return said === undefined ? code(preset) : `${code(preset)} (${said})`;
};

const rowsOf = (variables: readonly Variable[], docs: ReadonlyMap<string, string>): readonly (readonly string[])[] =>
  variables.map((variable) => [
    code(variable.name),
    variable.rule,
    defaultOf(variable),
    variable.required ? 'yes' : 'no',
    docs.get(variable.name) ?? WORDS[variable.name] ?? '',
  ]);
/** What variables are whose names and rules say enough in the code. */
const WORDS: Readonly<Record<string, string>> = {
  AMQP_URL:
    'Own account at the broker and the virtual host. Of a cluster those of its nodes, separated by commas: one that cannot be reached is passed by.',
  DATABASE_POOL: 'Connections to PostgreSQL that this process may hold.',
  DATABASE_URL: 'Own role and database.',
  DELGE_ENVIRONMENT:
    'Stands in everything that is signed and in the header `Delge-Environment` of every answer; must be that of trust.json. Outside production only test persons and companies that cannot exist are taken, and there none of them.',
  GATEWAY_ID: 'Id under which the gateway is enrolled.',
  HOST: 'Address to listen on.',
  KEYSTORE_FILE: 'Key store of the gateway and of the authorities it hosts, mode 0600.',
  KEYSTORE_SECRET_FILE:
    'Passphrase or secret that opens the key store; mode 0600, or 0640 where a credential store hands it out.',
  LEDGER_URL: 'Base of the ledger. No trailing slash.',
  LOG_LEVEL: 'Least level that is written.',
  PORT: '0: any free port, told by `service.started`.',
  REGISTRY_URL: 'Base of the registry. No trailing slash.',
  SWEEP_INTERVAL_MS: 'How often what is overdue is looked through.',
  TRUST_FILE: 'trust.json.',
};
const HEAD = ['variable', 'rule', 'default', 'required', 'what'];

/** Names of all variables that any service reads. */
export const variableNames = (): ReadonlySet<string> =>
  new Set(SERVICES.flatMap(([, cls]) => variablesOf(cls).map(({ name }) => name)));

export const configTables = (root: string): string => {
  const common = variablesOf(ServiceConfig);
  const shared = new Set(common.map(({ name }) => name));
  const sections = SERVICES.map(([service, cls, file]) => {
    const docs = propertyDocs(parseFile(join(root, file)), cls.name);
    const own = variablesOf(cls).filter(({ name }) => !shared.has(name));
    return `### ${service}\n\n${table(HEAD, rowsOf(own, docs))}`;
  });
  const docs = propertyDocs(parseFile(join(root, COMMON)), ServiceConfig.name);
  return [`### Every service\n\n${table(HEAD, rowsOf(common, docs))}`, ...sections].join('\n\n');
};

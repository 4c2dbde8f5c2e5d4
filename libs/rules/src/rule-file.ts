import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { fields, type Fields, type Plain } from './yaml.js';

/** Says of a file, and of a version with the defaults it takes, what is wrong. */
export interface RuleFileSchema {
  readonly faultsOfFile: (content: Fields, file: string) => readonly string[];
  readonly faultsOfVersion: (version: Fields, where: string) => readonly string[];
}

/** @param folder that holds the rule files and their schema */
export function ruleFileSchema(folder: string): RuleFileSchema {
  const schema = JSON.parse(readFileSync(join(folder, 'rule-file.schema.json'), 'utf8')) as object;
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
  const file = ajv.compile(schema);
  const version = ajv.compile({ $ref: 'urn:delge:rule-file#/$defs/wholeVersion' });
  return {
    faultsOfFile: (content, name) => faults(file, content, name),
    faultsOfVersion: (content, where) => faults(version, content, where),
  };
}

function faults(validate: ValidateFunction, content: Fields, where: string): string[] {
  if (validate(content)) return [];
  return (validate.errors ?? []).map((error) => `${[where, ...place(content, error)].join(', ')}: ${reason(error)}`);
}

/** Names of bases and entries instead of their numbers in the list. */
function place(content: Fields, { instancePath }: ErrorObject): string[] {
  const said: string[] = [];
  let at: Plain | undefined = content;
  for (const step of instancePath.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) {
      at = at[Number(name)];
      said.push(nameOf(at) ?? `number ${Number(name) + 1}`);
    } else {
      at = typeof at === 'object' && at !== null ? at[name] : undefined;
      said.push(name);
    }
  }
  return said;
}

const nameOf = (value: Plain | undefined): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const name = ['id', 'code', 'crime', 'test', 'from'].map((key) => fields(value, key)[key]);
  return name.find((one): one is string => typeof one === 'string');
};

function reason({ keyword, params, message }: ErrorObject): string {
  const said = params as Readonly<Record<string, unknown>>;
  if (keyword === 'required') return `${String(said['missingProperty'])} is missing`;
  if (keyword === 'dependentRequired')
    return `${String(said['property'])} needs ${String(said['missingProperty'])} too`;
  if (keyword === 'additionalProperties') return `${String(said['additionalProperty'])} is no word of the rules`;
  if (keyword === 'enum') return `must be one of ${(said['allowedValues'] as readonly string[]).join(', ')}`;
  if (keyword === 'pattern') return `is not written as ${String(said['pattern'])} says`;
  return message ?? keyword;
}

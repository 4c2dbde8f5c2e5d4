import ts from 'typescript';
import { docOf, findAll, interfaceOf } from './source.js';

/** JSON Schema of one member or body. */
export type Schema = Readonly<Record<string, unknown>>;
export interface WireMessage {
  /** AMQP `type`. */
  readonly type: string;
  /** Name of its TypeScript type. */
  readonly name: string;
  readonly doc: string;
  readonly schema: Schema;
}

/** Scalars of `shape.ts` as JSON Schema: `matches(/pattern/, limit)`, and the count. @throws {Error} on one of another kind */
export const scalarsIn = (shape: ts.SourceFile): ReadonlyMap<string, Schema> => {
  const exported = findAll(shape, ts.isVariableStatement).filter(
    ({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true,
  );
  const scalars = new Map<string, Schema>();
  for (const statement of exported) {
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (initializer === undefined || !ts.isCallExpression(initializer)) continue;
      const doc = docOf(statement);
      const described = doc === '' ? {} : { description: doc };
      scalars.set(name.getText(), { ...described, ...scalarOf(initializer) });
    }
  }
  return scalars;
};

const scalarOf = (call: ts.CallExpression): Schema => {
  const [pattern, limit] = call.arguments;
  if (call.expression.getText() === 'matches' && pattern !== undefined && limit !== undefined) {
    // Both spellings of the text's own slashes are the same pattern; a schema needs no escape.
    const source = pattern.getText().replace(/^\/|\/[a-z]*$/g, '');
    return { type: 'string', pattern: source, maxLength: product(limit) };
  }
  if (call.getText().includes('Number.isSafeInteger(value) && value >= 1')) {
    return { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  }
  throw new Error(`shape.ts has a scalar that is not described: ${call.getText()}`);
};
/** Value of a product of numbers and of constants of the same file. @throws {Error} when it is none */
const product = (expression: ts.Expression): number =>
  expression
    .getText()
    .split('*')
    .map((factor) => factor.trim().replaceAll('_', ''))
    .reduce((value, factor) => value * (/^\d+$/.test(factor) ? Number(factor) : constant(expression, factor)), 1);
const constant = (user: ts.Expression, factor: string): number => {
  const declared = findAll(user.getSourceFile(), ts.isVariableDeclaration).find(
    ({ name }) => name.getText().replaceAll('_', '') === factor,
  );
  if (declared?.initializer === undefined) throw new Error(`shape.ts has no constant ${factor}`);
  return product(declared.initializer);
};

/** `message.submitted.v1` is `MessageSubmittedV1`. */
export const typeNameOf = (type: string): string =>
  type
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Bodies that a file's `parse<Name>` readers take, as JSON Schema: these members and no others. @throws {Error} when a type has no reader */
export const messagesIn = (
  file: ts.SourceFile,
  types: readonly string[],
  scalars: ReadonlyMap<string, Schema>,
): readonly WireMessage[] =>
  types.map((type) => {
    const name = typeNameOf(type);
    const reader = findAll(file, ts.isVariableDeclaration).find(
      (declared) => declared.name.getText() === `parse${name}`,
    );
    const shape = reader === undefined ? undefined : findAll(reader, ts.isObjectLiteralExpression)[0];
    if (shape === undefined) throw new Error(`${type} has no reader parse${name}`);
    const { doc, members } = interfaceOf(file, name);
    const docs = new Map(members.map((member) => [member.name, member.doc]));
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const member of shape.properties) {
      const key = member.name?.getText() ?? '';
      const value = ts.isPropertyAssignment(member) ? member.initializer : undefined;
      const optional = value !== undefined && ts.isCallExpression(value);
      const scalar = optional ? (value.arguments[0]?.getText() ?? '') : (value?.getText() ?? key);
      const schema = scalars.get(scalar);
      if (schema === undefined) throw new Error(`${type}: ${key} is no scalar of shape.ts`);
      const own = docs.get(key) ?? '';
      properties[key] = own === '' ? schema : { ...schema, description: own };
      if (!optional) required.push(key);
    }
    const agrees = members.every(({ name: key, optional }) => key in properties && optional !== required.includes(key));
    if (!agrees || members.length !== Object.keys(properties).length)
      throw new Error(`${name} and its reader do not have the same members`);
    return { type, name, doc, schema: { type: 'object', required, properties, additionalProperties: false } };
  });

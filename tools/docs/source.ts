import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One member of an interface as it is written. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly doc: string;
}

/** TypeScript files below a folder, specs left out; sorted. */
export const sourceFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .sort()
    .map((file) => join(folder, file));

/** A source file parsed, its parents known. */
export const parseFile = (file: string): ts.SourceFile => parseText(readFileSync(file, 'utf8'), file);
export const parseText = (text: string, name = 'text.ts'): ts.SourceFile =>
  ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);

/** Every node of a file that passes the test, in order. */
export const findAll = <T extends ts.Node>(root: ts.Node, test: (node: ts.Node) => node is T): readonly T[] => {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (test(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
};

/** Docstring of a declaration as one line, its block tags left out; empty when there is none. */
export const docOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

const nameOf = (name: ts.PropertyName): string => (ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : '');
const membersIn = (members: ts.NodeArray<ts.TypeElement>): readonly Member[] =>
  members.filter(ts.isPropertySignature).map((member) => ({
    name: nameOf(member.name),
    type: (member.type?.getText() ?? '').replaceAll(/\breadonly /g, '').replaceAll(/\s+/g, ' '),
    optional: member.questionToken !== undefined,
    doc: docOf(member),
  }));

/** Members of an interface. @throws {Error} when the file has no such interface */
export const interfaceOf = (
  file: ts.SourceFile,
  name: string,
): { readonly doc: string; readonly members: readonly Member[] } => {
  const found = findAll(file, ts.isInterfaceDeclaration).find((declared) => declared.name.text === name);
  if (found === undefined) throw new Error(`${file.fileName} has no interface ${name}`);
  return { doc: docOf(found), members: membersIn(found.members) };
};

/** Members of each alternative of a union of object types, by the literal of its discriminating member. */
export const unionOf = (file: ts.SourceFile, name: string, by: string): ReadonlyMap<string, readonly Member[]> => {
  const found = findAll(file, ts.isTypeAliasDeclaration).find((declared) => declared.name.text === name);
  if (found === undefined || !ts.isUnionTypeNode(found.type)) throw new Error(`${file.fileName} has no union ${name}`);
  const alternatives = found.type.types.filter(ts.isTypeLiteralNode).map((type) => membersIn(type.members));
  return new Map(
    alternatives.map((members) => {
      const kind = members.find((member) => member.name === by)?.type.replaceAll("'", '') ?? '';
      return [kind, members.filter((member) => member.name !== by)];
    }),
  );
};

/** Docstrings of a class's properties, by name; those without one are left out. */
export const propertyDocs = (file: ts.SourceFile, name: string): ReadonlyMap<string, string> => {
  const found = findAll(file, ts.isClassDeclaration).find((declared) => declared.name?.text === name);
  const properties = found?.members.filter(ts.isPropertyDeclaration) ?? [];
  const docs = properties.map((property) => [nameOf(property.name), docOf(property)] as const);
  return new Map(docs.filter(([, doc]) => doc !== ''));
};

/** Words of a list or of a union of string literals with this name. @throws {Error} when there is none */
export const wordsOf = (file: ts.SourceFile, name: string): readonly string[] => {
  const constant = findAll(file, ts.isVariableDeclaration).find((declared) => declared.name.getText() === name);
  const alias = findAll(file, ts.isTypeAliasDeclaration).find((declared) => declared.name.text === name);
  const root = constant?.initializer ?? alias?.type;
  if (root === undefined) throw new Error(`${file.fileName} has no list ${name}`);
  return findAll(root, ts.isStringLiteral).map(({ text }) => text);
};

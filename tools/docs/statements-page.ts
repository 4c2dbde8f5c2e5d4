import { join } from 'node:path';
import ts from 'typescript';
import { SDK_RECEIPTS } from '#contracts';
import type { SdkReceipt } from '#contracts';
import type { Typ } from '#envelope';
import {
  ASSIGNMENT_CODES,
  ASSIGNMENT_FIELD_TEXTS,
  ASSIGNMENT_PROVISION_TEXTS,
  ANSWERS,
  REQUEST_REFUSALS,
  FORMS,
  FINDING_ACTS,
  HELD,
  HOLD_GROUNDS,
  KEEPING_CODES,
  OBSTACLES,
  QUARANTINE,
  RECEIPTS,
  REJECTIONS,
  RELEASE_CODES,
  RETRACTIONS,
  SAMPLE_ACTS,
  SNAPSHOT_CODES,
  SUBSCRIPTIONS,
  TOKENS,
} from './codes.js';
import { ACCEPTED_WITHIN, CLOCK_MS, RETRACTION_MS, TECHNICAL_MS } from '../../apps/gateway/src/domain/deadlines.js';
import { code, memberTable, table } from './markdown.js';
import { findAll, interfaceOf, parseFile, wordsOf } from './source.js';
import type { Member } from './source.js';

/** Names that a codec demands and allows, spreads followed. */
interface Shape {
  readonly typ: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const namesIn = (file: ts.SourceFile, literal: ts.ObjectLiteralExpression): readonly string[] =>
  literal.properties.flatMap((member) => {
    if (!ts.isSpreadAssignment(member)) return [member.name?.getText() ?? ''];
    const declared = findAll(file, ts.isVariableDeclaration);
    const spread = member.expression.getText();
    const whole = declared.find(({ name }) => name.getText() === spread)?.initializer;
    if (whole !== undefined && ts.isObjectLiteralExpression(whole)) return namesIn(file, whole);
    // `const { attempt: _, ...rest } = parties`: all of it but what is taken out.
    const rest = declared.find(
      ({ name }) => ts.isObjectBindingPattern(name) && name.getText().includes(`...${spread}`),
    );
    if (rest === undefined || !ts.isObjectBindingPattern(rest.name)) throw new Error(`${spread} cannot be followed`);
    const taken = rest.name.elements.map(({ propertyName }) => propertyName?.getText());
    const source = declared.find(({ name }) => name.getText() === rest.initializer?.getText())?.initializer;
    if (source === undefined || !ts.isObjectLiteralExpression(source)) throw new Error(`${spread} cannot be followed`);
    return namesIn(file, source).filter((name) => !taken.includes(name));
  });

/** The codec of a statement, by the name of its type. @throws {Error} when there is none */
export const codecOf = (file: ts.SourceFile, name: string): Shape => {
  const call = findAll(file, ts.isCallExpression).find(
    ({ expression, typeArguments }) => expression.getText() === 'codec' && typeArguments?.[1]?.getText() === name,
  );
  const [, typ, required, optional] = call?.arguments ?? [];
  if (
    typ === undefined ||
    !ts.isStringLiteral(typ) ||
    required === undefined ||
    !ts.isObjectLiteralExpression(required)
  )
    throw new Error(`${name} has no codec`);
  const allowed = optional !== undefined && ts.isObjectLiteralExpression(optional) ? namesIn(file, optional) : [];
  return { typ: typ.text, required: namesIn(file, required), optional: allowed };
};

/** Faults where a statement's type says something else than the codec that reads it. */
export const differences = (members: readonly Member[], shape: Shape): readonly string[] => {
  const said = (optional: boolean): string =>
    members
      .filter((member) => member.optional === optional)
      .map(({ name }) => name)
      .sort()
      .join();
  const faults: string[] = [];
  if (said(false) !== [...shape.required].sort().join()) faults.push(`${shape.typ}: required members differ`);
  if (said(true) !== [...shape.optional].sort().join()) faults.push(`${shape.typ}: optional members differ`);
  return faults;
};

const codeTable = (codes: Readonly<Record<string, string>>, head = 'code'): string =>
  table(
    [head, 'meaning'],
    Object.entries(codes).map(([word, meaning]) => [code(word), meaning]),
  );

const STATEMENTS = ['Manifest', 'Decision', 'Notice', 'Refusal', 'Receipt'] as const;
const KEEPING = ['Erasure', 'ErasureDecision', 'ErasureReport', 'Hold', 'LedgerNotice'] as const;

const hours = (ms: number): string => `${ms / 3_600_000} h`;

export const statementsPage = (root: string): string => {
  const envelope = parseFile(join(root, 'libs/envelope/src/statements.ts'));
  const keeping = parseFile(join(root, 'libs/envelope/src/keeping.ts'));
  const assignments = parseFile(join(root, 'libs/envelope/src/assignment.ts'));
  const samples = parseFile(join(root, 'libs/envelope/src/sample.ts'));
  const common = interfaceOf(samples, 'ReviewAct').members;
  /** One statement with several kinds, which have members of their own beside those of all. */
  const ofReview = (
    title: string,
    typ: Typ,
    file: ts.SourceFile,
    acts: Readonly<Record<string, readonly [what: string, type: string]>>,
  ): string =>
    [
      `### ${title}\n\n${code(typ)}, of every kind:\n\n${memberTable(common)}`,
      ...Object.entries(acts).map(([kind, [, type]]) => {
        const own = interfaceOf(file, type).members.filter(({ name }) => name !== 'kind');
        return `and of ${code(kind)}:\n\n${memberTable(own)}`;
      }),
    ].join('\n\n');
  const section = (file: ts.SourceFile, name: string): string => {
    const { members } = interfaceOf(file, name);
    const shape = codecOf(file, name);
    const [fault] = differences(members, shape);
    if (fault !== undefined) throw new Error(fault);
    return `### ${name}\n\n${code(shape.typ)}\n\n${memberTable(members)}`;
  };
  const sections = [
    ...STATEMENTS.map((name) => section(envelope, name)),
    section(parseFile(join(root, 'libs/envelope/src/retraction.ts')), 'Retraction'),
    section(parseFile(join(root, 'libs/envelope/src/recorded-disclosure.ts')), 'RecordedDisclosure'),
    section(parseFile(join(root, 'libs/envelope/src/release-hold.ts')), 'ReleaseHold'),
    ...KEEPING.map((name) => section(keeping, name)),
    section(parseFile(join(root, 'libs/envelope/src/look.ts')), 'Look'),
    `### Assignment\n\n${code('delge-assignment+jws')}: one that is granted has all of these; one that ends \`v\`, \`kind\` (\`assignment-ended\`), \`env\`, \`assignment\` and \`at\`.\n\n${memberTable(interfaceOf(assignments, 'AssignmentGranted').members)}`,
    ...['AssignmentNotice', 'Search'].map((name) => section(assignments, name)),
    ofReview('Sample', 'delge-sample+jws', samples, SAMPLE_ACTS),
    ofReview('Finding', 'delge-finding+jws', parseFile(join(root, 'libs/envelope/src/finding.ts')), FINDING_ACTS),
    section(parseFile(join(root, 'libs/envelope/src/export-cover.ts')), 'ExportCover'),
  ];
  const discards = wordsOf(parseFile(join(root, 'apps/exchange/src/http/quarantine.controller.ts')), 'DISCARDED');
  const list = (words: readonly string[]): string => words.map(code).join(', ');
  return `# Statements

Everything that Delge signs. Generated from \`libs/envelope/src\`;
\`npm run docs\` writes it anew, and fails where a type says something else than the reader that parses it.

A statement is the RFC 8785 form of one JSON object with the members below and no others, signed as a compact JWS (ES256) whose
protected header is \`alg\`, \`kid\`, \`typ\` and nothing else; a document also carries the critical header \`ctx\`. \`kid\` is the key's RFC 7638
thumbprint. Names, numbers of persons, diary numbers, reasons in words and free text stand in the document alone.

Which of them stand in a log, and by which events: [entries.md](entries.md).

## Kinds of token

${table(
  ['typ', 'what', 'signed by', 'where it stands', 'who reads it'],
  Object.entries(TOKENS).map(([typ, { what, signer, stands, readers }]) => [code(typ), what, signer, stands, readers]),
)}

## Members

${sections.join('\n\n')}

### ErasedOpening

${memberTable(interfaceOf(keeping, 'ErasedOpening').members)}

### KeysHead

${memberTable(interfaceOf(envelope, 'KeysHead').members)}

### RuleSetReference

${memberTable(interfaceOf(envelope, 'RuleSetReference').members)}

## Grounds of a hold

${codeTable(HOLD_GROUNDS, 'ground')}

## Provisions and fields of an assignment

${codeTable(ASSIGNMENT_PROVISION_TEXTS, 'provision')}

${codeTable(ASSIGNMENT_FIELD_TEXTS, 'field')}

An opening is shown whole or not at all: one with a verdict and its claims where \`ground\`, \`facts\`, \`assessments\` and \`case\` are granted, any other where \`receipts\` is.

## Receipts by kind

${codeTable(RECEIPTS, 'kind')}

## When receipts are due

A receipt that is overdue is an alarm at the sender, and one at the recipient when it is the recipient's own to give, and changes nothing. No statute sets these times: each is our choice, what it leans on stands beside it, and [ADR 22](adr/0022-courtesy-clocks.md) says why.
\`technical\` is due within ${hours(TECHNICAL_MS)} of when the sender's gateway was told of the release, for every type; \`accepted\` or a rejection by the earlier of type and ground, counted from the decision:

${table(
  ['message type', 'within', 'leans on'],
  Object.entries(ACCEPTED_WITHIN).map(([type, { ms, leansOn }]) => [code(type), hours(ms), leansOn]),
)}

${table(
  ['the ground says', 'within'],
  Object.entries(CLOCK_MS).map(([clock, ms]) => [`*${clock}*`, hours(ms)]),
)}

## Why an authority turns a delivery down

\`reason\` of a \`form-rejected\` receipt: about form, never about substance.

${codeTable(FORMS)}

### The same in SDK

For whoever bridges to *Säker digital kommunikation*: each receipt of an authority as a *meddelandekvittens* (Digg, Meddelandespecifikation
Meddelandekvittens 1.1, a UBL ApplicationResponse). \`BV\` is a rule of the business, \`SV\` syntax; the reason codes are ours, which SDK leaves to the owner of the rule.

${table(
  ['receipt', 'ResponseCode', 'line ResponseCode', 'StatusReasonCode'],
  Object.entries<SdkReceipt>(SDK_RECEIPTS).map(([word, { response, line, reason }]) => [
    word === 'accepted' ? code('accepted') : `${code('form-rejected')} ${code(word)}`,
    code(response),
    line === undefined ? '' : code(line),
    reason === undefined ? '' : code(reason),
  ]),
)}

## Why a sender takes a message back

\`reason\` of a retraction.

${codeTable(RETRACTIONS)}

## What became of it

\`reason\` of a \`retraction-acknowledged\` or \`correction-acknowledged\` receipt, due within ${hours(RETRACTION_MS)} of a retraction that is in the log.

${codeTable(ANSWERS)}

## Why an officer refuses a request

\`reason\` of a \`request-refused\` receipt.

${codeTable(REQUEST_REFUSALS)}
## What an owner answers who asked for a subscription

\`reason\` of a \`subscription-answered\` receipt.

${codeTable(SUBSCRIPTIONS)}

## Why a sender holds what is not released

\`code\` of a release hold.

${codeTable(HELD)}

## Why a gateway rejects a delivery

\`reason\` of a \`rejected\` receipt.

${codeTable(REJECTIONS)}

## Why the exchange sets something aside

\`reason\` of a \`quarantined\` notice, and of a row in quarantine.

${codeTable(QUARANTINE)}

## Obstacles found before the law is asked

In \`verdict.verification\` of a decision \`deny\`. \`MANIFEST_KEY_NOT_LIVE\` stands there when the key or the hosting ended, or the key expired, before release.

${codeTable(OBSTACLES)}

## Why a statement of the keys log is refused

\`code\` of the problem [statement-refused](problems.md#statement-refused), and of the log event \`keys.not-advanced\`.

${codeTable(SNAPSHOT_CODES)}

A release (\`POST /v1/rule-sets\`) is refused besides:

${codeTable(RELEASE_CODES)}

The last has the problem [basis-version-altered](problems.md#basis-version-altered): adoptions name versions by id, so an altered one would be in force unread.

## Why a statement about keeping or erasing is refused

\`code\` of the problem [keeping-refused](problems.md#keeping-refused), at the ledger.

${codeTable(KEEPING_CODES)}

## Why an assignment is refused

\`code\` of the problem [assignment-refused](problems.md#assignment-refused), at the ledger.

${codeTable(ASSIGNMENT_CODES)}

## Further closed lists

Reasons to discard what is in quarantine: ${list(discards)}.
`;
};

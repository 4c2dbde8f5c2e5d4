import { join } from 'node:path';
import { NOTICE_MEMBERS } from '#verifier';
import { KEYS_LOG, ENTRIES, TOKENS } from './codes.js';
import type { EntryAbout } from './codes.js';
import { code, memberTable, table } from './markdown.js';
import { interfaceOf, parseFile, unionOf } from './source.js';
import type { Member } from './source.js';

/** Members that an entry of every kind has. */
const COMMON = ['v', 'kind', 'env', 'entryId', 'keys', 'at', 'decidedAt'];
const LOGS = 'libs/envelope/src';

/** Every event of both logs, with its fields, signer and readers. @throws {Error} where a type has what is not described */
export const entriesPage = (root: string): string => {
  const own = ({ file, type, kind }: EntryAbout): string => {
    const members = interfaceOf(parseFile(join(root, LOGS, file)), type).members;
    const notice = Object.entries(NOTICE_MEMBERS).find(([name]) => type === 'Notice' && name === kind)?.[1];
    const shown =
      notice === undefined
        ? members.filter(({ name }) => !COMMON.includes(name))
        : [...named(members, notice.has, false), ...named(members, notice.may ?? [], true)];
    return shown.map(({ name, optional }) => code(name) + (optional ? '?' : '')).join(', ');
  };
  const left = Object.entries(TOKENS).find(
    ([typ, { stands }]) => stands === 'entry of the `disclosure` log' && !ENTRIES.some((entry) => entry.typ === typ),
  );
  if (left !== undefined) throw new Error(`${left[0]} stands in the log and is not among its events`);
  const disclosure = ENTRIES.map((entry) => {
    const { signer, readers } = TOKENS[entry.typ];
    const annex = entry.annex === undefined ? '' : code(entry.annex);
    return [code(entry.kind), entry.what, signer, own(entry), annex, readers];
  });
  const snapshot = parseFile(join(root, 'libs/snapshot/src/statement.ts'));
  const kinds = unionOf(snapshot, 'StatementBody', 'kind');
  const stated = Object.entries(KEYS_LOG).map(([kind, { what, principal }]) => {
    const members = kinds.get(kind);
    if (members === undefined) throw new Error(`StatementBody has no ${kind}`);
    return [code(kind), what, principal, members.map((member) => code(member.name)).join(', ')];
  });
  if (kinds.size !== stated.length) throw new Error('StatementBody has kinds that are not described');
  const shared = [
    ['EnrolledAuthority', '`authority`'],
    ['ParticipantView', '`participant`'],
    ['FunctionView', 'each of `functions`'],
  ] as const;
  return `# Entries

Every event that stands in a log, with its fields, its signer and its readers. Made from the code by \`npm run docs\`, which fails where a kind is described that is not there, or is there and not described.
What each field means, and every other token: [statements.md](statements.md).

An entry is a statement signed by the party whose act it records; the log gives order and permanence, not authority. A participant's own statement about a message, or about who may read, comes into the log by a notice of the exchange or of the ledger that
names its digest, and lies beside it as the annex. Names, numbers of persons, diary numbers of cases, reasons in words and content stand in no entry.

## The disclosure log

A leaf is 33 octets that say nothing: anyone may watch them grow. Beside it lies the opening: the entry, 32 random octets, and the annex. Openings are shown to the two parties of the message, a refusal's, a recorded disclosure's and a hold's to its sender alone; to an auditor within an assignment ([ADR 19](adr/0019-assignments.md)) as far as it covers them. Each look is an entry itself, and openings can be
erased. Every entry has \`v\`, \`kind\`, \`env\`, \`entryId\`, \`keys\` (size and root of the \`keys\` log by which its signer's key, and those of the annex, are judged) and a time, \`at\` or \`decidedAt\`; a question mark says that a field may be absent.

${table(['kind', 'what it records', 'signed by', 'fields of its own', 'annex', 'who reads the opening'], disclosure)}

## The keys log

A leaf is the entry itself, in the clear, and **anyone** reads it: whoever joins must before having a key in it, and whoever verifies a signature needs it whole. Every statement also has \`v\` (1), \`env\`, \`id\` (UUID, the entry id) and \`issuedAt\`, is signed by
its principal (\`delge-statement+jws\`, the entry's first line) and countersigned by both operators of trust.json (\`delge-countersign+jws\`, a line each). Each signing key that it brings proves that it is there (\`delge-possession+jws\`, a line each); a sealing key proves it to the
registry ([ADR 11](adr/0011-proof-of-possession.md)).

${table(['kind', 'what', 'principal', 'fields'], stated)}

${shared.map(([name, where]) => `${where} is\n\n${memberTable(interfaceOf(snapshot, name).members)}`).join('\n\n')}
`;
};

const named = (members: readonly Member[], names: readonly string[], optional: boolean): readonly Member[] =>
  names.map((name) => {
    const found = members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`no member ${name}`);
    return { ...found, optional };
  });

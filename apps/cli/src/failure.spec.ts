import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DelgeProblem } from '#client';
import type { Command } from 'commander';
import { failureText } from './failure.js';
import { delgeProgram } from './program.js';

// A client asks five times, with pauses.
jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'delge-failures-'));
const at = (name: string): string => join(folder, name);
const ID = '01930000-0000-7000-8000-000000000001';
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
/** Where nobody listens. */
const own = { authority: 'a/b', gateway: 'http://127.0.0.1:2', system: ID, key: { ...key, kid: 'k' } };
beforeAll(() => {
  const files = { body: {}, own, key, 'bad-key': { kty: 'EC' }, 'bad-own': { ...own, key: { kty: 'EC', kid: 'k' } } };
  for (const [name, value] of Object.entries(files))
    writeFileSync(at(`${name}.json`), JSON.stringify(value), { mode: 0o600 });
  writeFileSync(at('text.json'), 'no JSON', { mode: 0o600 });
  writeFileSync(at('number.txt'), '19520116-1857');
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BODY = at('body.json');
const OFFICE = ['--office', 'registrator', '--officer', 'x'];
/** Those that may ask with credentials of their own, beside one's own system. */
const ASKING: readonly (readonly string[])[] = [
  ['replay', '--after', '1'],
  ['evidence', ID],
  ['export', '--out', at('bundle')],
  ['log', 'print', '--mine'],
  ['registerutdrag', at('number.txt'), ...OFFICE, '--reference', 'x'],
  ['erase', ID, '--administrator-key', at('key.json')],
  ['assignment', 'show'],
];
/** Every other command that asks a gateway as a system. */
const OWN: readonly (readonly string[])[] = [
  ['send', BODY],
  ['token'],
  ['attach', BODY, '--type', 'application/pdf'],
  ['attachment', ID, ID, '--out', at('out')],
  ['referrals'],
  ['referral', ID],
  ['deliveries'],
  ['deliveries', '--case', ID],
  ['delivery', ID],
  ['retract', ID, '--reason', 'wrong-recipient'],
  ['corrections', ID],
  ['handle', ID, 'accepted'],
  ['acknowledge', ID, 'not-used'],
  ['incidents'],
  ['close-incident', ID, '--code', 'notified-imy'],
  ['record', BODY],
  ['waiting'],
  ['given', ID, '--to', 'a/b', '--how', 'telephone', '--office', 'x'],
  ['cases', 'list'],
  ['cases', 'open', '--type', 'benefits'],
  ['cases', 'show', ID],
  ['cases', 'add', ID, '--message', ID],
  ['cases', 'link', ID, '--to', 'a/b', '--case', ID],
  ['cases', 'close', ID, '--reason', 'concluded'],
  ['cases', 'timeline', ID],
  ['cases', 'roster', ID],
  ['requests'],
  ['requests', ID],
  ['refuse', ID, '--reason', 'no-ground', ...OFFICE],
  ['record-request', BODY],
  ['subscriptions', 'list', 'received'],
  ['subscriptions', 'held'],
  ['subscriptions', 'orders'],
  ['subscriptions', 'end-order', ID],
  ['access-log'],
  ['authorities'],
  ['events'],
  ['check', BODY],
];

/** @returns what is said of its error */
const failure = async (args: readonly string[]): Promise<string> => {
  const program = delgeProgram();
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command.commands.forEach(quiet);
  };
  quiet(program);
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  return program.parseAsync(['node', 'delge', ...args]).then(() => `${args.join(' ')}: no error`, failureText);
};
const failures = (faulty: readonly (readonly string[])[]): Promise<readonly (readonly [string, string])[]> =>
  Promise.all(faulty.map(async (args) => [args.join(' '), await failure(args)] as const));
const config = (file: string): readonly (readonly string[])[] =>
  [...ASKING, ...OWN].map((args) => ['--config', at(file), ...args]);
const all = (said: readonly (readonly [string, string])[], text: string): void =>
  expect(said.filter(([, line]) => !line.includes(text) || line.includes('\n'))).toEqual([]);

it('is that the gateway does not answer, by each command', async () => {
  all(await failures(config('own.json')), 'the gateway does not answer (ECONNREFUSED)');
});

it('is that there is no such file, or nothing of its kind in it, by each command', async () => {
  all(await failures(config('none.json')), 'there is no ');
  for (const file of ['bad-own.json', 'text.json', 'key.json'])
    all(await failures(config(file)), 'is not what `delge init` writes');
});

const OF_STAFF = ['--office', 'jurist', '--mandate', 'statute', '--scope', 'events:read'];
/** What is done in a sandbox unless it is said where else. */
const SANDBOXED: readonly (readonly string[])[] = [
  ['init', 'a/b'],
  ['token', 'a/b'],
  ['register-system', '--as', 'a/b', '--key', at('new.json'), '--scope', 'events:read'],
  ['register-staff', '--as', 'a/b', '--subject', 'x', '--issuer', 'x', '--officer', 'x', ...OF_STAFF],
  ['hold', '--as', 'a/b', '--lift', ID],
  ['assignment', 'end', ID, '--as', 'a/b'],
  ['keys', 'list'],
  ['keys', 'rotate', 'a/b', 'sealing'],
  ['keys', 'revoke', ID, '--reason', 'superseded'],
  ['rules', 'adopt', 'a/b', 'all'],
  ['rules', 'withdraw', 'a/b', 'all'],
  ['rules', 'release', 'libs/legal-basis/rules'],
  ['rules', 'replay'],
  ['quarantine', 'list'],
  ['quarantine', 'show', ID],
];

it('is that there is no sandbox, by each command that is done in one', async () => {
  all(await failures(SANDBOXED.map((args) => ['--sandbox', at('none.json'), ...args])), 'there is no sandbox');
});

it.each(['bad-key.json', 'text.json'])('is that a file holds no key: %s', async (file) => {
  const credentials = ['--gateway', own.gateway, '--system', ID, '--key', at(file)];
  all(await failures(ASKING.map((args) => [...args, ...credentials])), 'is no private key of a system');
  const administrator = ['--administrator-key', at(file)];
  const [ledger, lift] = [
    ['--ledger', own.gateway, '--trust', BODY],
    ['--lift', ID],
  ];
  all(await failures([['hold', '--as', 'a/b', ...lift, ...ledger, ...administrator]]), 'is no private key of this use');
});

it.each([
  [
    'the status of what is no gateway',
    new DelgeProblem({ type: 'about:blank', title: 'unknown', status: 404 }),
    '(404)',
  ],
  [
    'what is the matter with TLS',
    new TypeError('fetch failed', { cause: { code: 'CERT_HAS_EXPIRED' } }),
    'CERT_HAS_EXPIRED',
  ],
  ['what is the matter with an address', new TypeError('fetch failed', { cause: { message: 'bad port' } }), 'bad port'],
  [
    'where a refusal is told of',
    new DelgeProblem({ type: '/problems/x', title: 'x', status: 409 }),
    'docs/problems.md#x',
  ],
  ['any other error in its own words', new Error('say who'), 'say who'],
])('is %s', (_, error, text) => expect(failureText(error)).toContain(text));

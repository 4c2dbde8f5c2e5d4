import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
const CONFIG = '.oxlintrc.json';

/** What each place may not import, one arrow a row. Files are never compiled, only linted. */
const FORBIDDEN: readonly (readonly [file: string, source: string])[] = [
  // Pure libraries know no framework, and each only what stands inside it.
  ['libs/json/src/x.ts', `import '#contracts';`],
  ['libs/json/src/x.ts', `import 'jose';`],
  ['libs/json/src/x.ts', `import { readFileSync } from 'node:fs';`],
  ['libs/legal-basis/src/x.ts', `import '#envelope';`],
  ['libs/legal-basis/src/x.ts', `import '@nestjs/common';`],
  ['libs/legal-basis/src/x.ts', `import 'typeorm';`],
  ['libs/legal-basis/src/x.ts', `import { randomUUID } from 'node:crypto';`],
  ['libs/legal-basis/src/texts/x.ts', `import type { Platform } from '#platform';`],
  ['libs/legal-basis/src/x.ts', `import '#rules';`],
  ['libs/rules/src/x.ts', `import '#envelope';`],
  ['libs/rules/src/x.ts', `import '@nestjs/common';`],
  ['libs/rules/src/x.ts', `import { spawn } from 'node:child_process';`],
  ['libs/tlog/src/x.ts', `import { createHash } from 'node:crypto';`],
  ['libs/tlog/src/verify/x.ts', `import { leaves } from '../build/index.js';`],
  ['libs/tlog/src/verify/x.ts', `import '#tlog/build';`],
  ['libs/tlog/src/verify/x.ts', `import { hash } from 'node:crypto';`],
  ['libs/tlog/src/verify/x.ts', `import './../build/proof.js';`],
  ['libs/tlog/src/build/x.ts', `import { verify } from '../verify/index.js';`],
  ['libs/tlog/src/build/x.ts', `export * from '#tlog/verify';`],
  ['libs/tlog/src/build/x.ts', `import { randomBytes } from 'node:crypto';`],
  ['libs/envelope/src/x.ts', `import '#legal-basis';`],
  ['libs/envelope/src/x.ts', `import '#tlog/verify';`],
  ['libs/envelope/src/x.ts', `import 'pg';`],
  ['libs/envelope/src/x.ts', `import * as crypto from 'node:crypto';`],
  ['libs/sampling/src/x.ts', `import '#envelope';`],
  ['libs/sampling/src/x.ts', `import { randomBytes } from 'node:crypto';`],
  ['libs/snapshot/src/x.ts', `import '#tlog/build';`],
  ['libs/snapshot/src/x.ts', `import '#platform';`],
  ['libs/snapshot/src/x.ts', `import 'jose';`],
  ['libs/replay/src/x.ts', `import '#tlog/verify';`],
  ['libs/replay/src/x.ts', `import '#operator';`],
  ['libs/replay/src/x.ts', `import { randomUUID } from 'node:crypto';`],
  ['libs/verifier/src/x.ts', `import '#tlog/build';`],
  ['libs/verifier/src/x.ts', `import '#operator';`],
  ['libs/verifier/src/x.ts', `import 'jose';`],
  ['libs/verifier/src/x.ts', `import 'node:fs';`],
  ['libs/verifier/src/x.ts', `import 'node:net';`],
  ['libs/verifier/src/x.ts', `import { randomUUID } from 'node:crypto';`],
  ['libs/contracts/src/v1/x.ts', `import '#envelope';`],
  ['libs/contracts/src/v1/x.ts', `import '@nestjs/swagger';`],
  // Libraries around the core.
  ['libs/messaging/src/x.ts', `import '#envelope';`],
  ['libs/messaging/src/x.ts', `import '#operator';`],
  ['libs/persistence/src/x.ts', `import '#platform';`],
  ['libs/persistence/src/x.ts', `import 'amqplib';`],
  ['libs/platform/src/x.ts', `import '#persistence';`],
  ['libs/platform/src/x.ts', `import '#contracts';`],
  ['libs/platform/src/x.ts', `import 'typeorm';`],
  ['libs/keystore/src/x.ts', `import '#snapshot';`],
  ['libs/keystore/src/x.ts', `import '#platform';`],
  ['libs/keystore/src/x.ts', `import '@nestjs/common';`],
  ['libs/login/src/x.ts', `import '#platform';`],
  ['libs/login/src/x.ts', `import 'oidc-provider';`],
  ['libs/operator/src/x.ts', `import '#messaging';`],
  ['libs/operator/src/x.ts', `import '#tlog/build';`],
  ['libs/client/src/x.ts', `import '#snapshot';`],
  ['libs/client/src/x.ts', `import '#platform';`],
  ['libs/client/src/x.ts', `import '@nestjs/common';`],
  // A library is imported by its name, and shows itself through it.
  ['libs/envelope/src/x.ts', `import '../../json/src/index.js';`],
  ['libs/envelope/src/x.ts', `import './../../json/src/index.js';`],
  ['libs/testing/src/x.ts', `import '../../json/src/index.js';`],
  ['libs/envelope/src/x.spec.ts', `import '../../json/src/index.js';`],
  ['apps/gateway/src/http/x.ts', `import '../../../../libs/json/src/index.js';`],
  ['test/x.e2e-spec.ts', `import '../libs/json/src/index.js';`],
  // The tests' library is for tests.
  ['libs/envelope/src/x.ts', `import '#testing';`],
  ['apps/gateway/src/x.module.ts', `import '#testing';`],
  ['apps/gateway/src/application/x.ts', `import type { world } from '#testing';`],
  ['tools/x.ts', `import '#testing';`],
  // A sample system has what an integrator has.
  ['examples/systems/x.ts', `import '#envelope';`],
  ['examples/systems/x.ts', `import '../../libs/client/src/index.js';`],
  // An app never imports another app, nor does a library.
  ['apps/gateway/src/x.module.ts', `import '../../exchange/src/exchange.module.js';`],
  ['apps/gateway/src/http/x.ts', `export * from '../../../ledger/src/http/answers.js';`],
  ['apps/gateway/src/domain/x.ts', `import type { A } from '../../../exchange/src/domain/errors.js';`],
  ['apps/gateway/src/domain/x.spec.ts', `import '../../../exchange/src/domain/errors.js';`],
  ['apps/ledger/src/persistence/migrations/x.ts', `import '../../../../signer/src/persistence/leaf.store.js';`],
  ['apps/cli/src/x.ts', `import '../../../tools/start.js';`],
  ['libs/platform/src/x.ts', `import '../../../apps/gateway/src/main.js';`],
  // Dependencies point inwards.
  ...['nestjs', 'typeorm', 'amqplib', 'pg'].flatMap((name) => {
    const source = `import '${name === 'nestjs' ? '@nestjs/common' : name}';`;
    return [
      ['apps/gateway/src/domain/x.ts', source],
      ['apps/gateway/src/application/x.ts', source],
      ['apps/exchange/src/application/x.ts', source],
      ['apps/ledger/src/application/x.ts', source],
    ] as const;
  }),
  ['apps/exchange/src/domain/x.ts', `import type { EntityManager } from 'typeorm';`],
  ['apps/gateway/src/application/x.ts', `import type { EntityManager } from 'typeorm';`],
  ['apps/exchange/src/application/x.ts', `import { EntityManager } from 'typeorm';`],
  ['apps/gateway/src/application/x.ts', `import { readFile } from 'node:fs/promises';`],
  ['apps/gateway/src/application/x.ts', `import { randomUUID } from 'node:crypto';`],
  ['apps/exchange/src/application/x.ts', `import { randomBytes } from 'node:crypto';`],
  ['apps/gateway/src/domain/x.ts', `import { randomUUID } from 'node:crypto';`],
  ['apps/gateway/src/application/x.ts', `import { crashPoint } from '#platform';`],
  ['apps/gateway/src/application/x.ts', `import { migrate } from '#persistence';`],
  ['apps/gateway/src/application/x.ts', `import { enqueue } from '#messaging';`],
  ['apps/exchange/src/application/x.ts', `import { OutboxRelay } from '#messaging';`],
  ['apps/exchange/src/application/x.ts', `import { OperatorClient } from '#operator';`],
  ['apps/gateway/src/application/x.ts', `import '../http/caller.js';`],
  ['apps/gateway/src/application/x.ts', `import '../messages/exchange.messages.js';`],
  ['apps/gateway/src/application/x.ts', `import '../gateway.module.js';`],
  ['apps/gateway/src/application/x.ts', `import '../gateway.config.js';`],
  ['apps/gateway/src/domain/x.ts', `import '../application/ports.js';`],
  ['apps/gateway/src/domain/x.ts', `import '#platform';`],
  // The environment comes in through platform's config.
  ['apps/gateway/src/http/x.ts', `import process from 'node:process';`],
  ['libs/messaging/src/x.ts', `import { env } from 'node:process';`],
];

const ALLOWED: readonly (readonly [file: string, source: string])[] = [
  ['libs/json/src/x.ts', `import './y.js';`],
  ['libs/legal-basis/src/texts/x.ts', `import '../codes.js';\nimport '#json';`],
  [
    'libs/rules/src/x.ts',
    `import '#legal-basis';\nimport 'ajv/dist/2020.js';\nimport 'yaml';\nimport { readFileSync } from 'node:fs';`,
  ],
  ['libs/tlog/src/verify/x.ts', `import '../hash.js';\nimport '../encoding.js';\nimport './tree.js';`],
  ['libs/tlog/src/build/x.ts', `import '../hash.js';\nimport '../encoding.js';`],
  ['libs/envelope/src/x.ts', `import '#json';\nimport 'jose';\nimport { hash } from 'node:crypto';`],
  [
    'libs/keystore/src/x.ts',
    `import '#envelope';\nimport '#json';\nimport '#tlog/build';\nimport { open } from 'node:fs/promises';`,
  ],
  ['libs/login/src/x.ts', `import '#json';\nimport 'openid-client';\nimport { hash } from 'node:crypto';`],
  ['libs/snapshot/src/x.ts', `import '#json';\nimport '#envelope';\nimport '#legal-basis';\nimport '#tlog/verify';`],
  ['libs/replay/src/x.ts', `import '#json';\nimport '#envelope';\nimport '#legal-basis';\nimport '#snapshot';`],
  [
    'libs/verifier/src/x.ts',
    `import '#json';\nimport '#envelope';\nimport '#legal-basis';\nimport '#replay';\nimport '#snapshot';\nimport '#tlog/verify';`,
  ],
  ['libs/envelope/src/x.spec.ts', `import '#testing';`],
  ['libs/testing/src/x.ts', `import '../../../apps/gateway/src/domain/errors.js';`],
  ['apps/gateway/src/domain/x.ts', `import type { Manifest } from '#envelope';\nimport './errors.js';`],
  ['apps/gateway/src/application/x.ts', `import type { EventLog } from '#platform';\nimport '../domain/errors.js';`],
  ['apps/gateway/src/application/x.ts', `import { isStoreFailure } from '#persistence';`],
  ['apps/exchange/src/application/x.ts', `import type { EntityManager } from 'typeorm';`],
  ['apps/exchange/src/application/x.ts', `import { claimInbox, enqueue } from '#messaging';`],
  ['apps/gateway/src/x.module.ts', `import '@nestjs/common';\nimport './http/caller.js';\nimport '#operator';`],
  ['test/x.e2e-spec.ts', `import '../apps/gateway/src/gateway.module.js';\nimport '#testing';`],
];

interface Finding {
  readonly code: string;
  readonly filename: string;
}

/** @returns findings of the dependency rule by file, relative to the folder */
const lint = async (folder: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const args = [oxlint, '--config', CONFIG, '--format', 'json', '--threads', '1'];
  // Findings make the exit code 1; only an answer that is not JSON is a failure here.
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => error as { readonly stdout: string });
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Finding[] };
  const byFile = new Map<string, string[]>();
  for (const { code, filename } of diagnostics) {
    if (!/\(no-restricted-(imports|globals)\)|\(no-process-env\)/.test(code)) continue;
    byFile.set(filename, [...(byFile.get(filename) ?? []), code]);
  }
  return byFile;
};

/** Puts each row's source in a file of its own beside the one it names. @returns the files, in order */
const plant = (tree: string, rows: readonly (readonly [file: string, source: string])[], prefix: string): string[] =>
  rows.map(([file, source], at) => {
    const planted = file.replace(/x(?=\.[^/]*$)/, `${prefix}-${at}`);
    mkdirSync(dirname(join(tree, planted)), { recursive: true });
    writeFileSync(join(tree, planted), `${source}\n`);
    return planted;
  });

describe('the dependency rule', () => {
  const tree = mkdtempSync(join(tmpdir(), 'delge-dependency-rule-'));
  copyFileSync(join(root, CONFIG), join(tree, CONFIG));
  const forbidden = plant(tree, FORBIDDEN, 'forbidden');
  const allowed = plant(tree, ALLOWED, 'allowed');
  let findings: ReadonlyMap<string, readonly string[]> = new Map();

  beforeAll(async () => {
    findings = await lint(tree);
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  test.each(FORBIDDEN.map(([file, source], at) => [file, source, at] as const))(
    'refuses in %s: %s',
    (_file, _source, at) => {
      expect(findings.get(forbidden[at]!) ?? []).toContain('eslint(no-restricted-imports)');
    },
  );

  test.each(ALLOWED.map(([file, source], at) => [file, source, at] as const))(
    'lets pass in %s: %s',
    (_file, _source, at) => {
      expect(findings.get(allowed[at]!) ?? []).toEqual([]);
    },
  );

  test('holds in this tree', async () => {
    expect([...(await lint(root)).entries()]).toEqual([]);
  }, 60_000);

  test('has a block for every library', () => {
    const config = readFileSync(join(root, CONFIG), 'utf8');
    for (const lib of readdirSync(join(root, 'libs'))) expect(config).toContain(`"libs/${lib}/`);
  });
});

/** Sources that ship, without their specs and what is generated. */
const sources = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((file) => join(folder, file))
        .filter((file) => file.endsWith('.ts') && !file.endsWith('spec.ts') && !file.includes(`${sep}generated${sep}`))
    : [];

/** What no lint rule of oxlint can say: uses of clock and chance, and imports that are no import declarations. */
const faultsIn = (text: string, core: boolean): readonly string[] => {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    const said = node.getText(file);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) faults.push(said);
    if (ts.isImportTypeNode(node)) faults.push(said);
    if (core) {
      if (ts.isNewExpression(node) && node.expression.getText(file) === 'Date' && (node.arguments ?? []).length === 0)
        faults.push(said);
      if (ts.isPropertyAccessExpression(node) && /^(globalThis\.)?(Date\.now|Math\.random)$/.test(said))
        faults.push(said);
      if (ts.isCallExpression(node) && node.expression.getText(file) === 'Date') faults.push(said);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
};

describe('the core', () => {
  const apps = readdirSync(join(root, 'apps')).map((app) => join(root, 'apps', app, 'src'));
  const core = [
    ...apps.flatMap((src) => [...sources(join(src, 'domain')), ...sources(join(src, 'application'))]),
    ...['json', 'legal-basis', 'tlog', 'envelope', 'snapshot', 'replay', 'verifier'].flatMap((lib) =>
      sources(join(root, 'libs', lib, 'src')),
    ),
  ];

  test.each([
    'new Date()',
    'new Date',
    'Date.now()',
    'Date()',
    'const now = Date.now;',
    'Math.random()',
    `import('pg')`,
  ])('is told from %s', (text) => {
    expect(faultsIn(text, true)).not.toEqual([]);
  });

  test('has neither clock nor chance of its own, and hides no import in an expression', () => {
    expect(core.length).toBeGreaterThan(50);
    const faulty = core.map((file) => [relative(root, file), faultsIn(readFileSync(file, 'utf8'), true)] as const);
    expect(faulty.filter(([, faults]) => faults.length > 0)).toEqual([]);
  });

  test('is not the only place where imports are declarations: so they are in every app and library', () => {
    const all = [...apps, ...readdirSync(join(root, 'libs')).map((lib) => join(root, 'libs', lib, 'src'))].flatMap(
      sources,
    );
    const faulty = all.map((file) => [relative(root, file), faultsIn(readFileSync(file, 'utf8'), false)] as const);
    expect(faulty.filter(([, faults]) => faults.length > 0)).toEqual([]);
  });
});

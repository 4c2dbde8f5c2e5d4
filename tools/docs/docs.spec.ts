import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from 'class-transformer';
import { IsUrls } from '#platform';
import { IsInt, IsOptional, IsString, IsUrl, Max, Min } from 'class-validator';
import { TO_EXCHANGE, TO_GATEWAY, ContractError } from '#contracts';
import * as contracts from '#contracts';
import { faultsIn, missingWords, unknownEvents } from './check.js';
import type { Known } from './check.js';
import { spoken, variablesOf } from './config-tables.js';
import { anchorsOf, commandsUnder, linksOf, replaceBetween, table } from './markdown.js';
import { interfaceOf, parseFile, parseText, unionOf, wordsOf } from './source.js';
import { codecOf, differences } from './statements-page.js';
import { messagesIn, scalarsIn, typeNameOf } from './wire.js';
import type { WireMessage } from './wire.js';

const ROOT = join(import.meta.dirname, '../..');
const WIRE = join(ROOT, 'libs/contracts/src/v1/wire');

describe('pages', () => {
  it('replaces what stands between two markers and nothing else', () => {
    const page = 'a\n<!-- begin:x -->\nold\n<!-- end:x -->\nb';
    const once = replaceBetween(page, 'x', 'new');
    expect(once).toBe('a\n<!-- begin:x -->\n\nnew\n\n<!-- end:x -->\nb');
    expect(replaceBetween(once, 'x', 'new')).toBe(once);
    expect(() => replaceBetween('a', 'x', 'new')).toThrow('no markers for x');
  });

  it('keeps a bar inside its cell', () => {
    expect(table(['a'], [['b|c']])).toBe('| a |\n| --- |\n| b\\|c |');
  });

  it('reads anchors and links outside code', () => {
    const page = '# En Åtgärd: `x`\n\n[a](b.md#c) [d](https://e.example) [f](#g)\n\n```\n# no [h](i)\n```\n<a id="z">';
    expect([...anchorsOf(page)]).toEqual(['en-åtgärd-x', 'z']);
    expect(linksOf(page)).toEqual(['b.md#c', '#g']);
  });
});

describe('commands of a page', () => {
  it('are those of the first block of shell under a heading', () => {
    const page =
      '## A\n\n```sh\nno\n```\n\n## B\n\nWords.\n\n```sh\none > x\n\ntwo\n```\n\n```sh\nno\n```\n\n## C\n\nno\n';
    expect(commandsUnder(page, 'B')).toEqual(['one > x', 'two']);
    expect(() => commandsUnder(page, 'C')).toThrow('no commands under C');
  });

  it('of the first referral are there, and ask for nothing that README does not make', () => {
    const commands = commandsUnder(readFileSync(join(ROOT, 'README.md'), 'utf8'), 'Your first referral');
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter((line) => /<[a-z]+/.test(line))).toEqual([]);
  });
});

describe('the check', () => {
  const known: Known = {
    variables: new Set(['AMQP_URL']),
    scripts: new Set(['docs']),
    isCode: (word) => word === 'LOG_FORKED',
    exists: (path) => path === 'docs/a.md' || path === 'examples/referrals/1.json',
    textOf: () => '# Here',
  };
  const faultsOf = (text: string): readonly string[] => faultsIn([{ path: 'docs/p.md', text }], known);

  it('says nothing of a page on which everything exists', () => {
    expect(faultsOf('[a](a.md#here) AMQP_URL LOG_FORKED npm run docs examples/referrals/1.json')).toEqual([]);
  });

  it('names each thing that does not exist', () => {
    expect(faultsOf('[a](b.md) [c](a.md#there) NO_SUCH npm run -s nothing examples/referrals/2.json')).toEqual([
      'docs/p.md: no such file: b.md',
      'docs/p.md: no such heading: a.md#there',
      'docs/p.md: no such variable or code: NO_SUCH',
      'docs/p.md: no such script: npm run nothing',
      'docs/p.md: no such example: examples/referrals/2.json',
    ]);
  });

  it('misses words that must be there, and events that no code writes', () => {
    const page = { path: 'p', text: '`a.b`\n\n## Log events\n\n| `a.b` | `c.d` |\n\n## Next\n\n`e.f`' };
    expect(missingWords(page, ['a.b', 'g.h'], 'the event')).toEqual(['p: does not tell of the event g.h']);
    expect(unknownEvents(page, new Set(['a.b']))).toEqual(['p: no such event: c.d']);
  });
});

describe('configuration', () => {
  class Sample {
    @IsUrl({ protocols: ['amqp'] }) readonly AMQP_URL!: string;
    @IsUrls('amqp', 'amqps') readonly NODES!: string;
    @Type(() => Number) @IsInt() @Min(2) @Max(9) readonly POOL: number = 4;
    @IsOptional() @IsString() readonly CRASH_AT?: string;
  }

  it('is read from the rules that check it', () => {
    expect(variablesOf(Sample)).toEqual([
      { name: 'AMQP_URL', rule: 'URL: amqp', default: undefined, required: true },
      { name: 'NODES', rule: 'URL, or several: amqp, amqps', default: undefined, required: true },
      { name: 'CRASH_AT', rule: 'text', default: undefined, required: false },
      { name: 'POOL', rule: 'integer from 2 to 9', default: '4', required: false },
    ]);
  });

  it('says milliseconds in the largest unit that fits whole', () => {
    expect([86_400_000, 90_000, 250].map(spoken)).toEqual(['1 d', '90 s', undefined]);
  });
});

describe('source', () => {
  const file = parseText(`
    /** Says
     * a word. @throws {Error} */
    export interface One {
      /** Which. */
      readonly a: string; readonly b?: 'x' | 'y' }
    type Two = { readonly kind: 'p'; readonly c: string } | { readonly kind: 'q' };
    const LIST = ['v', 'w'] as const;
  `);

  it('gives members with type, doc and whether they may be absent', () => {
    expect(interfaceOf(file, 'One')).toEqual({
      doc: 'Says a word.',
      members: [
        { name: 'a', type: 'string', optional: false, doc: 'Which.' },
        { name: 'b', type: "'x' | 'y'", optional: true, doc: '' },
      ],
    });
  });

  it('gives the alternatives of a union by their kind, and the words of a list', () => {
    expect([...unionOf(file, 'Two', 'kind').keys()]).toEqual(['p', 'q']);
    expect(wordsOf(file, 'LIST')).toEqual(['v', 'w']);
    expect(() => interfaceOf(file, 'Three')).toThrow('no interface Three');
  });
});

describe('statements', () => {
  it('differ from their codec in no member', () => {
    const statements = parseFile(join(ROOT, 'libs/envelope/src/statements.ts'));
    for (const name of ['Manifest', 'Decision', 'Notice', 'Refusal', 'Receipt']) {
      expect(differences(interfaceOf(statements, name).members, codecOf(statements, name))).toEqual([]);
    }
  });

  it('are refused when a member is missing or may be absent on one side alone', () => {
    const shape = { typ: 't', required: ['a'], optional: [] };
    const member = { name: 'a', type: 'string', doc: '' };
    expect(differences([{ ...member, optional: false }], shape)).toEqual([]);
    expect(differences([{ ...member, optional: true }], shape)).toHaveLength(2);
  });
});

describe('JSON Schema of a wire message', () => {
  const scalars = scalarsIn(parseFile(join(WIRE, 'shape.ts')));
  const messages: readonly WireMessage[] = [
    ...messagesIn(parseFile(join(WIRE, 'to-exchange.ts')), TO_EXCHANGE, scalars),
    ...messagesIn(parseFile(join(WIRE, 'to-gateway.ts')), TO_GATEWAY, scalars),
  ];
  const SAMPLES: Readonly<Record<string, unknown>> = {
    jwe: 'a.b.c.d.e',
    messageId: '01890a5d-ac96-774b-bcce-b302099a8057',
    attempt: 1,
    deliveryNumber: 7,
    blind: 'abc_-',
    sealed: 'a..c.d.e',
    proof: 'c2sp.org/tlog-proof@v1\nindex 0\n\n— x',
  };
  const VALUES = [null, 0, 1, -1, 1.5, '', 'a', 'a.b.c', 'a.b.c.d', 'a..c.d.e', [], {}, 'å', 'a\nb', true];
  const parses = (name: string, body: object): boolean => {
    const parse = (contracts as unknown as Readonly<Record<string, (bytes: Uint8Array) => object>>)[`parse${name}`];
    try {
      parse?.(Buffer.from(JSON.stringify(body)));
      return parse !== undefined;
    } catch (error) {
      if (error instanceof ContractError) return false;
      throw error;
    }
  };

  it('is there for every type that is sent', () => {
    expect(messages.map(({ type }) => type)).toEqual([...TO_EXCHANGE, ...TO_GATEWAY]);
    expect(typeNameOf('message.submitted.v1')).toBe('MessageSubmittedV1');
  });

  it.each(messages)('takes what the reader of $type takes, and refuses what it refuses', ({ name, schema }) => {
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const members = Object.keys(schema['properties'] as object);
    const body = Object.fromEntries(members.map((member) => [member, SAMPLES[member] ?? 'a.b.c']));
    const variants: object[] = [body, { ...body, further: 'a' }];
    for (const member of members) {
      const { [member]: _left, ...without } = body;
      variants.push(without, ...VALUES.map((value) => ({ ...body, [member]: value })));
    }
    expect(validate(body)).toBe(true);
    for (const variant of variants) expect([variant, validate(variant)]).toEqual([variant, parses(name, variant)]);
  });
});

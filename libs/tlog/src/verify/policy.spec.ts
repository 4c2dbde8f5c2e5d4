import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  checkpointText,
  cosignatureLine,
  nodeNoteSigner,
  nodeSha256,
  nodeVerifyEd25519,
  offerText,
  signNote,
} from '../build/index.js';
import { verifierKey, witnessKey } from '../build/index.js';
import type { NoteSigner } from '../build/index.js';
import { openCheckpoint, parseOffer, parsePolicy } from './index.js';
import { TlogError } from './index.js';

const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
const signer = (name: string): NoteSigner =>
  nodeNoteSigner(name, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
const log = signer('logg.example/x');
const logKey = verifierKey(log.name, log.publicKey, nodeSha256);
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => signer(`witness.example/${name}`)) as [
  NoteSigner,
  NoteSigner,
  NoteSigner,
  NoteSigner,
];
const vkey = ({ name, publicKey }: NoteSigner): string => witnessKey(name, publicKey, nodeSha256);
const policy = [
  '# three of four',
  `log ${logKey} https://logg.example`,
  `witness a ${vkey(a)}`,
  `witness b\t${vkey(b)} https://b.example/w`,
  `  witness c ${vkey(c)}`,
  `witness d ${vkey(d)}`,
  'group all-four 3 a b c d',
  'quorum all-four',
  '',
].join('\n');
const text = checkpointText(log.name, 7n, Buffer.alloc(32, 1));
const note = signNote(text, log, nodeSha256);
const line = (witness: NoteSigner, time: number): string => cosignatureLine(text, witness, BigInt(time), nodeSha256);
const opened = (whole: string, asked = policy, keys = [logKey]): bigint | string | undefined => {
  try {
    return openCheckpoint(whole, { origin: log.name, keys, policy: asked }, verification).witnessedAt;
  } catch (error) {
    if (error instanceof TlogError) return error.code;
    throw error;
  }
};

describe('a witness policy', () => {
  it('names logs, witnesses and where they are asked', () => {
    const read = parsePolicy(policy, nodeSha256);
    expect(read.witnesses.map(({ name, url }) => [name, url])).toEqual([
      ['a', undefined],
      ['b', 'https://b.example/w'],
      ['c', undefined],
      ['d', undefined],
    ]);
    expect(read.logs.map(({ name }) => name)).toEqual([log.name]);
  });

  it.each([
    [
      'a key twice under two names',
      `witness a ${vkey(a)}\nwitness e ${witnessKey('e', a.publicKey, nodeSha256)}\nquorum a\n`,
    ],
    ['a log twice', `log ${logKey}\nlog ${logKey}\nquorum none\n`],
    ['a log as a witness', `witness a ${logKey}\nquorum a\n`],
    ['a witness as a log', `log ${vkey(a)}\nquorum none\n`],
    ['no quorum', `witness a ${vkey(a)}\n`],
    ['two quorums', `witness a ${vkey(a)}\nquorum a\nquorum a\n`],
    ['a quorum of somebody else', `witness a ${vkey(a)}\nquorum b\n`],
    ['more than there are', `witness a ${vkey(a)}\ngroup g 2 a\nquorum g\n`],
    ['a member of two groups', `witness a ${vkey(a)}\ngroup g all a\ngroup h all a g\nquorum h\n`],
    ['a word that is none', `witnesses a ${vkey(a)}\nquorum none\n`],
  ])('is refused with %s', (_, malformed) => {
    expect(() => parsePolicy(malformed, nodeSha256)).toThrow(TlogError);
  });

  it('is met by three of four; its time is the median, of an even number the earlier', () => {
    expect(opened(note + line(a, 10) + line(b, 20))).toBe('QUORUM_NOT_MET');
    expect(opened(note + line(a, 10) + line(a, 11) + line(b, 20))).toBe('QUORUM_NOT_MET');
    expect(opened(note + line(a, 10) + line(b, 20) + line(signer(c.name), 30))).toBe('QUORUM_NOT_MET');
    expect(opened(note + line(a, 30) + line(b, 20) + line(d, 10))).toBe(20n);
    expect(opened(note + line(a, 40) + line(b, 30) + line(c, 20) + line(d, 10))).toBe(20n);
  });

  it('is not met by a cosignature that does not verify: such a note is refused whole', () => {
    const wrong = cosignatureLine('another\n', c, 30n, nodeSha256);
    expect(opened(note + line(a, 10) + line(b, 20) + line(d, 30) + wrong)).toBe('BAD_SIGNATURE');
  });

  it('lets only those keys sign for the log that it names', () => {
    const other = signer(log.name);
    const keys = [logKey, verifierKey(other.name, other.publicKey, nodeSha256)];
    const lines = line(a, 10) + line(b, 20) + line(c, 30);
    expect(opened(signNote(text, other, nodeSha256) + lines, policy, keys)).toBe('NO_LOG_SIGNATURE');
    expect(opened(note + lines, policy, keys)).toBe(20n);
  });
});

it('an offer to a witness reads as it was written, and in no other spelling', () => {
  const hashes = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const offer = offerText(5n, hashes, note);
  const { oldSize, hashes: read, checkpoint } = parseOffer(offer);
  expect([oldSize, read.map((hash) => Buffer.from(hash).toString('hex')), checkpoint]).toEqual([
    5n,
    hashes.map((hash) => hash.toString('hex')),
    note,
  ]);
  for (const wrong of [offer.replace('old 5', 'old 05'), offer.replace('old 5', 'size 5'), `\n${offer}`, note, '']) {
    expect(() => parseOffer(wrong)).toThrow(TlogError);
  }
});

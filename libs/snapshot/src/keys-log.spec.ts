import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { generateKey, localSigner } from '#envelope';
import type { KeyUse, PrivateKey } from '#envelope';
import { checkpointText, nodeSha256, nodeVerifyEd25519, signNote, verifierKey } from '#tlog/build';
import {
  KeysFeed,
  KeysLog,
  SnapshotError,
  broughtKeys,
  cooperationCommitment,
  parseTrust,
  possessorsOf,
  signEntry,
  signServiceToken,
  verifyServiceToken,
} from './index.js';
import type { KeysSource, StatementBody, Trust } from './index.js';
import { generateKeyPairSync } from 'node:crypto';
import { nodeNoteSigner } from '#tlog/build';

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (error instanceof SnapshotError) return error.code;
    throw error;
  }
};
const origin = 'logg.delge.example/sandbox/keys';
const logSigner = nodeNoteSigner(origin, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
const now = new Date('2026-11-24T08:00:00.000Z');

let trust: Trust;
const keys = {} as Record<
  | 'operatorA'
  | 'operatorB'
  | 'linkoping'
  | 'fk'
  | 'manifest'
  | 'witness'
  | 'document'
  | 'sealing'
  | 'juristA'
  | 'juristB'
  | 'decision'
  | 'stranger',
  PrivateKey
>;

beforeAll(async () => {
  const uses: Record<keyof typeof keys, KeyUse> = {
    operatorA: 'operator',
    operatorB: 'operator',
    linkoping: 'administrator',
    fk: 'administrator',
    manifest: 'manifest',
    witness: 'witness',
    document: 'document',
    sealing: 'sealing',
    juristA: 'jurist',
    juristB: 'jurist',
    decision: 'decision',
    stranger: 'administrator',
  };
  for (const [name, use] of Object.entries(uses)) keys[name as keyof typeof keys] = await generateKey(use);
  const log = { origin, keys: [verifierKey(origin, logSigner.publicKey, nodeSha256)], policy: '' };
  trust = await parseTrust(
    JSON.stringify({
      v: 1,
      environment: 'sandbox',
      logs: { disclosure: log, keys: log },
      operators: [keys.operatorA.jwk, keys.operatorB.jwk],
    }),
  );
});

const entry = (
  body: StatementBody,
  principal: PrivateKey,
  counters = [keys.operatorA, keys.operatorB],
  env = 'sandbox',
): Promise<Uint8Array> =>
  signEntry(
    { env, id: randomUUID(), issuedAt: now.toISOString(), ...body },
    localSigner(principal),
    counters.map(localSigner),
    possessorsOf(broughtKeys(body), principal.kid).map((key) => localSigner(held.get(key.kid) as PrivateKey)),
  );
/** Private halves of what the statements bring. */
const held = new Map<string, PrivateKey>();
const publicOf = (key: PrivateKey): Record<string, string> => {
  held.set(key.kid, key);
  return key.jwk as Record<string, string>;
};

const participant = (slug: string, key: PrivateKey): StatementBody => ({
  kind: 'participant-enrolled',
  participant: { slug, organisationNumber: '2120000449', nameSv: 'Kommun', nameEn: 'Municipality' },
  administratorKey: publicOf(key),
});
const gateway = (): StatementBody => ({
  kind: 'gateway-enrolled',
  gateway: 'kommunerna',
  operatedBy: 'linkoping',
  manifestKey: publicOf(keys.manifest),
  witnessKey: publicOf(keys.witness),
});
const authority = (): StatementBody => ({
  kind: 'authority-enrolled',
  authority: {
    id: 'linkoping/socialnamnden',
    kind: 'socialnamnd',
    branches: [],
    nameSv: 'Socialnämnden',
    nameEn: 'Social committee',
  },
  functions: [{ id: 'registrator', nameSv: 'Registrator', nameEn: 'Registry' }],
  gateway: 'kommunerna',
  documentKey: publicOf(keys.document),
  sealingKey: publicOf(keys.sealing),
});
const added = (holder: string, use: 'jurist' | 'decision' | 'access', key: PrivateKey): StatementBody => ({
  kind: 'key-added',
  holder,
  use,
  key: publicOf(key),
});
const release = (number: number): StatementBody => ({
  kind: 'rule-set-released',
  number,
  date: '2026-11-01',
  sha256: 'A'.repeat(43),
  engineVersion: 1,
});

const enrolled = async (): Promise<{ log: KeysLog; entries: Uint8Array[] }> => {
  const log = KeysLog.empty(trust, nodeSha256);
  const entries = [
    await entry(participant('linkoping', keys.linkoping), keys.linkoping),
    await entry(participant('fk', keys.fk), keys.fk),
    await entry(added('exchange', 'decision', keys.decision), keys.operatorA),
    await entry(gateway(), keys.linkoping),
    await entry(authority(), keys.linkoping),
    await entry(added('participant:linkoping', 'jurist', keys.juristA), keys.linkoping),
    await entry(added('participant:fk', 'jurist', keys.juristB), keys.fk),
    await entry(release(1), keys.juristA, [keys.juristB, keys.operatorA, keys.operatorB]),
    await entry(
      {
        kind: 'rules-adopted',
        authority: 'linkoping/socialnamnden',
        ruleSet: 1,
        versions: ['LUF-2008-206-3@2020-01-01'],
      },
      keys.juristA,
    ),
  ];
  for (const item of entries) await log.append(item);
  return { log, entries };
};

describe('the keys log', () => {
  it('gives at each size what was true at that size', async () => {
    const { log } = await enrolled();
    expect(log.size).toBe(9n);
    expect(log.at(4n).authority('linkoping/socialnamnden')).toBeUndefined();
    expect(log.at(5n).authority('linkoping/socialnamnden')).toMatchObject({
      participant: 'linkoping',
      gateway: 'kommunerna',
    });
    expect(
      log
        .at(9n)
        .liveKeys('linkoping/socialnamnden', 'sealing')
        .map(({ kid }) => kid),
    ).toEqual([keys.sealing.kid]);
    expect(log.at(7n).ruleSet()).toBeUndefined();
    expect(log.at(9n).ruleSet()).toMatchObject({ number: 1 });
    expect(log.at(8n).directory.adopted('linkoping/socialnamnden', 'LUF-2008-206-3@2020-01-01')).toBe(false);
    expect(log.at(9n).directory.adopted('linkoping/socialnamnden', 'LUF-2008-206-3@2020-01-01')).toBe(true);
    expect(await codeOf(() => log.at(10n))).toBe('SIZE_NOT_HELD');
  });

  it('has a version adopted until its jurist withdraws that, and again when it is adopted anew', async () => {
    const { log } = await enrolled();
    const about = { authority: 'linkoping/socialnamnden', versions: ['LUF-2008-206-3@2020-01-01'] };
    const withdrawn = { kind: 'adoption-withdrawn', ...about } as const;
    expect(await codeOf(async () => log.append(await entry(withdrawn, keys.linkoping)))).toBe('WRONG_PRINCIPAL');
    expect(await codeOf(async () => log.append(await entry(withdrawn, keys.juristB)))).toBe('WRONG_PRINCIPAL');
    const other = { ...withdrawn, versions: [...about.versions, 'LSS-15-10@2011-07-01'] };
    expect(await codeOf(async () => log.append(await entry(other, keys.juristA)))).toBe('NOT_ADOPTED');
    await log.append(await entry(withdrawn, keys.juristA));
    expect(await codeOf(async () => log.append(await entry(withdrawn, keys.juristA)))).toBe('NOT_ADOPTED');
    await log.append(await entry({ kind: 'rules-adopted', ruleSet: 1, ...about }, keys.juristA));
    const adoptedAt = (size: bigint): boolean =>
      log.at(size).directory.adopted(about.authority, about.versions[0] ?? '');
    expect([8n, 9n, 10n, 11n].map(adoptedAt)).toEqual([false, true, false, true]);
  });

  it('holds a revoked key for live before its revocation and dead after', async () => {
    const { log } = await enrolled();
    await log.append(
      await entry({ kind: 'key-revoked', kid: keys.manifest.kid, reason: 'compromised' }, keys.linkoping),
    );
    expect(log.at(9n).key(keys.manifest.kid)).toBeDefined();
    expect(log.at(10n).key(keys.manifest.kid)).toBeUndefined();
    const again = {
      kind: 'key-added',
      holder: 'gateway:kommunerna',
      use: 'manifest',
      key: publicOf(keys.manifest),
    } as const;
    expect(await codeOf(async () => log.append(await entry(again, keys.linkoping)))).toBe('KEY_IN_USE');
    // It was known all the same, from its enrolment on.
    expect([3n, 4n, 10n].map((size) => log.known(keys.manifest.kid, size)?.holder)).toEqual([
      undefined,
      'gateway:kommunerna',
      'gateway:kommunerna',
    ]);
  });

  it("takes the ledger's access keys from the first operator, and no other use for it", async () => {
    const { log } = await enrolled();
    await log.append(await entry(added('ledger', 'access', keys.stranger), keys.operatorA));
    expect(log.at(10n).key(keys.stranger.kid)).toMatchObject({ use: 'access', holder: 'ledger' });
    const other = await generateKey('decision');
    expect(await codeOf(async () => log.append(await entry(added('ledger', 'decision', other), keys.operatorA)))).toBe(
      'WRONG_PRINCIPAL',
    );
    expect(await codeOf(async () => log.append(await entry(added('exchange', 'access', other), keys.operatorA)))).toBe(
      'WRONG_PRINCIPAL',
    );
    expect(await codeOf(async () => log.append(await entry(added('ledger', 'access', other), keys.linkoping)))).toBe(
      'WRONG_PRINCIPAL',
    );
  });

  it.each<[string, string, () => Promise<Uint8Array>]>([
    [
      'one operator alone',
      'NOT_COUNTERSIGNED',
      () => entry(participant('uppsala', keys.stranger), keys.stranger, [keys.operatorA]),
    ],
    [
      'the same operator twice',
      'NOT_COUNTERSIGNED',
      () => entry(participant('uppsala', keys.stranger), keys.stranger, [keys.operatorA, keys.operatorA]),
    ],
    [
      'a principal that nobody knows',
      'UNKNOWN_KEY',
      () => entry({ kind: 'key-revoked', kid: keys.manifest.kid, reason: 'lost' }, keys.stranger),
    ],
    [
      "another participant's administrator",
      'WRONG_PRINCIPAL',
      () => entry({ kind: 'key-revoked', kid: keys.manifest.kid, reason: 'lost' }, keys.fk),
    ],
    [
      'operators alone for a participant',
      'WRONG_PRINCIPAL',
      () => entry(added('participant:fk', 'jurist', keys.stranger), keys.operatorA),
    ],
    [
      'an administrator for the exchange',
      'WRONG_PRINCIPAL',
      () => entry(added('exchange', 'decision', keys.stranger), keys.fk),
    ],
    [
      'one operator, and an administrator in the place of the other',
      'NOT_COUNTERSIGNED',
      () => entry(participant('uppsala', keys.stranger), keys.stranger, [keys.operatorA, keys.fk]),
    ],
    [
      'operators who countersigned another statement',
      'MALFORMED_ENTRY',
      async () => {
        const [own, other] = await Promise.all(
          [keys.stranger, keys.stranger].map((key) => entry(participant('uppsala', key), key)),
        );
        const lines = (bytes?: Uint8Array) =>
          Buffer.from(bytes ?? [])
            .toString()
            .split('\n');
        return Buffer.from([lines(own)[0], ...lines(other).slice(1)].join('\n'));
      },
    ],
    [
      'the end of the last key of a holder as superseded',
      'LAST_KEY',
      () => entry({ kind: 'key-revoked', kid: keys.sealing.kid, reason: 'superseded' }, keys.linkoping),
    ],
    ['one jurist for a rule set', 'NOT_COUNTERSIGNED', () => entry(release(2), keys.juristA)],
    [
      'a rule set number that goes back',
      'RULE_SET_OUT_OF_ORDER',
      () => entry(release(1), keys.juristA, [keys.juristB, keys.operatorA, keys.operatorB]),
    ],
    ['a participant enrolled again', 'ALREADY_ENROLLED', () => entry(participant('fk', keys.stranger), keys.stranger)],
    [
      'another environment',
      'WRONG_ENVIRONMENT',
      () => entry(participant('uppsala', keys.stranger), keys.stranger, undefined, 'production'),
    ],
  ])('refuses %s', async (_, code, forged) => {
    const { log } = await enrolled();
    const item = await forged();
    expect(await codeOf(() => log.append(item))).toBe(code);
    expect(log.size).toBe(9n);
    expect(await codeOf(() => log.appendAll([item]))).toBe(code);
    expect(log.size).toBe(9n);
    expect(
      await codeOf(async () => KeysLog.empty(trust, nodeSha256).appendAll([...(await enrolled()).entries, item])),
    ).toBe(code);
  });

  it('is the same log, whether its entries come one by one or all at once', async () => {
    const { log, entries } = await enrolled();
    for (const first of [0, 1, 5, 9]) {
      const other = KeysLog.empty(trust, nodeSha256);
      await other.appendAll(entries.slice(0, first));
      await other.appendAll(entries.slice(first));
      expect(other.at(9n).rootBase64).toBe(log.at(9n).rootBase64);
      expect(other.at(9n).liveKeys('participant:linkoping', 'administrator')).toEqual(
        log.at(9n).liveKeys('participant:linkoping', 'administrator'),
      );
    }
  });

  it('ends at the first entry that does not hold, for the same reason, wherever it stands among many', async () => {
    const { entries } = await enrolled();
    for (let at = 0; at < entries.length; at += 1)
      for (const place of [30, 200, (entries[at]?.length ?? 0) - 20]) {
        const bent = Uint8Array.from(entries[at] as Uint8Array);
        bent[place] = bent[place] === 0x41 ? 0x42 : 0x41;
        const all = [...entries.slice(0, at), bent, ...entries.slice(at + 1)];
        const [one, many] = [KeysLog.empty(trust, nodeSha256), KeysLog.empty(trust, nodeSha256)];
        const byOne = await codeOf(async () => {
          for (const entry of all) await one.append(entry);
        });
        expect([at, place, await codeOf(() => many.appendAll(all)), many.size]).toEqual([at, place, byOne, one.size]);
        expect(byOne).not.toBe('accepted');
      }
  });

  it('takes no signature for verified by another key, or by one that comes later or is gone', async () => {
    const { entries } = await enrolled();
    const uppsala = await entry(participant('uppsala', keys.stranger), keys.stranger);
    const later = await entry(added('participant:uppsala', 'jurist', await generateKey('jurist')), keys.stranger);
    const all = (...more: readonly Uint8Array[]) =>
      codeOf(() => KeysLog.empty(trust, nodeSha256).appendAll([...entries, ...more]));
    expect(await all(uppsala, later)).toBe('accepted');
    expect(await all(later, uppsala)).toBe('UNKNOWN_KEY');
    const gone = await entry({ kind: 'key-revoked', kid: keys.stranger.kid, reason: 'lost' }, keys.stranger);
    expect(await all(uppsala, gone, later)).toBe('UNKNOWN_KEY');
    expect(await all(uppsala, uppsala)).toBe('ALREADY_ENROLLED');
  });

  it('lets a key go once another stands in its place, and the last for any other reason', async () => {
    const { log } = await enrolled();
    const holder = 'linkoping/socialnamnden';
    const next = await generateKey('sealing');
    const add = { kind: 'key-added', holder, use: 'sealing', key: publicOf(next) } as const;
    await log.append(await entry(add, keys.linkoping));
    await log.append(await entry({ kind: 'key-revoked', kid: keys.sealing.kid, reason: 'superseded' }, keys.linkoping));
    expect(log.at(log.size).liveKeys(holder, 'sealing')).toMatchObject([{ kid: next.kid }]);
    for (const reason of ['compromised', 'lost', 'ended'] as const) {
      const other = KeysLog.empty(trust, nodeSha256);
      await other.appendAll((await enrolled()).entries);
      await other.append(await entry({ kind: 'key-revoked', kid: keys.sealing.kid, reason }, keys.linkoping));
      expect(other.at(other.size).liveKeys(holder, 'sealing')).toEqual([]);
    }
  });

  it('keeps the day on which a key expires, by which it is live at a time and not at a size', async () => {
    const { log } = await enrolled();
    const holder = 'linkoping/socialnamnden';
    const next = await generateKey('sealing');
    const body = { kind: 'key-added', holder, use: 'sealing', key: publicOf(next) } as const;
    expect(await codeOf(() => entry({ ...body, expiresOn: '2027-02-29' }, keys.linkoping))).toBe('MALFORMED_STATEMENT');
    await log.append(await entry({ ...body, expiresOn: '2027-03-01' }, keys.linkoping));
    const snapshot = log.at(log.size);
    const live = (at?: string) =>
      (at === undefined ? snapshot : snapshot.on(new Date(at))).liveKeys(holder, 'sealing').map(({ kid }) => kid);
    expect(live()).toEqual([keys.sealing.kid, next.kid]);
    expect(live('2027-02-28T22:59:59Z')).toEqual([keys.sealing.kid, next.kid]);
    expect(live('2027-02-28T23:00:00Z')).toEqual([keys.sealing.kid]);
    const [before, after] = ['2027-02-28T22:59:59Z', '2027-02-28T23:00:00Z'].map((at) => snapshot.on(new Date(at)));
    expect([before?.key(next.kid)?.expiresOn, after?.key(next.kid)]).toEqual(['2027-03-01', undefined]);
    expect(after?.rootBase64).toBe(snapshot.rootBase64);
  });

  it('refuses what a revoked administrator states, whatever time it names', async () => {
    const { log } = await enrolled();
    const next = await generateKey('administrator');
    const added = { kind: 'key-added', holder: 'participant:fk', use: 'administrator', key: publicOf(next) } as const;
    await log.append(await entry(added, keys.fk));
    await log.append(await entry({ kind: 'key-revoked', kid: keys.fk.kid, reason: 'compromised' }, next));
    for (const issuedAt of ['2020-01-01T00:00:00.000Z', now.toISOString(), '2030-01-01T00:00:00.000Z']) {
      const stolen = await signEntry(
        { env: 'sandbox', id: randomUUID(), issuedAt, kind: 'key-revoked', kid: keys.juristB.kid, reason: 'lost' },
        localSigner(keys.fk),
        [keys.operatorA, keys.operatorB].map(localSigner),
      );
      expect(await codeOf(() => log.append(stolen))).toBe('UNKNOWN_KEY');
    }
  });

  it('refuses a cooperation decision under an id that the registry would not answer for', async () => {
    const decided = (cooperation: string): Promise<Uint8Array> =>
      entry({ kind: 'cooperation-decided', cooperation, commitment: 'A'.repeat(43) }, keys.linkoping);
    expect(await codeOf(() => decided('00000000-0000-0000-0000-000000000000'))).toBe('MALFORMED_STATEMENT');
    expect(await codeOf(() => decided('01890000-0000-7000-8000-000000000009'))).toBe('accepted');
  });

  it('refuses a statement whose octets were changed after it was signed', async () => {
    const { log } = await enrolled();
    const item = Buffer.from(await entry(participant('uppsala', keys.stranger), keys.stranger));
    item.writeUInt8(item.readUInt8(200) === 0x41 ? 0x42 : 0x41, 200);
    expect(await codeOf(() => log.append(item))).not.toBe('accepted');
  });
});

describe('a follower of the keys log', () => {
  const sourceOf = (entries: Uint8Array[], note: () => string): KeysSource => ({
    checkpoint: () => Promise.resolve(note()),
    entries: (from, to) => Promise.resolve(entries.slice(Number(from), Number(to))),
  });
  const noteOf = (log: KeysLog, size = log.size): string =>
    signNote(checkpointText(origin, size, Buffer.from(log.at(size).rootBase64, 'base64')), logSigner, nodeSha256);

  it('takes what the checkpoint commits to, and nothing else', async () => {
    const { log, entries } = await enrolled();
    const good = new KeysFeed(
      sourceOf(entries, () => noteOf(log)),
      trust,
      verification,
      () => now,
    );
    await good.refresh();
    expect(good.newest()?.size).toBe(9n);
    expect(good.newest()?.snapshot.rootBase64).toBe(log.at(9n).rootBase64);

    const swapped = [
      ...entries.slice(0, 8),
      await entry(
        { kind: 'rules-adopted', authority: 'linkoping/socialnamnden', ruleSet: 1, versions: ['LSS-15-10@2011-07-01'] },
        keys.juristA,
      ),
    ];
    const bad = new KeysFeed(
      sourceOf(swapped, () => noteOf(log)),
      trust,
      verification,
      () => now,
    );
    expect(await codeOf(() => bad.refresh())).toBe('LOG_FORKED');
    expect(bad.newest()).toBeUndefined();
  });

  it('never goes back to a smaller log of another root', async () => {
    const { log, entries } = await enrolled();
    const other = KeysLog.empty(trust, nodeSha256);
    await other.append(await entry(participant('uppsala', keys.stranger), keys.stranger));
    let note = noteOf(log);
    const feed = new KeysFeed(
      sourceOf(entries, () => note),
      trust,
      verification,
      () => now,
    );
    await feed.refresh();
    note = noteOf(other);
    expect(await codeOf(() => feed.refresh())).toBe('LOG_FORKED');
    expect(feed.newest()?.size).toBe(9n);
  });
});

it('admits a caller by its own live key, for one service and one minute', async () => {
  const { log } = await enrolled();
  const snapshot = log.at(log.size);
  const token = await signServiceToken(localSigner(keys.manifest), {
    iss: 'gateway:kommunerna',
    aud: 'ledger',
    now,
    jti: randomUUID(),
  });
  expect(await verifyServiceToken(token, { aud: 'ledger', now, snapshot })).toBe('gateway:kommunerna');
  expect(await codeOf(() => verifyServiceToken(token, { aud: 'registry', now, snapshot }))).toBe('TOKEN_REFUSED');
  expect(
    await codeOf(() => verifyServiceToken(token, { aud: 'ledger', now: new Date(now.getTime() + 121_000), snapshot })),
  ).toBe('TOKEN_REFUSED');
  const posing = await signServiceToken(localSigner(keys.manifest), {
    iss: 'exchange',
    aud: 'ledger',
    now,
    jti: randomUUID(),
  });
  expect(await codeOf(() => verifyServiceToken(posing, { aud: 'ledger', now, snapshot }))).toBe('TOKEN_REFUSED');
});

it('commits to a cooperation decision without naming its parties', () => {
  const opening = {
    id: randomUUID(),
    parties: ['fk/forsakringskassan', 'polis/polismyndigheten'],
    from: '2026-01-01',
    blind: 'A'.repeat(43),
  };
  expect(cooperationCommitment(opening)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(cooperationCommitment({ ...opening, blind: `${'A'.repeat(42)}E` })).not.toBe(cooperationCommitment(opening));
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AssessmentDto, SubmitReferralDto, SubmitReferralQueryDto } from '#contracts';
import { parseManifest, parseRefusal, verifyManifest, verifyRefusal } from '#envelope';
import type { PrivateKey } from '#envelope';
import { parseStrict } from '#json';
import type { Claims } from '#legal-basis';
import { MemoryReferralStore, aGateway, aWorld, example, outcomeOf } from '#testing';
import type { Example, TestGateway, World } from '#testing';
import { GatewayError } from '../domain/errors.js';
import { EvaluateReferral } from './evaluate-referral.js';
import type { StoredUpload, UploadDetail } from './ports/attachment.js';
import type { Outgoing } from './ports/outgoing.js';
import { SubmitReferral } from './submit-referral.js';

const DRAFT_MS = 14 * 24 * 3600 * 1000;
const shared = await aWorld();

let world: World;
let gateway: TestGateway;
let store: MemoryReferralStore;
let referrals: SubmitReferral;

const aSubmission = (): SubmitReferral =>
  new SubmitReferral(store, gateway.evaluate, gateway.sealing, DRAFT_MS, world.newId, world.clock.now, () => undefined);

beforeEach(async () => {
  world = shared;
  gateway = await aGateway(world, 'kommunerna');
  store = new MemoryReferralStore();
  referrals = aSubmission();
});

const submit = ({ system, referral }: Example, asked?: SubmitReferralQueryDto) =>
  referrals.submit(system, referral, asked);
const outcome = (given: Example, asked?: SubmitReferralQueryDto) => outcomeOf(() => submit(given, asked));
const types = (): readonly string[] => store.outbox.map(({ type }) => type).sort();
const changed = (given: Example, change: Partial<SubmitReferralDto>): Example => ({
  ...given,
  referral: { ...given.referral, ...change },
});
const find = (given: Example) => store.find(given.system, given.referral.id);
const later = (given: Example): AssessmentDto => {
  const [first] = given.assessments ?? [];
  if (first === undefined) throw new Error('nothing to assess');
  return first.body;
};
const member = (outgoing: Outgoing | undefined, name: string): string =>
  (parseStrict(outgoing?.body ?? new Uint8Array()) as Record<string, string>)[name] ?? '';
const manifestKey = (): PrivateKey => world.keys.manifests['kommunerna'] as PrivateKey;

/** All of it is here. */
const aUpload = (id: string, detail: Partial<UploadDetail>): StoredUpload | undefined => ({
  ...{ id, bodyDigest: '', length: 9, received: 9, expiresAt: new Date(world.clock.now().getTime() + DRAFT_MS) },
  detail: { name: '', mediaType: '', key: '', malware: { finding: 'not-scanned' }, ...detail },
});

describe('a disclosure already made', () => {
  it('is a record: it is never taken for something to send', async () => {
    const content = { channel: 'telephone', disclosedOn: '2026-11-20', disclosed: 'Ett pågående hot.' };
    const record = changed(example('01'), { type: 'recorded-disclosure/1', content });
    expect(await outcome(record)).toBe('UNKNOWN_MESSAGE_TYPE');
    expect(store.outbox).toHaveLength(0);
  });
});

describe('a referral that the law permits', () => {
  it('is accepted, signed, sealed and put in the outbox', async () => {
    const answer = await submit(example('01'));
    expect(answer).toMatchObject({ state: 'accepted', recipients: [{ authority: 'fk/forsakringskassan' }] });
    expect(types()).toEqual(['message.submitted.v1']);
    const [outgoing] = store.outbox;
    const manifest = await verifyManifest(member(outgoing, 'manifest'), manifestKey());
    expect(manifest).toMatchObject({ sender: 'linkoping/omsorgsnamnden', attempt: 1, gateway: 'kommunerna' });
    expect((await find(example('01')))?.messages).toMatchObject([{ state: 'accepted', outboxId: outgoing?.id }]);
  });

  it('leaves nothing of its content where others can read it', async () => {
    await submit(example('01'));
    const text = store.outbox.map(({ body }) => Buffer.from(body).toString('utf8')).join('\n');
    const { claims } = parseManifest(member(store.outbox[0], 'manifest')).manifest;
    for (const secret of ['Provberg', '195201161857', 'ON 2026-00417', 'hembesök', 'LKP-ON-0412', 'Utredningen']) {
      expect(text).not.toContain(secret);
      expect(JSON.stringify(claims)).not.toContain(secret);
    }
  });

  it('gets the same answer again, and has one effect', async () => {
    const first = await submit(example('01'));
    world.clock.advance(60_000);
    expect(await submit(example('01'))).toEqual(first);
    expect(store.outbox).toHaveLength(1);
  });

  it('uses up its id: another body under it is refused', async () => {
    await submit(example('01'));
    const other = changed(example('01'), { purpose: 'another-purpose' });
    expect(await outcome(other)).toBe('ID_REUSE');
    expect(store.outbox).toHaveLength(1);
  });

  it('does not use up the id of another authority', async () => {
    await submit(example('01'));
    const { id } = example('01').referral;
    const answer = await submit(changed(example('06'), { id }));
    expect(answer.state).toBe('accepted');
    expect(answer.recipients.map(({ messageId }) => messageId)).not.toContain(
      (await find(example('01')))?.messages[0]?.messageId,
    );
  });

  it('has facts of the day on which its manifest is issued, though midnight falls between', async () => {
    const { personalIdentityNumber: _, ...subject } = (example('01').referral.content as { subject: object })
      .subject as {
      personalIdentityNumber: string;
    };
    const day = (at: string): string => new Date(Date.parse(at) + 3600e3).toISOString().slice(0, 10);
    const midnight = Date.parse('2026-11-24T23:00:00.000Z');
    let reads = 0;
    const jumping = (): Date => new Date(midnight + (reads++ === 0 ? -10 : 10));
    const { evaluate, sealing } = gateway;
    const submission = new SubmitReferral(store, evaluate, sealing, DRAFT_MS, world.newId, jumping, () => undefined);
    // 21 on the 25th.
    const content = { ...example('01').referral.content, subject: { ...subject, birthDate: '2005-11-25' } };
    await submission.submit(example('01').system, { ...example('01').referral, content });
    const { claims, issuedAt } = parseManifest(member(store.outbox[0], 'manifest')).manifest;
    expect((claims as Claims).derived['ageBand']).toBe(day(issuedAt) < '2026-11-25' ? '18-20' : '21-plus');
  });

  it('goes to each of its recipients in a seal of its own', async () => {
    const answer = await submit(example('06'));
    const manifests = store.outbox.map((outgoing) => parseManifest(member(outgoing, 'manifest')).manifest);
    expect(manifests.map(({ recipient }) => recipient).sort()).toEqual(
      answer.recipients.map((r) => r.authority).sort(),
    );
    expect(new Set(manifests.map(({ messageId }) => messageId)).size).toBe(2);
    expect(new Set(store.outbox.map((outgoing) => member(outgoing, 'jwe'))).size).toBe(2);
  });
});

describe('a referral that the law stops', () => {
  it('is refused with the verdict, and reported for the log in claims alone', async () => {
    const error = (await submit(example('03')).catch((thrown: unknown) => thrown)) as GatewayError;
    expect(error.code).toBe('FORMAL_OBSTACLE');
    expect(error.details.extensions).toMatchObject({ recipients: [{ verdict: { outcome: 'deny' } }] });
    expect(await find(example('03'))).toBeUndefined();
    expect(types()).toEqual(['refusal.reported.v1']);
    const refusal = await verifyRefusal(member(store.outbox[0], 'refusal'), manifestKey());
    expect(refusal).toMatchObject({ outcome: 'deny', sender: 'linkoping/socialnamnden', gateway: 'kommunerna' });
    expect(Buffer.from(store.outbox[0]?.body ?? []).toString()).not.toMatch(/Provberg|Modellin/);
  });

  it('is reported once, however often it is tried', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect(await outcome(example('03'))).toBe('FORMAL_OBSTACLE');
      world.clock.advance(1_000);
    }
    expect(store.refusals).toHaveLength(1);
  });

  it('is not reported when a code of it is on no list: it could be anything, and the log keeps it', async () => {
    const given = changed(example('03'), { purpose: '197101019045', facts: { crime: '197101019045' } });
    expect(await outcome(given)).toBe('UNKNOWN_CODE');
    expect(store.refusals).toHaveLength(0);
    expect(store.outbox).toHaveLength(0);
  });

  it('is reported once also when officers have assessed it', async () => {
    const assessed = changed(example('01'), { bases: [{ id: 'OSL-10-23' }] });
    for (let i = 0; i < 2; i += 1) expect(await outcome(assessed)).toBe('FORMAL_OBSTACLE');
    expect(store.refusals).toHaveLength(1);
  });

  it('is reported anew when something else stands in its way', async () => {
    expect(await outcome(example('03'))).toBe('FORMAL_OBSTACLE');
    expect(await outcome(changed(example('03'), { bases: [{ id: 'OSL-10-27' }] }))).toBe('FORMAL_OBSTACLE');
    expect(store.refusals).toHaveLength(2);
  });

  it('goes to none of its recipients when it may not go to one of them', async () => {
    const { referral } = example('01');
    const both = changed(example('01'), {
      to: [...referral.to, { authority: 'skv/skatteverket', function: 'kontroll' }],
    });
    const error = (await submit(both).catch((thrown: unknown) => thrown)) as GatewayError;
    expect(error.code).toBe('FORMAL_OBSTACLE');
    const told = error.details.extensions?.['recipients'] as { readonly verdict: { readonly outcome: string } }[];
    expect(told.map(({ verdict }) => verdict.outcome)).toEqual(['permit', 'deny']);
    expect(types()).toEqual(['refusal.reported.v1']);
    expect(parseRefusal(store.refusals[0]?.statement ?? '').refusal.recipient).toBe('skv/skatteverket');
    expect(await find(both)).toBeUndefined();
  });
});

describe('a referral that is security-classified', () => {
  const { referral } = example('01');
  const content = referral.content as { readonly circumstances: string };
  it.each<[string, Partial<SubmitReferralDto>]>([
    ['as its sender declares', { facts: { ...referral.facts, securityClassified: true } }],
    ['by its secrecy mark', { registration: { ...referral.registration, secrecyMark: 'Begränsat hemlig' } }],
    ['by its subject', { registration: { ...referral.registration, subject: 'HEMLIG' } }],
    ['by what is written in it', { content: { ...content, circumstances: `HEMLIG. ${content.circumstances}` } }],
  ])('is refused %s, with a code of its own; nothing of it leaves', async (_, change) => {
    const error = (await submit(changed(example('01'), change)).catch((thrown: unknown) => thrown)) as GatewayError;
    expect(error.code).toBe('FORMAL_OBSTACLE');
    expect(JSON.stringify(error.details.extensions)).toContain('SECURITY_CLASSIFIED');
    expect(await find(example('01'))).toBeUndefined();
    expect(types()).toEqual(['refusal.reported.v1']);
  });
  it('is not, for speaking of something secret', async () => {
    const said = { circumstances: `${content.circumstances} Han höll pengarna hemliga.` };
    expect(await submit(changed(example('01'), { content: { ...content, ...said } }))).toMatchObject({
      state: 'accepted',
    });
  });
});

describe('a referral that awaits an assessment', () => {
  it('is kept as a draft, and nothing leaves', async () => {
    const answer = await submit(example('19'));
    expect(answer.state).toBe('awaiting-assessment');
    expect(await find(example('19'))).toMatchObject({ phase: 'draft', messages: [{ state: 'awaiting-assessment' }] });
    expect(store.outbox).toEqual([]);
  });

  it('is refused where its sender asks for that, and reported', async () => {
    expect(await outcome(example('19'), { onAssess: 'refuse' })).toBe('ASSESSMENT_MISSING');
    expect(await find(example('19'))).toBeUndefined();
    expect(types()).toEqual(['refusal.reported.v1']);
  });

  it('gets the same answer again, and keeps what was assessed', async () => {
    const first = await submit(example('19'));
    const before = await find(example('19'));
    expect(await submit(example('19'))).toEqual(first);
    expect(await find(example('19'))).toEqual(before);
  });

  it('goes out when it has been assessed', async () => {
    await submit(example('19'));
    const after = await referrals.assess('uppsala/socialnamnden', example('19').referral.id, [later(example('19'))]);
    expect(after).toMatchObject({ phase: 'accepted', messages: [{ state: 'accepted' }] });
    expect(types()).toEqual(['message.submitted.v1']);
    const { claims } = parseManifest(member(store.outbox[0], 'manifest')).manifest;
    const { assessments } = claims as { readonly assessments: readonly { readonly test: string }[] };
    expect(assessments.map(({ test }) => test).sort()).toEqual(['ANDAMAL', 'BEHOV', 'EJ_OVERVAGANDE']);
    // Only now is the id used up.
    expect(await outcome(changed(example('19'), { purpose: 'another-purpose' }))).toBe('ID_REUSE');
  });

  it('does not go out to a recipient that its sender holds by then', async () => {
    await submit(example('19'));
    referrals = new SubmitReferral(
      ...([store, gateway.evaluate, gateway.sealing, DRAFT_MS, world.newId, world.clock.now, () => undefined] as const),
      { mayGo: () => Promise.reject(new GatewayError('RECIPIENT_HELD')) },
    );
    expect(await outcomeOf(() => assess(later(example('19'))))).toBe('RECIPIENT_HELD');
    expect(await find(example('19'))).toMatchObject({ phase: 'draft' });
    expect(types()).toEqual([]);
  });

  it('ends when the officer finds that secrecy prevails, and that is reported', async () => {
    await submit(example('19'));
    const against = { ...later(example('19')), outcome: 'secrecy-prevails' };
    const after = await referrals.assess('uppsala/socialnamnden', example('19').referral.id, [against]);
    expect(after).toMatchObject({ phase: 'lapsed', messages: [{ state: 'refused' }] });
    expect(types()).toEqual(['refusal.reported.v1']);
    expect(await outcomeOf(() => assess(later(example('19'))))).toBe('NOT_A_DRAFT');
  });

  it('does not begin anew where an officer has ended it: secrecy prevails over the same body', async () => {
    await submit(example('19'));
    await assess({ ...later(example('19')), outcome: 'secrecy-prevails' });
    const ended = await find(example('19'));
    expect(await outcome(example('19'))).toBe('FORMAL_OBSTACLE');
    expect(await find(example('19'))).toEqual(ended);
    expect(types()).toEqual(['refusal.reported.v1']);
    // Under another id it is another referral; the log has the refusal of this one.
    expect(await submit(changed(example('19'), { id: world.newId() }))).toMatchObject({ state: 'awaiting-assessment' });
  });

  it('keeps what was assessed when it is withdrawn and submitted again, each assessment once', async () => {
    const stop = { ...later(example('19')), outcome: 'secrecy-prevails', officer: 'UPS-SCN-099' };
    const given = changed(example('19'), { assessments: [later(example('19'))] });
    await submit(given);
    await assess(stop);
    const before = await find(given);
    expect(before).toMatchObject({ phase: 'draft', messages: [{ detail: { verdict: { outcome: 'assess' } } }] });
    await store.withdraw(given.system, given.referral.id, world.clock.now());
    await submit(given);
    expect(await find(given)).toMatchObject({ phase: 'draft', assessments: before?.assessments });
    for (const test of ['BEHOV', 'ANDAMAL'])
      await assess((example('19').referral.assessments ?? []).find((one) => one.test === test) as AssessmentDto);
    expect(await find(given)).toMatchObject({ phase: 'draft', assessments: { length: 4 } });
    expect(JSON.stringify((await find(given))?.messages)).toContain('ASSESSMENTS_CONFLICT');
  });

  it('is replaced by another body, and what was assessed is void', async () => {
    const half = changed(example('19'), { assessments: [] });
    await submit(half);
    const [need, purpose] = example('19').referral.assessments ?? [];
    await referrals.assess(half.system, half.referral.id, [need, later(half)] as AssessmentDto[]);
    expect((await find(half))?.assessments).toHaveLength(2);
    const content = { ...half.referral.content, circumstances: 'Bara två hushåll.' };
    expect((await submit(changed(half, { content }))).state).toBe('awaiting-assessment');
    expect((await find(half))?.assessments).toEqual([]);
    // The one that was missing before does not carry the new content out alone.
    const after = await referrals.assess(half.system, half.referral.id, [purpose] as AssessmentDto[]);
    expect(after.phase).toBe('draft');
    expect(store.outbox).toEqual([]);
  });

  it('is replaced also by a body with the same content, and what was assessed is void all the same', async () => {
    const half = changed(example('19'), { assessments: [] });
    await submit(half);
    await referrals.assess(half.system, half.referral.id, [later(half)]);
    expect((await find(half))?.assessments).toHaveLength(1);
    await submit(changed(half, { registration: { ...half.referral.registration, subject: 'Annat' } }));
    expect((await find(half))?.assessments).toEqual([]);
  });

  it('does not rest on an assessment of other content, wherever that was kept', async () => {
    const { system, referral } = example('19');
    await submit(example('19'));
    const kept = (await find(example('19')))?.assessments ?? [];
    expect(kept).toHaveLength(2);
    const content = { ...referral.content, circumstances: 'Bara två hushåll.' };
    const evaluate = (body: SubmitReferralDto) =>
      gateway.evaluate.execute(system, body, { kept, now: world.clock.now() });
    expect((await evaluate(referral)).assessments).toEqual(kept);
    expect((await evaluate({ ...referral, content })).assessments).toEqual([]);
  });

  it('does not rest on an assessment of another file, though it came under the same id', async () => {
    const { system, referral } = example('19');
    const id = world.newId();
    const file = { name: 'Utredning.pdf', mediaType: 'application/pdf', sha256: 'A'.repeat(43) };
    let upload = aUpload(id, file);
    const uploads = { upload: () => Promise.resolve(upload) };
    const evaluating = new EvaluateReferral(gateway.law, gateway.keys, world.newId, uploads);
    const body = { ...referral, attachments: [{ id, items: ['circumstances~benefit-case'] }] };
    const now = world.clock.now();
    const given = [...(referral.assessments ?? []), later(example('19'))];
    const { assessments: kept, outcome: found } = await evaluating.execute(system, body, { now, added: given });
    expect([kept.length, found]).toEqual([3, 'permit']);
    const again = async () => evaluating.execute(system, body, { now, kept });
    expect(await again()).toMatchObject({ assessments: kept, outcome: 'permit' });
    for (const other of [{ sha256: 'B'.repeat(43) }, { name: 'Annan.pdf' }, { mediaType: 'text/plain' }]) {
      upload = aUpload(id, { ...file, ...other });
      expect(await again()).toMatchObject({ assessments: [], outcome: 'assess' });
    }
    upload = undefined;
    expect(await again()).toMatchObject({ assessments: [], outcome: 'assess' });
  });

  it.each<[string, readonly string[], string]>([
    ['an item that is not sent', ['circumstances~benefit-case', 'another'], 'item-not-carried'],
    ['structured items alone', ['allowance'], 'no-free-text'],
  ])('is refused with an attachment that holds %s', async (_, items, code) => {
    const given = changed(example('01'), { attachments: [{ id: world.newId(), items: [...items] }] });
    const faults = [{ path: 'attachments.0.items', code }];
    await expect(submit(given)).rejects.toMatchObject({ code: 'ATTACHMENT_NOT_CARRIED', details: { faults } });
  });

  it.each<[string, Partial<AssessmentDto>]>([
    ['another recipient', { recipient: 'fk/forsakringskassan' }],
    ['a test that is none', { test: 'TYCKANDE' }],
    ['an outcome of another test', { outcome: 'met' }],
    ['an office that is none', { office: 'nagon' }],
    ['an item that is not there', { items: ['finns.inte'] }],
    ['a basis that is not there', { basis: 'OSL-99-1' }],
    ['a time to come', { at: '2030-01-01T00:00:00Z' }],
  ])('cannot be assessed for %s', async (_, change) => {
    await submit(example('19'));
    const given = { ...later(example('19')), ...change };
    expect(await outcomeOf(() => assess(given))).toBe('ASSESSMENT_INVALID');
    expect(await find(example('19'))).toMatchObject({ phase: 'draft' });
  });

  it('is known to be assessed by whom it was, when it was, where that is sent again', async () => {
    const at = new Date(world.clock.now().getTime() - 3_600_000).toISOString();
    const { system, referral } = changed(example('19'), { assessments: [{ ...later(example('19')), at }] });
    expect(await outcomeOf(() => referrals.submit(system, referral, {}, 'authenticated'))).toBe('ASSESSMENT_INVALID');
    await referrals.submit(system, referral, {}, ['authenticated']);
    expect((await find(example('19')))?.assessments).toMatchObject([{ at, assurance: 'authenticated' }]);
  });

  it('cannot be assessed for another authority, where it does not exist', async () => {
    await submit(example('19'));
    const { id } = example('19').referral;
    const foreign = referrals.assess('linkoping/socialnamnden', id, [later(example('19'))]);
    expect(await outcomeOf(() => foreign)).toBe('NOT_FOUND');
  });

  const assess = (given: AssessmentDto) =>
    referrals.assess('uppsala/socialnamnden', example('19').referral.id, [given]);
});

describe('two requests at the same time', () => {
  it('under one id with one body have one effect and one answer', async () => {
    const [first, second] = await Promise.all([submit(example('01')), aSubmission().submit(...args(example('01')))]);
    expect(second).toEqual(first);
    expect(store.outbox).toHaveLength(1);
  });

  it('under one id with two bodies: one is taken, the other refused', async () => {
    const other = changed(example('01'), {
      registration: { ...example('01').referral.registration, subject: 'Annat' },
    });
    const both = await Promise.all([outcome(example('01')), outcome(other)]);
    expect(both.toSorted()).toEqual(['ID_REUSE', 'accepted']);
    expect(store.outbox).toHaveLength(1);
  });

  it('that assess one draft send it once', async () => {
    await submit(example('19'));
    const { system, referral } = example('19');
    const assess = () => outcomeOf(() => referrals.assess(system, referral.id, [later(example('19'))]));
    const both = await Promise.all([assess(), assess()]);
    expect(both.toSorted()).toEqual(['NOT_A_DRAFT', 'accepted']);
    expect(store.outbox).toHaveLength(1);
  });

  const args = ({ system, referral }: Example) => [system, referral] as const;
});

describe('what could be sent to nobody', () => {
  it.each<[string, string, Partial<SubmitReferralDto>]>([
    ['a recipient that is not enrolled', 'UNKNOWN_RECIPIENT', { to: [{ authority: 'csn/csn', function: 'kontroll' }] }],
    [
      'a function that the recipient does not have',
      'UNKNOWN_FUNCTION',
      { to: [{ authority: 'fk/forsakringskassan', function: 'finns-inte' }] },
    ],
    ['a message type that is not known', 'UNKNOWN_MESSAGE_TYPE', { type: 'gossip/1' }],
    ['content that is not of its type', 'CONTENT_INVALID', { content: { subject: {} } }],
    [
      'a value that is not of its type',
      'CONTENT_INVALID',
      { content: { ...example('01').referral.content, provider: { name: 'x', organisationNumber: '1' } } },
    ],
    [
      'content that is too large',
      'TOO_LARGE',
      { content: { ...example('01').referral.content, circumstances: 'x'.repeat(300_000) } },
    ],
  ])('%s: %s', async (_, code, change) => {
    expect(await outcome(changed(example('01'), change))).toBe(code);
    expect(store.outbox).toEqual([]);
    expect(await find(example('01'))).toBeUndefined();
  });

  it('a field without classification cannot be sent', async () => {
    const content = { ...example('01').referral.content, note: 'utan klass' };
    expect(await outcome(changed(example('01'), { content }))).toBe('CONTENT_INVALID');
  });

  it('what is held when it is to be committed, and was not before, is refused as what was held', async () => {
    const { system, referral } = example('01');
    let isHeld = false;
    store.put = () => Promise.resolve(!(isHeld = true));
    const limits = { mayGo: () => (isHeld ? Promise.reject(new GatewayError('RECIPIENT_HELD')) : Promise.resolve()) };
    const { evaluate, sealing } = gateway;
    const none = new SubmitReferral(
      store,
      evaluate,
      sealing,
      1e9,
      world.newId,
      world.clock.now,
      () => undefined,
      limits,
    );
    expect(await outcomeOf(() => none.submit(system, referral))).toBe('RECIPIENT_HELD');
  });

  it('waits for the first snapshot of the law', async () => {
    const { system, referral } = example('01');
    const blind = await aGateway(await emptyWorld(), 'kommunerna');
    const none = new SubmitReferral(
      store,
      blind.evaluate,
      blind.sealing,
      DRAFT_MS,
      world.newId,
      world.clock.now,
      () => undefined,
    );
    expect(await outcomeOf(() => none.submit(system, referral))).toBe('SNAPSHOT_MISSING');
  });
});

/** A world whose ledger has shown nothing yet. */
const emptyWorld = async (): Promise<World> => {
  const own = await aWorld();
  own.holdKeysAt(0n);
  return own;
};

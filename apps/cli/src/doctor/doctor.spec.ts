import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MessageState, MessageView, WaitingItem } from '#contracts';
import { generateKey, localSigner, signDecision } from '#envelope';
import { aProblem, fakeGateway, fakeServer } from '#testing';
import type { FakeAnswer } from '#testing';
import { Command } from 'commander';
import { doctorCommand } from './doctor.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const FK = 'fk/forsakringskassan';
const SKV = 'skv/skatteverket';
const REFERRAL = '01930000-0000-7000-8000-000000000001';
const MESSAGE = '0b7c9c6a-7d5c-8a41-9d59-2f3f1c1e2a10';
const OTHER = '0b7c9c6a-7d5c-8a41-9d59-2f3f1c1e2a11';
const AT = '2026-11-24T08:00:00.000Z';
const SOON = '2026-11-24T09:00:00.000Z';
const said = (summary: string) => ({ outcome: '', summary, missing: [{ text: `${summary}?` }], waysOut: [] });
const PERMIT = { outcome: 'permit', number: 7, decidedAt: AT, entry: '' };

const message = (state: MessageState, more: object = {}): MessageView =>
  ({
    authority: FK,
    function: 'kontroll',
    messageId: MESSAGE,
    attempt: 1,
    state,
    stateText: { sv: `på svenska ${state}`, en: `in English ${state}` },
    changedAt: AT,
    due: [],
    manifest: 'manifest',
    verdict: { outcome: 'permit', codes: {}, sv: said('kort'), en: said('short') },
    receipts: [],
    notices: [],
    ...more,
  }) as MessageView;
const waits = (more: Partial<WaitingItem> = {}): object => ({
  items: [
    {
      messageId: MESSAGE,
      referralId: REFERRAL,
      clock: 'genast',
      dueAt: SOON,
      overdue: false,
      expiresAt: SOON,
      here: true,
      ...more,
    },
  ],
});

interface Shown {
  readonly outcome: string;
  readonly steps: readonly ShownStep[];
  readonly messages: readonly {
    readonly messageId: string;
    readonly outcome: string;
    readonly steps: readonly ShownStep[];
  }[];
}
interface ShownStep {
  readonly step: string;
  readonly mark: string;
  readonly code?: string;
  readonly text: { readonly sv: string; readonly en: string };
  readonly next?: { readonly sv: string; readonly en: string };
}
const brief = ({ step, mark, code = '' }: ShownStep): string => `${mark} ${step} ${code}`.trim();

/** What is said of each way in which a message can have stopped, by what a gateway answers. */
describe('delge doctor', () => {
  let answers: Readonly<Record<string, object | FakeAnswer>> = {};
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path }) => answers[path]);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<string> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox);
    doctorCommand(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync(['node', 'delge', 'doctor', ...args]);
    return printed;
  };
  const doctor = async (id = REFERRAL): Promise<Shown & { readonly exit: unknown }> => {
    const shown = JSON.parse(await delge(id, '--as', AUTHORITY, '--json')) as Shown;
    return { ...shown, exit: process.exitCode };
  };
  const referralOf = (...recipients: readonly MessageView[]): object => ({
    id: REFERRAL,
    type: 'crime-report/2',
    submittedAt: AT,
    recipients,
  });
  const of = (view: MessageView, waiting: object = { items: [] }): void => {
    answers = { [`/v1/referrals/${REFERRAL}`]: referralOf(view), '/v1/waiting': waiting };
  };

  const receipt = (kind: string, reason?: string): object => ({
    kind,
    at: AT,
    ...(reason === undefined ? {} : { reason }),
  });
  const due = (what: string, overdue: boolean): object => ({ due: [{ what, at: SOON, overdue }] });
  const PASSED = ['ok accepted', 'ok checked', 'ok released'];
  it.each<readonly [what: string, MessageView, object | undefined, exit: number, readonly string[]]>([
    [
      'a draft',
      message('awaiting-assessment', { manifest: undefined }),
      undefined,
      1,
      ['!! draft awaiting-assessment'],
    ],
    ['stopped as a draft', message('refused', { manifest: undefined }), undefined, 1, ['!! draft refused']],
    ['taken in', message('accepted'), waits(), 2, ['ok accepted', '.. checked accepted']],
    ['taken in and due', message('accepted'), waits({ overdue: true }), 2, ['ok accepted', '!! checked accepted']],
    ['set aside', message('quarantined'), waits(), 1, ['ok accepted', '!! checked quarantined']],
    [
      'checked',
      message('checked', { decision: PERMIT }),
      waits(),
      2,
      ['ok accepted', 'ok checked', '.. released checked'],
    ],
    ['handed out', message('released', due('technical', false)), undefined, 2, [...PASSED, '.. fetched released']],
    [
      'not fetched in time',
      message('released', due('technical', true)),
      undefined,
      2,
      [...PASSED, '!! fetched released'],
    ],
    ['given back', message('delivery-quarantined'), waits(), 1, [...PASSED, '!! fetched delivery-quarantined']],
    [
      'given back for its key',
      message('awaiting-key', { decision: PERMIT }),
      waits(),
      2,
      [...PASSED, '.. fetched awaiting-key'],
    ],
    [
      'refused for its key',
      message('awaiting-key', { decision: { ...PERMIT, outcome: 'deny' } }),
      waits(),
      2,
      ['ok accepted', '.. checked awaiting-key'],
    ],
    [
      'fetched',
      message('fetched', due('accepted', false)),
      undefined,
      0,
      [...PASSED, 'ok fetched', '.. acknowledged fetched'],
    ],
    [
      'not taken up in time',
      message('fetched', due('accepted', true)),
      undefined,
      0,
      [...PASSED, 'ok fetched', '!! acknowledged fetched'],
    ],
    [
      'acknowledged',
      message('acknowledged', { receipts: [receipt('handled')] }),
      undefined,
      0,
      [...PASSED, 'ok fetched', 'ok acknowledged'],
    ],
    [
      'rejected',
      message('rejected', { receipts: [receipt('rejected', 'content-invalid')] }),
      undefined,
      1,
      [...PASSED, '!! fetched rejected'],
    ],
    ['expired', message('expired'), undefined, 1, ['ok accepted', '!! checked expired']],
    ['expired as a draft', message('expired', { manifest: undefined }), undefined, 1, ['!! draft expired']],
    ['withdrawn', message('withdrawn', { manifest: undefined }), undefined, 1, ['!! draft withdrawn']],
    ['discarded', message('discarded', { decision: PERMIT }), undefined, 1, [...PASSED, '!! fetched discarded']],
  ])('tells how far a message came that is %s', async (_, view, waiting, exit, steps) => {
    of(view, waiting);
    const shown = await doctor();
    expect(shown.messages.map((one) => one.steps.map(brief))).toEqual([steps]);
    expect(shown.steps.map(brief)).toEqual(['ok gateway', 'ok access', 'ok referral']);
    expect([shown.exit, shown.messages.length]).toEqual([exit, 1]);
    // Whoever has to act is told what to do, in both languages.
    for (const { mark, next, text } of shown.messages[0]!.steps) {
      expect(text.sv).not.toBe(text.en);
      if (mark === '!!' && view.state !== 'withdrawn') expect(next?.sv.length).toBeGreaterThan(5);
    }
  });

  const wordsOf = async (step: string): Promise<string | undefined> =>
    (await doctor()).messages[0]!.steps.findLast((one) => one.step === step)?.text.en;

  it('says why in the words of the closed lists', async () => {
    of(message('rejected', { receipts: [receipt('rejected', 'content-invalid')] }));
    expect(await wordsOf('fetched')).toContain('content-invalid: the content does not follow its message type');
    of(message('quarantined', { notices: [{ kind: 'quarantined', reason: 'manifest-signature', at: AT }] }));
    expect(await wordsOf('checked')).toContain('manifest-signature: the signature does not verify');
    of(message('fetched', { receipts: [receipt('technical'), receipt('form-rejected', 'misdirected')] }));
    expect(await wordsOf('acknowledged')).toContain('misdirected: It was meant for another authority');
    of(message('refused', { verdict: { outcome: 'deny', codes: {}, sv: said('hinder'), en: said('obstacle') } }));
    expect(await wordsOf('checked')).toContain('obstacle');
    of(message('awaiting-assessment', { manifest: undefined }));
    expect(await wordsOf('draft')).toContain('short?');
    of(message('rejected', { receipts: [receipt('rejected', 'of-a-newer-version')] }));
    expect(await wordsOf('fetched')).toContain('of-a-newer-version');
  });

  it('says what the exchange found before it asked the law, where that stopped it', async () => {
    const digest = 'A'.repeat(43);
    const entry = await signDecision(localSigner(await generateKey('decision')), {
      v: 1,
      kind: 'decision',
      env: 'sandbox',
      entryId: OTHER,
      messageId: MESSAGE,
      attempt: 1,
      caseId: REFERRAL,
      sender: AUTHORITY,
      recipient: FK,
      outcome: 'deny',
      verdict: { outcome: 'deny', verification: ['SEALING_KEY_NOT_LIVE'] },
      claimsSha256: digest,
      manifestSha256: digest,
      jweSha256: digest,
      ruleSet: { number: 2, sha256: digest },
      engineVersion: 2,
      keys: { size: '1', root: `${'A'.repeat(43)}=` },
      number: 7,
      decidedAt: AT,
    });
    of(message('refused', { decision: { ...PERMIT, outcome: 'deny', entry } }));
    expect(await wordsOf('checked')).toContain('SEALING_KEY_NOT_LIVE: sealed to a key that is not live');
  });

  it('tells what was taken back, and what is set aside of that', async () => {
    const retraction = { retractionId: OTHER, reason: 'wrong-person', at: AT, retraction: '', recorded: true };
    of(message('fetched', { retraction, ...due('retraction-acknowledged', true) }));
    expect((await doctor()).messages[0]!.steps.map(brief)).toContain('!! retraction wrong-person');
    of(message('fetched', { retraction: { ...retraction, acknowledged: 'not-used' } }));
    expect((await doctor()).messages[0]!.steps.map(brief)).toContain('ok retraction wrong-person');
    const notices = [{ kind: 'retraction-quarantined', reason: 'retraction-key', at: AT }];
    of(message('accepted', { retraction: { ...retraction, recorded: false }, notices }));
    expect((await doctor()).messages[0]!.steps.map(brief)).toContain('!! retraction retraction-quarantined');
    const discarded = [...notices, { kind: 'retraction-discarded', reason: 'not-genuine', at: AT }];
    of(message('accepted', { retraction: { ...retraction, recorded: false }, notices: discarded }));
    expect((await doctor()).messages[0]!.steps.map(brief)).toContain('!! retraction retraction-discarded');
    of(message('withdrawn', { givenAnotherWay: { how: 'paper', office: 'o', at: AT, markedAt: AT } }));
    expect((await doctor()).messages[0]!.steps.map(brief)).toContain('ok given-another-way paper');
  });

  it('finds the one message of a referral by its own id, and counts the worst of several', async () => {
    const other = message('rejected', { authority: SKV, messageId: OTHER });
    const referral = referralOf(message('fetched'), other);
    const recipients = [{ messageId: MESSAGE }, { messageId: OTHER }];
    answers = {
      [`/v1/referrals/${REFERRAL}`]: referral,
      '/v1/referrals': { items: [{ id: REFERRAL, recipients }], next: '1' },
    };
    const both = await doctor();
    expect([both.exit, both.messages.length]).toEqual([1, 2]);
    const one = await doctor(MESSAGE);
    expect([one.exit, one.messages.map(({ messageId }) => messageId)]).toEqual([0, [MESSAGE]]);
  });

  it('tells of what is erased how it had ended', async () => {
    const recipients = [{ authority: FK, messageId: MESSAGE, state: 'rejected', changedAt: AT, erasedAt: AT }];
    answers = {
      [`/v1/referrals/${REFERRAL}`]: aProblem('erased', 410, { erasedAt: AT }),
      '/v1/referrals': { items: [{ id: REFERRAL, recipients }] },
    };
    const shown = await doctor();
    expect([shown.exit, shown.steps.map(brief).at(-1)]).toEqual([1, 'ok erased erased']);
    expect(shown.steps.at(-1)?.text.en).toContain(`${FK} rejected`);
    answers = { [`/v1/deliveries/${MESSAGE}`]: aProblem('erased', 410, { erasedAt: AT }) };
    expect((await doctor(MESSAGE)).exit).toBe(0);
  });

  it('tells a recipient what it has, and never what that says', async () => {
    const delivery = {
      id: MESSAGE,
      type: 'crime-report/2',
      sender: SKV,
      receivedAt: AT,
      deliveryNumber: 1,
      receipts: [],
      content: 'SECRET',
    };
    answers = { [`/v1/deliveries/${MESSAGE}`]: delivery };
    const shown = await doctor(MESSAGE);
    expect(shown.steps.slice(2).map(brief)).toEqual(['ok fetched', '.. acknowledged']);
    expect(shown.exit).toBe(0);
    expect(JSON.stringify(shown)).not.toContain('SECRET');
    const retracted = { reason: 'wrong-person', receivedAt: AT };
    answers = {
      [`/v1/deliveries/${MESSAGE}`]: { ...delivery, retracted, corrects: { messageId: OTHER, bound: false } },
    };
    expect((await doctor(MESSAGE)).steps.slice(4).map(brief)).toEqual([
      '!! fetched not-bound',
      '!! retraction wrong-person',
    ]);
  });

  it('says that there is nothing under an id', async () => {
    answers = { '/v1/referrals': { items: [] } };
    const shown = await doctor();
    expect([shown.exit, shown.steps.map(brief).at(-1)]).toEqual([1, '!! referral not-found']);
  });

  it('names what a gateway lacks, and asks it all the same', async () => {
    of(message('accepted'), waits());
    const faults = { keys: 'no-snapshot' };
    answers = {
      ...answers,
      '/health/ready': aProblem('not-ready', 503, { faults, warnings: { broker: 'disconnected' } }),
    };
    const shown = await doctor();
    expect([shown.exit, brief(shown.steps[0]!)]).toEqual([2, '!! gateway not-ready']);
    expect(shown.steps[0]!.text.en).toContain('keys no-snapshot, broker disconnected');
    answers = {
      ...answers,
      '/health/ready': { status: 'ready', warnings: { broker: 'blocked', receipts: 'overdue' } },
    };
    expect(brief((await doctor()).steps[0]!)).toBe('.. gateway');
  });

  it('ends where it is not answered', async () => {
    answers = { '/oauth2/token': aProblem('unauthenticated', 401) };
    const refused = await doctor();
    expect([refused.exit, refused.steps.map(brief)]).toEqual([3, ['ok gateway', '!! access unauthenticated']]);
    answers = { [`/v1/referrals/${REFERRAL}`]: aProblem('insufficient-scope', 403) };
    const limited = await doctor();
    expect([limited.exit, brief(limited.steps.at(-1)!)]).toEqual([3, '!! referral insufficient-scope']);
    answers = { '/health/ready': { status: 200, body: '<p>hello' } };
    expect((await doctor()).steps.map(brief)).toEqual(['!! gateway no-gateway']);
    const page = { status: 404, body: '<p>hello' };
    answers = { '/health/ready': page, '/oauth2/token': page };
    const foreign = await doctor();
    expect([foreign.exit, foreign.steps.map(brief)]).toEqual([3, ['.. gateway not-told', '!! access no-gateway']]);
    await expect(delge('no-id', '--as', AUTHORITY)).rejects.toThrow('that is no id');
    expect(process.exitCode).toBe(3);
  });

  it('prints a line for each step, in either language', async () => {
    of(message('accepted'), waits());
    const lines = (await delge(REFERRAL, '--as', AUTHORITY)).split('\n');
    expect(lines.map((line) => line.slice(0, 14).trimEnd())).toEqual([
      'ok  gateway',
      'ok  access',
      'ok  referral',
      FK.slice(0, 14),
      'ok  accepted',
      '..  checked',
      '=>  on its way',
      '',
    ]);
    expect(lines[5]).toContain(`has not left your gateway; is due ${SOON} (genast); expires ${SOON} -> `);
    expect(await delge(REFERRAL, '--as', AUTHORITY, '--sv')).toContain('=>  på väg');
  });

  it('says that nobody is there', async () => {
    const away = await fakeServer(() => undefined);
    away.close();
    const args = ['--gateway', away.url, '--system', OTHER, '--key', gateway.keyFile];
    const shown = JSON.parse(await delge(REFERRAL, '--json', ...args)) as Shown;
    expect([process.exitCode, shown.steps.map(brief)]).toEqual([3, ['!! gateway no-answer']]);
  });
});

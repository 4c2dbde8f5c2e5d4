import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { waitingCommands } from './waiting.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const ID = '030ea4a0-0f2d-40f9-b1e8-a259c2437b8b';
const FIRST = { how: 'paper', office: 'handlaggare', at: '2026-11-24T08:00:00.000Z' };

/** What the commands ask of a gateway whose exchange is away, and how they say what came of it. */
describe('delge waiting, delge given', () => {
  const waiting = Array.from({ length: 450 }, (_, at) => ({ messageId: `${at}` }));
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query }) => {
      const after = Number(query.get('after') ?? '0');
      const until = after + Number(query.get('limit') ?? '20');
      const answers: Readonly<Record<string, object>> = {
        '/v1/waiting': { items: waiting.slice(after, until), next: `${Math.min(until, waiting.length)}` },
        [`/v1/referrals/${ID}/given-another-way`]: {
          recipients: [{ authority: RECIPIENT, messageId: ID, state: 'accepted', givenAnotherWay: FIRST }],
        },
      };
      return answers[path];
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  let printed = '';
  const delge = async (...args: readonly string[]): Promise<string> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    waitingCommands(program);
    printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync(['node', 'delge', ...args, '--as', AUTHORITY]);
    return printed;
  };
  const given = (how: string, office: string, ...more: readonly string[]): Promise<string> =>
    delge('given', ID, '--to', RECIPIENT, '--how', how, '--office', office, ...more);

  it('lists all that waits, and not the first page alone', async () => {
    const { items } = JSON.parse(await delge('waiting')) as { readonly items: readonly object[] };
    expect(items).toEqual(waiting);
  });

  it('says what stands when it was said before, once more or otherwise, and of the latter that it is not recorded', async () => {
    expect(await given('paper', 'handlaggare')).toContain('"how": "paper"');
    await expect(given('telephone', 'handlaggare')).rejects.toThrow('that stands');
    expect(printed).toContain('paper');
    await expect(given('paper', 'enhetschef')).rejects.toThrow('that stands');
    await expect(given('paper', 'handlaggare', '--at', '2026-11-24T09:00:00.000Z')).rejects.toThrow('that stands');
  });
});

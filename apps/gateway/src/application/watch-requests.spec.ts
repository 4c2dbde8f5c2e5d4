import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AskedFor, DeadlineOfRequest, RequestDeadlines } from './ports/request-deadline.js';
import type { StoredReply, StoredRequest } from './ports/request.js';
import { WatchRequests } from './watch-requests.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const DAY = '2027-03-10';
/** Stockholm is an hour ahead. */
const [LAST, AFTER] = [new Date('2027-03-10T22:59:59Z'), new Date('2027-03-10T23:00:00Z')];

const requests = new Map<string, StoredRequest & { readonly answerBy?: string }>();
const asked = (id: string, change: Partial<StoredRequest & { readonly answerBy: string }> = {}): void =>
  void requests.set(id, {
    ...{ id, direction: 'received', from: 'a/b', to: AUTHORITY, at: new Date(0), replies: [], answerBy: DAY },
    ...change,
  });
const reply = (isServed: boolean): StoredReply => ({ messageId: 'm', type: 'answer/1', at: new Date(0), isServed });

/** Two rows a page. */
class MemoryDeadlines implements RequestDeadlines {
  readonly kept = new Map<string, DeadlineOfRequest>();
  readonly done = new Set<string>();
  private looked = 0;

  async unseen() {
    return [...requests.values()]
      .slice(this.looked, this.looked + 2)
      .map(({ id, direction }, at) => ({ id, direction, cursor: String(this.looked + at + 1) }));
  }
  async keep(_authority: string, _direction: string, deadlines: readonly DeadlineOfRequest[], cursor: string) {
    this.looked = Math.max(this.looked, Number(cursor));
    for (const one of deadlines) this.kept.set(one.id, one);
  }
  async passed(_authority: string, today: string, after?: DeadlineOfRequest) {
    return [...this.kept.values()]
      .filter(({ id, answerBy }) => answerBy < today && !this.done.has(id) && id > (after?.id ?? ''))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, 2);
  }
  async alarm(_authority: string, { id }: AskedFor) {
    const isNew = !this.done.has(id);
    this.done.add(id);
    return isNew;
  }
  async settle(_authority: string, { id }: AskedFor) {
    this.done.add(id);
  }
}

describe('a request whose day to answer by has passed', () => {
  let deadlines: MemoryDeadlines;
  beforeEach(() => {
    requests.clear();
    deadlines = new MemoryDeadlines();
  });

  /** Ids told of, by a gateway that was just started. */
  const told = async (now: Date): Promise<readonly string[]> => {
    const store = {
      find: async (_authority: string, id: string) => requests.get(id),
      answerBy: async (_authority: string, _direction: string, ids: readonly string[]) =>
        new Map(ids.flatMap((id) => (requests.get(id)?.answerBy === undefined ? [] : [[id, DAY] as const]))),
    };
    const watching = new WatchRequests(
      store,
      deadlines,
      () => [AUTHORITY],
      () => now,
    );
    return (await watching.alarms()).map(({ id }) => id);
  };

  it('is told of once, on the day after, however many there are', async () => {
    for (const id of ['1', '2', '3', '4', '5']) asked(id);
    requests.set('6', { ...requests.get('5')!, id: '6', answerBy: undefined } as never);
    expect(await told(LAST)).toEqual([]);
    expect(await told(AFTER)).toEqual(['1', '2', '3', '4', '5']);
    expect(await told(AFTER)).toEqual([]);
    asked('7');
    expect(await told(AFTER)).toEqual(['7']);
  });

  it('is not, when something has come of it, it was taken back, erased, or never arrived', async () => {
    asked('1', { replies: [reply(true)] });
    asked('2', { refusal: { reason: 'not-held' as never, office: 'registrator', at: new Date(0) } });
    asked('3', { retractedAt: new Date(0) });
    asked('4', { erasedAt: new Date(0) });
    asked('5', { direction: 'sent', messageState: 'refused' });
    expect(await told(AFTER)).toEqual([]);
    expect(deadlines.done.size).toBe(5);
  });

  it('is, when its answer is stopped before it arrives', async () => {
    asked('1', { replies: [reply(false)] });
    expect(await told(AFTER)).toEqual([]);
    expect(deadlines.done.size).toBe(0);
    asked('1');
    expect(await told(AFTER)).toEqual(['1']);
  });
});

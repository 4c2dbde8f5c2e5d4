import { describe, expect, it } from '@jest/globals';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import { lastValueFrom, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Shown } from '../application/ports/access-log.js';
import { LogsAccess } from './logs-access.interceptor.js';
import { Download, Shows, ShowsStaff } from './shows.js';

class Routes {
  @Shows('read-delivery') delivery(): void {}
  @Shows('read-attachment') attachment(): void {}
  @Shows('read-evidence') evidence(): void {}
  @Shows('withdraw-referral') withdraw(): void {}
  @Shows('open-entries') openings(): void {}
  @Shows('no-content') list(): void {}
  @Shows('no-content') @ShowsStaff('submit-referral') submit(): void {}
  @Shows('no-content') @ShowsStaff('backfill-subscription') backfill(): void {}
  open(): void {}
}
const caller = { authority: 'linkoping/omsorgsnamnden', system: randomUUID() };
const [id, attachmentId] = [randomUUID(), randomUUID()];

describe('the access log', () => {
  /** In what order it was noted, sent and answered. */
  let order: string[] = [];
  let noted: Shown[] = [];
  const run = (
    route: keyof Routes,
    answer: Observable<unknown>,
    change: object = {},
    takes = true,
  ): Promise<unknown> => {
    [order, noted] = [[], []];
    const log = {
      note: async (shown: Shown): Promise<void> => {
        await Promise.resolve();
        if (!takes) throw new Error('away');
        order.push('noted');
        noted.push(shown);
      },
    };
    const request = { caller, params: { id, attachmentId }, query: {}, body: {}, ...change };
    const context = {
      getHandler: () => Routes.prototype[route],
      switchToHttp: () => ({ getRequest: () => request, getResponse: () => 'response' }),
    };
    const next: CallHandler = { handle: () => answer };
    return lastValueFrom(new LogsAccess(new Reflector(), log).intercept(context as unknown as ExecutionContext, next));
  };
  const download = new Download(async () => void order.push('sent'));

  it('has a row of what is shown before it leaves, by ids alone', async () => {
    expect(await run('delivery', of('content'))).toBe('content');
    expect(noted).toEqual([{ ...caller, operation: 'read-delivery', messageId: id }]);
    await run('attachment', of(download));
    expect(noted).toEqual([{ ...caller, operation: 'read-attachment', messageId: id, attachmentId }]);
    expect(order).toEqual(['noted', 'sent']);
    await run('withdraw', of({}));
    expect(noted).toEqual([{ ...caller, operation: 'withdraw-referral', referralId: id }]);
    await run('openings', of({}), { body: { from: '3', to: '9', other: 'x' } });
    expect(noted).toEqual([{ ...caller, operation: 'open-entries', entries: { from: '3', to: '9' } }]);
  });

  it('tells evidence with the document from evidence without', async () => {
    await run('evidence', of({}));
    expect(noted[0]?.operation).toBe('read-evidence');
    await run('evidence', of({}), { query: { content: 'true' } });
    expect(noted[0]?.operation).toBe('read-document');
  });

  it('has a row of what a person is shown of what was submitted or disclosed anew, and none where a system was', async () => {
    const body = { id: randomUUID() };
    const staff = { caller: { ...caller, staff: { id: caller.system } }, body };
    await run('submit', of({}), staff);
    expect(noted).toEqual([{ ...caller, operation: 'submit-referral', referralId: body.id }]);
    await run('backfill', of({}), staff);
    expect(noted).toEqual([{ ...caller, operation: 'backfill-subscription', messageId: id }]);
    for (const route of ['submit', 'backfill'] as const) {
      await run(route, of({}), { body });
      expect(noted).toEqual([]);
    }
  });

  it('lets nothing out that it did not take', async () => {
    await expect(run('delivery', of('content'), {}, false)).rejects.toThrow('away');
    await expect(run('attachment', of(download), {}, false)).rejects.toThrow('away');
    await expect(run('delivery', of('content'), { caller: undefined })).rejects.toThrow('no policy');
    expect(order).toEqual([]);
  });

  it('has none of what was not found, and of what shows no content', async () => {
    await expect(
      run(
        'delivery',
        throwError(() => new Error('not found')),
      ),
    ).rejects.toThrow('not found');
    expect(await run('list', of('items'))).toBe('items');
    expect(await run('open', of('info'))).toBe('info');
    expect(noted).toEqual([]);
  });
});

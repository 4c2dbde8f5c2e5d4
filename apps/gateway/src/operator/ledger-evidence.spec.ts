import { describe, expect, it } from '@jest/globals';
import type { LedgerKeys, OperatorClient } from '#operator';
import { aWorld } from '#testing';
import { NotYet } from '../domain/errors.js';
import { LedgerEvidence } from './ledger-evidence.js';

interface Page {
  readonly items: readonly object[];
  readonly next?: string;
}

describe('openings about a message, as the ledger gives them out', () => {
  const asking = async (pages: Readonly<Record<string, Page>>) => {
    const asked: object[] = [];
    const ledger = {
      post: (_: string, body: { readonly from: string }) => {
        asked.push(body);
        return Promise.resolve(Buffer.from(JSON.stringify(pages[body.from])));
      },
    } as unknown as OperatorClient;
    const { trust } = await aWorld();
    return { source: new LedgerEvidence(ledger, {} as unknown as LedgerKeys, ledger, trust), asked };
  };
  const opening = (entryId: string) => ({ idx: '1', entryId, entry: 'e', blind: 'b' });

  it('are all pages of them, each asked for with what it is for, without those that are erased', async () => {
    const { source, asked } = await asking({
      0: { items: [opening('a'), { idx: '3', erasedBy: '9' }], next: '200' },
      200: { items: [opening('b')] },
    });
    const found = await source.openings('fk/forsakringskassan', 'm', 'erasure');
    expect(found.map(({ entryId }) => entryId)).toEqual(['a', 'b']);
    expect(asked).toMatchObject([
      { purpose: 'erasure', messageId: 'm', from: '0' },
      { purpose: 'erasure', messageId: 'm', from: '200' },
    ]);
  });

  it('are not asked for in a circle', async () => {
    const { source } = await asking({ 0: { items: [], next: '0' } });
    await expect(source.openings('fk/forsakringskassan', 'm', 'evidence')).rejects.toThrow(NotYet);
  });
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PART_BYTES } from '#contracts';
import type { DeliveryReleasedV1 } from '#contracts';
import { aGateway, aWorld, anExchange, example, sealed } from '#testing';
import type { DataSource } from 'typeorm';
import { KeepBlobs } from '../apps/exchange/src/application/keep-blobs.js';
import { FileBlobStore } from '../apps/exchange/src/blobs/file-blob-store.js';
import { AttachmentFiles } from '../apps/gateway/src/attachments/attachment-files.js';
import { PostgresAttachmentStore } from '../apps/gateway/src/persistence/attachment.store.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresHeldDeliveries } from '../apps/gateway/src/persistence/held-delivery.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const authority = 'linkoping/omsorgsnamnden';
const digest = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('base64url');

describe('attachments', () => {
  let databases: OwnDatabases;
  const dir = mkdtempSync(join(tmpdir(), 'delge-blobs-'));
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('attachments');
  });
  afterAll(async () => {
    await databases.drop();
    rmSync(dir, { recursive: true, force: true });
  });

  describe('at the exchange', () => {
    let db: DataSource;
    let keeping: KeepBlobs;
    const files = new FileBlobStore(dir);
    beforeAll(async () => {
      db = await databases.connect(databases.urls.operator.exchange, 'exchange');
      const { law } = await anExchange(await aWorld());
      keeping = new KeepBlobs(db, files, law, 1e9, () => new Date());
    });
    const announced = (octets: Uint8Array) => {
      const [id, messageId] = [randomUUID(), randomUUID()];
      return { id, sender: authority, messageId, sha256: digest(octets), length: octets.length };
    };
    const isComplete = async (id: string): Promise<boolean> => (await keeping.own('kommunerna', id)).isComplete;

    it('are complete when they are announced again, though a process ended between the last part and saying so', async () => {
      const octets = randomBytes(99);
      const blob = announced(octets);
      await keeping.announce('kommunerna', blob);
      await files.put(blob.id, 0, octets);
      await db.query(`UPDATE exchange.blob SET received = length WHERE id = $1`, [blob.id]);
      expect(await keeping.announce('kommunerna', blob)).toMatchObject({ received: 99, isComplete: true });
      expect(await isComplete(blob.id)).toBe(true);

      const other = announced(octets);
      await keeping.announce('kommunerna', other);
      await files.put(other.id, 0, randomBytes(99));
      await db.query(`UPDATE exchange.blob SET received = length WHERE id = $1`, [other.id]);
      expect(await keeping.announce('kommunerna', other)).toMatchObject({ received: 0, isComplete: false });
      expect(await keeping.append('kommunerna', other.id, 0, octets)).toBe(99);
    });

    it('are in the store what was answered for, when two bring the same part at once', async () => {
      const [one, other] = [randomBytes(PART_BYTES), randomBytes(PART_BYTES)];
      const blob = { ...announced(one), length: PART_BYTES };
      await keeping.announce('kommunerna', blob);
      const told = await Promise.allSettled(
        [one, other].map((octets) => keeping.append('kommunerna', blob.id, 0, octets)),
      );
      // Whoever was first: what is not the one announced was dropped, or came too late.
      if (!(await isComplete(blob.id))) await keeping.append('kommunerna', blob.id, 0, one);
      expect(told.filter(({ status }) => status === 'fulfilled').length).toBeLessThan(2);
      const held: Buffer[] = [];
      for await (const piece of await files.get(blob.id, 0)) held.push(Buffer.from(piece));
      expect(digest(Buffer.concat(held))).toBe(blob.sha256);
    });

    it('begin anew in parts of the size of today, when some of another size are there', async () => {
      const octets = randomBytes(PART_BYTES + 5);
      const blob = announced(octets);
      await keeping.announce('kommunerna', blob);
      await db.query(`UPDATE exchange.blob SET received = 77, part_bytes = 77 WHERE id = $1`, [blob.id]);
      expect(await keeping.announce('kommunerna', blob)).toMatchObject({ received: 0, partBytes: PART_BYTES });
    });
  });

  describe('at a gateway', () => {
    let db: DataSource;
    let held: PostgresHeldDeliveries;
    let uploads: PostgresAttachmentStore;
    let message: DeliveryReleasedV1;
    beforeAll(async () => {
      db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
      const world = await aWorld();
      const gateway = await aGateway(world, 'kommunerna');
      const exchange = await anExchange(world);
      message = await exchange.release(await sealed(world, gateway, example('01')));
      held = new PostgresHeldDeliveries(db, gateway.keys);
      uploads = new PostgresAttachmentStore(db, gateway.keys, new Outbox('kommunerna', noRelay));
    });

    it('are in one hand: one that comes again is not taken from whoever fetches it, and who lost it is told', async () => {
      const of = { messageId: randomUUID(), attempt: 1 };
      const since = new Date(Date.now() - 1000);
      await held.hold(authority, of, message, since);
      const [mine] = await held.due(authority);
      if (mine === undefined) throw new Error('it is not due');
      await held.hold(authority, of, message, since);
      expect(await held.due(authority)).toEqual([]);
      expect(await held.renew(authority, mine)).toBe(true);

      await asAuthority(db, authority, (tx) =>
        tx.query(`UPDATE gateway.held_delivery SET due_at = now() WHERE message_id = $1`, [of.messageId]),
      );
      expect(await held.due(authority)).toHaveLength(1);
      expect(await held.renew(authority, mine)).toBe(false);
      await held.postpone(authority, mine);
      expect(await held.due(authority)).toEqual([]);
    });

    it('do not expire while a referral takes them into use', async () => {
      const id = randomUUID();
      const detail = { name: 'a', mediaType: 'text/plain', key: '', malware: { finding: 'not-scanned' as const } };
      const expiresAt = new Date(Date.now() - 1000);
      await uploads.announce(authority, { id, bodyDigest: '', length: 9, received: 0, expiresAt, detail });
      await asAuthority(db, authority, async (tx) => {
        await tx.query(`SELECT id FROM gateway.attachment WHERE id = $1 FOR KEY SHARE`, [id]);
        expect(await uploads.expire(authority, new Date())).toEqual([]);
      });
      expect(await uploads.expire(authority, new Date())).toEqual([id]);
    });

    it('are no more than one authority may have here, and leave a reserve of the disk', async () => {
      const detail = { name: 'a', mediaType: 'text/plain', key: '', malware: { finding: 'not-scanned' as const } };
      const one = { bodyDigest: '', length: 9, received: 0, expiresAt: new Date(), detail };
      const other = 'uppsala/socialnamnden';
      expect(await uploads.announce(other, { ...one, id: randomUUID() }, 17)).toBe(true);
      expect(await uploads.announce(other, { ...one, id: randomUUID() }, 17)).toBe(false);
      expect(await uploads.announce(other, { ...one, id: randomUUID() }, 18)).toBe(true);
      const disk = new AttachmentFiles(join(dir, 'quota'), randomBytes);
      expect([await disk.fault(0), await disk.fault(Number.MAX_SAFE_INTEGER)]).toEqual([undefined, 'full']);
      expect(await new AttachmentFiles('/dev/null/x', randomBytes).fault(0)).toBe('not-writable');
    });

    it('grow by one part at a time', async () => {
      const id = randomUUID();
      const detail = { name: 'a', mediaType: 'text/plain', key: '', malware: { finding: 'not-scanned' as const } };
      await uploads.announce(authority, { id, bodyDigest: '', length: 9, received: 0, expiresAt: new Date(), detail });
      const seen: number[] = [];
      const grow = () =>
        uploads.grow(authority, id, (before) => {
          seen.push(before.received);
          return Promise.resolve({ ...before, received: before.received + 1 });
        });
      await Promise.all([grow(), grow(), grow()]);
      expect(seen).toEqual([0, 1, 2]);
      expect((await uploads.upload(authority, id))?.received).toBe(3);
    });
  });
});

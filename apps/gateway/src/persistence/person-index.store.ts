import { FOUND_DIRECTIONS } from '#contracts';
import type { FoundMessage } from '#contracts';
import type { JsonValue } from '#json';
import { namedIn } from '#legal-basis';
import { octets } from '#persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { PersonIndex } from '../application/ports/person-index.js';
import type { StoredRecord } from '../application/ports/record.js';
import { RECORDED_TYPE } from '../domain/recorded-disclosure.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';
import { FOLLOWING, toDeliveryDetail } from './rows.js';

/** Referrals, deliveries or recorded disclosures that are looked through at once: each is decrypted. */
const PAGE = 200;
type Direction = FoundMessage['direction'];
type Tokens = Pick<KeyStore, 'personToken'>;

/** Rows of the index for content, each once; `token` as a member of an item. */
export interface NamedRow {
  readonly token: string;
  readonly item: string;
  readonly about: string;
}
export const namedRows = (keys: Tokens, authority: string, type: string, content: object): readonly NamedRow[] =>
  namedIn(type, content as JsonValue).map(({ kind, number, item, about }) => ({
    token: octets(keys.personToken(authority, kind, number)),
    item,
    about,
  }));

export const indexNamed = async (
  tx: EntityManager,
  authority: string,
  direction: Direction,
  messageIds: readonly string[],
  at: Date,
  named: readonly NamedRow[],
): Promise<void> => {
  if (named.length === 0 || messageIds.length === 0) return;
  await tx.query(
    `INSERT INTO gateway.person_index (authority, token, direction, message_id, item, about, at)
     SELECT $1, p.token, $2, m, p.item, p.about, $4
     FROM unnest($3::uuid[]) AS m, json_to_recordset($5) AS p (token bytea, item text, about text) ON CONFLICT DO NOTHING`,
    [authority, direction, messageIds, at, JSON.stringify(named)],
  );
};

interface FoundRow {
  readonly direction: Direction;
  readonly message_id: string;
  readonly at: Date;
  readonly us: string;
  readonly roles: FoundMessage['roles'];
  readonly type: string;
  readonly case_id: string;
  readonly referral_id: string | null;
  readonly record_id: string | null;
  readonly other: string;
}
interface ContentRow {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly content: Buffer;
  readonly message_ids: readonly string[];
  readonly txid: string;
  readonly seq: string;
}

/** Which messages of an authority name whom. Found by a token that its own gateway alone can make. */
export class PostgresPersonIndex implements PersonIndex {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Tokens & Pick<KeyStore, 'cipher'>,
  ) {}

  find(
    authority: string,
    token: Buffer,
    {
      after,
      limit,
      withInformant,
    }: { readonly after?: string; readonly limit: number; readonly withInformant: boolean },
  ): Promise<readonly (FoundMessage & { readonly cursor: string })[]> {
    const [us = null, id = null] = after?.split('.') ?? [];
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<FoundRow[]>(
        `SELECT f.direction, f.message_id, f.at, (extract(epoch FROM f.at) * 1000000)::bigint AS us, f.roles,
           coalesce(r.type, d.type, '${RECORDED_TYPE}') AS type, coalesce(r.case_id, d.case_id, o.case_id) AS case_id, r.id AS referral_id,
           o.id AS record_id, coalesce(m.recipient, d.sender, o.recipient) AS other
         FROM (
           SELECT direction, message_id, at, json_agg(json_build_object('about', about, 'item', item) ORDER BY item) AS roles
           FROM gateway.person_index
           WHERE authority = $1 AND token = $2 AND ($3 OR about <> 'informant')
             AND ($4::bigint IS NULL OR (at, message_id) < (timestamptz 'epoch' + $4::bigint * interval '1 microsecond', $5::uuid))
           GROUP BY at, message_id, direction ORDER BY at DESC, message_id DESC, direction LIMIT $6) f
         LEFT JOIN gateway.message m ON f.direction = 'sent' AND m.authority = $1 AND m.message_id = f.message_id
         LEFT JOIN gateway.referral r ON r.authority = $1 AND r.id = m.referral_id
         LEFT JOIN gateway.delivery d ON f.direction = 'received' AND d.authority = $1 AND d.message_id = f.message_id
         LEFT JOIN gateway.recorded_disclosure o ON f.direction = 'recorded' AND o.authority = $1 AND o.message_id = f.message_id
         ORDER BY f.at DESC, f.message_id DESC, f.direction`,
        [authority, token, withInformant, us, id, limit],
      );
      return rows.map((row) => ({
        messageId: row.message_id,
        direction: row.direction,
        type: row.type,
        caseId: row.case_id,
        ...(row.referral_id === null ? {} : { referralId: row.referral_id }),
        ...(row.record_id === null ? {} : { recordedDisclosureId: row.record_id }),
        authority: row.other,
        at: row.at.toISOString(),
        roles: row.roles,
        cursor: `${row.us}.${row.message_id}`,
      }));
    });
  }

  isComplete(authority: string): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<unknown[]>(
        `SELECT FROM gateway.person_indexed WHERE authority = $1 AND completed_at IS NOT NULL`,
        [authority],
      );
      return rows.length === FOUND_DIRECTIONS.length;
    });
  }

  /** Referrals, deliveries and recorded disclosures that are still to be looked through. */
  behind(authority: string): Promise<number> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ count: string }[]>(
        `SELECT (SELECT count(*) FROM gateway.referral r WHERE authority = $1 AND (txid, seq) > (${place('sent', 'txid')}, ${place('sent', 'seq')}))
           + (SELECT count(*) FROM gateway.delivery d WHERE authority = $1 AND (txid, seq) > (${place('received', 'txid')}, ${place('received', 'seq')}))
           + (SELECT count(*) FROM gateway.recorded_disclosure o WHERE authority = $1 AND (txid, seq) > (${place('recorded', 'txid')}, ${place('recorded', 'seq')})) AS count`,
        [authority],
      );
      return Number(row?.count ?? 0);
    });
  }

  /**
   * Looks through a page of what was there before the index, or was taken in by a process that does not know it. What is indexed already is passed over; done again, the
   * same is done again.
   * @returns whether there is more
   */
  async fill(authority: string, at: Date): Promise<boolean> {
    const more: boolean[] = [];
    for (const direction of FOUND_DIRECTIONS) more.push(await this.fillOf(authority, direction, at));
    return more.includes(true);
  }

  private fillOf(authority: string, direction: Direction, now: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [before] = await tx.query<{ txid: string; seq: string }[]>(
        `SELECT txid::text, seq::text FROM gateway.person_indexed WHERE authority = $1 AND direction = $2 FOR UPDATE`,
        [authority, direction],
      );
      const place = [before?.txid ?? '0', before?.seq ?? '0'];
      const rows = await tx.query<ContentRow[]>(CONTENT[direction], [authority, ...place, PAGE]);
      for (const row of rows) {
        if (row.content.length === 0 || row.message_ids.length === 0) continue;
        const content = this.contentOf(authority, direction, row);
        if (content === undefined) continue;
        await indexNamed(
          tx,
          authority,
          direction,
          row.message_ids,
          row.at,
          namedRows(this.keys, authority, row.type, content),
        );
      }
      const last = rows.at(-1);
      const isEnd = rows.length < PAGE;
      await tx.query(
        `INSERT INTO gateway.person_indexed AS p (authority, direction, txid, seq, completed_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (authority, direction) DO UPDATE
         SET txid = EXCLUDED.txid, seq = EXCLUDED.seq, completed_at = coalesce(p.completed_at, EXCLUDED.completed_at)`,
        [authority, direction, last?.txid ?? place[0], last?.seq ?? place[1], isEnd ? now : null],
      );
      return !isEnd;
    });
  }

  /** @returns undefined of what was given back after a restore, without its content */
  private contentOf(authority: string, direction: Direction, { id, content }: ContentRow): object | undefined {
    const cipher = this.keys.cipher(authority);
    if (direction === 'received') return toDeliveryDetail(content, id, cipher).content;
    if (direction === 'recorded')
      return (cipher.open(content, 'recorded_disclosure', id) as unknown as StoredRecord['detail']).body.content;
    return (cipher.open(content, 'referral', id) as { readonly content?: object }).content;
  }
}

const place = (direction: Direction, column: 'txid' | 'seq'): string =>
  `coalesce((SELECT ${column} FROM gateway.person_indexed WHERE authority = $1 AND direction = '${direction}'), '0')`;

const INDEXED = (direction: Direction, id: string): string =>
  `EXISTS (SELECT FROM gateway.person_index p WHERE p.authority = $1 AND p.message_id = ${id} AND p.direction = '${direction}')`;
/** Locked until they are indexed: what is replaced or erased meanwhile would leave its rows behind. */
const CONTENT: Readonly<Record<Direction, string>> = {
  sent: `SELECT id, type, submitted_at AS at, body AS content, txid::text, seq::text,
      ARRAY(SELECT m.message_id FROM gateway.message m WHERE m.authority = $1 AND m.referral_id = gateway.referral.id AND m.erased_at IS NULL
        AND NOT ${INDEXED('sent', 'm.message_id')}) AS message_ids
    FROM gateway.referral WHERE authority = $1 AND ${FOLLOWING} ORDER BY gateway.referral.txid, gateway.referral.seq LIMIT $4 FOR UPDATE`,
  received: `SELECT message_id AS id, type, received_at AS at, detail AS content, txid::text, seq::text,
      CASE WHEN ${INDEXED('received', 'gateway.delivery.message_id')} THEN '{}' ELSE ARRAY[message_id] END AS message_ids
    FROM gateway.delivery WHERE authority = $1 AND ${FOLLOWING} ORDER BY gateway.delivery.txid, gateway.delivery.seq LIMIT $4 FOR UPDATE`,
  recorded: `SELECT id, '${RECORDED_TYPE}' AS type, recorded_at AS at, detail AS content, txid::text, seq::text,
      CASE WHEN ${INDEXED('recorded', 'gateway.recorded_disclosure.message_id')} THEN '{}' ELSE ARRAY[message_id] END AS message_ids
    FROM gateway.recorded_disclosure WHERE authority = $1 AND ${FOLLOWING}
    ORDER BY gateway.recorded_disclosure.txid, gateway.recorded_disclosure.seq LIMIT $4 FOR UPDATE`,
};

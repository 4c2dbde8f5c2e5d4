import type {
  ErasureOpeningView,
  ErasureView,
  EvidenceEntryView,
  EvidenceView,
  OpeningLineView,
  OpeningsView,
} from '#contracts';
import {
  absent,
  authority,
  blind,
  count,
  described,
  instant,
  jws,
  listOf,
  object,
  proof,
  text,
  uuid,
} from './schema.js';
import type { Schema } from './schema.js';

export const logAnswers = {
  erasure: object<ErasureView>({
    env: text,
    authority,
    messageId: uuid,
    caseId: uuid,
    openings: described(
      listOf(
        object<ErasureOpeningView>({
          kind: absent(
            described(
              { type: 'string', enum: ['refusal', 'recorded-disclosure'] },
              "A refusal or a recorded disclosure, which is its sender's alone",
            ),
          ),
          index: described(text, 'Decimal'),
          entryId: uuid,
          sender: authority,
          recipient: absent(authority),
          number: absent(count),
        }),
      ),
      'Of entries about the message that stand in the log, each verified by its proof; at most 100, without those that a decision of yours names already. Some after `erasedAt`: decide on these too. That they were looked at is an entry.',
    ),
    ended: described({ type: 'boolean' }, 'Until it has, it cannot be erased'),
    erasedAt: absent(instant),
  }),
  erased: { type: 'object', required: ['messageId', 'erasedAt'], properties: { messageId: uuid, erasedAt: instant } },
  evidence: object<EvidenceView>({
    format: { type: 'string', enum: ['delge-evidence/1'] },
    origins: object<EvidenceView['origins']>({ disclosure: text, keys: text }),
    messageId: uuid,
    entries: listOf(
      object<EvidenceEntryView>({
        entry: described(jws, 'Compact JWS: the entry in the disclosure log'),
        blind,
        annex: absent(described(jws, "The participant's statement that the entry records, compact JWS")),
        proof: described(proof, 'c2sp.org/tlog-proof@v1, under the first checkpoint that covers the entry'),
        before: absent(described(text, 'The checkpoint before that one, a signed note')),
      }),
    ),
    keys: object<EvidenceView['keys']>({
      checkpoint: described(text, 'Signed note'),
      entries: described(listOf(text), 'The keys log whole'),
    }),
    ruleSets: absent(described(listOf(text), 'Rule sets that do not ship with the verifier')),
    cooperations: absent(described(listOf(text), 'Openings of cooperation decisions that claims name')),
    consistency: absent(described(listOf(text), 'With `since`: c2sp.org/tlog-witness add-checkpoint bodies')),
    document: absent(described(jws, 'With `content=true`: the document as its sender signed it')),
  }),
  openings: object<OpeningsView>({
    authority,
    items: listOf({
      oneOf: [
        object<Extract<OpeningLineView, { entry: string }>>({
          idx: described(text, 'Index in the log, decimal'),
          entry: described(jws, 'Compact JWS: the entry'),
          blind,
          annex: absent(described(text, 'The statement that the entry records')),
        }),
        object<Extract<OpeningLineView, { erasedBy: string }>>({
          idx: text,
          erasedBy: described(text, 'Index of the entry that says that the opening is erased'),
        }),
      ],
    }),
    next: absent(described(text, '`from` of the next page; absent at the end of the period')),
    checkpoints: described(listOf(text), 'Signed notes, between which the entries were signed'),
    ruleSets: described(listOf(text), 'Rule sets that do not ship with the verifier'),
    cooperations: described(listOf(text), 'Openings of cooperation decisions that claims name'),
  }),
  size: object<{ readonly size: string }>({ size: described(text, 'Decimal') }),
  checkpoint: object<{ readonly checkpoint: string }>({ checkpoint: described(text, 'Signed note') }),
  tile: object<{ readonly tile: string }>({ tile: described(text, 'Base64') }),
} as const satisfies Readonly<Record<string, Schema>>;

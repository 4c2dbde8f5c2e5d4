import { ALL_SCOPES, CALLER_KINDS, FOUND_DIRECTIONS, MANDATES, PERSON_SEARCH_PURPOSES, SHOWN } from '#contracts';
import type {
  AccessLogItem,
  AddresseeView,
  CallerItem,
  FoundMessage,
  LoggedSearch,
  PersonSearchView,
} from '#contracts';
import { ABOUT } from '#legal-basis';
import type { IssuedToken } from '../../application/issue-token.js';
import { absent, authority, count, described, instant, listOf, object, page, text, uuid } from './schema.js';
import type { Schema } from './schema.js';

export const accessAnswers = {
  token: object<IssuedToken>({
    access_token: text,
    token_type: { type: 'string', enum: ['Bearer'] },
    expires_in: described({ type: 'integer' }, 'Seconds'),
    scope: described(text, 'Scopes that it carries, with spaces between'),
  }),
  system: object<{ readonly system: string }>({ system: uuid }),
  staff: object<{ readonly staff: string }>({ staff: uuid }),
  accessLog: page(
    object<AccessLogItem>({
      at: instant,
      system: described(uuid, 'The system, or entry in the table of staff, that it was shown to'),
      operation: described({ type: 'string', enum: SHOWN }, 'By what it was shown'),
      officer: absent(described(text, 'The member of staff, where a person had logged in')),
      messageId: absent(uuid),
      referralId: absent(uuid),
      attachmentId: absent(uuid),
      caseId: absent(uuid),
      entries: absent(
        described(
          object<NonNullable<AccessLogItem['entries']>>({ from: text, to: text }),
          'Indices [from, to) of the disclosure log that were asked for',
        ),
      ),
      search: absent(
        object<LoggedSearch>({
          id: uuid,
          token: described(text, 'In the number’s place, keyed by the authority'),
          purpose: { type: 'string', enum: PERSON_SEARCH_PURPOSES },
          office: text,
          officer: text,
          reference: text,
        }),
      ),
    }),
  ),
  callers: page(
    object<CallerItem>({
      id: described(uuid, 'As the access log names it in `system`'),
      kind: { type: 'string', enum: CALLER_KINDS },
      scopes: described(listOf({ type: 'string', enum: ALL_SCOPES }), 'What it may do'),
      ended: described({ type: 'boolean' }, 'Acts no more'),
      statedAt: described(instant, 'When its administrator said so'),
      kid: absent(described(text, 'RFC 7638 thumbprint of the system’s key')),
      member: absent(
        described(
          object<NonNullable<CallerItem['member']>>({
            issuer: text,
            subject: text,
            officer: text,
            office: text,
            mandate: { type: 'string', enum: MANDATES },
          }),
          'Who the member of staff is to the issuer, and to the authority',
        ),
      ),
    }),
  ),
  personSearch: object<PersonSearchView>({
    searchId: described(uuid, 'Of the row of this search in the access log'),
    items: listOf(
      object<FoundMessage>({
        messageId: uuid,
        direction: described({ type: 'string', enum: FOUND_DIRECTIONS }, '`recorded`: a disclosure made another way'),
        type: text,
        caseId: uuid,
        referralId: absent(uuid),
        recordedDisclosureId: absent(described(uuid, 'Of what was recorded')),
        authority: described(text, 'The other one: recipient, or sender'),
        at: instant,
        roles: described(
          listOf(
            object<FoundMessage['roles'][number]>({
              about: described({ type: 'string', enum: ABOUT }, 'Whom the item is about'),
              item: described(text, 'Id of the item that the number stands in'),
            }),
          ),
          'What the message says of whoever has the number',
        ),
      }),
    ),
    complete: described({ type: 'boolean' }, 'Whether all that is kept has been looked through'),
    next: absent(described(text, 'Cursor for `after`')),
  }),
  authorities: page(
    object<AddresseeView>({
      authority: described(authority, 'For `to.authority`'),
      nameSv: text,
      nameEn: text,
      kind: described(text, 'As the law tells them apart'),
      municipalityCode: absent(text),
      participant: object<AddresseeView['participant']>({
        slug: text,
        organisationNumber: text,
        nameSv: text,
        nameEn: text,
      }),
      functions: described(
        listOf(object<AddresseeView['functions'][number]>({ id: text, nameSv: text, nameEn: text })),
        'For `to.function`',
      ),
      receives: described({ type: 'boolean' }, 'Whether a document can be sealed to it today'),
    }),
  ),
  info: {
    type: 'object',
    required: ['apiName', 'apiVersion', 'apiReleased', 'apiDocumentation', 'apiStatus', 'environment', 'gateway'],
    properties: {
      apiName: text,
      apiVersion: text,
      apiReleased: { type: 'string', format: 'date' },
      apiDocumentation: { type: 'string', format: 'uri-reference' },
      apiStatus: text,
      environment: text,
      gateway: text,
      ruleSet: { type: 'object', properties: { number: count, sha256: text } },
      keysLog: { type: 'object', properties: { size: text, root: described(text, 'Base64, 32 octets') } },
    },
  },
} as const satisfies Readonly<Record<string, Schema>>;

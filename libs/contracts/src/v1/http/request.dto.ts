import { IsIn, IsString, Length } from 'class-validator';
import { PageQueryDto } from './queries.dto.js';
import type { MessageState } from './queries.dto.js';
import { IDENTITY_CHECKS } from './recorded-disclosure.dto.js';
import type { IdentityCheck } from './recorded-disclosure.dto.js';
import { MANDATES } from './submit-referral.dto.js';
import { IsAuthorityId, IsCode, IsInstant, IsLocalDate, IsSimpleId, IsUuid, Optional, UniqueList } from './rules.js';

/** Received and sent by message; recorded: asked for by telephone, at a meeting or on paper. */
export const REQUEST_DIRECTIONS = ['received', 'sent', 'recorded'] as const;
export type RequestDirection = (typeof REQUEST_DIRECTIONS)[number];

/** What has come of a request. */
export const REQUEST_STATES = ['open', 'answered', 'refused', 'decision-issued'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** How a request came that no message brought. */
export const REQUEST_CHANNELS = ['telephone', 'meeting', 'paper', 'email'] as const;
export type RequestChannel = (typeof REQUEST_CHANNELS)[number];

/** Why an officer does not give out what was asked for. As `#envelope` has them. */
export const REQUEST_REFUSALS = ['not-disclosed', 'no-ground', 'hinders-work', 'not-specified'] as const;
export type RequestRefusal = (typeof REQUEST_REFUSALS)[number];

/** Body of `POST /v1/requests/{id}/refusal`: an officer's, and not the authority's decision (OSL 6:3). */
export class RefuseRequestDto {
  @IsIn(REQUEST_REFUSALS) readonly reason!: RequestRefusal;
  @IsCode() readonly office!: string;
  /** The officer's id at the authority. Never leaves the gateway in clear. */
  @IsString() @Length(1, 128) readonly officer!: string;
  @IsIn(MANDATES) readonly mandate!: 'delegation' | 'statute';
}

/** Query of `GET /v1/requests`. */
export class ListRequestsQueryDto extends PageQueryDto {
  @Optional() @IsIn(REQUEST_DIRECTIONS) readonly direction: RequestDirection = 'received';
  /** `true`: those that something is to come of yet. Open, or refused and the authority's decision demanded; not taken back. */
  @Optional() @IsIn(['true']) readonly open?: 'true';
}

/** Body of `POST /v1/recorded-requests`: what another authority asked for without a message. Encrypted at rest, and sent to nobody. */
export class RecordRequestDto {
  /** Chosen by the caller; referrals to that authority name it as `requestId`. */
  @IsUuid() readonly id!: string;
  /** That asked. */
  @IsAuthorityId() readonly from!: string;
  @IsSimpleId() readonly function!: string;
  /** Who spoke for it. */
  @IsString() @Length(1, 200) readonly person!: string;
  @IsIn(IDENTITY_CHECKS) readonly identityCheck!: IdentityCheck;
  @IsIn(REQUEST_CHANNELS) readonly channel!: RequestChannel;
  /** When it was asked. */
  @IsInstant() readonly at!: string;
  /** Data categories asked for. */
  @UniqueList(40) @IsCode({ each: true }) readonly asksFor!: string[];
  /** Of who took it down. */
  @IsCode() readonly office!: string;
  /** Who took it down: the officer's id at the authority. Never leaves the gateway. */
  @IsString() @Length(1, 128) readonly officer!: string;
  /** Day to answer by, Europe/Stockholm. */
  @Optional() @IsLocalDate() readonly answerBy?: string;
}

/** Body of `PUT /v1/recorded-requests/{id}/demand`: whoever asked demands the authority's decision (OSL 6:3). */
export class NoteDemandDto {
  /** When it was demanded. */
  @IsInstant() readonly at!: string;
}

/** Body of `PUT /v1/recorded-requests/{id}/decision`: the authority has decided in writing (OSL 6:7), and given its decision another way. */
export class NoteDecisionDto {
  /** When it was decided. */
  @IsInstant() readonly at!: string;
  @IsCode() readonly office!: string;
  /** The officer's id at the authority. Never leaves the gateway. */
  @IsString() @Length(1, 128) readonly officer!: string;
  @IsIn(MANDATES) readonly mandate!: 'delegation' | 'statute';
}

/** Answer of `POST /v1/requests/{id}/refusal`. */
export interface RefusalView {
  readonly kind: 'request-refused';
  readonly at: string;
  /** Absent where no message brought the request: nothing is signed or sent. */
  readonly receiptId?: string;
  /** Compact JWS; likewise. */
  readonly receipt?: string;
}

/** What was asked for, and what came of it. */
export interface RequestItem {
  /** Message id of a request that a message brought, id of one that was recorded: what an answer names as `requestId`. */
  readonly id: string;
  readonly direction: RequestDirection;
  readonly from: string;
  readonly to: string;
  /** Message type; absent of what was recorded. */
  readonly type?: string;
  readonly caseId?: string;
  /** When it was received, submitted or asked. */
  readonly at: string;
  /** Of one that was sent: how far it has come. */
  readonly messageState?: MessageState;
  /** Day to answer by, as whoever asked set it. */
  readonly answerBy?: string;
  /** It is open and that day has passed. */
  readonly overdue: boolean;
  readonly state: RequestState;
  /** Message ids. */
  readonly answers: readonly string[];
  /** When whoever asked took it back; nothing is answered under it any more. */
  readonly retractedAt?: string;
  /** When it was erased here. */
  readonly erasedAt?: string;
}

/** Whether what was answered had to be (OSL 6:5): of a permission, a request makes a duty. */
export const FORCES = ['duty', 'duty-on-request', 'permission'] as const;
export type Force = (typeof FORCES)[number];

export interface RequestAnswer {
  readonly messageId: string;
  readonly type: string;
  readonly at: string;
  readonly force?: Force;
}
/** Of a request that no message brought: what was said, and by whom. */
export interface RecordedRequestView extends Omit<RecordRequestDto, 'id' | 'from' | 'at' | 'answerBy'> {
  readonly recordedAt: string;
  readonly refusal?: RefuseRequestDto & { readonly at: string };
  readonly demand?: NoteDemandDto;
  readonly decision?: NoteDecisionDto;
}
/** Answer of `GET /v1/requests/{id}`. */
export interface RequestView extends Omit<RequestItem, 'answers'> {
  readonly answers: readonly RequestAnswer[];
  /** The officer's, in codes. */
  readonly refusal?: { readonly reason: RequestRefusal; readonly office: string; readonly at: string };
  /** Whoever asked demands the authority's decision, by message. */
  readonly demand?: { readonly messageId: string; readonly at: string };
  /** The authority's, in writing, that can be appealed (OSL 6:7), by message. `served`: it is at whoever asked. */
  readonly decision?: { readonly messageId: string; readonly at: string; readonly served: boolean };
  /** Of what was recorded. */
  readonly recorded?: RecordedRequestView;
}

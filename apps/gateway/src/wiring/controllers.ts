import { AccessLogController } from '../http/access-log.controller.js';
import { AccessController } from '../http/access.controller.js';
import { ApiController } from '../http/api.controller.js';
import { AttachmentController } from '../http/attachment.controller.js';
import { AuthorityController } from '../http/authority.controller.js';
import { CallerController } from '../http/caller.controller.js';
import { CaseController } from '../http/case.controller.js';
import { DeliveryController } from '../http/delivery.controller.js';
import { DisclosureCheckController } from '../http/disclosure-check.controller.js';
import { ErasureController } from '../http/erasure.controller.js';
import { EventController } from '../http/event.controller.js';
import { EvidenceController } from '../http/evidence.controller.js';
import { IncidentController } from '../http/incident.controller.js';
import { LogController } from '../http/log.controller.js';
import { PersonSearchController } from '../http/person-search.controller.js';
import { ReceivedCaseController } from '../http/received-case.controller.js';
import { RecordedDisclosureController } from '../http/recorded-disclosure.controller.js';
import { RecordedRequestController } from '../http/recorded-request.controller.js';
import { ReferralController } from '../http/referral.controller.js';
import { RequestController } from '../http/request.controller.js';
import {
  HeldController,
  SheetController,
  StandingOrderController,
  SubscriptionController,
} from '../http/subscription.controller.js';
import { StaffController } from '../http/staff.controller.js';
import { WaitingController } from '../http/waiting.controller.js';
import { WebhookController } from '../http/webhook.controller.js';

export const controllers = [
  AccessController,
  AccessLogController,
  AuthorityController,
  ApiController,
  AttachmentController,
  CallerController,
  CaseController,
  DeliveryController,
  ErasureController,
  EventController,
  IncidentController,
  DisclosureCheckController,
  EvidenceController,
  LogController,
  PersonSearchController,
  ReceivedCaseController,
  RecordedDisclosureController,
  RecordedRequestController,
  ReferralController,
  RequestController,
  SubscriptionController,
  StandingOrderController,
  HeldController,
  SheetController,
  StaffController,
  WaitingController,
  WebhookController,
];

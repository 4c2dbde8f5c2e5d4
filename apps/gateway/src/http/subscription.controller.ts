import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AnswerSubscriptionDto,
  BackfillDto,
  IdParamDto,
  ListHeldQueryDto,
  ListSubscriptionsQueryDto,
  PutStandingOrderDto,
  SheetDto,
} from '#contracts';
import type { BackfillView, HeldItem, Page, SheetRow, StandingOrderView, SubscriptionView } from '#contracts';
import { Policy } from '#platform';
import type { Request } from 'express';
import { DiscloseToSubscribers } from '../application/disclose-to-subscribers.js';
import { ManageSubscriptions } from '../application/manage-subscriptions.js';
import type { Assurance } from '../application/ports/referral.js';
import type { Asking } from '../application/read-events.js';
import { Assured, Caller, CallingSystem } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows, ShowsStaff } from './shows.js';
import { StaffMay } from './staff-may.js';

/** What others asked an authority for, and what it asked others for. */
@ApiTags('subscriptions')
@Controller('v1/subscriptions')
export class SubscriptionController {
  constructor(
    @Inject(ManageSubscriptions) private readonly subscriptions: ManageSubscriptions,
    @Inject(DiscloseToSubscribers) private readonly disclosing: DiscloseToSubscribers,
  ) {}

  @Get()
  @Policy('system')
  @StaffMay()
  @Scope('cases:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List subscriptions',
    description:
      'Those that this authority was asked for (`received`), or asked others for (`sent`). One is asked for by a referral of the type `subscription-request/1`. Lista prenumerationer.',
  })
  @Answer(200, 'One page', 'subscriptions')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListSubscriptionsQueryDto, @Caller() caller: string): Promise<Page<SubscriptionView>> {
    return this.subscriptions.list(caller, query);
  }

  @Put(':id')
  @Policy('system')
  @StaffMay('office')
  @Scope('cases:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Grant, refuse, suspend, resume or end a subscription',
    description:
      'As an officer decided; the subscriber is told by a signed receipt. What is suspended or ended is held at the exchange until it is resumed. The same again changes nothing. Besluta om en prenumeration.',
  })
  @Answer(200, 'The subscription', 'subscription')
  @Problems(400, 401, 404, 409, 413, 415, 422, 429, 503)
  answer(
    @Param() { id }: IdParamDto,
    @Body() said: AnswerSubscriptionDto,
    @CallingSystem() caller: Asking,
  ): Promise<SubscriptionView> {
    return this.subscriptions.answer(caller, id, said);
  }

  @Post(':id/backfill')
  @HttpCode(200)
  @Policy('system')
  @StaffMay('assessments')
  @Scope('referrals:write')
  @Shows('no-content')
  @ShowsStaff('backfill-subscription')
  @ApiOperation({
    summary: 'Disclose earlier referrals to a subscriber',
    description:
      'Each named referral becomes a new disclosure, on its verdict of today; what was held when a ground lapsed, or was sent before the subscription, with assessments for the subscriber that an officer made of it. The same again gets the same answer. Lämna ut tidigare underrättelser på nytt.',
  })
  @Answer(200, 'What became of each', 'backfill')
  @Problems(400, 401, 404, 409, 413, 415, 422, 429, 503)
  backfill(
    @Param() { id }: IdParamDto,
    @Body() _checked: BackfillDto,
    @Caller() caller: string,
    @Assured() assurance: Assurance,
    @Req() request: Request,
  ): Promise<BackfillView> {
    // As it was parsed, as a submission takes it too.
    return this.disclosing.backfill(caller, id, request.body as BackfillDto, assurance);
  }
}

/** What an authority grants at once. */
@ApiTags('subscriptions')
@Controller('v1/standing-orders')
export class StandingOrderController {
  constructor(@Inject(ManageSubscriptions) private readonly subscriptions: ManageSubscriptions) {}

  @Get()
  @Policy('system')
  @Scope('cases:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List standing orders',
    description: 'Those that have ended among them. Lista stående uppdrag.',
  })
  @Answer(200, 'All of them', 'standingOrders')
  @Problems(400, 401, 429, 503)
  list(@Caller() caller: string): Promise<{ readonly items: readonly StandingOrderView[] }> {
    return this.subscriptions.orders(caller);
  }

  @Put(':id')
  @Policy('system')
  @Scope('cases:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Make a standing order',
    description:
      'What this subscriber asks for within it is granted at once, without an officer; each message has its own verdict all the same. Gör ett stående uppdrag.',
  })
  @Answer(200, 'The standing order', 'standingOrder')
  @Problems(400, 401, 409, 413, 415, 422, 429, 503)
  put(
    @Param() { id }: IdParamDto,
    @Body() said: PutStandingOrderDto,
    @CallingSystem() caller: Asking,
  ): Promise<StandingOrderView> {
    return this.subscriptions.putOrder(caller, id, said);
  }

  @Delete(':id')
  @HttpCode(204)
  @Policy('system')
  @Scope('cases:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'End a standing order',
    description: 'What it granted stays granted. Avsluta ett stående uppdrag.',
  })
  @ApiResponse({ status: 204, description: 'It has ended' })
  @Problems(400, 401, 404, 429, 503)
  end(@Param() { id }: IdParamDto, @CallingSystem() caller: Asking): Promise<void> {
    return this.subscriptions.endOrder(caller, id);
  }
}

/** What was not released to subscribers. */
@ApiTags('subscriptions')
@Controller('v1/held')
export class HeldController {
  constructor(@Inject(ManageSubscriptions) private readonly subscriptions: ManageSubscriptions) {}

  @Get()
  @Policy('system')
  @StaffMay()
  @Scope('cases:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List what is held from subscribers',
    description:
      'Messages to them that were not released, with the reason: a hold of one’s own, or a ground that had lapsed. Those that were disclosed anew are not among them. Lista det som inte lämnats ut till prenumeranter.',
  })
  @Answer(200, 'One page', 'held')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListHeldQueryDto, @Caller() caller: string): Promise<Page<HeldItem>> {
    return this.subscriptions.held(caller, query);
  }
}

/** What an officer decides on: to whom of those who subscribe a referral goes. */
@ApiTags('subscriptions')
@Controller('v1/cases')
export class SheetController {
  constructor(@Inject(DiscloseToSubscribers) private readonly disclosing: DiscloseToSubscribers) {}

  @Post(':id/sheet')
  @HttpCode(200)
  @Policy('system')
  @StaffMay()
  @Scope('cases:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Make the sheet of a referral for the subscribers of a case',
    description:
      'One row for each subscriber, with its own forecast, for an officer who names those to whom it goes in `to` of `POST /v1/referrals`. Nothing is stored, sent or logged. Gör ett beslutsunderlag med en rad för varje prenumerant.',
  })
  @Answer(200, 'A row for each', 'sheet')
  @Problems(400, 401, 404, 413, 415, 422, 429, 503)
  sheet(
    @Param() { id }: IdParamDto,
    @Body() _checked: SheetDto,
    @Req() request: Request,
    @Caller() caller: string,
  ): Promise<{ readonly items: readonly SheetRow[] }> {
    // As it was parsed, as a submission takes it too, and not the instance made for validation.
    return this.disclosing.sheet(caller, id, request.body as SheetDto);
  }
}

import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AcknowledgeDto,
  AttachmentParamDto,
  GiveReceiptDto,
  IdParamDto,
  ListDeliveriesQueryDto,
  MEDIA_TYPES,
  SetHandlingDto,
} from '#contracts';
import type { DeliveryListItem, DeliveryView, HandledView, Page } from '#contracts';
import { Conditional, Policy, sendOctets } from '#platform';
import type { Response } from 'express';
import { GiveReceipt } from '../application/give-receipt.js';
import { ReadAttachment } from '../application/read-attachment.js';
import { ReadDeliveries } from '../application/read-deliveries.js';
import { SetHandling } from '../application/set-handling.js';
import type { Asking } from '../application/read-events.js';
import { Caller, CallingSystem } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Download, Shows } from './shows.js';
import { StaffMay } from './staff-may.js';

/** What a recipient does with its deliveries. */
@ApiTags('deliveries')
@Controller('v1/deliveries')
export class DeliveryController {
  constructor(
    @Inject(ReadDeliveries) private readonly reading: ReadDeliveries,
    @Inject(ReadAttachment) private readonly attachments: ReadAttachment,
    @Inject(GiveReceipt) private readonly receipts: GiveReceipt,
    @Inject(SetHandling) private readonly handling: SetHandling,
  ) {}

  @Get()
  @Policy('system')
  @StaffMay()
  @Scope('deliveries:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List deliveries',
    description: 'In the order they came, keyset paging. Lista mottagna underrättelser.',
  })
  @Answer(200, 'One page', 'deliveries')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListDeliveriesQueryDto, @Caller() caller: string): Promise<Page<DeliveryListItem>> {
    return this.reading.list(caller, query);
  }

  @Get(':id')
  @Policy('system')
  @StaffMay()
  @Scope('deliveries:read')
  @Shows('read-delivery')
  @Conditional()
  @ApiOperation({
    summary: 'Read a delivery',
    description: 'Content, and the evidence that was verified before it was stored. Läs en mottagen underrättelse.',
  })
  @Answer(200, 'The delivery', 'delivery')
  @Problems(400, 401, 404, 410, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<DeliveryView> {
    return this.reading.read(caller, id);
  }

  @Get(':id/attachments/:attachmentId')
  @Policy('system')
  @Scope('deliveries:read')
  @Shows('read-attachment')
  @ApiOperation({
    summary: 'Read an attachment of a delivery',
    description:
      'The file as it was sent, of the media type that its sender gave, once all of it was verified. Hämta en bilaga.',
  })
  @ApiResponse({
    status: 200,
    description: 'The file',
    content: Object.fromEntries(MEDIA_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
  })
  @Problems(400, 401, 404, 410, 429, 503)
  async attachment(
    @Param() { id, attachmentId }: AttachmentParamDto,
    @Caller() caller: string,
    // Sent below, and not by the framework.
    @Res() _response: Response,
  ): Promise<Download> {
    const { attachment, octets } = await this.attachments.execute(caller, id, attachmentId);
    const name = encodeURIComponent(attachment.name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
    return new Download(async (response) => {
      response.setHeader('Content-Type', attachment.mediaType);
      response.setHeader('Content-Length', attachment.length);
      // Saved, never shown: a browser runs nothing of it (RFC 6266, RFC 8187).
      response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${name}`);
      response.setHeader('Cache-Control', 'no-store');
      await sendOctets(response, octets);
    });
  }

  @Post(':id/receipts')
  @HttpCode(202)
  @Policy('system')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Give a business receipt',
    description: 'Signed, logged, and brought to the sender. Lämna kvittens.',
  })
  @Answer(202, 'Signed and on its way', 'receipt')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  async give(
    @Param() { id }: IdParamDto,
    @Body() given: GiveReceiptDto,
    @CallingSystem() { authority, system }: Asking,
  ): Promise<{ readonly receiptId: string; readonly kind: string; readonly at: string; readonly receipt: string }> {
    const { receiptId, kind, at, receipt } = await this.receipts.execute(authority, id, given, system);
    return { receiptId, kind, at: at.toISOString(), receipt };
  }

  @Put(':id/handling')
  @Policy('system')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Say how far you have come with a delivery',
    description:
      'Status codes of HL7 FHIR Task. `accepted`, `rejected` and `completed` give the receipt that tells the sender; `received` is seen here alone. The same again changes nothing. Säg hur långt ni har kommit med en underrättelse.',
  })
  @Answer(200, 'As it stands now', 'handled')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  handle(
    @Param() { id }: IdParamDto,
    @Body() said: SetHandlingDto,
    @CallingSystem() caller: Asking,
  ): Promise<HandledView> {
    return this.handling.execute(caller, id, said);
  }

  @Post(':id/acknowledgement')
  @HttpCode(202)
  @Policy('system')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Say what became of what was taken back or put right',
    description:
      'A receipt in a closed code, signed, logged, and brought to the sender. Besvara en återkallelse eller rättelse.',
  })
  @Answer(202, 'Signed and on its way', 'receipt')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  async acknowledge(
    @Param() { id }: IdParamDto,
    @Body() given: AcknowledgeDto,
    @Caller() caller: string,
  ): Promise<{ readonly receiptId: string; readonly kind: string; readonly at: string; readonly receipt: string }> {
    const { receiptId, kind, at, receipt } = await this.receipts.acknowledge(caller, id, given);
    return { receiptId, kind, at: at.toISOString(), receipt };
  }
}

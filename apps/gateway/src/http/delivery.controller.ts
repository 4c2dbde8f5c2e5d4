import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AcknowledgeDto, AttachmentParamDto, GiveReceiptDto, IdParamDto, ListDeliveriesQueryDto } from '#contracts';
import type { DeliveryListItem, DeliveryView, Page } from '#contracts';
import { Policy, sendOctets } from '#platform';
import type { Response } from 'express';
import { GiveReceipt } from '../application/give-receipt.js';
import { ReadAttachment } from '../application/read-attachment.js';
import { ReadDeliveries } from '../application/read-deliveries.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';

/** What a recipient does with its deliveries. */
@ApiTags('deliveries')
@ApiBearerAuth('system')
@Controller('v1/deliveries')
export class DeliveryController {
  constructor(
    @Inject(ReadDeliveries) private readonly reading: ReadDeliveries,
    @Inject(ReadAttachment) private readonly attachments: ReadAttachment,
    @Inject(GiveReceipt) private readonly receipts: GiveReceipt,
  ) {}

  @Get()
  @Policy('system')
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
  @ApiOperation({
    summary: 'Read an attachment of a delivery',
    description: 'The file as it was sent, once all of it was verified. Hämta en bilaga.',
  })
  @ApiResponse({
    status: 200,
    description: 'The file',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @Problems(400, 401, 404, 410, 429, 503)
  async attachment(
    @Param() { id, attachmentId }: AttachmentParamDto,
    @Caller() caller: string,
    @Res() response: Response,
  ): Promise<void> {
    const { attachment, octets } = await this.attachments.execute(caller, id, attachmentId);
    const name = encodeURIComponent(attachment.name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
    response.setHeader('Content-Type', attachment.mediaType);
    response.setHeader('Content-Length', attachment.length);
    // Saved, never shown: a browser runs nothing of it (RFC 6266, RFC 8187).
    response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${name}`);
    response.setHeader('Cache-Control', 'no-store');
    await sendOctets(response, octets);
  }

  @Post(':id/receipts')
  @HttpCode(202)
  @Policy('system')
  @ApiOperation({
    summary: 'Give a business receipt',
    description: 'Signed, logged, and brought to the sender. Lämna kvittens.',
  })
  @Answer(202, 'Signed and on its way', 'receipt')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  async give(
    @Param() { id }: IdParamDto,
    @Body() given: GiveReceiptDto,
    @Caller() caller: string,
  ): Promise<{ readonly receiptId: string; readonly kind: string; readonly at: string; readonly receipt: string }> {
    const { receiptId, kind, at, receipt } = await this.receipts.execute(caller, id, given);
    return { receiptId, kind, at: at.toISOString(), receipt };
  }

  @Post(':id/acknowledgement')
  @HttpCode(202)
  @Policy('system')
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

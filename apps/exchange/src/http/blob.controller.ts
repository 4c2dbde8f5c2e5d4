import { Body, Controller, Get, Head, Headers, HttpCode, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { AnnounceBlobDto, IdParamDto, PART_BYTES, firstOctet, uploadOffset } from '#contracts';
import { Policy, ProblemError, octetsOf, sendOctets } from '#platform';
import type { ServiceRequest } from '#operator';
import type { Response } from 'express';
import { KeepBlobs } from '../application/keep-blobs.js';

/** Ciphertexts of attachments, from the sender's gateway and to the recipient's. */
@Controller('v1/blobs')
@Policy('service')
export class BlobController {
  constructor(@Inject(KeepBlobs) private readonly keeping: KeepBlobs) {}

  @Post()
  @HttpCode(200)
  async announce(
    @Body() blob: AnnounceBlobDto,
    @Req() request: ServiceRequest,
  ): Promise<{ readonly received: number }> {
    const { id, sender, messageId, sha256, length } = blob;
    const { received } = await this.keeping.announce(gatewayOf(request), { id, sender, messageId, sha256, length });
    return { received };
  }

  @Patch(':id')
  @HttpCode(204)
  async append(
    @Param() { id }: IdParamDto,
    @Headers('upload-offset') at: string | undefined,
    @Req() request: ServiceRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const gateway = gatewayOf(request);
    const offset = uploadOffset(at);
    if (offset === undefined) throw new ProblemError('invalid-request', 400);
    // Before anything is read: whoever may not write it sends for nothing.
    await this.keeping.own(gateway, id);
    const octets = await octetsOf(request, PART_BYTES);
    response.setHeader('Upload-Offset', await this.keeping.append(gateway, id, offset, octets));
  }

  @Head(':id')
  @HttpCode(204)
  async offset(
    @Param() { id }: IdParamDto,
    @Req() request: ServiceRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const { received } = await this.keeping.own(gatewayOf(request), id);
    response.setHeader('Upload-Offset', received);
  }

  @Get(':id')
  async read(
    @Param() { id }: IdParamDto,
    @Headers('range') range: string | undefined,
    @Req() request: ServiceRequest,
    @Res() response: Response,
  ): Promise<void> {
    const from = firstOctet(range);
    if (from === undefined) throw new ProblemError('invalid-request', 400);
    const { length, octets } = await this.keeping.read(gatewayOf(request), id, from);
    response.status(from === 0 ? 200 : 206);
    response.setHeader('Content-Type', 'application/octet-stream');
    response.setHeader('Content-Length', length - from);
    if (from > 0) response.setHeader('Content-Range', `bytes ${from}-${length - 1}/${length}`);
    await sendOctets(response, octets);
  }
}

/** @throws {ProblemError} not-found: blobs are between gateways */
const gatewayOf = ({ holder = '' }: ServiceRequest): string => {
  if (!holder.startsWith('gateway:')) throw new ProblemError('not-found', 404);
  return holder.slice('gateway:'.length);
};

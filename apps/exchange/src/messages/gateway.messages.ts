import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { IncomingMessage } from '#messaging';
import { Policy } from '#platform';
import { HandleGatewayMessage } from './handle-gateway-message.js';

/** What gateways send. A handler returns when its transaction is committed, or throws; the transport settles. */
@Controller()
export class GatewayMessages {
  constructor(@Inject(HandleGatewayMessage) private readonly handle: HandleGatewayMessage) {}

  @EventPattern('message.submitted.v1')
  @Policy('gateway')
  submitted(@Payload() message: IncomingMessage): Promise<void> {
    return this.handle.take(message);
  }

  @EventPattern('receipt.signed.v1')
  @Policy('gateway')
  receipt(@Payload() message: IncomingMessage): Promise<void> {
    return this.handle.take(message);
  }

  @EventPattern('retraction.signed.v1')
  @Policy('gateway')
  retraction(@Payload() message: IncomingMessage): Promise<void> {
    return this.handle.take(message);
  }

  @EventPattern('release-hold.signed.v1')
  @Policy('gateway')
  held(@Payload() message: IncomingMessage): Promise<void> {
    return this.handle.take(message);
  }

  @EventPattern('refusal.reported.v1')
  @Policy('gateway')
  refusal(@Payload() message: IncomingMessage): Promise<void> {
    return this.handle.take(message);
  }

  @EventPattern('disclosure.recorded.v1')
  @Policy('gateway')
  disclosure(@Payload() message: IncomingMessage): Promise<void> {
    return this.handle.take(message);
  }
}

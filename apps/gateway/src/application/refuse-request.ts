import type { RefusalView, RefuseRequestDto } from '#contracts';
import type { GiveReceipt } from './give-receipt.js';
import type { RequestStore } from './ports/request.js';
import type { Asking } from './read-events.js';
import type { RecordRequest } from './record-request.js';

/** An officer's refusal (OSL 6:3): told by a receipt where a message asked, and kept here alone where none did. */
export class RefuseRequest {
  constructor(
    private readonly store: Pick<RequestStore, 'find'>,
    private readonly receipts: Pick<GiveReceipt, 'refuse'>,
    private readonly recording: Pick<RecordRequest, 'refuse'>,
  ) {}

  /** @throws {GatewayError} NOT_FOUND, ERASED, REQUEST_INVALID, RECEIPT_EXISTS, RECEIPT_CONTRADICTS */
  async execute(caller: Asking, id: string, said: RefuseRequestDto): Promise<RefusalView> {
    const request = await this.store.find(caller.authority, id);
    if (request?.direction === 'recorded') return this.recording.refuse(caller, request, said);
    const { receiptId, at, receipt } = await this.receipts.refuse(caller.authority, id, said, caller.system);
    return { kind: 'request-refused', at: at.toISOString(), receiptId, receipt };
  }
}

import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { LineOutput, withoutWaiting } from './line-output.js';

/**
 * What may stand in a log line: ids, codes, counts and times. Closed on purpose: a name, a number of a person, content or a
 * secret has no field to stand in.
 */
export interface LogFields {
  readonly messageId?: string;
  readonly referralId?: string;
  readonly attachmentId?: string;
  readonly webhookId?: string;
  readonly entryId?: string;
  readonly authorityId?: string;
  readonly gatewayId?: string;
  readonly system?: string;
  /** Thumbprint of a public key. */
  readonly kid?: string;
  readonly attempt?: number;
  readonly type?: string;
  readonly code?: string;
  readonly state?: string;
  readonly log?: string;
  readonly size?: string;
  readonly count?: number;
  readonly ms?: number;
  readonly port?: number;
  readonly queue?: string;
  /** Of an answer that refused, as its `instance` says after `urn:uuid:`. */
  readonly instance?: string;
}

let standardOutput: number | undefined;

/** Structured log of one service: an event, and fields of the closed list above. One JSON object a line on standard output. */
export class EventLog {
  private readonly logger: Logger;

  /** @param destination where the lines go; absent: standard output */
  constructor(service: string, level: string, destination?: DestinationStream) {
    const options = {
      level,
      base: { service },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    this.logger = pino(options, destination ?? this.output());
  }

  private output(): LineOutput {
    standardOutput ??= withoutWaiting(1);
    return new LineOutput(standardOutput, (count) => this.warn('log.lines-lost', { count }));
  }

  debug(event: string, fields: LogFields = {}): void {
    this.logger.debug(fields, event);
  }
  info(event: string, fields: LogFields = {}): void {
    this.logger.info(fields, event);
  }
  warn(event: string, fields: LogFields = {}): void {
    this.logger.warn(fields, event);
  }
  error(event: string, fields: LogFields = {}): void {
    this.logger.error(fields, event);
  }

  /**
   * Something nobody foresaw. Its kind and where it was thrown are logged; its text is not, since a library may have
   * quoted what it was given.
   */
  failure(event: string, error: unknown, fields: LogFields = {}): void {
    this.logger.error({ ...fields, ...describe(error) }, event);
  }
}

const describe = (error: unknown): object => {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as { readonly code?: unknown };
  const driver = (error as { readonly driverError?: { readonly code?: unknown } }).driverError?.code;
  // Behind the message: a message of several lines could look like frames, and hold anything.
  const { message, stack = '' } = error;
  const behind = stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : '';
  const at = behind.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    ...(typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? { errorCode: code } : {}),
    ...(typeof driver === 'string' ? { sqlState: driver } : {}),
    at: at.slice(0, 6).map((line) => line.trim().replace(/\(?file:\/\/.*\/(dist|node_modules)\//, '($1/')),
    ...(error.cause instanceof Error ? { cause: error.cause.name } : {}),
  };
};

import type { EvidenceFile } from '#verifier';
import type { Acting } from './ports.js';

/** What proves one message to an auditor, on the auditor's own machine. */
export abstract class Evidence {
  /** A look, and an entry before it is shown. @param since size of a checkpoint that the reader has seen: every checkpoint of the file is linked to it @returns undefined when there is none within the assignment @throws {ConsoleError} NOT_READY */
  abstract of(acting: Acting, messageId: string, since?: bigint): Promise<EvidenceFile | undefined>;
  /** The same without the keys log, for several beside each other. */
  abstract proven(acting: Acting, messageId: string): Promise<Omit<EvidenceFile, 'keys'> | undefined>;
  /** The keys log whole. @throws {ConsoleError} NOT_READY */
  abstract keys(): Promise<EvidenceFile['keys']>;
  /** Exact bytes of trust.json. */
  abstract readonly trust: Uint8Array;
}

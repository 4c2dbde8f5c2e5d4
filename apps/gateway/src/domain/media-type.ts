import type { MediaType } from '#contracts';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const ODT = 'application/vnd.oasis.opendocument.text';
const ODS = 'application/vnd.oasis.opendocument.spreadsheet';

const begins = (octets: Buffer, ...signature: readonly number[]): boolean =>
  octets.subarray(0, signature.length).equals(Buffer.from(signature));
const isZip = (octets: Buffer): boolean => begins(octets, 0x50, 0x4b, 0x03, 0x04);
const isOffice =
  (folder: string) =>
  (octets: Buffer): boolean =>
    isZip(octets) && octets.includes('[Content_Types].xml') && octets.includes(folder);
/** Its first entry is stored as it is, and says what it is (OpenDocument 1.3 part 2, section 3.3). */
const isOpenDocument =
  (type: string) =>
  (octets: Buffer): boolean =>
    isZip(octets) && octets.subarray(30, 38 + type.length).equals(Buffer.from(`mimetype${type}`));
const isText = (octets: Buffer): boolean => {
  try {
    // The last character may be cut off where the part ends.
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return !octets.includes(0);
  } catch {
    return false;
  }
};

const looksLike: Readonly<Record<MediaType, (octets: Buffer) => boolean>> = {
  'application/pdf': (octets) => octets.subarray(0, 5).equals(Buffer.from('%PDF-')),
  'image/png': (octets) => begins(octets, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  'image/jpeg': (octets) => begins(octets, 0xff, 0xd8, 0xff),
  'text/plain': isText,
  'text/csv': isText,
  [WORD]: isOffice('word/'),
  [SHEET]: isOffice('xl/'),
  [ODT]: isOpenDocument(ODT),
  [ODS]: isOpenDocument(ODS),
};

/**
 * Whether the beginning of a file is one of what it is said to be.
 * @param octets the first ones, some MiB when there are so many
 */
export const fits = (mediaType: string, octets: Uint8Array): boolean =>
  Object.hasOwn(looksLike, mediaType) && looksLike[mediaType as MediaType](bufferOf(octets));

const MACROS = ['vbaProject.bin', 'vbaData.xml'];
/** Whether a part of a file names what holds programs in office documents. Other types have none. */
export const hasMacros = (mediaType: string, octets: Uint8Array): boolean =>
  (mediaType === WORD || mediaType === SHEET) && MACROS.some((name) => bufferOf(octets).includes(name));

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

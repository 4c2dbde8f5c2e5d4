/** What our libraries ask of Node's Buffer, for a browser. The bundler puts it where they name `Buffer`. */

type Encoding = 'utf8' | 'utf-8' | 'latin1' | 'binary' | 'hex' | 'base64' | 'base64url';

const SLICE = 8_192;
const utf8 = new TextEncoder();
// Node keeps a byte order mark, and puts U+FFFD where octets are no UTF-8.
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets = new Int8Array(256).fill(-1);
for (const [value, letter] of [...alphabet].entries()) sextets[letter.charCodeAt(0)] = value;
sextets['-'.charCodeAt(0)] = 62;
sextets['_'.charCodeAt(0)] = 63;

/** Newer browsers read and write base64 themselves (ECMAScript 2026), many times as fast. */
interface Native {
  toBase64?: (options: { readonly alphabet: 'base64' | 'base64url'; readonly omitPadding: boolean }) => string;
}
const native = (Uint8Array as unknown as { fromBase64?: (text: string, options: object) => Uint8Array<ArrayBuffer> })
  .fromBase64;
const inOneAlphabet = /^[A-Za-z0-9_-]*$/;

const latin1 = (octets: Uint8Array): string => {
  if (octets.length <= SLICE) return String.fromCharCode.apply(undefined, octets as unknown as number[]);
  let text = '';
  for (let at = 0; at < octets.length; at += SLICE)
    text += String.fromCharCode.apply(undefined, octets.subarray(at, at + SLICE) as unknown as number[]);
  return text;
};

class Octets extends Uint8Array {
  override toString(encoding: Encoding = 'utf8'): string {
    switch (encoding) {
      case 'utf8':
      case 'utf-8':
        return fromUtf8.decode(this);
      case 'latin1':
      case 'binary':
        return latin1(this);
      case 'hex':
        return Array.from(this, (octet) => octet.toString(16).padStart(2, '0')).join('');
      case 'base64':
        return (this as Native).toBase64?.({ alphabet: 'base64', omitPadding: false }) ?? btoa(latin1(this));
      case 'base64url':
        return (
          (this as Native).toBase64?.({ alphabet: 'base64url', omitPadding: true }) ??
          btoa(latin1(this)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
        );
    }
  }
  readUInt8(at: number): number {
    return this[at] ?? 0;
  }
  writeUInt8(value: number, at: number): void {
    this[at] = value;
  }
}

/** The very octets, and no copy. */
const ofOctets = ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Octets =>
  new Octets(buffer, byteOffset, length);

/** As Node reads it: either alphabet, anything else passed over, at an end with the first `=`. */
function fromBase64(text: string): Octets {
  if (native !== undefined && text.length % 4 !== 1 && inOneAlphabet.test(text))
    return ofOctets(native.call(Uint8Array, text, { alphabet: 'base64url' }));
  const octets = new Octets(Math.ceil((text.length * 3) / 4));
  let [held, bits, length] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3d) break;
    const value = sextets[code & 0xff] ?? -1;
    if (value < 0) continue;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      octets[length] = (held >> bits) & 0xff;
      length += 1;
    }
  }
  return octets.subarray(0, length) as Octets;
}

/** An octet a letter: what was signed, some kilobytes of it each time. */
function ofLetters(text: string): Octets {
  const ascii = ofOctets(utf8.encode(text));
  if (ascii.length === text.length) return ascii;
  const octets = new Octets(text.length);
  for (let at = 0; at < text.length; at += 1) octets[at] = text.charCodeAt(at);
  return octets;
}

function ofText(text: string, encoding: Encoding): Octets {
  switch (encoding) {
    case 'utf8':
    case 'utf-8':
      return ofOctets(utf8.encode(text));
    case 'latin1':
    case 'binary':
      return ofLetters(text);
    case 'hex':
      return Octets.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) as Octets;
    case 'base64':
    case 'base64url':
      return fromBase64(text);
  }
}

export const Buffer = {
  from(
    input: string | ArrayLike<number> | ArrayBuffer,
    encoding: Encoding | number = 'utf8',
    length?: number,
  ): Uint8Array {
    if (typeof input === 'string') return ofText(input, encoding as Encoding);
    if (input instanceof ArrayBuffer) return new Octets(input, typeof encoding === 'number' ? encoding : 0, length);
    return new Octets(input);
  },
  alloc: (size: number, fill = 0): Uint8Array => new Octets(size).fill(fill),
  of: (...octets: readonly number[]): Uint8Array => new Octets(octets),
  concat(parts: readonly Uint8Array[]): Uint8Array {
    const whole = new Octets(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  },
  compare(a: Uint8Array, b: Uint8Array): number {
    const common = Math.min(a.length, b.length);
    for (let at = 0; at < common; at += 1) {
      const difference = (a[at] ?? 0) - (b[at] ?? 0);
      if (difference !== 0) return Math.sign(difference);
    }
    return Math.sign(a.length - b.length);
  },
  byteLength: (text: string): number => utf8.encode(text).length,
};

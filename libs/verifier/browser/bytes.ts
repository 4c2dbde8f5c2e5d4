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

const latin1 = (octets: Uint8Array): string => {
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
        return btoa(latin1(this));
      case 'base64url':
        return btoa(latin1(this)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    }
  }
  readUInt8(at: number): number {
    return this[at] ?? 0;
  }
  writeUInt8(value: number, at: number): void {
    this[at] = value;
  }
}

/** As Node reads it: either alphabet, anything else passed over, at an end with the first `=`. */
function fromBase64(text: string): Octets {
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

function ofText(text: string, encoding: Encoding): Octets {
  switch (encoding) {
    case 'utf8':
    case 'utf-8':
      return new Octets(utf8.encode(text));
    case 'latin1':
    case 'binary':
      return Octets.from(text, (letter) => letter.charCodeAt(0)) as Octets;
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

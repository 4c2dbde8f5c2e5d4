import { CUT_OFF } from './send.js';

/** An id is of the caller's own choosing there, and what it chose is its own. */
export const OWN_IDS: readonly string[] = ['PUT /v1/webhooks/{id}', 'PUT /v1/standing-orders/{id}'];
/** Either end of a referral may have opened a case of its own under an id that both know: test/access.e2e-spec.ts tries them as a stranger. */
export const OF_BOTH = '/v1/cases/';
/** Who takes nothing but what is signed, of nothing that chance makes. */
export const SIGNED: readonly string[] = [
  'POST /oauth2/token',
  'PUT /v1/systems/{id}',
  'PUT /v1/staff/{id}',
  'POST /v1/erasures',
];
export const UPLOADS = '/v1/attachments/';
/** Of what a method reads no body of, nobody sees that it does. */
export const BREAKS_OFF = 'a body that breaks off';

/** Rests of a path to a tile. */
export const TILES = [
  '0/000.p/1',
  '0/000',
  'entries/000.p/2',
  '../checkpoint',
  '%2e%2e/%2e%2e/entries',
  '0/x000/..%2f..',
  '0//000',
];
/** Bodies of what is signed, by media type: nobody signed these. */
export const FORMS = {
  'application/jose': [
    'e30.e30.e30',
    'a.b',
    '..',
    '\u00e5.\u00e5.\u00e5',
    'eyJhbGciOiJub25lIn0.e30.',
    'x'.repeat(9_000),
  ],
  'application/x-www-form-urlencoded': [
    'grant_type=client_credentials',
    'grant_type=client_credentials&grant_type=client_credentials',
    'grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c',
    'grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=eyJhbGciOiJub25lIn0.eyJpc3MiOjF9.',
    '__proto__=x&constructor=y',
    '%zz=%',
    '{}',
  ],
} as const;

/** Odd, and allowed. */
export const HEADERS: readonly (readonly [string, string])[] = [
  ['accept', 'application/xml'],
  ['accept', '*/*;q=2'],
  ['accept-language', `${'sv,'.repeat(300)}en`],
  ['if-none-match', '*'],
  ['if-match', '"x"'],
  ['if-modified-since', 'never'],
  ['range', 'bytes=-1,0-'],
  ['cookie', '__proto__=x; =; a'],
  ['forwarded', 'for="[::1]";host=elsewhere.example'],
  ['x-forwarded-for', "127.0.0.1, ' OR 1=1"],
  ['x-forwarded-host', 'elsewhere.example'],
  ['x-http-method-override', 'DELETE'],
  ['x-original-url', '/v1/webhooks'],
  ['x-request-id', '../../x'],
  ['traceparent', '00-zz-zz-01'],
  ['origin', 'null'],
  ['upgrade', 'h2c'],
  ['te', 'trailers, deflate;q=x'],
  ['expect', '100-continue'],
  ['content-language', '\u00e5'],
  ['x-odd', '\t;=,"\\'],
];
/** Broken as HTTP; what they are, and header lines. */
export const BROKEN: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['17 KiB of headers', [['x-long', 'x'.repeat(17 * 1024)]]],
  ['two hosts', [['host', 'elsewhere.example']]],
  ['a length and chunks', [['transfer-encoding', 'chunked']]],
  ['an encoding that is none', [['transfer-encoding', 'xchunked']]],
  ['a name that is none', [['x odd', 'x']]],
  ['a control character', [['x-odd', 'a\u0001b']]],
  ['an expectation that is none', [['expect', 'the-impossible']]],
  ['a length that is none', [['content-length', '0x2']]],
  [BREAKS_OFF, [[CUT_OFF, '']]],
];
/** None of them that of a JSON body. */
export const TYPES: readonly string[] = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/jose',
  'application/json; charset=iso-8859-1',
  'application/json;charset=utf-16',
  'application/problem+json',
  'multipart/form-data; boundary=x',
  'application/jsonx',
  '*/*',
  '',
];

/** Ways to write a path that is not there, or is there under another spelling. */
export const BENT: readonly ((path: string) => string)[] = [
  (path) => `/${path}`,
  (path) => path.toUpperCase(),
  (path) => `${path}/`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => `/x/..${path}`,
  (path) => `/x/%2e%2e${path}`,
  (path) => `${path}/../../..`,
  (path) => `${path}%`,
  (path) => `${path}%zz`,
  (path) => `${path}%ff%fe`,
  (path) => `${path}%00`,
  (path) => `${path}%2f`,
  (path) => `${path}\\`,
  (path) => `${path};a=b`,
  (path) => `${path}.json`,
  (path) => `${path}/${'x'.repeat(6_000)}`,
  (path) => `${path}${'/x'.repeat(2_000)}`,
  (path) => `http://elsewhere.example${path}`,
  (path) => `${path}?%`,
  (path) => `${path}?${'a=b&'.repeat(1_500)}`,
  (path) => `${path}?__proto__[x]=1&constructor=1`,
  (path) => `${path}#x`,
];
export const METHODS = ['HEAD', 'OPTIONS', 'DELETE', 'PUT', 'PATCH', 'POST', 'GET', 'TRACE', 'PROPFIND'];

import { describe, expect, it } from '@jest/globals';
import { WebhookTargets } from './targets.js';

const LIST = 'https://hooks.example.se,https://own.example.se:8443=internal,https://198.51.100.7,http://127.0.0.1:9000';
const targets = WebhookTargets.of(LIST, 'test');

describe('a URL', () => {
  it.each([
    'https://hooks.example.se',
    'https://hooks.example.se/',
    'https://hooks.example.se/delge?system=1',
    'https://own.example.se:8443/a',
    'https://198.51.100.7/',
    'http://127.0.0.1:9000/a',
  ])('%s of a listed origin is taken', (url) => {
    expect(targets.faultOf(url)).toBeUndefined();
  });

  it.each([
    // Another scheme, host or port.
    ['http://hooks.example.se/', 'not-listed'],
    ['https://hooks.example.se:8443/', 'not-listed'],
    ['https://own.example.se/', 'not-listed'],
    ['https://hooks.example.se.evil.example/', 'not-listed'],
    ['https://sub.hooks.example.se/', 'not-listed'],
    ['https://hooks.example.se./', 'not-listed'],
    ['https://evil.example/https://hooks.example.se/', 'not-listed'],
    ['https://evil.example/?hooks.example.se', 'not-listed'],
    ['http://127.0.0.1:9001/', 'not-listed'],
    ['http://localhost:9000/', 'not-listed'],
    ['http://[::1]:9000/', 'not-listed'],
    ['http://0.0.0.0:9000/', 'not-listed'],
    ['ftp://hooks.example.se/', 'not-listed'],
    ['file:///etc/passwd', 'not-listed'],
    // What a reader could take for something else.
    ['https://hooks.example.se@evil.example/', 'form'],
    ['https://user@hooks.example.se/', 'form'],
    ['https://user:secret@hooks.example.se/', 'form'],
    ['https://hooks.example.se/#fragment', 'form'],
    ['https://hooks.example.se/#', 'form'],
    ['https://hooks.example.se:443/', 'form'],
    ['HTTPS://hooks.example.se/', 'form'],
    ['https://Hooks.Example.SE/', 'form'],
    ['https://hooks.example.se\\@evil.example/', 'form'],
    ['https:\\\\hooks.example.se/', 'form'],
    ['https:/hooks.example.se/', 'form'],
    [' https://hooks.example.se/', 'form'],
    ['https://hooks.exa\tmple.se/', 'form'],
    ['https://hooks.example.se/a/../b', 'form'],
    ['https://hooks.example。se/', 'form'],
    ['//hooks.example.se/', 'form'],
    ['hooks.example.se', 'form'],
    ['', 'form'],
    // Other ways to write an address.
    ['http://2130706433:9000/', 'form'],
    ['http://0x7f000001:9000/', 'form'],
    ['http://0177.0.0.1:9000/', 'form'],
    ['http://127.1:9000/', 'form'],
    ['http://[::ffff:127.0.0.1]:9000/', 'form'],
    ['http://[::ffff:7f00:1]:9000/', 'not-listed'],
    ['https://3325256711/', 'form'],
  ] as const)('%j is refused: %s', (url, fault) => {
    expect(targets.faultOf(url)).toBe(fault);
  });

  it.each([
    ['https://many.example.se/delge/', undefined],
    ['https://many.example.se/delge/hooks?a=%2e%2f', undefined],
    ['https://many.example.se/other/a/', undefined],
    ['https://many.example.se/other/a', 'not-listed'],
    ['https://many.example.se/', 'not-listed'],
    ['https://many.example.se/delge', 'not-listed'],
    ['https://many.example.se/delge-too/', 'not-listed'],
    ['https://many.example.se/admin', 'not-listed'],
    ['https://many.example.se/Delge/', 'not-listed'],
    ['https://many.example.se//delge/', 'not-listed'],
    ['https://many.example.se/delge/..%2fadmin', 'not-listed'],
    ['https://many.example.se/delge/%252e%252e/admin', 'not-listed'],
    ['https://many.example.se/delge/..%5cadmin', 'not-listed'],
    ['https://many.example.se/delge/..;/admin', 'not-listed'],
    ['https://many.example.se/delge/../admin', 'form'],
    ['https://many.example.se/delge/%2e%2e/admin', 'form'],
    ['https://many.example.se/delge/.%2E/admin', 'form'],
    ['https://many.example.se/delge/..\\admin', 'form'],
  ] as const)('%j is looked at by the paths that are listed: %s', (url, fault) => {
    const below = WebhookTargets.of('https://many.example.se/delge/,https://many.example.se/other/a/', 'production');
    expect(below.faultOf(url)).toBe(fault);
    expect(below.allows('https://many.example.se', '8.8.8.8')).toBe(true);
  });

  it('is refused whatever it is where nothing is listed', () => {
    const none = WebhookTargets.of('', 'production');
    expect([none.isEmpty, none.faultOf('https://hooks.example.se/')]).toEqual([true, 'no-targets']);
  });
});

describe('a listed name', () => {
  it.each([
    ['https://hooks.example.se', '8.8.8.8', true],
    ['https://hooks.example.se', '10.0.0.1', false],
    ['https://hooks.example.se', 'fd00::1', false],
    ['https://hooks.example.se', '127.0.0.1', false],
    ['https://own.example.se:8443', '10.0.0.1', true],
    ['https://own.example.se:8443', '8.8.8.8', true],
    ['https://own.example.se:8443', '127.0.0.1', false],
    ['https://own.example.se:8443', '169.254.169.254', false],
    ['https://own.example.se:8443', '::ffff:10.0.0.1', false],
    ['https://own.example.se', '8.8.8.8', false],
  ])('%s leads to %s: %s', (origin, address, isAllowed) => {
    expect(targets.allows(origin, address)).toBe(isAllowed);
  });
});

describe('a list', () => {
  it.each([
    ['hooks.example.se', 'test'],
    ['https://hooks.example.se/', 'test'],
    ['https://hooks.example.se/a', 'test'],
    ['https://hooks.example.se/a/../b/', 'test'],
    ['https://hooks.example.se//', 'test'],
    ['https://hooks.example.se/a//', 'test'],
    ['https://hooks.example.se/%61/', 'test'],
    ['https://hooks.example.se/a/?b/', 'test'],
    ['https://hooks.example.se/a/=internal,https://hooks.example.se/b/', 'test'],
    ['https://hooks.example.se:443', 'test'],
    ['https://user@hooks.example.se', 'test'],
    ['https://Hooks.example.se', 'test'],
    ['https://hooks.example.se, https://b.example.se', 'test'],
    ['https://hooks.example.se=other', 'test'],
    ['https://*.example.se', 'test'],
    ['http://hooks.example.se', 'test'],
    ['http://localhost:9000', 'test'],
    ['http://10.0.0.1', 'test'],
    ['http://127.0.0.1.evil.example', 'test'],
    ['http://127.0.0.1:9000', 'production'],
    ['https://[::ffff:a00:1]', 'test'],
    ['ws://127.0.0.1', 'test'],
  ])('with %j is refused in %s', (list, environment) => {
    expect(() => WebhookTargets.of(list, environment)).toThrow('WEBHOOK_TARGETS');
  });

  it('takes a loopback address, written as one, outside production', () => {
    for (const origin of ['http://127.0.0.1:9000', 'http://[::1]:9000'])
      expect(WebhookTargets.of(origin, 'sandbox').faultOf(`${origin}/`)).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { Certificates, serversOf } from './certificates.js';
import { EventLog } from './event-log.js';

interface Line {
  readonly event: string;
  readonly code: string;
}
const DAY_MS = 86_400_000;
const END = Date.parse('2026-12-31T12:00:00Z');
const [server] = serversOf({ AMQP_URL: 'amqps://gw:secret@mq1.example/dx' });

describe('the certificate of a server that a service connects to', () => {
  const looking = () => {
    const lines: Line[] = [];
    const log = new EventLog('test', 'info', { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
    const state = { days: 31, code: undefined as string | undefined };
    const endOf = (): Promise<Date> =>
      state.code === undefined
        ? Promise.resolve(new Date(END))
        : Promise.reject(Object.assign(new Error('refused'), { code: state.code }));
    const certificates = new Certificates([server!], log, () => END - state.days * DAY_MS, endOf);
    const look = async (): Promise<string | undefined> => {
      await certificates.look();
      return certificates.warning();
    };
    const told = (): readonly string[] => lines.map(({ event, code }) => `${event} ${code}`);
    return { state, look, told, lines };
  };

  it('is told of 30, 14 and 7 days before, once each', async () => {
    const { state, look, told, lines } = looking();
    const seen: (string | undefined)[] = [];
    for (const days of [31, 30, 29, 14, 8, 7, 1]) {
      state.days = days;
      seen.push(await look());
    }
    const [month, fortnight, week] = ['expires-in-30-days', 'expires-in-14-days', 'expires-in-7-days'];
    expect(seen).toEqual([undefined, month, month, fortnight, fortnight, week, week]);
    expect(told()).toEqual([month, fortnight, week].map((code) => `certificate.expiring ${code}`));
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(lines[0]).toMatchObject({ type: 'broker' });
  });

  it('is told of when it is not believed, once until it is again', async () => {
    const { state, look, told } = looking();
    state.code = 'CERT_HAS_EXPIRED';
    expect([await look(), await look()]).toEqual(['refused', 'refused']);
    for (const code of ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERROR_IN_CERT_NOT_AFTER_FIELD']) {
      state.code = undefined;
      expect(await look()).toBeUndefined();
      state.code = code;
      expect(await look()).toBe('refused');
    }
    expect(told()).toEqual([
      'certificate.refused CERT_HAS_EXPIRED',
      'certificate.refused ERR_TLS_CERT_ALTNAME_INVALID',
      'certificate.refused ERROR_IN_CERT_NOT_AFTER_FIELD',
    ]);
  });

  it.each(['ECONNREFUSED', 'EAI_AGAIN', 'EAI_FAIL'])('is not told of when nobody answers: %s', async (code) => {
    const { state, look, told } = looking();
    state.code = code;
    expect([await look(), told()]).toEqual([undefined, []]);
  });

  it('is looked at of each node, and where TLS is spoken alone', () => {
    const servers = serversOf({
      AMQP_URL: 'amqps://a@mq1/dx,amqps://a@mq2/dx',
      DATABASE_URL: 'postgresql://a@db/x?sslmode=verify-full',
      LEDGER_URL: 'https://ledger.example',
      REGISTRY_URL: 'http://127.0.0.1:1',
      PUBLIC_URL: 'https://own.example',
    });
    expect(servers.map(({ type, url }) => [type, url.hostname])).toEqual([
      ['broker', 'mq1'],
      ['broker', 'mq2'],
      ['database', 'db'],
      ['ledger', 'ledger.example'],
    ]);
    expect(serversOf({ AMQP_URL: 'amqp://a@mq/dx', DATABASE_URL: 'postgresql://a@db/x' })).toEqual([]);
  });
});

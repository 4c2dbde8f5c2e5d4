import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { trustAuthorities } from '#platform';
import { brokerAccounts } from '../../tools/deploy/broker.js';
import { databaseUrls } from '../../tools/deploy/databases.js';
import { Instance } from '../../tools/machine/instance.js';
import { TestStack, eventually } from '../support/stack.js';
import { undergo } from './fault.js';
import { record } from './results.js';
import { QUICK } from './size.js';
import { Authority, withoutOpenssl } from './support/authority.js';
import type { Certified } from './support/authority.js';
import { OwnServers } from './support/servers.js';
import { HOST, SESSIONS, TlsFront, certified, tlsPostgres, tlsRabbitmq } from './support/tls-servers.js';
import type { TlsServer } from './support/tls-servers.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import { Verdict } from './verdict.js';

const NAME = 'certificates';
const PER_SECOND = 10;
const LEAST = 10;
const SEEN_MS = 120_000;
/** What had passed when the certificate became wrong comes to its end within the one, and nothing passes in the other. */
const [OUT_MS, NOTHING_MS] = [3_000, 2_000];
const GATEWAYS = [SENDER.gateway, RECIPIENT.gateway];
const SERVICES = ['exchange', 'ledger', 'registry', 'signer', 'console'] as const;

const missing = withoutOpenssl();
if (missing !== undefined) process.stderr.write(`\nSKIPPED: certificates are not tested: ${missing}\n\n`);
const describeHere = missing === undefined ? describe : describe.skip;

jest.setTimeout(1_200_000);

/** F28. Every service speaks TLS to RabbitMQ and PostgreSQL, and HTTPS to the ledger, and believes one authority. */
describeHere('a server with a certificate that is not right', () => {
  let servers: OwnServers;
  let front: TlsFront;
  let delge: TestStack;
  let traffic: Traffic;
  let verdict: Verdict;
  let right: Certified;
  let wrong: Readonly<Record<string, readonly [Certified, string]>>;
  let nearlyOver: Certified;
  let all: readonly TlsServer[];
  const known = getCACertificates('default');

  beforeAll(async () => {
    let port = 0;
    let shown: Certified = { key: '', certificate: '' };
    let authority: Authority | undefined;
    servers = await OwnServers.start(NAME, async (instance) => {
      mkdirSync(instance.path('tls'), { recursive: true, mode: 0o700 });
      authority = Authority.make(instance.path('tls', 'own'));
      const another = Authority.make(instance.path('tls', 'another'));
      right = authority.issue(HOST, -1, 90);
      nearlyOver = authority.issue(HOST, -1, 10);
      wrong = {
        expired: [authority.issue(HOST, -2, -1), 'CERT_HAS_EXPIRED'],
        'of another authority': [another.issue(HOST, -1, 90), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
        'for another name': [authority.issue('another.example', -1, 90), 'ERR_TLS_CERT_ALTNAME_INVALID'],
        'not yet valid': [authority.issue(HOST, 1, 90), 'CERT_NOT_YET_VALID'],
      };
      // RabbitMQ reads it from the same place each time.
      shown = authority.issue(HOST, -1, 90);
      ({ amqps: port } = await instance.ports(['amqps']));
      return {
        'listeners.ssl.1': `127.0.0.1:${port}`,
        'ssl_options.certfile': shown.certificate,
        'ssl_options.keyfile': shown.key,
        'ssl_options.verify': 'verify_none',
        'ssl_options.fail_if_no_peer_cert': 'false',
      };
    });
    const file = authority?.file ?? '';
    expect(trustAuthorities(file)).toBeUndefined();
    const postgres = await tlsPostgres(servers.postgres);
    await postgres.show(right);
    front = await TlsFront.start(right);
    const rabbitmq = tlsRabbitmq(servers.rabbitmq, port, shown);
    all = [rabbitmq, postgres, front];
    const variables = variablesOf(servers, rabbitmq, postgres, front, file);
    const { [`${NAME}/ledger`]: ledger } = await Instance.open('test').ports([`${NAME}/ledger`]);
    front.to = `http://127.0.0.1:${ledger}`;
    delge = await TestStack.own(NAME, variables, [SENDER.authority, RECIPIENT.authority], servers.servers);
    traffic = new Traffic(delge);
    verdict = new Verdict(delge, traffic);
  });
  afterEach(() => (traffic as Traffic | undefined)?.close());
  afterAll(async () => {
    setDefaultCACertificates(known);
    await (delge as TestStack | undefined)?.end();
    (front as TlsFront | undefined)?.end();
    await (servers as OwnServers | undefined)?.end();
  });

  const received = async (): Promise<number> =>
    Number((await delge.sql<{ n: string }>(RECIPIENT.gateway, 'SELECT count(*) AS n FROM gateway.delivery'))[0]?.n);
  const sessions = (which: string): Promise<readonly object[]> =>
    servers.postgres.sql(`${SESSIONS('pid')} AND ${which}`);
  /** What services have written since, of all of them. */
  const said = (from: ReadonlyMap<string, number>): string =>
    delge.stack.services
      .map((service) => readFileSync(delge.stack.log(service)).subarray(from.get(service)).toString('utf8'))
      .join('');
  const written = (): ReadonlyMap<string, number> =>
    new Map(delge.stack.services.map((service) => [service, statSync(delge.stack.log(service)).size]));

  it('is refused: nothing passes meanwhile, nothing is lost, and all goes on when it is right again', async () => {
    // Nobody has fallen back to a connection in the clear.
    expect(await sessions('ssl')).not.toEqual([]);
    expect(await sessions('NOT ssl')).toEqual([]);
    const accounts = await servers.rabbitmq.connections();
    expect(accounts.length).toBeGreaterThan(GATEWAYS.length);
    expect(accounts.filter(([, tls]) => !tls)).toEqual([]);

    let passed = 0;
    let refused = 0;
    const kinds = Object.entries(wrong);
    // In short one kind at each server.
    const cases = all.flatMap((server, nth) =>
      (QUICK ? kinds.slice(nth, nth + 1) : kinds).map(([what, one]) => ({ what, one, server })),
    );
    for (const { what, one, server } of cases) {
      const [files, code] = one;
      const before = written();
      const fault = certified(server, what, files, right, code);
      await traffic.phase(fault.name, LEAST, async () => {
        const stop = traffic.flow(PER_SECOND);
        await traffic.untilAccepted(LEAST);
        await undergo(traffic.atWork(fault), async () => {
          await delay(OUT_MS);
          const had = await received();
          await delay(NOTHING_MS);
          passed += (await received()) - had;
          expect(await traffic.open()).toBeGreaterThan(0);
          if (server.name === 'PostgreSQL') expect(await sessions('true')).toEqual([]);
          if (server.name === 'RabbitMQ') expect(await servers.rabbitmq.connections()).toEqual([]);
          await eventually(`${fault.name} is told`, SEEN_MS, async () =>
            said(before).includes(code) ? true : undefined,
          );
        });
        refused += 1;
        await traffic.untilAccepted(1);
        await stop();
      });
      await traffic.settled();
    }
    expect(passed).toBe(0);
    expect(await delge.sql('operator', 'SELECT reason FROM exchange.quarantine')).toEqual([]);
    expect(await sessions('NOT ssl')).toEqual([]);
    const counts = await verdict.nothingBroken();
    record('F28', { certificates: cases.length, refused, 'passed meanwhile': passed, ...counts });
  });

  it('that nears its end is told of before, by whoever connects to it', async () => {
    const [server] = all;
    await server?.show(nearlyOver);
    const before = written();
    await delge.stack.stop('exchange');
    // Without authorities, or with all checks off, it does not start.
    for (const variables of [{ TLS_CA_FILE: '/nowhere.pem' }, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }])
      expect(await delge.stack.launch('exchange', variables).ended).toBe('code 78');
    await delge.stack.run('exchange');
    await eventually('told', SEEN_MS, async () => {
      const response = await fetch(`${delge.stack.url('exchange')}/health/ready`);
      const { warnings } = (await response.json()) as { readonly warnings?: Readonly<Record<string, string>> };
      return warnings?.['certificates'] === 'expires-in-14-days' ? true : undefined;
    });
    expect(said(before)).toMatch(/"type":"broker","code":"expires-in-14-days","event":"certificate.expiring"/);
  });
});

/** Of all services: to each server by TLS, under the name that is in its certificate. */
const variablesOf = (
  { servers }: OwnServers,
  rabbitmq: TlsServer,
  postgres: TlsServer,
  ledger: TlsServer,
  authorities: string,
): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  const instance = Instance.open('test');
  const databases = databaseUrls(instance, servers.postgres, `delge_${NAME}`, GATEWAYS);
  const broker = brokerAccounts(instance, servers.rabbitmq, `dx-${NAME}`, GATEWAYS);
  const by = (server: TlsServer, url = ''): string => {
    const target = new URL(url);
    target.protocol = server.url.protocol;
    target.host = server.url.host;
    target.search = server.url.search;
    return target.toString();
  };
  const common = { TLS_CA_FILE: authorities };
  const LEDGER_URL = ledger.url.origin;
  const operator = SERVICES.map((name) => [name, { ...common, DATABASE_URL: by(postgres, databases.operator[name]) }]);
  const gateways = GATEWAYS.map((id) => [
    `gateway-${id}`,
    {
      ...common,
      LEDGER_URL,
      DATABASE_URL: by(postgres, databases.gateways.get(id)),
      AMQP_URL: by(rabbitmq, broker.gateways.get(id)),
    },
  ]);
  const own = Object.fromEntries([...operator, ...gateways]) as Record<string, Record<string, string>>;
  return {
    ...own,
    exchange: { ...own['exchange'], LEDGER_URL, AMQP_URL: by(rabbitmq, broker.exchange) },
    console: { ...own['console'], LEDGER_URL, DATABASE_READER_URL: by(postgres, databases.operator.console_reader) },
  };
};

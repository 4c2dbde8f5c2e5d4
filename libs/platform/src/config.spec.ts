import { describe, expect, it } from '@jest/globals';
import { IsUrl } from 'class-validator';
import { ChecksCertificates, ConfigError, IsUrls, ServiceConfig, loadConfig, urlsOf } from './config.js';

class ExampleConfig extends ServiceConfig {
  @IsUrl({ protocols: ['postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_URL!: string;
}
const good = {
  PORT: '3000',
  DELGE_ENVIRONMENT: 'test',
  DATABASE_URL: 'postgresql://gateway@localhost:5432/delge',
};
const faults = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(ExampleConfig, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.toSorted();
    throw error;
  }
};

describe('the configuration of a service', () => {
  it('is read with its types and defaults', () => {
    expect(loadConfig(ExampleConfig, good)).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      SHUTDOWN_GRACE_MS: 10_000,
      DATABASE_URL: good.DATABASE_URL,
    });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(loadConfig(ExampleConfig, good))).toBe(true);
  });

  it('looks at no variable that is not declared', () => {
    const config = loadConfig(ExampleConfig, { ...good, PATH: '/bin', SECRET: 'x' });
    expect(JSON.stringify(config)).not.toMatch(/PATH|SECRET/);
  });

  it('tells every fault at once, by name', () => {
    expect(faults({})).toEqual(['DATABASE_URL is missing', 'DELGE_ENVIRONMENT is missing', 'PORT is missing']);
  });

  it('takes an empty variable for a missing one', () => {
    expect(faults({ ...good, PORT: '' })).toEqual(['PORT is missing']);
    expect(loadConfig(ExampleConfig, { ...good, HOST: '' }).HOST).toBe('127.0.0.1');
  });

  it.each<[string, string]>([
    ['PORT', 'http'],
    ['PORT', '3000.5'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['DELGE_ENVIRONMENT', 'prod'],
    ['LOG_LEVEL', 'verbose'],
    ['SHUTDOWN_GRACE_MS', 'soon'],
    ['DATABASE_URL', 'mysql://localhost/x'],
  ])('%s may not be %s', (name, value) => {
    const [fault, ...rest] = faults({ ...good, [name]: value });
    expect(rest).toEqual([]);
    expect(fault).toMatch(new RegExp(`^${name} breaks `));
  });

  it.each(['', '?sslmode=disable', '?sslmode=verify-full', '?sslmode=verify-full&sslrootcert=/etc/delge/ca.pem'])(
    'takes a database by %j',
    (parameters) => {
      expect(faults({ ...good, DATABASE_URL: `${good.DATABASE_URL}${parameters}` })).toEqual([]);
    },
  );

  it.each([
    'sslmode=no-verify',
    'sslmode=require',
    'sslmode=verify-ca',
    'sslmode=verify-full&sslmode=no-verify',
    'sslmode=verify-full&uselibpqcompat=true',
    'ssl=no-verify',
    'ssl=true',
  ])('refuses a database whose certificate would be believed unchecked, or half: %s', (parameters) => {
    expect(faults({ ...good, DATABASE_URL: `${good.DATABASE_URL}?${parameters}` })).toEqual([
      'DATABASE_URL breaks checksCertificates',
    ]);
  });

  it('refuses an environment in which Node believes any certificate', () => {
    expect(faults({ ...good, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([
      'NODE_TLS_REJECT_UNAUTHORIZED lets any certificate pass',
    ]);
    expect(faults({ ...good, NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });

  it('refuses an environment that says how the database is believed', () => {
    for (const mode of ['no-verify', 'require', 'verify-full'])
      expect(faults({ ...good, PGSSLMODE: mode })).toEqual(['PGSSLMODE is for DATABASE_URL to say']);
    expect(faults({ ...good, PGSSLMODE: '' })).toEqual([]);
  });

  it('never tells a value', () => {
    const text = faults({ ...good, DATABASE_URL: 'mysql://gateway:hunter2@localhost/x' }).join();
    expect(text).not.toContain('hunter2');
  });
});

describe('a variable that names several nodes', () => {
  class Nodes extends ServiceConfig {
    @IsUrls('amqp', 'amqps') readonly AMQP_URL!: string;
  }
  const load = (AMQP_URL: string): (() => unknown) => {
    const env = { PORT: '1', DELGE_ENVIRONMENT: 'test', AMQP_URL };
    return () => loadConfig(Nodes, env);
  };

  it('takes one as well as several, and leaves commas in a password alone', () => {
    const several = 'amqp://a:x,y@n1:5672/dx,amqps://a:x,y@n2/dx';
    for (const text of ['amqp://localhost', several]) expect(load(text)).not.toThrow();
    expect(urlsOf(several)).toEqual(['amqp://a:x,y@n1:5672/dx', 'amqps://a:x,y@n2/dx']);
  });

  it.each(['', 'amqp://a,http://b', 'amqp://a,', 'a,b', 'amqp://a,amqp://'])('refuses %j', (text) => {
    expect(load(text)).toThrow(ConfigError);
  });
});

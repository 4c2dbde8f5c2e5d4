import { describe, expect, it } from '@jest/globals';
import { Health, HealthController } from './health.js';

const readiness = async (health: Health): Promise<unknown> => {
  try {
    return await new HealthController(health).ready();
  } catch (error) {
    const { code, status, options } = error as { code: string; status: number; options: { extensions: object } };
    return { code, status, ...options.extensions };
  }
};

describe('readiness', () => {
  it('names what is not well, by code', async () => {
    const health = new Health();
    health.register('well', () => undefined);
    health.register('keys', () => 'no-snapshot');
    health.register('database', () => Promise.reject(new Error('away')));
    const faults = { keys: 'no-snapshot', database: 'unreachable' };
    expect(await readiness(health)).toEqual({ code: 'not-ready', status: 503, faults, warnings: {}, measures: {} });
  });

  it('is not lost by what people should look at', async () => {
    const health = new Health();
    health.register('database', () => undefined);
    health.watch('keys', () => 'stale');
    health.watch('broker', () => undefined);
    expect(await readiness(health)).toEqual({ status: 'ready', warnings: { keys: 'stale' }, measures: {} });
  });

  it('tells figures beside, those that can be had', async () => {
    const health = new Health();
    health.measure('pending-ms', () => Promise.resolve(12.4));
    health.measure('none-ms', () => undefined);
    health.measure('away-ms', () => Promise.reject(new Error('away')));
    expect(await readiness(health)).toEqual({ status: 'ready', warnings: {}, measures: { 'pending-ms': 12 } });
  });

  it('ends when the process is told to stop', async () => {
    const health = new Health();
    health.drain();
    expect(await readiness(health)).toMatchObject({ status: 503, faults: { service: 'draining' } });
  });
});

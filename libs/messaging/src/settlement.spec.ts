import { describe, expect, it } from '@jest/globals';
import { ContractError } from '#contracts';
import { QueryFailedError } from 'typeorm';
import { HoldError, PublishError, QuarantineError, settlementOf } from './index.js';

const driverError = (code: string): QueryFailedError =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error('driver'), { code }));
const withCode = (code: string, syscall?: string): Error => Object.assign(new Error('system'), { code, syscall });

describe('an infrastructure failure holds: it is not the message that failed', () => {
  it.each<[string, unknown, string]>([
    ['what is needed is not here yet', new HoldError('snapshot'), 'snapshot'],
    ['the broker takes nothing', new PublishError('BLOCKED'), 'broker'],
    ['the broker is away', new PublishError('DISCONNECTED'), 'broker'],
    ['the database is shutting down', driverError('57P01'), 'store'],
    ['the database lost the connection', driverError('08006'), 'store'],
    ['the database is full', driverError('53100'), 'store'],
    ['the database found a deadlock', driverError('40P01'), 'store'],
    ['the database could not serialise', driverError('40001'), 'store'],
    ['the database is not reached', withCode('ECONNREFUSED'), 'store'],
    ['the process can open no connection', withCode('EMFILE'), 'store'],
    ['the machine can open no file', withCode('ENFILE'), 'store'],
    ['the machine has no port left', withCode('EADDRNOTAVAIL'), 'store'],
    ['the machine has no memory left', withCode('ENOMEM'), 'store'],
    ['the disk is full', withCode('ENOSPC'), 'store'],
    ['the disk does not write', withCode('EIO', 'fsync'), 'store'],
    ['the connection ended', new Error('Connection terminated unexpectedly'), 'store'],
    ['the pool gave no connection', new Error('timeout exceeded when trying to connect'), 'store'],
  ])('%s', (_, error, code) => {
    expect(settlementOf(error)).toEqual({ kind: 'hold', code });
  });
});

describe('everything else is for people to look at', () => {
  it.each<[string, unknown, string]>([
    ['a message that cannot be handled', new QuarantineError('id-reuse'), 'id-reuse'],
    ['a message that has not the shape of its type', new ContractError('UNKNOWN_MEMBER', 'x'), 'malformed'],
    ['a file of its own that does not come', withCode('EIO', 'read'), 'handler-failed'],
    ['a bug', new TypeError('x is not a function'), 'handler-failed'],
    ['a rule of the database that was broken', driverError('23505'), 'handler-failed'],
    ['a statement that is wrong', driverError('42601'), 'handler-failed'],
    ['a text that the database does not take', driverError('22021'), 'handler-failed'],
    ['what is no error', 'text', 'handler-failed'],
    ['nothing', undefined, 'handler-failed'],
    ['an object that says it is away', { code: '57P01' }, 'handler-failed'],
  ])('%s', (_, error, code) => {
    expect(settlementOf(error)).toEqual({ kind: 'quarantine', code });
  });
});

import { expect, it } from '@jest/globals';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { isStoreAway, isStoreFailure } from './errors.js';

const driver = (code: string): Error => Object.assign(new Error('from the driver'), { code });
const query = (code: string): Error => new QueryFailedError('SELECT 1', [], driver(code));

it.each([
  ['connection lost', query('08006')],
  ['password changed', query('28P01')],
  ['database not there yet', query('3D000')],
  ['disk full', query('53100')],
  ['stopping', query('57P01')],
  ['statement took too long', query('57014')],
  ['deadlock', query('40P01')],
  ['a standby for now', query('25006')],
  ['lock not had in time', query('55P03')],
  ['refused', driver('ECONNREFUSED')],
  ['no name service', driver('EAI_AGAIN')],
  ['no network', driver('ENETUNREACH')],
  ['connecting took too long', new Error('timeout expired')],
  ['the pool has none', new Error('timeout exceeded when trying to connect')],
  ['lost between two statements of a transaction', new QueryRunnerProviderAlreadyReleasedError()],
  ['lost before the commit', new QueryRunnerAlreadyReleasedError()],
  ['ended under way', new Error('Connection terminated unexpectedly')],
])('is a failure of the store: %s', (_, error) => {
  expect(isStoreFailure(error)).toBe(true);
});

it.each([
  ['a value the column does not take', query('22021')],
  ['a key that is there', query('23505')],
  ['no right to the table', query('42501')],
  ['a statement that is wrong', query('42601')],
  ['something else', new Error('of our own making')],
  ['no error', 'timeout expired'],
])('is none: %s', (_, error) => {
  expect(isStoreFailure(error)).toBe(false);
});

it.each([
  ['connection lost', query('08006'), true],
  ['disk full', query('53100'), true],
  ['stopping', query('57P01'), true],
  ['refused', driver('ECONNREFUSED'), true],
  ['the pool has none', new Error('timeout exceeded when trying to connect'), true],
  ['statement took too long', query('57014'), false],
  ['deadlock', query('40P01'), false],
  ['lock not had in time', query('55P03'), false],
  ['a key that is there', query('23505'), false],
  ['something else', new Error('of our own making'), false],
])('fails all that is tried at the same time, or what is in one statement alone: %s', (_, error, away) => {
  expect(isStoreAway(error)).toBe(away);
});

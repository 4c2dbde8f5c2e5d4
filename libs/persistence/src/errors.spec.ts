import { expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { isStoreAway, isStoreFailure } from './errors.js';

const driver = (code: string): Error => Object.assign(new Error('from the driver'), { code });
const system = (code: string, syscall?: string): Error =>
  Object.assign(new Error('from the system'), { code, syscall });
const server = (code: string): DatabaseError =>
  Object.assign(new DatabaseError('could not write init file', 24, 'error'), { code, severity: 'FATAL' });
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
  ['no room for a session to begin', server('XX000')],
  ['lock not had in time', query('55P03')],
  ['refused', driver('ECONNREFUSED')],
  ['no name service', driver('EAI_AGAIN')],
  ['no network', driver('ENETUNREACH')],
  ['a connection that the driver cannot read', query('EIO')],
  ['no process can be made', system('EAGAIN', 'spawn node')],
  ['no socket can be had', system('EAGAIN', 'connect')],
  ['the disk takes nothing', system('EIO', 'fsync')],
  ['no descriptor, by whichever file', system('EMFILE', 'open')],
  ['no room, by whichever file', system('ENOSPC', 'write')],
  ['a certificate that has expired', driver('CERT_HAS_EXPIRED')],
  ['a certificate of another authority', driver('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
  ['a certificate of nobody', driver('SELF_SIGNED_CERT_IN_CHAIN')],
  ['a certificate for another name', driver('ERR_TLS_CERT_ALTNAME_INVALID')],
  ['no TLS where it was asked for', new Error('The server does not support SSL connections')],
  ['connecting took too long', new Error('timeout expired')],
  ['the pool has none', new Error('timeout exceeded when trying to connect')],
  ['lost between two statements of a transaction', new QueryRunnerProviderAlreadyReleasedError()],
  ['lost before the commit', new QueryRunnerAlreadyReleasedError()],
  ['ended under way', new Error('Connection terminated unexpectedly')],
  ['ended under a statement', new QueryFailedError('SELECT 1', [], new Error('Connection terminated unexpectedly'))],
  ['a handshake that the other side does not know', system('EPROTO', 'write')],
  ['a connection by no protocol', query('EPROTO')],
])('is a failure of the store: %s', (_, error) => {
  expect(isStoreFailure(error)).toBe(true);
});

it.each([
  ['a value the column does not take', query('22021')],
  ['a key that is there', query('23505')],
  ['no right to the table', query('42501')],
  ['a statement that is wrong', query('42601')],
  ['a statement by which the server errs', new QueryFailedError('SELECT 1', [], server('XX000'))],
  ['one file that does not come', system('EIO', 'read')],
  ['one file that is not opened', system('EIO', 'open')],
  ['one file that another holds', system('EAGAIN', 'read')],
  ['one file that no protocol brings', system('EPROTO', 'read')],
  ['an origin that nobody told', system('EIO')],
  ['words of the driver in the text of another', new Error('attachment "timeout expired" is not there')],
  ['a value that somebody sent', driver('INVALID_SIGNATURE')],
  ['something else', new Error('of our own making')],
  ['no error', 'timeout expired'],
])('is none: %s', (_, error) => {
  expect(isStoreFailure(error)).toBe(false);
});

it.each([
  ['connection lost', query('08006'), true],
  ['disk full', query('53100'), true],
  ['no room for a session to begin', server('XX000'), true],
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

import { expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { confirmed } from './confirm.js';

const terminal = (isTTY: boolean) => {
  const output = new PassThrough();
  return { input: Object.assign(new PassThrough(), { isTTY }), output, said: () => String(output.read() ?? '') };
};

it.each(['y\n', 'yes\n', 'Ja\n'])('does what it was told to: %j', async (answer) => {
  const at = terminal(true);
  at.input.write(answer);
  await confirmed('Discard it?', false, at);
  expect(at.said()).toContain('Discard it? [y/N]');
});

it.each(['\n', 'n\n', 'yeah no\n'])('does nothing after anything else: %j', async (answer) => {
  const at = terminal(true);
  at.input.write(answer);
  await expect(confirmed('Discard it?', false, at)).rejects.toThrow('nothing was done');
});

it('does nothing when the terminal ends', async () => {
  const at = terminal(true);
  at.input.end();
  await expect(confirmed('Discard it?', false, at)).rejects.toThrow('nothing was done');
});

it('waits for nobody where there is no terminal', async () => {
  const at = terminal(false);
  await expect(confirmed('Discard it?', false, at)).rejects.toThrow('say --yes');
  expect(at.said()).toBe('');
});

it('asks nothing when it was said beforehand', async () => {
  const at = terminal(true);
  await confirmed('Discard it?', true, at);
  expect(at.said()).toBe('');
});

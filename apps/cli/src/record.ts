import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RecordDisclosureDto, RecordState, RecordedDisclosureView } from '#contracts';
import type { DelgeClient } from '#client';
import { asOption, client, patiently, print, readJson } from './commands.js';

const LOGGED_MS = 30_000;
const POLL_MS = 100;
/** States that a record does not leave by itself. */
const SETTLED: readonly RecordState[] = ['logged', 'quarantined', 'discarded'];

/** record */
export const recordCommands = (program: Command): void => {
  asOption(
    program
      .command('record <file>')
      .description(
        'record a disclosure that was made by telephone, in a meeting, on paper or in an emergency, and wait until it stands in the log; nothing is sent',
      ),
  )
    .option('--new-id', 'under new ids, so that it is another record each time')
    .action(async (file: string, options: { readonly as?: string; readonly newId?: true }, command: Command) => {
      const ids = options.newId === undefined ? {} : { id: randomUUID(), caseId: randomUUID() };
      const body = { ...(readJson(file) as RecordDisclosureDto), ...ids };
      const as = client(command, options.as);
      const { id } = await patiently('the gateway has not answered yet; still trying', as.recordDisclosure(body));
      const record = await patiently('recorded; waiting until it stands in the log', settled(as, id));
      print(summary(record));
      if (record.state !== 'logged') process.exitCode = 1;
    });
};

const settled = async (as: DelgeClient, id: string): Promise<RecordedDisclosureView> => {
  const deadline = Date.now() + LOGGED_MS;
  for (;;) {
    const record = await as.recordedDisclosure(id);
    if (SETTLED.includes(record.state) || Date.now() > deadline) return record;
    await delay(POLL_MS);
  }
};

const summary = (record: RecordedDisclosureView): object => {
  const { id, messageId, caseId, recipient, outcome, state, stateText, disclosedAt, notice } = record;
  return {
    ...{ id, messageId, caseId, recipient, outcome, state, stateText, disclosedAt },
    ...(notice?.reason === undefined ? {} : { reason: notice.reason }),
  };
};

import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { AnnounceAttachmentDto } from '#contracts';
import { client, print } from './commands.js';

interface AttachOptions {
  readonly as?: string;
  readonly type: string;
  readonly id?: string;
  readonly scanner?: string;
}

/** attach, attachment */
export const attachmentCommands = (program: Command): void => {
  program
    .command('attach <file>')
    .description('upload a file that a referral will bring; broken off, give its --id to go on')
    .option('--as <authority>', 'sending authority; without it your own system')
    .requiredOption('--type <media type>', 'e.g. application/pdf')
    .option('--id <id>', 'of the upload; a fresh one when absent')
    .option('--scanner <name and version>', 'that found it clean just now; without, it goes as not scanned')
    .action(async (file: string, { as, type, id = randomUUID(), scanner }: AttachOptions, command: Command) => {
      const handle = await open(file, 'r');
      try {
        const announced: AnnounceAttachmentDto = {
          id,
          name: basename(file),
          mediaType: type as AnnounceAttachmentDto['mediaType'],
          length: (await handle.stat()).size,
          malware:
            scanner === undefined
              ? { finding: 'not-scanned' }
              : { finding: 'clean', scanner, at: new Date().toISOString() },
        };
        const upload = await client(command, as).attach(announced, async (from, length) => {
          const part = Buffer.alloc(length);
          const { bytesRead } = await handle.read(part, 0, length, from);
          return part.subarray(0, bytesRead);
        });
        print(upload);
      } finally {
        await handle.close();
      }
    });
  program
    .command('attachment <message> <id>')
    .description('save an attachment of a delivery')
    .option('--as <authority>', 'receiving authority; without it your own system')
    .requiredOption('--out <file>', 'where to; a file that is there is not written over')
    .action(
      async (
        message: string,
        id: string,
        options: { readonly as?: string; readonly out: string },
        command: Command,
      ) => {
        const octets = await client(command, options.as).attachment(message, id);
        await pipeline(Readable.fromWeb(octets as never), createWriteStream(options.out, { flags: 'wx', mode: 0o600 }));
      },
    );
};

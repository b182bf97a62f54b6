import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import { Refusal } from '../../kernel/problem.ts';
import type { CliContext } from '../cli/context.ts';
import { createLog } from '../log/log.ts';
import { connectExisting } from '../postgres/existing.ts';
import { everySource } from '../postgres/sources.ts';
import { writeBackup } from './backup.ts';
import { restoreBackup } from './restore.ts';

/** `leadline backup FILE` and `leadline restore FILE`. */
export const registerBackup = (program: Command, context: CliContext): void => {
  program
    .command('backup <file>')
    .description('Write the whole state into one file, also while the server runs')
    .option('--force', 'replace the file when it exists')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline backup /backups/leadline-2026-11-22.gz\n\n' +
        'Telemetry is not in it. Neither is the secret key (secret.key in the data folder, or the setting secretKey):\n' +
        'keep it apart, without it stored secrets cannot be read again.',
    )
    .action(async (file: string, options: { force?: boolean }) => {
      if (!options.force) await refuseExisting(file);
      const postgres = await connectExisting(context.configuration(), createLog('error'), { mustExist: true });
      try {
        const summary = await writeBackup(postgres, { file, leadline: programVersion(), onTable: tellTable });
        context.print({ file, ...summary, secretKey: 'not in the backup: keep it apart' });
      } finally {
        await postgres.stop();
      }
    });

  program
    .command('restore <file>')
    .description('Load a backup into an empty database, in one transaction; the server must be stopped')
    .option('--force', 'replace what the database holds')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline restore /backups/leadline-2026-11-22.gz\n  $ leadline restore backup.gz --data ./data --force\n\n' +
        'What was due between the backup and now is done when the server starts.',
    )
    .action(async (file: string, options: { force?: boolean }) => {
      const postgres = await connectExisting(context.configuration(), createLog('error'), { asItIs: true });
      try {
        const sources = await everySource();
        const summary = await restoreBackup(postgres, {
          file,
          sources,
          force: options.force ?? false,
          onTable: tellTable,
        });
        context.print({ file, ...summary });
      } finally {
        await postgres.stop();
      }
    });
};

/** Progress for whoever watches; scripts read standard output. */
const tellTable = (table: string, rows: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`${table}: ${rows} rows\n`);
};

const refuseExisting = async (file: string): Promise<void> => {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new Refusal({
    status: 409,
    code: 'backup.file-exists',
    title: 'The file exists already',
    detail: `${file} would be replaced. Choose another name, or say --force.`,
  });
};

const programVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { tryMapping, type MappingTried } from '../contract/mapping.ts';

/** `leadline integration try-mapping`: what a mapping makes of a payload, before an integration uses it. */
export const registerMapping = (program: Command, context: CliContext): void => {
  program.commands
    .find((each) => each.name() === 'integration')!
    .command('try-mapping')
    .description('Try a mapping (JSONata) on a sample: the alerts it makes, or what is wrong and where')
    .argument('<mapping>', 'file with the mapping')
    .argument('<sample>', 'file with a payload (JSON), as `integration payloads --show` prints one')
    .action(async (mappingFile: string, sampleFile: string) => {
      const mapping = await textOf(mappingFile);
      const sample = sampleOf(sampleFile, await textOf(sampleFile));
      const tried: MappingTried = await context.call(tryMapping, { body: { mapping, sample } });
      if (tried.fault !== null) throw faultOf(mappingFile, tried.fault);
      context.print(tried.alerts, ['dedupKey', 'action', 'severity', 'service', 'summary', 'labels']);
      for (const note of tried.notes) context.text(note);
    });
};

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
};

const sampleOf = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(file, error);
  }
};

const unreadable = (file: string, error: unknown): Refusal =>
  new Refusal({
    status: 400,
    code: 'alerting.file-unreadable',
    title: 'A file cannot be read',
    detail: `${file}: ${(error as Error).message}`,
  });

const faultOf = (file: string, { message, line, column, path }: NonNullable<MappingTried['fault']>): Refusal =>
  new Refusal({
    status: 422,
    code: 'alerting.mapping-failed',
    title: 'The mapping makes no alert of this sample',
    detail: line === null ? [path, message].filter(Boolean).join(': ') : `${file}:${line}:${column}: ${message}`,
  });

import type { Command } from 'commander';
import type { CliContext } from '../../platform/cli/context.ts';
import { environmentName, flagName, settingNames } from '../../platform/config/load.ts';
import { settingsSchema } from '../../platform/config/settings.ts';

const secretNames = new Set(['secretKey']);

/** `leadline config`: each setting, its value, where it came from, its other spellings. Secrets are not shown. */
export const registerConfig = (program: Command, context: CliContext): void => {
  program
    .command('config')
    .description('Show the configuration in force and where each value came from')
    .addHelpText('after', '\nExample:\n  $ LEADLINE_PORT=8080 leadline config -o json')
    .action(() => {
      const { values, origins } = context.configuration();
      context.print(
        settingNames.map((name) => ({
          setting: name,
          value: shown(name, values[name]),
          origin: origins[name],
          environment: environmentName(name),
          flag: `--${flagName(name)}`,
          meaning: settingsSchema.shape[name].description ?? '',
        })),
        ['setting', 'value', 'origin', 'environment', 'meaning'],
      );
    });
};

const shown = (name: string, value: unknown): unknown => {
  if (value === undefined) return null;
  if (secretNames.has(name)) return '(hidden)';
  return typeof value === 'string' ? value.replace(/\/\/([^:/@]*):[^@/]*@/, '//$1:***@') : value;
};

import { Command, Option } from 'commander';
import { Refusal } from '../../kernel/problem.ts';
import { flagName, settingNames } from '../../platform/config/load.ts';
import { settingsSchema } from '../../platform/config/settings.ts';
import { registerCompletion } from './completion.ts';
import { registerConfig } from './config.ts';
import { createContext } from './context.ts';
import { registerDocuments } from './documents.ts';
import { registerDoctor } from './doctor.ts';
import { outputForms, type OutputForm } from './output.ts';
import { registerServe } from './serve.ts';
import { registerModules } from './modules.ts';

/** Exit codes: 0 done, 1 refused or wrong input, 2 wrong use of the command line, 70 a bug. */
const exitRefused = 1;
const exitBug = 70;

/** Builds the whole command tree and runs one command line. Sets the process's exit code. */
export const runProgram = async (words: readonly string[]): Promise<void> => {
  const program = emptyProgram();
  const flags: Record<string, unknown> = {};
  for (const name of settingNames) {
    const option = new Option(`--${flagName(name)} <value>`, settingsSchema.shape[name].description ?? '').argParser(
      (value) => {
        flags[name] = value;
        return value;
      },
    );
    // The data folder belongs to many commands; the rest is told by `leadline serve --help` and `leadline config`.
    program.addOption(name === 'data' ? option : option.hideHelp());
  }

  const context = createContext(
    () => flags,
    () => program.opts<{ output: OutputForm }>().output,
  );

  registerServe(program, flags);
  const documents = registerModules(program, context);
  registerDocuments(program, context, documents);
  registerConfig(program, context);
  registerDoctor(program, context);
  registerCompletion(program);

  /** Every command takes the settings' flags and `-o`, wherever they stand on the line. */
  const shareGlobalOptions = (command: Command): void => {
    for (const child of command.commands) {
      for (const option of program.options) {
        if (
          option.long === '--version' ||
          child.options.some((own) => own.long === option.long || (own.short && own.short === option.short))
        )
          continue;
        const copy = new Option(option.flags, option.description).hideHelp(
          !(option.long === '--output' || option.long === '--data' || child.name() === 'serve'),
        );
        if (option.argChoices) copy.choices(option.argChoices);
        if (option.parseArg && !option.argChoices) copy.argParser(option.parseArg);
        child.addOption(copy);
        if (option.long === '--output')
          child.on('option:output', (value: string) => program.setOptionValue('output', value));
      }
      shareGlobalOptions(child);
    }
  };
  shareGlobalOptions(program);

  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe (`| head`) went away: that is no error of ours.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });

  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof Refusal) {
      process.stderr.write(`${refusalText(error)}\n`);
      process.exitCode = exitRefused;
    } else {
      console.error(error);
      process.exitCode = exitBug;
    }
  }
};

/** The program without its commands. */
const emptyProgram = (): Command =>
  new Command('leadline')
    .description(
      'Leadline tells an SRE lead how much reliability is left under every service, and runs the work that keeps it there.',
    )
    .version('0.1.0')
    // `--version` after a command belongs to that command: `change announce --version 1.4.2`.
    .enablePositionalOptions()
    .addOption(new Option('-o, --output <form>', 'how results are printed').choices([...outputForms]).default('table'))
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline serve --data ./data --port 7070\n  $ leadline token create --role admin --name ci\n  $ leadline apply -f team.yaml\n  $ leadline get services -o json\n\nThe CLI talks to LEADLINE_URL (default http://127.0.0.1:7070) with LEADLINE_TOKEN.',
    );

const refusalText = ({ problem }: Refusal): string => {
  const fields = (problem.errors ?? []).map((each) => `  ${each.path}: ${each.message}`);
  return [
    `${problem.title}${problem.detail && fields.length === 0 ? `: ${problem.detail}` : ''} (${problem.code})`,
    ...fields,
  ].join('\n');
};

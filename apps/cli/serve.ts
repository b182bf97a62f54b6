import type { Command } from 'commander';
import { runServe } from './run-serve.ts';

/** `leadline serve` and `leadline demo`, for help, completion and settings written before the word. */
export const registerServe = (program: Command, flags: Record<string, unknown>): void => {
  const run = async (command: 'serve' | 'demo', more: Record<string, unknown>): Promise<void> => {
    const words = Object.entries({ ...flags, ...more }).map(([name, value]) => `--${kebab(name)}=${String(value)}`);
    process.exitCode = await runServe(command, words);
  };
  program
    .command('serve')
    .description('Run Leadline: screens, API, OTLP receivers and the embedded engines')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline serve --data ./data --port 7070 --otlp-http-port 4318 --otlp-grpc-port 4317',
    )
    .action(() => run('serve', {}));
  program
    .command('demo')
    .description('Run Leadline with the demo shop beside it: five small services under real OpenTelemetry')
    .option('--rate <perSecond>', 'visits a second of the load generator; each pays once', '30')
    .addHelpText('after', '\nExample:\n  $ leadline demo\n  $ npm run shop -- fault payment --errors 20%')
    .action((options: { rate: string }) => run('demo', { rate: options.rate }));
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

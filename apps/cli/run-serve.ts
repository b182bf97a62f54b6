import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { supervise, type Ready } from '../server/supervise.ts';

/** Exit code of wrong use of the command line (`EX_USAGE` of sysexits.h is 64; shells and commander use 2). */
const exitUsage = 2;

/**
 * Runs `leadline serve` or `leadline demo` with the words after it. The server process checks the settings and names
 * every wrong one; here only the form `--name value` is read. Resolves with the exit code.
 */
export const runServe = async (command: 'serve' | 'demo', words: readonly string[]): Promise<number> => {
  const flags = flagsOf(words);
  if (typeof flags === 'string') {
    process.stderr.write(`${flags}\nTry \`leadline ${command} --help\`.\n`);
    return exitUsage;
  }
  const { rate, ...settings } = flags;
  if (rate !== undefined && command === 'serve') settings['rate'] = rate;
  const screens = buildScreens();
  let shop: Promise<{ stop(): Promise<void> }> | null = null;
  const code = await supervise({
    flags: settings,
    onReady: (ready, restarts) => {
      if (restarts > 0) return;
      void screens.then(() => greet(ready));
      if (command === 'demo') shop = openShop(ready, Number(rate ?? 30));
    },
    onFailure: (message) => void process.stderr.write(`${message}\n`),
  });
  await (shop as Promise<{ stop(): Promise<void> }> | null)?.then((open) => open.stop()).catch(() => {});
  return code;
};

/** `--otlp-http-port 4318` and `--otlp-http-port=4318` as `{ otlpHttpPort: '4318' }`; a text that says what is wrong otherwise. */
const flagsOf = (words: readonly string[]): Record<string, string> | string => {
  const flags: Record<string, string> = {};
  for (let index = 0; index < words.length; index += 1) {
    const [, name, , inline] = /^--([a-z][a-z0-9-]*)(=([\s\S]*))?$/.exec(words[index]!) ?? [];
    if (!name) return `Unexpected word: ${words[index]}`;
    const value = inline ?? words[(index += 1)];
    if (value === undefined) return `--${name} wants a value`;
    flags[name.replace(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())] = value;
  }
  return flags;
};

const greet = (ready: Ready): void => {
  const lines = [
    `Leadline serves ${ready.url}`,
    ready.otlpHttpUrl && `OTLP over HTTP ${ready.otlpHttpUrl}, over gRPC ${ready.otlpGrpcUrl}`,
    ready.setupLink && `Set it up here, once: ${ready.setupLink}`,
  ];
  process.stdout.write(`${lines.filter(Boolean).join('\n')}\n`);
};

const openShop = async (ready: Ready, rate: number): Promise<{ stop(): Promise<void> }> => {
  const { startShop } = await import('../shop/start.ts');
  if (!ready.otlpHttpUrl) throw new Error('The demo needs the OTLP receivers');
  try {
    const shop = await startShop({ otlpHttpUrl: ready.otlpHttpUrl, rate });
    process.stdout.write('The shop is open: npm run shop -- fault payment --errors 20%\n');
    return shop;
  } catch (error) {
    process.stderr.write(`The shop did not open: ${error instanceof Error ? error.message : String(error)}\n`);
    throw error;
  }
};

/** Builds the screens beside the start of the server, when they are missing or older than their sources. Never rejects. */
const buildScreens = (): Promise<void> =>
  new Promise((resolve) => {
    const builder = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../tools/build-web.ts', import.meta.url)), '--if-older'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    builder.on('error', () => resolve());
    builder.on('exit', () => resolve());
  });

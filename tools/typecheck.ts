import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ui from '@nuxt/ui/vite';
import { createServer } from 'vite';
import { repositoryRoot as repository, uiOptions } from '../apps/web/ui-options.ts';

/**
 * `npm run typecheck [neutral|server|web …]`: the three configurations, beside each other, each with its own lib.
 * Ends with 1 where any of them finds an error.
 */
const known = ['neutral', 'server', 'web'] as const;

/** The page's theme types (`#build/ui`) are written by the library's Vite plugin; a fresh clone has not run it yet. */
const writeThemeTypes = async (): Promise<void> => {
  if (existsSync(join(repository, 'node_modules/.nuxt-ui/ui.css'))) return;
  const vite = await createServer({
    configFile: false,
    root: repository,
    plugins: [ui(uiOptions)],
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    logLevel: 'error',
  });
  await vite.close();
};

const check = (name: string): Promise<number> =>
  new Promise((resolve) => {
    const program = spawn(
      process.execPath,
      [join(repository, 'node_modules/vue-tsc/bin/vue-tsc.js'), '-p', `tsconfig.${name}.json`, '--pretty', 'false'],
      { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    program.on('close', (code) => {
      if (said.trim()) process.stdout.write(`${said.trim()}\n`);
      process.stdout.write(`typecheck ${name}: ${code === 0 ? 'no errors' : 'errors'}\n`);
      resolve(code ?? 1);
    });
  });

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.some((one) => one === name));
if (unknown.length > 0) {
  process.stderr.write(`No such configuration: ${unknown.join(', ')}. There are ${known.join(', ')}.\n`);
  process.exit(2);
}
const chosen = asked.length > 0 ? asked : [...known];
if (chosen.includes('web')) await writeThemeTypes();
const codes = await Promise.all(chosen.map(check));
process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;

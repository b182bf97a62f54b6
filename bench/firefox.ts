import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** A real Firefox without a window, driven by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/). */
export interface Firefox {
  readonly version: string;
  open(url: string): Promise<void>;
  /** Evaluates in the page, as if the person had just pressed something; waits for a promise and gives back its text. */
  inPage(expression: string): Promise<string>;
  stop(): Promise<void>;
}

const startMsMax = 60_000;

/** What every Firefox without a person wants, so that it asks nothing and calls nobody. */
const quiet: Readonly<Record<string, string | number | boolean>> = {
  // Firefox under automation would be cut off from push services.
  'remote.prefs.recommended': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'app.update.disabledForTesting': true,
  'app.normandy.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
};

export const startFirefox = async (
  program: string,
  preferences: Readonly<Record<string, string | number | boolean>>,
): Promise<Firefox> => {
  const profile = mkdtempSync(join(tmpdir(), 'leadline-firefox-'));
  const lines = Object.entries({ ...quiet, ...preferences });
  writeFileSync(
    join(profile, 'user.js'),
    lines.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''),
  );
  const child = spawn(
    program,
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile, MOZ_HEADLESS: '1' } },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let text = '';
      const timer = setTimeout(() => reject(new Error(`Firefox did not start: ${text}`)), startMsMax);
      child.once('exit', (code) => reject(new Error(`Firefox ended with ${code}: ${text}`)));
      child.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(text)?.[1];
        if (!found) return;
        clearTimeout(timer);
        resolve(found);
      });
    });
    return { ...(await drive(`${address}/session`)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const drive = async (address: string): Promise<Omit<Firefox, 'stop'>> => {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => socket.once('open', () => resolve()).once('error', reject));
  const waiting = new Map<number, (answer: any) => void>();
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data));
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let last = 0;
  const command = async (method: string, params: object): Promise<any> => {
    const id = ++last;
    const answer = await new Promise<any>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.type === 'error') throw new Error(`${method}: ${answer.error}: ${answer.message}`);
    return answer.result;
  };
  const { capabilities } = await command('session.new', { capabilities: {} });
  const context = (await command('browsingContext.getTree', {})).contexts[0].context;
  return {
    version: `${capabilities.browserName} ${capabilities.browserVersion}`,
    open: async (url) => {
      await command('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    inPage: async (expression) => {
      const { type, result, exceptionDetails } = await command('script.evaluate', {
        expression,
        target: { context },
        awaitPromise: true,
        userActivation: true,
      });
      if (type === 'exception') throw new Error(`in the page: ${exceptionDetails.text}`);
      return String(result.value);
    },
  };
};

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startReceivers, type Receivers } from '../e2e/receivers.ts';
import { versionOf } from './alertmanager-process.ts';
import { freePorts, makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run proof:alertmanager: the real clients. Debian's Prometheus with a rule that fires sends to `/alertmanager`, which pages a
 * person by e-mail (a real mail server) and by webhook; what the rule says is over is over at once. Then `amtool` does all that it can.
 * Needs the packages prometheus and prometheus-alertmanager; ends with 1 where anything is not as it must be.
 */
const patienceMs = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'leadline-proof-'));
let failed = 0;

const main = async (): Promise<void> => {
  const versions = [`Prometheus ${versionOf('prometheus')}`, `amtool ${versionOf('amtool')}`];
  console.log(versions.join(', '));
  const receivers = await startReceivers();
  const product = await startProduct({
    environment: { LEADLINE_SMTP_URL: receivers.smtpUrl, LEADLINE_SMTP_FROM: 'leadline@example.org' },
  });
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    const key = await describe(product, token, receivers);
    await rulePages(product, { token, key, receivers });
    amtoolWorks(product, token);
    refusals(product);
  } finally {
    await product.stop();
    await receivers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(failed === 0 ? 'everything is as it must be' : `${failed} things are NOT as they must be`);
  process.exitCode = failed === 0 ? 0 : 1;
};

const check = (what: string, isSo: boolean, seen = ''): void => {
  if (!isSo) failed += 1;
  console.log(`${isSo ? 'ok    ' : 'FAILED'} ${what}${isSo || seen === '' ? '' : `: ${seen}`}`);
};

type Api = (method: string, path: string, body?: unknown) => Promise<any>;
const apiOf =
  (product: Product, token: string): Api =>
  async (method, path, body) => {
    const answer = await fetch(`${product.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const said: unknown = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  };

/** A person with e-mail and webhook, the policy that pages them, a route to it, and the integration of Prometheus. */
const describe = async (product: Product, token: string, { hookUrl }: Receivers): Promise<string> => {
  const api = apiOf(product, token);
  await api('PUT', 'people/ines', {
    email: 'ines@example.org',
    zone: 'Europe/Berlin',
    contactMethods: [
      { name: 'mail', channel: 'email', address: 'ines@example.org' },
      { name: 'hook', channel: 'webhook', address: `${hookUrl}/ines` },
    ],
    rules: [
      { after: 'PT0S', contactMethod: 'mail' },
      { after: 'PT0S', contactMethod: 'hook' },
    ],
  });
  await api('PUT', 'escalation-policies/cart', { steps: [{ after: 'PT0S', notify: [{ person: 'ines' }] }] });
  await api('PUT', 'routes/cart', {
    match: ['service="shop/cart"'],
    to: [{ policy: 'cart' }, { webhook: { url: `${hookUrl}/alertmanager`, format: 'alertmanager' } }],
    group: { by: ['alertname'], interval: 'PT1S' },
  });
  return (await api('POST', 'integrations', { name: 'prometheus', kind: 'alertmanager' })).key;
};

interface Rule {
  readonly token: string;
  readonly key: string;
  readonly receivers: Receivers;
}

const rulePages = async (product: Product, { token, key, receivers }: Rule): Promise<void> => {
  const gauge = await startGauge();
  const prometheus = await startPrometheus(product, key, gauge.port);
  try {
    gauge.say(1);
    const letter = await until(() =>
      receivers.letters.find(
        ({ to, letter: { subject } }) => to.includes('ines@example.org') && /cart/i.test(subject ?? ''),
      ),
    );
    check('a rule of Prometheus that fires writes an e-mail', letter !== null, JSON.stringify(receivers.letters));
    check('  with the rule’s summary as its subject', letter?.letter.subject?.includes('The cart is broken') === true);
    const call = await until(() => receivers.calls.find(({ path }) => path === '/ines'));
    check('  and calls the person’s webhook', call !== null);
    const told = await until(() => receivers.calls.find(({ path }) => path === '/alertmanager'));
    check(
      '  and a webhook that reads what Alertmanager sends',
      told?.body.status === 'firing' && told.body.alerts[0].labels.alertname === 'CartBroken',
      JSON.stringify(told?.body),
    );
    const api = apiOf(product, token);
    const [page] = (await api('GET', 'pages?state=open')).items;
    gauge.say(0);
    const saidAtMs = Date.now();
    const over = await until(async () =>
      (await api('GET', `pages/${page.id}`)).state === 'resolved' ? true : undefined,
    );
    check(
      `the rule is over, and so is the page, ${Date.now() - saidAtMs} ms after the metric (scraped and judged every second)`,
      over !== null && Date.now() - saidAtMs < 5_000,
    );
    const resolved = await until(() =>
      receivers.calls.find(({ path, body }) => path === '/alertmanager' && body.status === 'resolved'),
    );
    check('  and its webhook is told', resolved !== null);
  } finally {
    await prometheus.stop();
    gauge.stop();
  }
};

/** A target of Prometheus whose only metric is what it is told to say. */
const startGauge = async () => {
  let value = 0;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(`cart_broken ${value}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    say: (next: number): void => {
      value = next;
    },
    stop: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const startPrometheus = async (product: Product, key: string, gaugePort: number) => {
  const [port] = await freePorts();
  writeFileSync(join(folder, 'rules.yml'), rules);
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [${join(folder, 'rules.yml')}]
scrape_configs:
- job_name: cart
  static_configs: [{targets: ['127.0.0.1:${gaugePort}']}]
alerting:
  alertmanagers:
  - path_prefix: /alertmanager
    authorization: {credentials: ${key}}
    static_configs: [{targets: ['${new URL(product.url).host}']}]
`,
  );
  const child: ChildProcess = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    stop: async (): Promise<void> => {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
};

const rules = `groups:
- name: cart
  rules:
  - alert: CartBroken
    expr: cart_broken == 1
    labels: {severity: critical, service: shop/cart}
    annotations: {summary: The cart is broken, runbook_url: 'https://runbooks.example.org/cart'}
`;

type Amtool = (...args: readonly string[]) => { readonly status: number | null; readonly text: string };
const amtoolOf =
  (product: Product, secret: string): Amtool =>
  (...args) => {
    const url = new URL(product.url);
    const alertmanager = `--alertmanager.url=http://amtool:${encodeURIComponent(secret)}@${url.host}/alertmanager`;
    const ran = spawnSync('amtool', [alertmanager, ...args], { encoding: 'utf8', timeout: 20_000 });
    // On its standard error it warns that its version is another one.
    const warned = /^Warning: amtool version.*\n?/m;
    return { status: ran.status, text: `${ran.stdout}${ran.stderr.replace(warned, '')}`.trim() };
  };

const amtoolWorks = (product: Product, token: string): void => {
  const amtool = amtoolOf(product, token);
  const does = (what: string, ran: ReturnType<Amtool>, expected: RegExp): void =>
    check(`amtool ${what}`, ran.status === 0 && expected.test(ran.text), ran.text);
  const added = amtool(
    'alert',
    'add',
    'DiskFull',
    'node=a',
    'severity=warning',
    '--annotation=summary="The disk is full"',
  );
  does('alert add', added, /^$/);
  does('alert query', amtool('alert', 'query'), /DiskFull.*The disk is full.*active/);
  does('alert query node=a', amtool('alert', 'query', 'node=a'), /DiskFull/);
  does('alert query by a pattern', amtool('alert', 'query', 'alertname=~Disk.*'), /DiskFull/);
  does('alert query -o json', amtool('-o', 'json', 'alert', 'query', 'DiskFull'), /"fingerprint":"[0-9a-f]{16}"/);
  check('amtool alert query node=b finds nothing', !/DiskFull/.test(amtool('alert', 'query', 'node=b').text));
  silencesWork(amtool, does);
  does('config show', amtool('config', 'show'), /receivers:/);
  does('cluster show', amtool('cluster', 'show'), /disabled/);
  does('config routes show', amtool('config', 'routes', 'show'), /policy cart/);
  const routed = amtool('config', 'routes', 'test', 'service=shop/cart');
  does('config routes test', routed, /policy cart/);
  does('config routes test of what no route takes', amtool('config', 'routes', 'test', 'service=x'), /owner/);
  const status = JSON.parse(amtool('-o', 'json', 'config', 'show').text) as { config: { original: string } };
  const file = join(folder, 'alertmanager.yml');
  writeFileSync(file, status.config.original);
  does('check-config of what it showed', amtool('check-config', file), /SUCCESS/);
};

const silencesWork = (
  amtool: Amtool,
  does: (what: string, ran: ReturnType<Amtool>, expected: RegExp) => void,
): void => {
  const made = amtool('silence', 'add', 'DiskFull', 'node=~"a|b"', '--comment=grows', '--author=ines', '--duration=1h');
  does('silence add', made, /^[0-9a-f-]{36}$/);
  check('  the alert is held back', !/DiskFull/.test(amtool('alert', 'query').text));
  does('alert query --silenced', amtool('alert', 'query', '--silenced'), /DiskFull.*suppressed/);
  does('silence query', amtool('silence', 'query'), /alertname="DiskFull" node=~"a\|b".*ines.*grows/);
  does('silence query --created-by', amtool('silence', 'query', '--created-by=ines', '-q'), new RegExp(made.text));
  const updated = amtool('silence', 'update', '--duration=3h', '--comment=grows fast', made.text);
  does('silence update', updated, /grows fast/);
  const exported = amtool('-o', 'json', 'silence', 'query');
  does('silence expire', amtool('silence', 'expire', made.text), /^$/);
  does('alert query, loud again', amtool('alert', 'query'), /DiskFull/);
  does('silence query --expired', amtool('silence', 'query', '--expired', '-q'), new RegExp(made.text));
  const file = join(folder, 'silences.json');
  writeFileSync(file, exported.text);
  does('silence import', amtool('silence', 'import', file), /[0-9a-f-]{36}/);
  does('silence query of what was imported', amtool('silence', 'query'), /DiskFull/);
  const wrong = amtool('silence', 'add', 'node=~".*"', '--comment=all');
  check(
    'amtool silence add of everything is refused',
    wrong.status !== 0 && /match the empty string/.test(wrong.text),
    wrong.text,
  );
};

const refusals = (product: Product): void => {
  const wrong = amtoolOf(product, 'wrong')('alert', 'query');
  check('amtool with a wrong token is refused, with words', wrong.status !== 0 && /401/.test(wrong.text), wrong.text);
};

const until = async <Found>(look: () => Found | undefined | Promise<Found | undefined>): Promise<Found | null> => {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(50);
  }
  return null;
};

await main();

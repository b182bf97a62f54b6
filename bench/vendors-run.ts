import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setUp } from '../e2e/people.ts';
import { startProduct } from '../e2e/product.ts';
import { startReceivers } from '../e2e/receivers.ts';
import { eventually } from '../platform/postgres/eventually.ts';
import { startAlertmanager, type AlertmanagerProcess } from './alertmanager-process.ts';

/** The scenarios of `vendors.ts`, which starts this with an authority to trust and the clients in a scratch folder. */
const folder = process.env['VENDORS_FOLDER']!;
const fetched = createRequire(join(process.env['VENDORS_CLIENTS']!, 'package.json'));
const pagerduty = fetched('@pagerduty/pdjs') as { event(given: object): Promise<{ response: Response; data: any }> };
const opsgenie = fetched('opsgenie-sdk');
const heartbeatWaitMs = 120_000;

const checks: { readonly name: string; readonly ok: boolean }[] = [];
const check = async (name: string, work: () => unknown): Promise<void> => {
  let fault: unknown = null;
  try {
    await eventually(async () => {
      if (!(await work())) throw new Error('it is not so');
    });
  } catch (error) {
    fault = error;
  }
  checks.push({ name, ok: fault === null });
  console.warn(`${fault === null ? 'passed' : 'FAILED'}  ${name}${fault === null ? '' : `: ${String(fault)}`}`);
};

const receivers = await startReceivers();
const product = await startProduct(['--tls-cert', join(folder, 'server.pem'), '--tls-key', join(folder, 'server.key')]);
const url = product.url.replace('http:', 'https:');
let alertmanager: AlertmanagerProcess | null = null;
let token = '';
try {
  const admin = await setUp({ ...product, url });
  token = (await admin.call('POST', '/api/v1/tokens', { name: 'proof', role: 'admin', scopes: ['api'] })).secret;
  const call = (path: string) => admin.call('GET', path);
  const pages = async () => (await call('/api/v1/pages')).items as { id: string; state: string; summary: string }[];
  const page = async (words: string, state: string) =>
    (await pages()).some((each) => each.summary.includes(words) && each.state === state);
  await somebodyOnCall(admin.call);
  const key = (kind: string) =>
    cli('integration', 'create', '--kind', kind, '--name', kind, '--team', 'payments', '-o', 'key');
  const routingKey = await key('pagerduty');
  const genieKey = await key('opsgenie');
  await check(
    'leadline integration create -o key prints the key alone',
    () => /^[0-9a-z]{32}$/u.test(routingKey) && /^[0-9a-f-]{36}$/u.test(genieKey),
  );
  await pagerDutyClient(routingKey, page);
  await opsgenieClient(genieKey, page);
  alertmanager = await startAlertmanager(configuration(routingKey, genieKey));
  await alertmanagersReceivers(alertmanager, page);
  await heartbeats(page);
} finally {
  await alertmanager?.stop();
  await product.stop();
  await receivers.stop();
}
const failed = checks.filter(({ ok }) => !ok).length;
console.warn(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function cli(...words: string[]): Promise<string> {
  const env = { ...process.env, LEADLINE_URL: url, LEADLINE_TOKEN: token };
  const program = join(import.meta.dirname, '../apps/cli/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...words], { env });
  return stdout.replace(/\n$/u, '');
}

type PageIs = (words: string, state: string) => Promise<boolean>;

/** Whoever answers for the team payments listens at a webhook. */
async function somebodyOnCall(send: (method: string, path: string, body?: unknown) => Promise<any>): Promise<void> {
  await send('PUT', '/api/v1/teams/payments', { displayName: 'Payments', members: [] });
  await send('PUT', '/api/v1/people/p1', {
    email: 'p1@harbour.example',
    zone: 'UTC',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${receivers.hookUrl}/p1` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  });
  const steps = [{ notify: [{ person: 'p1' }] }];
  await send('PUT', '/api/v1/escalation-policies/payments', { team: 'payments', steps, lowUrgency: 'at-once' });
}

async function pagerDutyClient(routingKey: string, page: PageIs): Promise<void> {
  const server = new URL(url).host;
  const event = (action: string, payload?: object) =>
    pagerduty.event({
      server,
      data: { routing_key: routingKey, event_action: action, dedup_key: 'pdjs/disk', ...(payload ? { payload } : {}) },
    });
  const triggered = await event('trigger', { summary: 'pdjs: disk is full', source: 'db-1', severity: 'critical' });
  await check(
    '@pagerduty/pdjs: a trigger is answered 202 with its dedup key',
    () =>
      triggered.response.status === 202 &&
      triggered.data.dedup_key === 'pdjs/disk' &&
      triggered.data.status === 'success',
  );
  await check(
    '@pagerduty/pdjs: the trigger pages who is on call',
    async () => (await page('pdjs: disk', 'triggered')) && receivers.calls.some(({ path }) => path === '/p1'),
  );
  await event('acknowledge');
  await check('@pagerduty/pdjs: acknowledge acknowledges the page', () => page('pdjs: disk', 'acknowledged'));
  await event('resolve');
  await check('@pagerduty/pdjs: resolve resolves the page', () => page('pdjs: disk', 'resolved'));
  const wrong = await pagerduty.event({ server, data: { routing_key: routingKey, event_action: 'trigger' } });
  await check(
    '@pagerduty/pdjs: a faulty event is answered 400 with its errors',
    () => wrong.response.status === 400 && wrong.data.errors.length > 0,
  );
  const change = { summary: 'pdjs: deploy 1.4.2', source: 'ci', custom_details: { service: 'shop/checkout' } };
  const told = await pagerduty.event({ server, type: 'change', data: { routing_key: routingKey, payload: change } });
  await check('@pagerduty/pdjs: a change event is recorded by changes', async () => {
    const { items } = (await (await fetchAs('/api/v1/changes?service=shop%2Fcheckout')).json()) as any;
    return told.response.status === 202 && items[0]?.title === 'pdjs: deploy 1.4.2';
  });
}

function fetchAs(path: string): Promise<Response> {
  return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

async function opsgenieClient(genieKey: string, page: PageIs): Promise<void> {
  opsgenie.configure({ host: url, api_key: genieKey });
  const { alertV2 } = opsgenie;
  const asked = (verb: string, ...given: unknown[]): Promise<any> => promisify(alertV2[verb].bind(alertV2))(...given);
  const alias = { identifier: 'sdk-disk', identifierType: 'alias' };
  const made = await asked('create', {
    message: 'sdk: disk is full',
    alias: 'sdk-disk',
    priority: 'P1',
    tags: ['disk'],
  });
  await check(
    'opsgenie-sdk: a create is answered 202 with the number of its request',
    () => made.result === 'Request will be processed' && made.requestId !== undefined,
  );
  const status = await asked('getRequestStatus', made.requestId);
  await check('opsgenie-sdk: the request says that it was done', () => status.data.isSuccess === true);
  await check('opsgenie-sdk: the alert pages', () => page('sdk: disk', 'triggered'));
  const shown = await asked('get', alias);
  await check('opsgenie-sdk: get by alias, by id and by tiny id', async () => {
    const byId = await asked('get', { identifier: shown.data.id, identifierType: 'id' });
    const byTiny = await asked('get', { identifier: shown.data.tinyId, identifierType: 'tiny' });
    return (
      shown.data.message === 'sdk: disk is full' && byId.data.id === shown.data.id && byTiny.data.id === shown.data.id
    );
  });
  await asked('addNote', alias, { note: 'Look at db-1', user: 'sdk' });
  await asked('addTags', alias, { tags: ['checked'] });
  await check('opsgenie-sdk: notes and tags are added', async () => {
    const notes = await asked('listAlertNotes', alias, {});
    return notes.data[0]?.note === 'Look at db-1' && (await asked('get', alias)).data.tags.includes('checked');
  });
  await asked('acknowledge', alias, { user: 'sdk' });
  await check('opsgenie-sdk: acknowledge acknowledges the page', () => page('sdk: disk', 'acknowledged'));
  const listed = await asked('list', { query: 'status: open AND tag: disk', limit: 10 });
  await check('opsgenie-sdk: list finds it', () => listed.data.length === 1 && listed.data[0].alias === 'sdk-disk');
  await asked('close', alias, { user: 'sdk' });
  await check('opsgenie-sdk: close resolves the page', () => page('sdk: disk', 'resolved'));
  const refused = await asked('create', { message: '' }).catch((error: unknown) => error as any);
  await check('opsgenie-sdk: a faulty alert is refused with what is wrong', () =>
    JSON.stringify(refused).includes('Message can not be empty.'),
  );
  const { heartbeat } = opsgenie;
  const beat = (verb: string, ...given: unknown[]): Promise<any> =>
    promisify(heartbeat[verb].bind(heartbeat))(...given);
  await beat('create', { name: 'sdk-beat', interval: 1, intervalUnit: 'minutes', enabled: true });
  const pong = await beat('ping', { identifier: 'sdk-beat' }, {});
  await check('opsgenie-sdk: a heartbeat is made and pinged', () => pong.result === 'PONG - Heartbeat received');
}

async function alertmanagersReceivers({ url: at, version }: AlertmanagerProcess, page: PageIs): Promise<void> {
  console.warn(`alertmanager ${version}`);
  const send = (endsAt?: string) =>
    fetch(`${at}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        {
          labels: { alertname: 'DiskFull', severity: 'critical', instance: 'db-1' },
          annotations: { summary: 'The disk of db-1 is full' },
          ...(endsAt === undefined ? {} : { endsAt }),
        },
      ]),
    });
  await send();
  await check('alertmanager: pagerduty_url pages', () => page('DiskFull', 'triggered'));
  await check(
    'alertmanager: pagerduty_url and opsgenie_api_url both bring their alert',
    async () => (await kinds('active')) === 'opsgenie,pagerduty',
  );
  await send(new Date(Date.now() - 1_000).toISOString());
  await check('alertmanager: resolving it resolves both alerts', async () => (await kinds('active')) === '');
  await check('alertmanager: and their pages', async () => !(await page('DiskFull', 'triggered')));
}

async function alerts(state: string): Promise<{ kind: string; summary: string }[]> {
  const { items } = (await (await fetchAs(`/api/v1/alerts?state=${state}`)).json()) as any;
  return items.filter(({ summary }: { summary: string }) => summary.includes('DiskFull'));
}
async function kinds(state: string): Promise<string> {
  const found = await alerts(state);
  return found
    .map(({ kind }) => kind)
    .toSorted()
    .join();
}

/** The shortest that Opsgenie knows is a minute, and the product's clock is the machine's. */
async function heartbeats(page: PageIs): Promise<void> {
  console.warn('waiting a minute for the heartbeat that stopped');
  const until = Date.now() + heartbeatWaitMs;
  while (Date.now() < until && !(await page('sdk-beat', 'triggered')))
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  await check('opsgenie-sdk: a heartbeat that stopped pages somebody', () => page('sdk-beat', 'triggered'));
  const { heartbeat } = opsgenie;
  await promisify(heartbeat.ping.bind(heartbeat))({ identifier: 'sdk-beat' }, {});
  await check('opsgenie-sdk: its next ping resolves the page', () => page('sdk-beat', 'resolved'));
}

function configuration(routingKey: string, genieKey: string): string {
  const tls = `http_config: {tls_config: {ca_file: ${join(folder, 'ca.pem')}}}`;
  return `global:
  pagerduty_url: ${url}/v2/enqueue
  opsgenie_api_url: ${url}/
  opsgenie_api_key: ${genieKey}
route:
  receiver: both
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: both
    pagerduty_configs:
      - routing_key: ${routingKey}
        ${tls}
    opsgenie_configs:
      - priority: P1
        responders: [{type: team, name: payments}]
        ${tls}
`;
}

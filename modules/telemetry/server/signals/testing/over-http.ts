import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect } from 'vitest';
import { movableClock } from '../../../../../platform/clock/clock.ts';
import { loadConfiguration } from '../../../../../platform/config/load.ts';
import { createHttp, type StartedHttp } from '../../../../../platform/http/start.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { createLiveRollups, type LiveRollups } from '../../live-rollups.ts';
import { clickhouse, resource } from '../../receive/testing/stored.ts';
import { addRoutes } from '../../routes.ts';
import { createEngine } from '../engine.ts';
import type { Reads } from '../reads.ts';

let postgres: Postgres;
let http: StartedHttp;
let live: LiveRollups;
let url: string;

beforeAll(async () => {
  postgres = await testPostgres();
  const config = loadConfiguration({
    flags: { data: '/nowhere', logLevel: 'silent', port: '0' },
    environment: {},
    folder: '/',
  });
  const metrics = new Registry();
  const log = createLog('silent');
  http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async () => ({ kind: 'token', id: 't', name: 't', role: 'viewer', teams: {}, scopes: ['api'] }));
  const reads: Reads = {
    engine: createEngine(clickhouse),
    clock: movableClock('2018-12-13T15:00:00Z'),
    config,
    knowsService: async () => false,
  };
  live = createLiveRollups(reads);
  const nothing = { keep: () => null, quarantine: () => [], notices: () => [] };
  addRoutes({ http, metrics, log }, reads, live, {
    ...nothing,
    endpoints: () => ({ otlpHttp: null, otlpGrpc: null }),
  });
  ({ url } = await http.listen());
});
afterAll(async () => {
  live.stop();
  await http.stop();
  await postgres.stop();
});

/** The text of a good answer over what `store` stored. */
export const getText = async (path: string): Promise<string> => {
  const answer = await fetch(`${url}/api/v1/${path}`);
  const text = await answer.text();
  expect([path, answer.status, text.slice(0, 300)]).toEqual([path, 200, text.slice(0, 300)]);
  return text;
};

/** `everyType` as the contract writes it. */
export const everyTypeTold = {
  text: 'ümlaut "quoted" \\ \n\t\u0001 €😀',
  empty: '',
  yes: true,
  no: false,
  int: '9223372036854775807',
  negative: '-9223372036854775808',
  'whole double': 3,
  double: 637.704,
  nan: { double: 'NaN' },
  infinite: { double: '-Infinity' },
  bytes: { bytes: 'AAECAwT/' },
  array: ['a', 1, 1, true, []],
  kvlist: { inner: { deep: 5 }, second: 's' },
  'like bytes': { kvlist: { bytes: 'no' } },
  'like kvlist': { kvlist: { kvlist: { x: 'y' } } },
  nothing: null,
};
/** `resource` and `scope` as the contract writes them, sent with the schema URLs 1 and 2. */
export const resourceTold = {
  attributes: { 'service.name': 'my.service', 'service.version': '2.0' },
  schemaUrl: 'https://s/1',
  droppedAttributesCount: 4,
  entities: resource.entityRefs,
};
export const scopeTold = {
  name: 'my.library',
  version: '1.0.0',
  attributes: { 'my.scope.attribute': 'some scope attribute' },
  schemaUrl: 'https://s/2',
  droppedAttributesCount: 5,
};

export const encodings = ['json', 'protobuf'] as const;

/** An attribute of its own for each encoding keeps their rows apart. */
export const named = (encoding: string) => ({
  ...resource,
  attributes: [...resource.attributes, { key: 'sent.as', value: { stringValue: encoding } }],
});
export const namedTold = (encoding: string) => ({
  ...resourceTold,
  attributes: { ...resourceTold.attributes, 'sent.as': encoding },
});

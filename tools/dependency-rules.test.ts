import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenRules, type BrokenRule } from './cruise-house.ts';
import { dependencyRules } from './dependency-rules.ts';
import { plantTree } from './planted-tree.ts';

/** Some of everything that is allowed, in one small house. */
const wellBuilt: Record<string, string> = {
  'kernel/interval.ts': `export const length = 1;`,
  'kernel/ratio.ts': `import { length } from './interval.ts'; export const half = length / 2;`,
  'platform/postgres/postgres.ts': `import pg from 'pg'; import { half } from '../../kernel/ratio.ts'; export const pool = [pg, half];`,
  'ui/Sparkline.vue': `<script setup lang="ts">import { ref } from 'vue'; import { half } from '../kernel/ratio.ts'; const x = ref(half);</script><template>{{ x }}</template>`,
  'modules/catalog/domain/tier.ts': `import { half } from '../../../kernel/ratio.ts'; export const tier = half;`,
  'modules/catalog/contract.ts': `import { z } from 'zod'; import { tier } from './domain/tier.ts'; export const tierSchema = z.literal(tier);`,
  'modules/catalog/server/store.ts': `import { sql } from 'kysely'; import { tier } from '../domain/tier.ts'; export const one = [sql, tier];`,
  'modules/catalog/server/public.ts': `import { one } from './store.ts'; export const door = one;`,
  'modules/catalog/server/module.ts': `import { door } from './public.ts'; import { tierSchema } from '../contract.ts'; import { pool } from '../../../platform/postgres/postgres.ts'; export const catalogModule = [door, tierSchema, pool];`,
  'modules/catalog/web/public.ts': `export const frame = 1;`,
  'modules/catalog/web/ServiceScreen.vue': `<script setup lang="ts">import Sparkline from '../../../ui/Sparkline.vue'; import { tierSchema } from '../contract.ts'; import { frame } from './public.ts'; const x = [tierSchema, frame];</script><template><Sparkline :x="x" /></template>`,
  'modules/catalog/web/routes.ts': `export const routes = [{ component: () => import('./ServiceScreen.vue') }];`,
  'modules/catalog/cli/commands.ts': `import { tierSchema } from '../contract.ts'; export const register = tierSchema;`,
  'modules/telemetry/contract.ts': `import { tierSchema } from '../catalog/contract.ts'; export const signals = tierSchema;`,
  'modules/telemetry/server/module.ts': `import { door } from '../../catalog/server/public.ts'; import { signals } from '../contract.ts'; export const telemetryModule = [door, signals];`,
  'modules/telemetry/web/routes.ts': `import { frame } from '../../catalog/web/public.ts'; export const routes = [frame];`,
  'apps/server/main.ts': `import { catalogModule } from '../../modules/catalog/server/module.ts'; import { telemetryModule } from '../../modules/telemetry/server/module.ts'; export const all = [catalogModule, telemetryModule];`,
  'apps/web/main.ts': `import { routes } from '../../modules/catalog/web/routes.ts'; import { routes as more } from '../../modules/telemetry/web/routes.ts'; export const all = [routes, more];`,
  'apps/cli/main.ts': `import { register } from '../../modules/catalog/cli/commands.ts'; export const all = [register];`,
  'apps/shop/gateway.ts': `import { createServer } from 'node:http'; export const server = createServer;`,
};

/** One planted violation a row: the rule that must name it, the file, what stands in it. */
const planted: { rule: string; file: string; text: string }[] = [
  {
    rule: 'floor-of-catalog',
    file: 'modules/catalog/server/up.ts',
    text: `import { signals } from '../../telemetry/contract.ts'; export const up = signals;`,
  },
  {
    rule: 'floor-of-catalog',
    file: 'modules/catalog/server/up-by-type.ts',
    text: `import type { signals } from '../../telemetry/contract.ts'; export type Up = typeof signals;`,
  },
  {
    rule: 'floor-of-catalog',
    file: 'modules/catalog/server/up-later.ts',
    text: `export const up = () => import('../../telemetry/contract.ts');`,
  },
  {
    rule: 'floor-of-catalog',
    file: 'modules/catalog/web/Up.vue',
    text: `<script setup lang="ts">import { signals } from '../../telemetry/contract.ts';</script><template>{{ signals }}</template>`,
  },
  {
    rule: 'floor-of-delivery',
    file: 'modules/delivery/server/beside.ts',
    text: `import { door } from '../../catalog/server/public.ts'; export const beside = door;`,
  },
  {
    rule: 'enter-by-the-door',
    file: 'modules/telemetry/server/window.ts',
    text: `import { one } from '../../catalog/server/store.ts'; export const through = one;`,
  },
  {
    rule: 'enter-by-the-door',
    file: 'modules/telemetry/web/Window.vue',
    text: `<script setup lang="ts">import ServiceScreen from '../../catalog/web/ServiceScreen.vue';</script><template><ServiceScreen /></template>`,
  },
  {
    rule: 'cli-enters-its-server-by-the-door',
    file: 'modules/catalog/cli/deep.ts',
    text: `import { one } from '../server/store.ts'; export const deep = one;`,
  },
  {
    rule: 'known-module',
    file: 'modules/misc/contract.ts',
    text: `import { half } from '../../kernel/ratio.ts'; export const misc = half;`,
  },
  {
    rule: 'domain-is-pure',
    file: 'modules/catalog/domain/with-package.ts',
    text: `import { z } from 'zod'; export const schema = z;`,
  },
  {
    rule: 'domain-is-pure',
    file: 'modules/catalog/domain/with-node.ts',
    text: `import { randomUUID } from 'node:crypto'; export const id = randomUUID;`,
  },
  {
    rule: 'domain-is-pure',
    file: 'modules/catalog/domain/with-server.ts',
    text: `import type { one } from '../server/store.ts'; export type One = typeof one;`,
  },
  {
    rule: 'contract-is-plain',
    file: 'modules/delivery/contract.ts',
    text: `import { pool } from '../../platform/postgres/postgres.ts'; export const p = pool;`,
  },
  { rule: 'kernel-imports-nothing', file: 'kernel/id.ts', text: `import { z } from 'zod'; export const id = z;` },
  {
    rule: 'ground-knows-no-module',
    file: 'platform/http/http.ts',
    text: `import { tier } from '../../modules/catalog/domain/tier.ts'; export const t = tier;`,
  },
  {
    rule: 'ground-knows-no-module',
    file: 'ui/Badge.vue',
    text: `<script setup lang="ts">import { tier } from '../modules/catalog/domain/tier.ts';</script><template>{{ tier }}</template>`,
  },
  {
    rule: 'platform-shows-nothing',
    file: 'platform/http/page.ts',
    text: `import Sparkline from '../../ui/Sparkline.vue'; export const s = Sparkline;`,
  },
  {
    rule: 'no-node-in-the-browser',
    file: 'modules/catalog/web/Query.vue',
    text: `<script setup lang="ts">import { pool } from '../../../platform/postgres/postgres.ts';</script><template>{{ pool }}</template>`,
  },
  {
    rule: 'no-node-in-the-browser',
    file: 'modules/catalog/web/ask.ts',
    text: `import { door } from '../server/public.ts'; export const ask = door;`,
  },
  {
    rule: 'no-node-module-in-the-browser',
    file: 'ui/path.ts',
    text: `import { join } from 'node:path'; export const j = join;`,
  },
  {
    rule: 'no-vue-in-the-server',
    file: 'modules/catalog/server/reactive.ts',
    text: `import { ref } from 'vue'; export const r = ref;`,
  },
  {
    rule: 'no-vue-in-the-server',
    file: 'modules/catalog/server/screen.ts',
    text: `import { routes } from '../web/routes.ts'; export const s = routes;`,
  },
  {
    rule: 'database-only-in-stores',
    file: 'modules/catalog/server/routes.ts',
    text: `import { sql } from 'kysely'; export const s = sql;`,
  },
  {
    rule: 'database-only-in-stores',
    file: 'modules/catalog/server/commands.ts',
    text: `import type { Kysely } from 'kysely'; export type K = Kysely<object>;`,
  },
  {
    rule: 'database-only-in-stores',
    file: 'apps/server/database.ts',
    text: `import pg from 'pg'; export const p = pg;`,
  },
  {
    rule: 'apps-only-compose',
    file: 'apps/server/peek.ts',
    text: `import { one } from '../../modules/catalog/server/store.ts'; export const p = one;`,
  },
  {
    rule: 'apps-only-compose',
    file: 'apps/web/Peek.vue',
    text: `<script setup lang="ts">import ServiceScreen from '../../modules/catalog/web/ServiceScreen.vue';</script><template><ServiceScreen /></template>`,
  },
  {
    rule: 'the-shop-stands-alone',
    file: 'apps/shop/payment.ts',
    text: `import { half } from '../../kernel/ratio.ts'; export const h = half;`,
  },
  {
    rule: 'nothing-builds-on-apps',
    file: 'modules/catalog/server/from-app.ts',
    text: `import { all } from '../../../apps/cli/main.ts'; export const a = all;`,
  },
  {
    rule: 'product-needs-no-tools',
    file: 'modules/catalog/server/from-tools.ts',
    text: `import { plan } from '../../../tools/plan.ts'; export const p = plan;`,
  },
  {
    rule: 'fixtures-are-for-tests',
    file: 'modules/catalog/server/from-fixtures.ts',
    text: `import { aService } from '../fixtures.ts'; export const s = aService;`,
  },
  { rule: 'no-circles', file: 'kernel/hen.ts', text: `import { egg } from './egg.ts'; export const hen = () => egg;` },
  {
    rule: 'no-circles',
    file: 'kernel/cock.ts',
    text: `import type { Chick } from './chick.ts'; export interface Cock { of: Chick }`,
  },
  { rule: 'no-orphans', file: 'modules/catalog/server/forgotten.ts', text: `export const forgotten = 1;` },
  {
    rule: 'everything-resolves',
    file: 'modules/catalog/server/nowhere.ts',
    text: `import { x } from './not-there.ts'; export const y = x;`,
  },
  {
    rule: 'everything-resolves',
    file: 'modules/catalog/server/undeclared.ts',
    text: `import x from 'a-package-that-nobody-installed'; export const y = x;`,
  },
];

const helpers: Record<string, string> = {
  'kernel/egg.ts': `import { hen } from './hen.ts'; export const egg = () => hen;`,
  'kernel/chick.ts': `import type { Cock } from './cock.ts'; export interface Chick { from: Cock }`,
  'tools/plan.ts': `export const plan = 1;`,
  'modules/catalog/fixtures.ts': `import { tier } from './domain/tier.ts'; export const aService = tier;`,
};

describe('every guard of the house refuses its planted violation, by name', () => {
  const tree = plantTree({
    ...wellBuilt,
    ...helpers,
    ...Object.fromEntries(planted.map(({ file, text }) => [file, text])),
  });
  let broken: BrokenRule[] = [];
  beforeAll(async () => {
    broken = await brokenRules(tree.folder);
  });
  afterAll(() => tree.remove());

  it.each(planted)('$rule refuses $file', ({ rule, file }) => {
    expect(
      broken.filter(({ from, circle }) => from === file || circle.includes(file)).map((one) => one.rule),
    ).toContain(rule);
  });

  it('blames no file that is well built', () => {
    expect(broken.filter(({ from }) => from in wellBuilt)).toEqual([]);
  });

  it('probes every rule; a floor rule that has no module yet is probed by those of catalog and delivery', () => {
    const probed = new Set(planted.map(({ rule }) => rule));
    expect(
      dependencyRules.map(({ name }) => name).filter((name) => !probed.has(name) && !name.startsWith('floor-of-')),
    ).toEqual([]);
  });
});

it('a house that is well built passes', async () => {
  const tree = plantTree(wellBuilt);
  try {
    expect(await brokenRules(tree.folder)).toEqual([]);
  } finally {
    tree.remove();
  }
});

it('the house keeps its own rules', async () => {
  const broken = await brokenRules(dirname(import.meta.dirname));
  expect(broken.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`)).toEqual([]);
});

import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser';
import { below, modulesInOrder } from './floors.ts';

type Rule = IForbiddenRuleType & { name: string; comment: string };

const test = '\\.test\\.ts$';
/** Files that only tests, seeds and benchmarks use may look behind doors. */
const offProduct = [
  test,
  '/fixtures\\.ts$',
  '\\.cases\\.ts$',
  '/testing/',
  '(^|/)testing\\.ts$',
  '/(for-tests|for-tests-setup|global-setup)\\.ts$',
  '^(bench|seeds|e2e|tools)/',
];
const npm = (...names: string[]): string => `(^|/)node_modules/(${names.join('|')})(/|$)`;
const vueWorld = npm('vue', 'vue-router', '@vue/[^/]+', '@nuxt/ui', '@tanstack/vue-[^/]+', 'reka-ui', 'uplot');
const databases = npm('pg', 'kysely', '@clickhouse/[^/]+', '@types/pg', 'chdb');
/** Where a module speaks to a database: `store.ts`, `token-store.ts`, or a folder of that name. */
const speaksToDatabase = [
  '^modules/[^/]+/server/.*(store|views|signals)/',
  '^modules/[^/]+/server/.*(store|views|signals|tables)\\.ts$',
];
const contract = ['^modules/[^/]+/contract\\.ts$', '^modules/[^/]+/contract/'];

const domain: Rule[] = [
  {
    name: 'domain-is-pure',
    comment: 'domain/ imports only itself and kernel/: no npm package, no Node, no platform, no other module.',
    severity: 'error',
    from: { path: '^modules/([^/]+)/domain/', pathNot: offProduct },
    to: { pathNot: ['^modules/$1/domain/', '^kernel/'] },
  },
  {
    name: 'contract-is-plain',
    comment:
      'contract.ts imports zod, kernel/, its own domain/ and contracts of lower floors: page, CLI and other modules read it.',
    severity: 'error',
    from: { path: ['^modules/([^/]+)/contract\\.ts$', '^modules/([^/]+)/contract/'], pathNot: offProduct },
    to: { pathNot: ['^modules/$1/domain/', ...contract, '^kernel/', npm('zod')] },
  },
  {
    name: 'kernel-imports-nothing',
    comment: 'kernel/ is the pure ground: it imports only itself.',
    severity: 'error',
    from: { path: '^kernel/', pathNot: offProduct },
    to: { pathNot: ['^kernel/'] },
  },
];

const ground: Rule[] = [
  {
    name: 'ground-knows-no-module',
    comment: 'kernel/, platform/ and ui/ carry the modules and know none of them.',
    severity: 'error',
    from: { path: '^(kernel|platform|ui)/' },
    to: { path: '^(modules|apps|bench|seeds|e2e)/' },
  },
  {
    name: 'platform-shows-nothing',
    comment: 'platform/ is the ground of Node, ui/ the ground of the browser: neither knows the other.',
    severity: 'error',
    from: { path: '^platform/' },
    to: { path: '^ui/' },
  },
];

const sides: Rule[] = [
  {
    name: 'no-node-in-the-browser',
    comment: 'What the browser runs imports no Node module and nothing of platform/ or of a server.',
    severity: 'error',
    from: {
      path: '^(ui|apps/web)/|^modules/[^/]+/web/',
      pathNot: [test, '^apps/web/(vite\\.config|ui-options)\\.ts$'],
    },
    to: { path: ['^platform/', '^modules/[^/]+/(server|cli)/', '^apps/(server|cli|shop)/'] },
  },
  {
    name: 'no-node-module-in-the-browser',
    comment: 'What the browser runs imports no module of Node itself.',
    severity: 'error',
    from: {
      path: '^(ui|apps/web)/|^modules/[^/]+/(web|domain)/|^modules/[^/]+/contract',
      pathNot: [test, '^apps/web/(vite\\.config|ui-options)\\.ts$'],
    },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'no-vue-in-the-server',
    comment: 'What Node runs imports no Vue, no chart and nothing of ui/ or of a page.',
    severity: 'error',
    from: { path: '^(platform|apps/server|apps/cli|apps/shop)/|^modules/[^/]+/(server|cli)/' },
    to: { path: [vueWorld, '^ui/', '^modules/[^/]+/web/', '^apps/web/'] },
  },
  {
    name: 'database-only-in-stores',
    comment:
      'pg, kysely and the ClickHouse client are imported only by store, views, signals (and their tables) and by platform/.',
    severity: 'error',
    from: { path: '^(modules|apps|ui)/', pathNot: [...offProduct, ...speaksToDatabase] },
    to: { path: databases },
  },
];

const apps: Rule[] = [
  {
    name: 'apps-only-compose',
    comment: 'apps/ enters a module only by module.ts (server), web/routes.ts (page) and cli/commands.ts (CLI).',
    severity: 'error',
    from: { path: '^apps/', pathNot: offProduct },
    to: { path: '^modules/', pathNot: '^modules/[^/]+/(server/module|web/routes|cli/commands|contract)\\.ts$' },
  },
  {
    name: 'the-shop-stands-alone',
    comment:
      "apps/shop is somebody else's program: it knows nothing of Leadline but the OTLP address that it is given.",
    severity: 'error',
    from: { path: '^apps/shop/', pathNot: offProduct },
    to: { path: '^(kernel|platform|modules|ui|apps/(server|cli|web))/' },
  },
  {
    name: 'nothing-builds-on-apps',
    comment: 'Nobody imports apps/ but apps/ itself, tests and tools.',
    severity: 'error',
    from: { path: '^(kernel|platform|modules|ui)/', pathNot: offProduct },
    to: { path: '^apps/' },
  },
  {
    name: 'product-needs-no-tools',
    comment:
      'Nothing that is served depends on tools/, bench/, seeds/ or e2e/; tools/build-web.ts makes the screens at the start.',
    severity: 'error',
    from: { path: '^(kernel|platform|modules|ui|apps)/', pathNot: offProduct },
    to: { path: '^(tools|bench|seeds|e2e)/', pathNot: '^tools/build-web\\.ts$' },
  },
  {
    name: 'fixtures-are-for-tests',
    comment: 'Builders of test data are never imported by what is served.',
    severity: 'error',
    from: { path: '^(kernel|platform|modules|ui|apps)/', pathNot: offProduct },
    to: {
      path: [
        '/fixtures\\.ts$',
        '/testing/',
        '(^|/)testing\\.ts$',
        '/(for-tests|for-tests-setup|global-setup)\\.ts$',
        test,
      ],
    },
  },
];

const doors: Rule[] = [
  {
    name: 'enter-by-the-door',
    comment:
      'Another module is entered only by contract.ts, server/public.ts (from a server) and web/public.ts (from a page).',
    severity: 'error',
    from: { path: '^modules/([^/]+)/', pathNot: offProduct },
    to: { path: '^modules/', pathNot: ['^modules/$1/', ...contract, '^modules/[^/]+/(server|web)/public\\.ts$'] },
  },
  {
    name: 'cli-enters-its-server-by-the-door',
    comment: "A module's CLI uses its own contract.ts, domain/ and server/public.ts, nothing else of its server.",
    severity: 'error',
    from: { path: '^modules/[^/]+/cli/', pathNot: offProduct },
    to: { path: '^modules/[^/]+/(server|web)/', pathNot: '^modules/[^/]+/server/public\\.ts$' },
  },
  {
    name: 'known-module',
    comment: 'Every folder of modules/ is a word of tools/floors.ts.',
    severity: 'error',
    from: { path: '^modules/[^/]+/', pathNot: `^modules/(${modulesInOrder.join('|')})/` },
    to: {},
  },
];

const floorRules: Rule[] = modulesInOrder.map((module) => ({
  name: `floor-of-${module}`,
  comment: `${module} uses only modules on lower floors${below(module).length > 0 ? `: ${below(module).join(', ')}` : '; there is none below it'}.`,
  severity: 'error' as const,
  // Test data of an upper floor is no business of a lower one either: only fixtures below may be used.
  from: { path: `^modules/${module}/` },
  to: { path: '^modules/', pathNot: `^modules/(${[module, ...below(module)].join('|')})/` },
}));

const shape: Rule[] = [
  {
    name: 'no-circles',
    comment: 'Two files that need each other are one thing or need a third below them.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    comment: 'A file that nobody uses and that uses nobody is deleted.',
    severity: 'error',
    from: {
      orphan: true,
      pathNot: ['\\.d\\.ts$', '\\.config\\.(ts|js|mjs)$', test, '^(tools|bench|seeds|e2e)/', '^apps/shop/'],
    },
    to: {},
  },
  {
    name: 'everything-resolves',
    comment: 'An import that points at nothing, or at a package that package.json does not name.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: ['^(virtual:|#build/|\\?)', '\\?(worker|url|raw)$'] },
  },
];

/** Every guard that reads imports, each with its name and its reason; probed one by one in dependency-rules.test.ts. */
export const dependencyRules: readonly Rule[] = [
  ...floorRules,
  ...doors,
  ...domain,
  ...ground,
  ...sides,
  ...apps,
  ...shape,
];

/** Folders that are read. */
export const cruised = ['kernel', 'platform', 'ui', 'modules', 'apps', 'bench', 'seeds', 'e2e', 'tools'] as const;

/** The whole configuration of dependency-cruiser: `.ts` and `.vue`, type-only and dynamic imports included. */
export const cruiserConfiguration = {
  forbidden: [...dependencyRules],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^(\\.cache|apps/[^/]+/dist)/', '^[^n].*\\.gen\\.', '^apps/web/public/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    extraExtensionsToScan: [],
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.js', '.mjs', '.cjs', '.d.ts', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default', 'require'],
      mainFields: ['module', 'main', 'types'],
    },
  },
} satisfies IConfiguration;

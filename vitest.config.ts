import ui from '@nuxt/ui/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './tools/vitest/slow-first.ts';
import { offlineIcons, uiOptions } from './apps/web/ui-options.ts';

const inTheBrowser = ['ui/**/*.test.ts', 'apps/web/**/*.test.ts', 'modules/*/web/**/*.test.ts'];
const never = ['**/node_modules/**', '**/dist/**', '**/.cache/**'];

/**
 * Four kinds of tests. `node` needs nothing, `db` starts the engines and never skips, `web` mounts Vue parts,
 * `e2e` drives the whole product in a real browser (the screens must be built before: `npm test` does).
 */
export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        test: {
          name: 'node',
          include: ['**/*.test.ts'],
          exclude: [...never, ...inTheBrowser, '**/*.db.test.ts', 'e2e/**/*.journey.test.ts'],
          testTimeout: 60_000,
          // A process for each file took as long as the tests in it.
          isolate: false,
        },
      },
      {
        test: {
          name: 'db',
          include: ['**/*.db.test.ts'],
          globalSetup: ['./platform/postgres/global-setup.ts', './platform/clickhouse/for-tests-setup.ts'],
          exclude: never,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // They wait for engines and clocks more than they work.
          maxWorkers: 3,
        },
      },
      {
        plugins: [vue(), ui(uiOptions)],
        resolve: { alias: [offlineIcons] },
        test: {
          name: 'web',
          include: inTheBrowser,
          exclude: never,
          environment: 'happy-dom',
          setupFiles: ['./tools/vitest/no-network.ts', './tools/vitest/web-setup.ts'],
          testTimeout: 20_000,
          // A page and the library anew for each file took ten times as long as the tests.
          isolate: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.journey.test.ts'],
          exclude: never,
          testTimeout: 240_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});

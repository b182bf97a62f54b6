import vue from '@vitejs/plugin-vue';
import ui from '@nuxt/ui/vite';
import { defineConfig } from 'vite';
import { offlineIcons, repositoryRoot, uiOptions } from './ui-options.ts';

/** `npm run build:web` writes the page to .cache/web; `vite --config apps/web/vite.config.ts` serves it while it is worked on. */
export default defineConfig({
  root: `${repositoryRoot}/apps/web`,
  cacheDir: `${repositoryRoot}/.cache/vite`,
  plugins: [vue(), ui(uiOptions)],
  resolve: { alias: [offlineIcons] },
  build: {
    outDir: `${repositoryRoot}/.cache/web`,
    emptyOutDir: true,
    // The Content-Security-Policy lets no data: script or style through, and small files cost little over HTTP/1.1 keep-alive.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    manifest: 'manifest.json',
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: process.env['LEADLINE_URL'] ?? 'http://127.0.0.1:7070' } },
  },
});

import { defineConfig } from 'vite'

// The demonstration page of an insurer; it includes the widget as any site would.
export default defineConfig({
  root: 'src/demo',
  base: '/demo/',
  publicDir: false,
  build: {
    outDir: '../../../static/demo',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})

import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The widget: one module without a hash, because other people's pages name its loader.
export default defineConfig({
  publicDir: false,
  plugins: [svelte()],
  build: {
    outDir: '../static',
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    rollupOptions: {
      input: { 'widget/app': 'src/widget/main.ts', widget: 'src/widget/loader.ts' },
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'widget/[name].js',
      },
    },
  },
})

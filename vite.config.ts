import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The client is served by the server itself under a strict CSP, so nothing may be inlined. */
export default defineConfig({
  root: 'client',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: ['chrome125', 'firefox140', 'safari18'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Comes from this machine, and React is 210 kB of it; what the first rows do not need is in late parts.
    chunkSizeWarningLimit: 600,
  },
});

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev` shows the sources against a running group node; its address comes from PRORATA_NODE.
const node = process.env.PRORATA_NODE ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // The node replaces this word in index.html by a fresh nonce on each response (Content-Security-Policy: style-src-elem).
  html: { cspNonce: 'CSP_NONCE' },
  server: { proxy: { '/api': node, '/session': node, '/openapi.json': node } },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
});

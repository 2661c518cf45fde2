import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// `npm run dev` shows the sources against a running group node; its address comes from PRORATA_NODE.
const node = process.env.PRORATA_NODE ?? 'http://127.0.0.1:8080';

/** Writes each script and style a second time, compressed: the node sends it as it lies, so that no request pays for it. */
function compressedAssets(): Plugin {
  let out = '';
  return {
    name: 'compressed-assets',
    apply: 'build',
    configResolved({ root, build }) {
      out = resolve(root, build.outDir);
    },
    closeBundle() {
      for (const file of globSync('assets/*.{js,css}', { cwd: out })) {
        const path = join(out, file);
        const content = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(content));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressedAssets()],
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

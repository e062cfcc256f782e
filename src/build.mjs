// Bundles each program to dist/<program>.js; what programs share becomes chunks, loaded when first needed.
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const programs = {
  'orch-tui': 'src/cli/main.ts',
  host: 'src/host/main.ts',
  controller: 'src/controller/main.ts',
  hook: 'src/agents/hook.ts',
  'demo-agent': 'src/agents/demo/main.ts',
};

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: programs,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // node-pty loads a native file beside itself; Ink's developer tools are named by it, but never loaded here.
  external: ['node-pty', 'react-devtools-core'],
  // Bundled CommonJS parts still ask for `require`.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

copyFileSync('src/cli/launch.sh', 'dist/orch-tui');
chmodSync('dist/orch-tui', 0o755);

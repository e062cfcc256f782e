// Bundles each program to dist/<program>.js; what programs share becomes chunks, loaded when first needed.
import { chmodSync, copyFileSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const programs = {
  'orch-tui': 'src/cli/main.ts',
  host: 'src/host/main.ts',
  controller: 'src/controller/main.ts',
  hook: 'src/agents/hook.ts',
  'status-line': 'src/agents/statusLine.ts',
  'demo-agent': 'src/agents/demo/main.ts',
  setup: 'src/agents/setup/main.ts',
};

rmSync('dist', { recursive: true, force: true });
/**
 * Yoga, Ink's layout, takes its own WebAssembly from a data URL by `fetch`, for which Node loads its whole HTTP client:
 * 30 ms at every start. Without `fetch` it decodes the bytes itself.
 */
const yogaWithoutFetch = {
  name: 'yoga-without-fetch',
  setup: ({ onLoad }) =>
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => ({
      contents: `const fetch = undefined;\n${readFileSync(path, 'utf8')}`,
    })),
};

/**
 * Importing Node's HTTP module touches all that it exports, and with that loads Node's WebSockets, its other HTTP client and
 * HTTP/2: 40 ms and 10 MB in each process that does, hooks of agents among them. Asked for like this it does not.
 */
const httpAlone = {
  name: 'http-alone',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'node:http', namespace: 'alone' }));
    onLoad({ filter: /./, namespace: 'alone' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

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
  // node-pty and keyring load a native file beside themselves; Ink's developer tools are named by it, but never loaded here.
  external: ['node-pty', '@napi-rs/keyring', 'react-devtools-core'],
  // Bundled CommonJS parts still ask for `require`.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [yogaWithoutFetch, httpAlone],
  logLevel: 'warning',
});

copyFileSync('src/cli/launch.sh', 'dist/orch-tui');
chmodSync('dist/orch-tui', 0o755);

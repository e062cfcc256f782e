// Bundles each program to dist/<program>.js; what programs share becomes chunks, loaded when first needed.
// `node src/build.mjs [FOLDER [METAFILE]]` takes another folder than dist, and writes down there what went into the bundles.
// `npm run dev` starts it with `--watch`: it then builds after each change, and reports each build to its parent.
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, context, formatMessages } from 'esbuild';

const isWatching = process.argv.includes('--watch');
const [folder = 'dist', metafileAt] = process.argv.slice(2).filter((word) => word !== '--watch');
const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));

const programs = {
  'orch-tui': 'src/programs/orch-tui.ts',
  host: 'src/programs/host.ts',
  controller: 'src/programs/controller.ts',
  hook: 'src/programs/hook.ts',
  'status-line': 'src/programs/statusLine.ts',
  'demo-agent': 'src/programs/demoAgent.ts',
  setup: 'src/programs/setup.ts',
};

rmSync(folder, { recursive: true, force: true });
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

/**
 * Ink loads React's developer tools where `DEV` is set and they are found, debug loads supports-color where it is found:
 * beside a global installation they may be anybody's. Without both, bundles import only what is installed with them.
 */
const withoutNeighbours = {
  name: 'without-neighbours',
  setup: ({ onLoad, onResolve }) => {
    onLoad({ filter: /ink\/build\/devtools\.js$/ }, () => ({ contents: '' }));
    onResolve({ filter: /^supports-color$/ }, ({ path }) => ({ path, namespace: 'neighbour' }));
    onLoad({ filter: /./, namespace: 'neighbour' }, () => ({ contents: 'module.exports = null;' }));
  },
};

/**
 * string-width loads the rules of Unicode for clusters, 20 ms, and lists all emoji, 20 ms, in every program that could
 * measure a text. Most texts are ASCII and need neither: both are made when first needed.
 */
const widthsWhenNeeded = {
  name: 'widths-when-needed',
  setup: ({ onLoad }) =>
    onLoad({ filter: /node_modules\/string-width\/index\.js$/ }, ({ path }) => {
      const later = {
        'const segmenter = new Intl.Segmenter();':
          'let clusters; const segmenter = { segment: (text) => (clusters ??= new Intl.Segmenter()).segment(text) };',
        'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;':
          'let emoji; const rgiEmojiRegex = { test: (text) => (emoji ??= /^\\p{RGI_Emoji}$/v).test(text) };',
      };
      let contents = readFileSync(path, 'utf8');
      for (const [now, whenNeeded] of Object.entries(later)) {
        if (!contents.includes(now)) throw new Error(`string-width no longer has: ${now}`);
        contents = contents.replace(now, () => whenNeeded);
      }
      return { contents };
    }),
};

/** Messages of zod in fifty languages, of which ours are none: half of what the first chunk of a controller would hold. */
const withoutLanguages = {
  name: 'without-languages',
  setup: ({ onLoad }) =>
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    })),
};

/** Sends the parent what is wrong with each build; null when it is there. */
const reporting = {
  name: 'reporting',
  setup: ({ onEnd }) =>
    onEnd(async ({ errors }) => {
      const text = await formatMessages(errors, { kind: 'error', color: true });
      if (errors.length === 0) addLauncher();
      process.send({ problem: errors.length === 0 ? null : text.join('') });
    }),
};

function addLauncher() {
  copyFileSync('src/programs/launch.sh', join(folder, 'orch-tui'));
  chmodSync(join(folder, 'orch-tui'), 0o755);
}

const options = {
  entryPoints: programs,
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: engines.node.replace('>=', 'node'),
  minifySyntax: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  // Both load a native file beside themselves.
  external: ['node-pty', '@napi-rs/keyring'],
  // Bundled CommonJS parts still ask for `require`.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  metafile: true,
  plugins: [yogaWithoutFetch, httpAlone, withoutNeighbours, withoutLanguages, widthsWhenNeeded],
  logLevel: 'warning',
};

if (isWatching) {
  const watching = await context({
    ...options,
    plugins: [...options.plugins, reporting],
    logLevel: 'silent',
  });
  process.on('disconnect', () => process.exit());
  await watching.watch();
} else {
  const { metafile } = await build(options);
  if (metafileAt) writeFileSync(metafileAt, JSON.stringify(metafile));
  addLauncher();
}

/**
 * CPU time for a change of the screen, from the message to the bytes for the terminal: `npm run bench:redraw`, with
 * `-- --against FOLDER` beside a checkout of another commit that has its node_modules. Sixteen workers, six panes.
 * Changes of both are interleaved; medians count, and the median of the ratios of pairs. `--json` gives one JSON object.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const sizes = [
  { cols: 80, rows: 24 },
  { cols: 220, rows: 60 },
];
const kinds = ['key', 'event', 'tick', 'full redraw'] as const;
type Kind = (typeof kinds)[number];

/** A room of one checkout. */
interface Room {
  /** Makes the nth change of a kind and draws it. */
  change(kind: Kind, n: number): void;
}

interface Checkout {
  open(size: { readonly cols: number; readonly rows: number }): Room;
}

/** Draws a state by the one tree of elements that there was before each part was drawn alone. */
const asOneTree = `
import { createElement } from 'react';
import { Chrome } from './src/paint/chrome.ts';
import { Room } from './src/ui/Room.tsx';
import { SlotContext } from './src/ui/slots.tsx';
export const createScreen = ({ cols, rows }) => {
  const chrome = new Chrome(cols, rows);
  return {
    draw(state) {
      const room = createElement(Room, { state, color: true });
      chrome.render(createElement(SlotContext.Provider, { value: chrome.slots }, room));
      return chrome;
    },
    // It draws everything each time.
    forget() {},
  };
};`;

const inParts = `
import { Chrome } from './src/ui/chrome.ts';
import { pictureOf } from './src/PICTURE';
export const createScreen = ({ cols, rows }) => {
  let chrome = new Chrome(cols, rows);
  return {
    draw(state) {
      chrome.draw(pictureOf(state, true));
      return chrome;
    },
    forget() {
      chrome = new Chrome(cols, rows);
    },
  };
};`;

/** What a room of a checkout does, by its own code; \`createScreen\` and \`Compositor\` come before it. */
const roomSource = `
import { nextTick } from './src/CLOCK';
import { updateApp } from './src/UPDATE';
import { busyFacts, minutesAgo, press, room, worker } from './test/app/fixtures.ts';
const states = ['working', 'idle', 'waiting', 'working'];
const workers = Array.from({ length: 16 }, (_, n) =>
  worker(\`\${['backend', 'admin', 'web'][n % 3]}/task-number-\${n}\`, {
    state: states[n % 4],
    stateSince: minutesAgo(n * 1.7),
  }),
);
const repos = busyFacts().repos;
/** One worker's state is another one with each event. */
const factsAt = (n) =>
  busyFacts({
    repos,
    workers: workers.map((one, at) => (at === 2 ? { ...one, state: states[n % 3], asks: null } : one)),
  });
export function open(size) {
  const screen = createScreen(size);
  const compositor = new Compositor();
  let state = { ...room(factsAt(0), size), grid: 6 };
  const draw = () => {
    const { grid, layers } = screen.draw(state);
    compositor.frame(grid, layers, null);
  };
  const update = (message) => {
    state = updateApp(state, message).state;
  };
  draw();
  return {
    change(kind, n) {
      if (kind === 'full redraw') screen.forget();
      if (kind === 'key' || kind === 'full redraw') state = press(state, n % 8 < 4 ? 'j' : 'k').state;
      else if (kind === 'event') update({ type: 'factsArrived', facts: factsAt(n + 1) });
      else update({ type: 'ticked', now: state.now + (nextTick(state) ?? 1000) });
      draw();
    },
  };
}`;

const place = mkdtempSync(join(tmpdir(), 'o-redraw-'));
try {
  const ours = await load(resolve('.'), 'ours');
  const theirs = values.against === undefined ? null : await load(resolve(values.against), 'theirs');
  const results: Result[] = [];
  for (const size of sizes) for (const kind of kinds) results.push(await measure(size, kind, ours, theirs));
  if (values.json) process.stdout.write(`${JSON.stringify({ rounds, results })}\n`);
  else for (const result of results) process.stdout.write(`${lineOf(result)}\n`);
} finally {
  rmSync(place, { recursive: true });
}

/** Bundles what a checkout draws with, and loads it. */
async function load(folder: string, name: string): Promise<Checkout> {
  const isOneTree = existsSync(join(folder, 'src/ui/slots.tsx'));
  const compositor = existsSync(join(folder, 'src/terminal/renderer.ts'))
    ? 'terminal/renderer.ts'
    : 'paint/compositor.ts';
  const has = (file: string) => existsSync(join(folder, 'src', file));
  const source = `import { Compositor } from './src/${compositor}';\n${isOneTree ? asOneTree : inParts}${roomSource}`;
  const contents = source
    .replace('PICTURE', has('tui/picture.tsx') ? 'tui/picture.tsx' : 'ui/room.tsx')
    .replace('CLOCK', has('app/clock.ts') ? 'app/clock.ts' : 'tui/update.ts')
    .replace('UPDATE', has('app/update.ts') ? 'app/update.ts' : 'tui/update.ts');
  const outfile = join(place, `${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: folder, loader: 'tsx' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'without-devtools',
        setup: ({ onLoad }) => onLoad({ filter: /ink\/build\/devtools\.js$/ }, () => ({ contents: '' })),
      },
    ],
    logLevel: 'error',
  });
  return (await import(pathToFileURL(outfile).href)) as Checkout;
}

interface Result {
  readonly size: string;
  readonly kind: Kind;
  readonly ours: number;
  readonly theirs: number | null;
  readonly ratio: number | null;
}

async function measure(
  size: { readonly cols: number; readonly rows: number },
  kind: Kind,
  ours: Checkout,
  theirs: Checkout | null,
): Promise<Result> {
  const rooms = [ours.open(size), ...(theirs ? [theirs.open(size)] : [])];
  const times: number[][] = rooms.map(() => []);
  // The first quarter is for the compiler.
  for (let n = -rounds; n < 3 * rounds; n++)
    for (const at of n % 2 === 0 ? rooms.keys() : [...rooms.keys()].reverse()) {
      const ms = await cpuOf(() => rooms[at]?.change(kind, n + rounds));
      if (n >= 0) times[at]?.push(ms);
    }
  const [mine = [], other = []] = times;
  return {
    size: `${size.cols}×${size.rows}`,
    kind,
    ours: median(mine),
    theirs: theirs ? median(other) : null,
    ratio: theirs ? median(mine.map((ms, n) => ms / (other[n] ?? Number.NaN))) : null,
  };
}

/** Returns milliseconds of this process, with its helpers and what React leaves for the end of the turn. */
async function cpuOf(run: () => void): Promise<number> {
  const before = process.cpuUsage();
  run();
  await new Promise(setImmediate);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function lineOf({ size, kind, ours, theirs, ratio }: Result): string {
  const beside =
    theirs === null ? '' : `  other ${theirs.toFixed(2).padStart(6)} ms  ratio ${ratio?.toFixed(2)}`;
  return `${size.padEnd(8)} ${kind.padEnd(12)} ${ours.toFixed(2).padStart(6)} ms${beside}`;
}

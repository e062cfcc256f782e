import type { Terminal } from '@xterm/headless';
import { expect, test } from 'vitest';
import { Compositor, hasAmbiguousWidth, type Layer } from '../../src/terminal/renderer.ts';
import { writeNow } from '../../src/terminal/xterm.ts';
import { hostileBytes, Random } from './hostile.ts';
import { blanked, blankLook, gridOf, hasOddWidth, type Look, looksOf, terminal, told } from './looks.ts';

/** Raise it for a long search; the seed of a failure is in its message. */
const frames = Number(process.env.ORCH_PAINT_FRAMES ?? 2000);
const framesPerRun = 50;

/** How the terminal we paint on measures text: as we do, by code points of a newer table, or of a very old one. */
test.each(['15-graphemes', '15', '6'])(
  'a terminal that measures by Unicode %s shows what was composed',
  (version) => {
    const share = Math.ceil(frames / (version === '15-graphemes' ? 2 : 4));
    for (let seed = 0; seed < share / framesPerRun; seed++) paintRun(seed, version);
  },
  30_000 + frames * 20,
);

function paintRun(seed: number, version: string): void {
  const random = new Random(seed * 7919 + version.length);
  const compositor = new Compositor();
  let scene = newScene(random);
  const outer = terminal(scene.chrome.cols, scene.chrome.rows);
  outer.unicode.activeVersion = version;
  writeNow(outer, '\x1b[?7l');
  for (let frame = 0; frame < framesPerRun; frame++) {
    if (random.chance(6)) {
      disposeScene(scene);
      scene = newScene(random);
      outer.resize(scene.chrome.cols, scene.chrome.rows);
      compositor.invalidate();
    }
    changeScene(random, scene);
    const painted = compositor.frame(gridOf(scene.chrome), scene.layers.map(layerOf), null);
    if (painted !== '') writeNow(outer, painted);
    expect(compositor.frame(gridOf(scene.chrome), scene.layers.map(layerOf), null)).toBe('');
    const wrong = firstDifference(outer, expectedCells(scene), version === '15-graphemes');
    if (wrong) throw new Error(`seed ${seed}, frame ${frame}, Unicode ${version}: ${wrong}`);
  }
  disposeScene(scene);
  outer.dispose();
}

interface Scene {
  readonly chrome: Terminal;
  layers: PaintedLayer[];
}

type PaintedLayer = Omit<Layer, 'grid'> & { readonly inner: Terminal | null };

function newScene(random: Random): Scene {
  const chrome = terminal(random.between(2, 100), random.between(1, 40));
  const layers: PaintedLayer[] = [];
  for (let pane = random.between(1, 4); pane > 0; pane--) {
    const inner = terminal(random.between(2, 60), random.between(1, 30));
    layers.push({ ...place(random, chrome), id: `pane ${pane}`, kind: 'pane', inner });
  }
  return { chrome, layers };
}

function disposeScene(scene: Scene): void {
  scene.chrome.dispose();
  for (const { inner } of scene.layers) inner?.dispose();
}

function changeScene(random: Random, scene: Scene): void {
  if (random.chance(30)) writeNow(scene.chrome, hostileBytes(random, random.between(1, 30)));
  for (const layer of scene.layers) {
    if (layer.inner && random.chance(10)) layer.inner.resize(random.between(2, 60), random.between(1, 30));
    if (layer.inner && random.chance(60)) writeNow(layer.inner, hostileBytes(random, random.between(1, 40)));
  }
  if (random.chance(20)) {
    const overlays = Array.from({ length: random.below(3) }, (_, n) => ({
      ...place(random, scene.chrome),
      id: `overlay ${n}`,
      kind: 'overlay' as const,
      inner: null,
    }));
    const panes = scene.layers.filter(({ kind }) => kind === 'pane');
    scene.layers = panes.map((pane) =>
      random.chance(20) ? { ...pane, ...place(random, scene.chrome) } : pane,
    );
    for (const overlay of overlays) scene.layers.splice(random.between(0, scene.layers.length), 0, overlay);
  }
}

function place(random: Random, { cols, rows }: Terminal) {
  return {
    x: random.between(-2, cols),
    y: random.between(-2, rows),
    width: random.between(0, cols),
    height: random.between(0, rows),
  };
}

function layerOf({ inner, ...layer }: PaintedLayer): Layer {
  return inner ? { ...layer, grid: gridOf(inner) } : layer;
}

/** Painter's order, cell by cell, written without the grids' help. */
function expectedCells(scene: Scene): Look[][] {
  const cells = looksOf(scene.chrome);
  const chrome = looksOf(scene.chrome);
  for (const layer of scene.layers) {
    const source = layer.inner ? looksOf(layer.inner) : chrome;
    const [dx, dy] = layer.inner ? [layer.x, layer.y] : [0, 0];
    for (let y = Math.max(0, layer.y); y < Math.min(cells.length, layer.y + layer.height); y++) {
      const row = cells[y] ?? [];
      const from = Math.max(0, layer.x);
      const to = Math.min(row.length, layer.x + layer.width);
      const covered = [...row];
      for (let x = from; x < to; x++) row[x] = { ...(source[y - dy]?.[x - dx] ?? blankLook) };
      if (from >= to) continue;
      blankCut(row, covered, from);
      blankCut(row, covered, to);
    }
  }
  return cells;
}

/** At the edge in front of column x: what lost its other half goes blank, on both sides. */
function blankCut(row: Look[], before: Look[], x: number): void {
  const left = row[x - 1];
  const right = row[x];
  const wasPair = x > 0 && before[x]?.width === 0;
  if (left?.width === 2 || (left && wasPair && left === before[x - 1])) row[x - 1] = blanked(left);
  if (right?.width === 0) row[x] = blanked(right);
}

/** Cells of disputed width may be lost on a terminal of another opinion, but no other cell. */
function firstDifference(outer: Terminal, expected: Look[][], isStrict: boolean): string | null {
  const actual = looksOf(outer);
  for (const [y, row] of expected.entries()) {
    for (const [x, look] of row.entries()) {
      const seen = actual[y]?.[x] ?? blankLook;
      const lead = look.width === 0 ? (row[x - 1] ?? look) : look;
      if (isStrict ? hasOddWidth(lead) : isDisputedText(lead)) continue;
      const isLast = x === row.length - 1;
      const text = isLast ? ([...look.text][0] ?? '') : look.text;
      const isSame = seen.text === text && seen.width === look.width && seen.style === look.style;
      if (!isSame) return `cell ${x},${y} of ${row.length} shows ${told(seen)} instead of ${told(look)}`;
    }
  }
  return null;
}

function isDisputedText({ text, width }: Look): boolean {
  const [first = ' ', ...rest] = text;
  return rest.length > 0 || hasAmbiguousWidth((first.codePointAt(0) ?? 0) | (width << 22));
}

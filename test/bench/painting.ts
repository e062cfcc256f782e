/**
 * Costs of one frame, in microseconds: `node test/bench/painting.ts`. A screen of 220 × 60 with four panes of
 * 98 × 27; the machine's load shows in the figures, so compare them with each other.
 */

import { ScreenCopy, ScreenEncoder } from '../../src/terminal/codec.ts';
import { Emulator } from '../../src/terminal/emulator.ts';
import { Compositor, type Layer } from '../../src/terminal/renderer.ts';
import { createScreen } from '../../src/terminal/screen.ts';

const rounds = 300;
const chromeTerminal = new Emulator({ cols: 220, rows: 60, scrollback: 0 });
for (let y = 1; y <= 60; y++) chromeTerminal.write(`\x1b[${y};1H│${'─'.repeat(218)}│`);
const panes = Array.from({ length: 4 }, (_, n) => ({
  emulator: new Emulator({ cols: 98, rows: 27, scrollback: 1000 }),
  screen: createScreen(98, 27),
  changed: [] as number[],
  encoder: new ScreenEncoder(),
  copy: new ScreenCopy(),
  at: { x: 1 + (n % 2) * 110, y: 1 + (n >> 1) * 30, width: 98, height: 27 },
}));
const chrome = createScreen(220, 60);
const compositor = new Compositor();

measure('nothing changes', () => {});
measure('one cell changes', (round) => panes[0]?.emulator.write(`\x1b[5;${1 + (round % 91)}H${round % 10}`));
measure('four panes flood', (round) => {
  for (const { emulator } of panes) emulator.write(flood(round));
});
measure('chrome ticks', (round) => {
  for (let y = 0; y < 14; y++) chromeTerminal.write(`\x1b[${y * 4 + 1};105H${'⠋⠙⠹⠸⠼⠴'[round % 6]}`);
});

/** Four kilobytes of coloured log lines. */
function flood(round: number): string {
  let text = '';
  for (let line = 0; text.length < 4096; line++)
    text += `\x1b[3${line % 8}m${round}.${line}\x1b[0m compiled src/module-${line * round}.ts in \x1b[1m${line} ms\x1b[0m\r\n`;
  return text;
}

function measure(name: string, change: (round: number) => void): void {
  const costs = { parse: 0, read: 0, encode: 0, decode: 0, frame: 0 };
  let wire = 0;
  let painted = 0;
  const timed = <T>(part: keyof typeof costs, run: () => T): T => {
    const start = performance.now();
    const value = run();
    costs[part] += performance.now() - start;
    return value;
  };
  for (let round = -50; round < rounds; round++) {
    if (round === 0) for (const part of Object.keys(costs)) costs[part as keyof typeof costs] = 0;
    if (round === 0) wire = painted = 0;
    timed('parse', () => change(round));
    timed('read', () => {
      chromeTerminal.readScreen(chrome);
      for (const { emulator, screen, changed } of panes) {
        changed.length = 0;
        emulator.readScreen(screen, changed);
      }
    });
    for (const { screen, encoder, changed, copy } of panes) {
      const update = timed('encode', () => encoder.encode(screen, changed));
      wire += update?.length ?? 0;
      if (update) timed('decode', () => copy.apply(update));
    }
    const layers = panes.map(
      ({ at, copy }, n): Layer => ({ ...at, id: `${n}`, kind: 'pane', grid: copy.screen.grid }),
    );
    painted += timed('frame', () => compositor.frame(chrome.grid, layers, null)).length;
  }
  const shown = Object.entries(costs).map(([part, ms]) => `${part} ${Math.round((ms * 1000) / rounds)}`);
  console.log(
    `${name}: ${shown.join(' · ')} µs · wire ${Math.round(wire / rounds)} B · painted ${Math.round(painted / rounds)} B`,
  );
}

/** A program that takes the terminal and does what a key says: see outer.test.ts. */
import { writeFileSync } from 'node:fs';
import { rowText } from '../../src/terminal/screen.ts';
import { Tty } from '../../src/terminal/tty.ts';

const outer = new Tty(process.stdin, process.stdout, { mouse: true, title: true });

function paint(word: string): void {
  const { cols, rows } = outer.size;
  outer.write(`\x1b[?2026h\x1b[1;31m\x1b[H\x1b[2J${word} ${cols}x${rows} pid ${process.pid}.\x1b[?2026l`);
}

const actions: Record<string, () => unknown> = {
  ink: async () => {
    const { createElement } = await import('react');
    const { Text } = await import('ink');
    const { Chrome } = await import('../../src/ui/chrome.ts');
    const chrome = new Chrome(outer.size.cols, outer.size.rows);
    const Words = () => createElement(Text, null, 'drawn by Ink');
    const rect = { x: 0, y: 0, width: 20, height: 1 };
    chrome.draw({ parts: [{ rect, element: createElement(Words) }], areas: [] });
    paint(rowText(chrome.grid, 0));
  },
  throw: () => {
    throw new Error('thrown on purpose');
  },
  reject: () => void Promise.reject(new Error('rejected on purpose')),
  exit: () => process.exit(3),
  end: () => {
    outer.restore();
    outer.restore();
  },
  suspend: () => outer.suspend(),
  flood: () => {
    outer.write('x'.repeat(1_000_000));
    if (outer.isReady) process.exit(9);
    writeFileSync(`${process.env.HOME}/stuck`, '');
    outer.onReady = () => paint('all out');
  },
};

let line = '';
outer.onInput = (chunk) => {
  for (const character of chunk.toString()) {
    if (character !== '\r') line += character;
    else {
      const action = line;
      line = '';
      (actions[action] ?? (() => paint(JSON.stringify(action))))();
    }
  }
};
outer.onResize = () => paint('resized');
outer.onReturn = () => paint('returned');
outer.enter();
paint('entered');

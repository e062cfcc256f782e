import { renderEntry } from './entries.ts';
import type { Menu } from './menu.ts';
import { accent, bold, busy, dim, frame } from './style.ts';
import { cellWidth, cut, wrap } from './text.ts';

/** What is below the conversation: the part of the screen that changes in place. */
export interface Live {
  /** Text that is being said just now; empty when none. */
  readonly saying: string;
  /** Set while a turn runs; `tick` counts up and turns the spinner. */
  readonly working: { readonly tick: number; readonly seconds: number } | null;
  readonly menu: Menu | null;
  readonly input: string;
  /** Requests typed during a turn. */
  readonly queued: readonly string[];
  readonly hint: string;
}

export interface LivePicture {
  readonly lines: readonly string[];
  /** Cell of the cursor from the top left of the lines; null hides it. */
  readonly cursor: { readonly row: number; readonly col: number } | null;
}

const spinner = ['·', '✢', '✳', '✶', '✻', '✽', '✻', '✶', '✳', '✢'];

/** Draws it for a terminal of the given size; always fits. */
export function renderLive(live: Live, cols: number, rows: number): LivePicture {
  const isRoomy = rows >= 14 && cols >= 20;
  const top = [...statusLines(live, cols, isRoomy), ...queuedLines(live, cols)];
  const bottom = live.menu ? menuLines(live.menu, cols) : promptLines(live, cols, isRoomy);
  const said = live.saying === '' ? [] : renderEntry({ kind: 'say', text: live.saying }, cols);
  // Where room is short, the newest stays: prompt or menu.
  const lines = [...said, ...top, ...bottom].slice(-Math.max(1, rows - 1));
  return { lines, cursor: live.menu ? null : cursorOf(live, lines.length, cols, isRoomy) };
}

function statusLines({ working, menu }: Live, cols: number, isRoomy: boolean): string[] {
  const gap = isRoomy ? [''] : [];
  if (menu || working === null) return gap;
  const sign = spinner[working.tick % spinner.length] ?? '';
  const words = cut(`Working… (${working.seconds}s · esc to interrupt)`, cols - 2);
  return [...gap, `${busy(sign)} ${busy(words.slice(0, 8))}${dim(words.slice(8))}`, ...gap];
}

function queuedLines({ queued }: Live, cols: number): string[] {
  return queued.slice(-3).map((text) => dim(cut(`  ❯ ${text.replaceAll('\n', ' ')}`, cols)));
}

/** Lines of a long prompt that stay in view. */
const promptRows = 5;

function promptLines(live: Live, cols: number, isRoomy: boolean): string[] {
  const rule = frame('─'.repeat(cols));
  const input = inputRows(live.input, cols).map((line, i) => `${i === 0 ? accent('❯ ') : '  '}${line}`);
  return isRoomy ? [rule, ...input, rule, dim(cut(`  ${live.hint}`, cols))] : input;
}

function inputRows(input: string, cols: number): string[] {
  // The marker keeps a space that was just typed from being trimmed.
  const rows = wrap(`${input}\u0000`, cols - 3).map((line) => line.replace('\u0000', ''));
  return rows.slice(-promptRows);
}

function cursorOf(live: Live, height: number, cols: number, isRoomy: boolean): LivePicture['cursor'] {
  const last = inputRows(live.input, cols).at(-1) ?? '';
  return { row: height - (isRoomy ? 3 : 1), col: 2 + cellWidth(last) };
}

function menuLines(menu: Menu, cols: number): string[] {
  const text = (line: string, style: (text: string) => string) =>
    wrap(line, cols - 2).map((part) => ` ${style(part)}`);
  return [
    frame('─'.repeat(cols)),
    ...text(menu.title, (part) => bold(accent(part))),
    ...(menu.subject === '' ? [] : ['', ...wrap(menu.subject, cols - 4).map((part) => `   ${part}`), '']),
    ...text(menu.question, bold),
    ...menu.options.map((option, i) => {
      const line = cut(`${i === menu.selected ? '❯' : ' '} ${i + 1}. ${option}`, cols - 1);
      return ` ${i === menu.selected ? accent(line) : line}`;
    }),
    '',
    dim(cut(' ↑↓ or number · enter · esc to stop', cols)),
  ];
}

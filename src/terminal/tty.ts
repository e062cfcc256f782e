import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import { oneLine, plainLine, withoutHidden } from '../lib/sanitize.ts';
import { ColorKind, colorKindMask, colorValueMask } from './screen.ts';

/** `process.stdout`. */
type Output = WriteStream & { readonly fd: number };

const deadlySignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Longest time that a terminal which takes no bytes may delay our end. */
const longestRestoreMs = 300;

const bellRestMs = 1_000;

/** A stop does not come about where no shell could continue us; after this time we go on by ourselves. */
const stopMs = 100;

/**
 * The person's terminal: the one writer of its output and reader of its input. Between `enter` and `restore` it is
 * ours; however the process ends, short of SIGKILL, it is given back as it was, and only then is an error shown.
 * One for each process, for it watches the process's signals.
 */
export class Tty {
  /** Raw bytes as they come. */
  onInput: (chunk: Buffer) => void = ignore;
  onResize: () => void = ignore;
  /** Called once all output is written and `isReady` is true again. */
  onReady: () => void = ignore;
  /** Called after another program had the terminal: its size may have changed, and all must be painted again. */
  onReturn: () => void = ignore;

  readonly #input: ReadStream;
  readonly #output: Output;
  readonly #options: TtyOptions;
  #title = '';
  #rangAt = Number.NEGATIVE_INFINITY;
  #state: 'free' | 'ours' | 'suspended' = 'free';

  constructor(input: ReadStream, output: Output, options: TtyOptions) {
    this.#input = input;
    this.#output = output;
    this.#options = options;
    // Not the stream's own event: a size that changed and changed back at once is none to it, but cells were lost.
    process.on('SIGWINCH', () => this.onResize());
    // A terminal that is gone; the signal that says so reaches only the leader of a session.
    for (const stream of [input, output]) stream.on('error', () => this.#dieOf('SIGHUP'));
    input.on('end', () => this.#dieOf('SIGHUP'));
    process.on('exit', () => this.restore());
    // Whatever was not caught: Node.js then prints it and ends the process.
    process.on('uncaughtExceptionMonitor', () => this.restore());
    for (const signal of deadlySignals) process.on(signal, this.#dieOf);
    process.on('SIGTSTP', this.suspend);
    process.on('SIGCONT', this.#return);
  }

  /** In cells; 80×24 if the terminal does not know. */
  get size(): { readonly cols: number; readonly rows: number } {
    return { cols: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** Reports whether a frame would go out at once. If not, skip it: `onReady` follows, and a newer frame replaces it. */
  get isReady(): boolean {
    return this.#state === 'ours' && this.#output.writableLength === 0;
  }

  /** Takes over the terminal, with a blank screen. */
  enter(): void {
    this.#state = 'ours';
    setBlocking(this.#output, false);
    // Off first: after a stop from outside the terminal's mode may differ from Node's record.
    this.#input.setRawMode(false).setRawMode(true);
    this.#input.off('data', this.#read).on('data', this.#read).resume();
    this.#writeNow(enterSequence(this.#options));
    this.#writeTitle();
  }

  /** Takes the terminal back from a program that had it to itself, with our bytes as a link; all must be painted again. */
  retake(): void {
    this.write(retakeSequence(this.#options, this.size.cols));
    this.#writeTitle();
  }

  /** Ignored while the terminal is not ours. */
  write(bytes: string | Uint8Array): void {
    if (this.#state !== 'ours' || bytes.length === 0) return;
    this.#output.write(bytes, () => {
      if (this.isReady) this.onReady();
    });
  }

  /**
   * Puts text into the clipboard of the person's terminal (OSC 52), after the frames on their way. In base64 no text
   * can end the sequence. Whether the terminal takes it cannot be known.
   */
  copy(text: string): void {
    this.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x1b\\`);
  }

  /** Resolves when all that was written is out, or the terminal has taken too long about it. */
  async written(): Promise<void> {
    if (this.#output.writableLength === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const giveUp = setTimeout(resolve, longestRestoreMs);
    this.#output.write('', () => resolve());
    await promise;
    clearTimeout(giveUp);
  }

  /** Names the terminal's window, until it is given back; again whenever it is taken. */
  setTitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    this.#writeTitle();
  }

  /** Has the terminal show a notification, if it is one that can. */
  notify(style: NotificationStyle, title: string, text: string): void {
    this.write(notificationBytes(style, title, text));
  }

  /** Rings the bell, at most once a second. */
  ring(): void {
    const now = performance.now();
    if (now - this.#rangAt < bellRestMs) return;
    this.#rangAt = now;
    this.write('\x07');
  }

  /** Restores the terminal; idempotent. Queued frames are lost if the process then ends. */
  restore(): void {
    const wasOurs = this.#state === 'ours';
    this.#state = 'free';
    if (wasOurs) this.#giveBack();
  }

  /** Stops the process and its group, as ctrl-z does elsewhere, until the shell continues it. */
  readonly suspend = (): void => {
    if (this.#state !== 'ours') return;
    this.#state = 'suspended';
    this.#giveBack();
    process.off('SIGTSTP', this.suspend);
    process.kill(0, 'SIGTSTP');
    setTimeout(() => this.#state === 'suspended' && this.#return(), stopMs);
  };

  readonly #return = (): void => {
    if (this.#state === 'free') return;
    if (this.#state === 'suspended') process.on('SIGTSTP', this.suspend);
    this.enter();
    this.onReturn();
  };

  readonly #read = (chunk: Buffer): void => this.onInput(chunk);

  readonly #dieOf = (signal: NodeJS.Signals): void => {
    this.restore();
    process.off(signal, this.#dieOf);
    process.kill(process.pid, signal);
  };

  #writeTitle(): void {
    if (this.#options.title && this.#title !== '') this.write(titleSequence(this.#title));
  }

  #giveBack(): void {
    this.#writeNow(leaveSequence(this.#options, this.size.cols));
    this.#input.off('data', this.#read).pause();
    this.#input.setRawMode(false);
    setBlocking(this.#output, true);
  }

  /** Past the stream's queue and its callbacks, which do not come any more when the process ends. */
  #writeNow(text: string): void {
    let bytes = Buffer.from(text);
    const deadline = performance.now() + longestRestoreMs;
    while (bytes.length > 0 && performance.now() < deadline) {
      try {
        bytes = bytes.subarray(writeSync(this.#output.fd, bytes));
      } catch (error) {
        // Anything but a full buffer: the terminal is gone.
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  }
}

/**
 * Node.js lets a write to a terminal wait until the terminal has taken it, and with it the whole process: neither keys
 * nor signals would come through while a person holds the output with ctrl-s. It has no public way to say otherwise.
 */
function setBlocking(output: Output, blocking: boolean): void {
  const { _handle: handle } = output as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  handle?.setBlocking?.(blocking);
}

function ignore(): void {}

/**
 * The modes we need of the person's terminal, and their undoing. Numbers as in xterm's ctlseqs.
 */

const alternateScreen = 1049;
const cursorShown = 25;
const autoWrap = 7;
const bracketedPaste = 2004;
const focusEvents = 1004;
/** Presses, and moves while a button is held. */
const mouseDrags = 1002;
const mouseInSgr = 1006;

/** The title of the window alone, not that of its icon. */
const pushTitle = '\x1b[22;2t';
const popTitle = '\x1b[23;2t';

/** Features of the terminal that we use. */
interface TtyOptions {
  /** Clicks and the wheel are ours. */
  readonly mouse: boolean;
  /** The window gets a title; the one that it had comes back. */
  readonly title: boolean;
}

/** To our own screen. */
function enterSequence(options: TtyOptions): string {
  return (options.title ? pushTitle : '') + set(alternateScreen) + ourModes(options);
}

/** From a program that had our screen to itself back to us. @param cols of the terminal */
function retakeSequence(options: TtyOptions, cols: number): string {
  return plainModes(cols) + ourModes(options);
}

/** Auto-wrap off: the compositor may then fill the last column. */
function ourModes({ mouse }: TtyOptions): string {
  return reset(cursorShown, autoWrap) + set(bracketedPaste, focusEvents) + (mouse ? mouseSequence(true) : '');
}

/** Asks for presses, drags and the wheel, or no more for them. */
export function mouseSequence(wanted: boolean): string {
  return wanted ? set(mouseDrags, mouseInSgr) : reset(mouseDrags, mouseInSgr);
}

/**
 * Back to a screen as a shell expects it, whatever a program has set that had ours to itself.
 * @param cols of the terminal
 */
function leaveSequence({ title }: TtyOptions, cols: number): string {
  return plainModes(cols) + reset(alternateScreen) + set(cursorShown) + (title ? popTitle : '');
}

/** Names the terminal's window; of the title only what can be seen. */
export function titleSequence(title: string): string {
  return `\x1b]2;${plainLine(withoutHidden(title))}\x1b\\`;
}

function set(...modes: number[]): string {
  return modes.map((mode) => `\x1b[?${mode}h`).join('');
}

function reset(...modes: number[]): string {
  return modes.map((mode) => `\x1b[?${mode}l`).join('');
}

/** Numbers as in xterm's ctlseqs, and those of kitty, iTerm and contour beyond it. */
const offModes = [
  // Application cursor keys, reverse video, origin, left and right margins, and reverse wrap.
  ...[1, 5, 6, 69, 45],
  // All there is about the mouse, focus events, pastes, synchronized output, news of colours and of sizes.
  ...[9, 1000, 1002, 1003, 1005, 1006, 1015, 1016, 1004, 2004, 2026, 2031, 2048],
];

/**
 * Takes back all that a program may have set that had a real terminal to itself, but for which screen it is on, what
 * that shows, the title and colours: half a sequence, modes, keyboard protocols, scroll region, character sets, tab
 * stops, style and cursor. The terminal is then as programs expect to find one; the cursor is anywhere.
 * @param cols of the terminal
 */
export function plainModes(cols: number): string {
  return [
    // Ends half a sequence or string; neither is anything where there is none.
    '\x18\x1b\\',
    offModes.map((mode) => `\x1b[?${mode}l`).join(''),
    // Kitty's and xterm's keyboard protocols, keypad, keyboard lock, insert mode, local echo, automatic newline.
    '\x1b[<99u\x1b[=0u\x1b[>4;0m\x1b>\x1b[2;4;20l\x1b[12h',
    '\x1b[r\x1b(B\x1b)B\x1b*B\x1b+B\x0f\x1b[0m\x1b[0 q\x1b[?7h\x1b[?25h',
    tabStops(everyEighth(cols)),
  ].join('');
}

/** Sets these tab stops and no others, by columns from 0; moves the cursor. */
export function tabStops(columns: readonly number[]): string {
  return `\x1b[3g${columns.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}\r`;
}

function everyEighth(cols: number): number[] {
  return Array.from({ length: Math.ceil(cols / 8) - 1 }, (_, index) => (index + 1) * 8);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the capabilities of the person's terminal by its environment; see no-color.org for NO_COLOR. */
export function capabilitiesOf(env: Environment): Capabilities {
  return { colors: colorsOf(env), underlineStyles: knowsUnderlineStyles(env), osc: takesOsc(env) };
}

function colorsOf({ NO_COLOR, COLORTERM, TERM = '' }: Environment): Capabilities['colors'] {
  if (NO_COLOR || TERM === '' || TERM === 'dumb') return 'none';
  if (COLORTERM === 'truecolor' || COLORTERM === '24bit' || TERM.endsWith('-direct')) return 'rgb';
  if (modernTerminal.test(TERM)) return 'rgb';
  return TERM.includes('256color') ? '256' : '16';
}

/** Terminals that have both, and whose name survives ssh where COLORTERM does not. */
const modernTerminal = /^(?:xterm-(?:kitty|ghostty)|alacritty|foot|wezterm|contour)/;

/** Others show `4:3` as something else or drop the whole sequence, so only those known to have it. */
function knowsUnderlineStyles({ TERM = '', TERM_PROGRAM = '', VTE_VERSION }: Environment): boolean {
  const programs = ['iTerm.app', 'WezTerm', 'ghostty', 'vscode'];
  // VTE has them since 0.52, whose VTE_VERSION is 5200.
  return modernTerminal.test(TERM) || programs.includes(TERM_PROGRAM) || Number(VTE_VERSION) >= 5200;
}

/** All but what has no notion of it; the Linux console would set its colours by some of it. */
function takesOsc({ TERM = '' }: Environment): boolean {
  return TERM !== '' && TERM !== 'dumb' && !TERM.startsWith('linux');
}

/** The sequence by which a terminal shows a notification; null where none is known to work. */
export type NotificationStyle = 'osc9' | 'osc99' | 'osc777' | null;

/** By the names of terminals that document one: iTerm2, WezTerm and ghostty OSC 9, kitty OSC 99, foot and urxvt OSC 777. */
export function notificationStyle({
  TERM = '',
  TERM_PROGRAM = '',
  TMUX,
  STY,
}: Environment): NotificationStyle {
  // A multiplexer swallows them, or shows what it does not know.
  if (TMUX || STY) return null;
  if (TERM === 'xterm-kitty') return 'osc99';
  if (TERM.startsWith('foot') || TERM.startsWith('rxvt-unicode')) return 'osc777';
  const isOne = ['iTerm.app', 'WezTerm', 'ghostty'].includes(TERM_PROGRAM) || TERM === 'xterm-ghostty';
  return isOne || TERM === 'wezterm' ? 'osc9' : null;
}

/** The bytes; whatever could end the sequence or divide its fields is taken out of the texts. */
export function notificationBytes(style: NotificationStyle, title: string, text: string): string {
  const [head, body] = [plain(title), plain(text)];
  switch (style) {
    case 'osc9':
      return `\x1b]9;${head}: ${body}\x1b\\`;
    case 'osc99':
      return `\x1b]99;i=orch-tui:d=0;${head}\x1b\\\x1b]99;i=orch-tui:p=body;${body}\x1b\\`;
    case 'osc777':
      return `\x1b]777;notify;${head};${body}\x1b\\`;
    case null:
      return '';
  }
}

/** Characters. */
const longest = 200;

function plain(text: string): string {
  return oneLine(withoutHidden(text.replaceAll(';', ' ')), longest);
}

/** Styles that a terminal can show; others are replaced by the nearest. */
export interface Capabilities {
  readonly colors: ColorDepth;
  /** Understands `4:3` and `58:2::r:g:b`; otherwise every underline is a single one. */
  readonly underlineStyles: boolean;
  /** Takes OSC, or at least keeps quiet about what it does not know: links and titles of windows. */
  readonly osc: boolean;
}

export const allCapabilities: Capabilities = { colors: 'rgb', underlineStyles: true, osc: true };

/** The most colours a terminal tells apart. */
export type ColorDepth = 'none' | '16' | '256' | 'rgb';

type Rgb = readonly [red: number, green: number, blue: number];

/** xterm's own values of the 16 colours; a terminal's theme may have others. */
const ansiColors: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** Steps of the palette's 6 × 6 × 6 cube, colours 16–231. */
const cubeSteps = [0, 95, 135, 175, 215, 255] as const;

/** The colour, with its kind, that comes nearest to the given one at this depth. */
export function reducedColor(color: number, depth: ColorDepth): number {
  const kind = color & colorKindMask;
  if (depth === 'none') return 0;
  if (depth === 'rgb' || kind === ColorKind.standard || kind === ColorKind.ansi) return color;
  const value = color & colorValueMask;
  if (kind === ColorKind.palette)
    return depth === '256' ? color : value < 16 ? ColorKind.ansi | value : nearestAnsi(paletteRgb(value));
  const rgb: Rgb = [value >> 16, (value >> 8) & 255, value & 255];
  return depth === '256' ? nearestInPalette(rgb) : nearestAnsi(rgb);
}

/** Colours 16–255: the cube, then 24 greys from 8 in steps of 10. */
function paletteRgb(index: number): Rgb {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = index - 16;
  const step = (n: number) => cubeSteps[n % 6] ?? 0;
  return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6)), step(cube)];
}

function nearestInPalette(rgb: Rgb): number {
  const [red, green, blue] = rgb.map(nearestStep) as [number, number, number];
  const cube = 16 + 36 * red + 6 * green + blue;
  const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
  const grey = 232 + Math.min(23, Math.max(0, Math.round((mean - 8) / 10)));
  const nearer = distance(rgb, paletteRgb(grey)) < distance(rgb, paletteRgb(cube)) ? grey : cube;
  return ColorKind.palette | nearer;
}

function nearestStep(value: number): number {
  return indexOfLeast(cubeSteps.map((step) => Math.abs(step - value)));
}

function nearestAnsi(rgb: Rgb): number {
  return ColorKind.ansi | indexOfLeast(ansiColors.map((color) => distance(rgb, color)));
}

function indexOfLeast(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

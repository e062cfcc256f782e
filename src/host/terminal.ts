import { showsOpenQuestion } from '../core/openQuestion.ts';
import type { GuardRules } from '../core/worker.ts';
import type { OpenTerminal, ScrollbackLimits, TerminalRecord } from '../ipc/hostApi.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { plainLines, withoutHidden } from '../lib/sanitize.ts';
import { Debounce } from '../lib/schedule.ts';
import { Emulator } from '../terminal/emulator.ts';
import type { Lines } from '../terminal/lines.ts';
import type { Screen } from '../terminal/screen.ts';
import { Input, type Pty, PtyOutput, startPty, terminateChild } from './pty.ts';
import { bracketed, type Keyboard, type TypedLine, typeLine } from './typeLine.ts';
import { RawStream, smallestViewport, View, type ViewSize, Watch } from './view.ts';

interface TerminalEvents {
  /** The record is another one. */
  onChange(): void;
  onBell(): void;
}

/** One link's look at one terminal: where it looks, and what is sent of that. */
export interface Viewer {
  readonly id: string;
  readonly view: View;
  readonly watch: Watch;
  readonly raw: RawStream;
}

/** Output this soon after input is taken for its echo. */
const echoMs = 60;
const flowingMs = 1000;
/** A window being dragged sends many sizes; the program should redraw for the last. */
const resizeMs = 30;
/** A program that floods its screen is looked at in between. */
const mostReads = 32;
/** A program that asks and never reads the answers gets no more of them. */
const maxReplyBytes = 64 * 1024;

/** Reports whether a terminal says only that it is looked at, or no more. */
function isFocusReport(bytes: Uint8Array): boolean {
  return bytes.length === 3 && /^\x1b\[[IO]$/.test(Buffer.from(bytes).toString('latin1'));
}

/** A child, what it printed as a screen, who looks at that, and the keys on their way to it. */
export class Terminal {
  readonly #options: OpenTerminal;
  readonly #events: TerminalEvents;
  readonly #emulator: Emulator;
  readonly #pty: Pty;
  readonly #input = new Input((bytes) => this.#pty.write(bytes));
  readonly #output: PtyOutput;
  readonly #exited = Promise.withResolvers<void>();
  #record: TerminalRecord;
  #isComplete = false;
  #lastInput = Number.NEGATIVE_INFINITY;
  #lastOutput = Number.NEGATIVE_INFINITY;
  #ended: Promise<void> | undefined;
  /** Lines are typed one after the other: an Enter between them would enter half of one. */
  #lastLine: Promise<unknown> = Promise.resolve();
  #wasBracketed = false;
  #flowing: NodeJS.Timeout | undefined;
  readonly #viewers = new Set<Viewer>();
  readonly #scrollback: Scrollback;
  readonly #fitting = new Debounce(() => this.#fit(), resizeMs);

  /**
   * @param hiddenAfterMs see `Scrollback`
   * @returns `spawn_failed` when there is no such program or folder
   */
  static open(
    options: OpenTerminal,
    hookUrl: string,
    events: TerminalEvents,
    hiddenAfterMs?: number,
  ): Result<Terminal> {
    const pty = startPty({ ...options, env: childEnvironment(options, hookUrl) });
    return pty.ok ? success(new Terminal(options, pty.value, events, hiddenAfterMs)) : pty;
  }

  private constructor(options: OpenTerminal, pty: Pty, events: TerminalEvents, hiddenAfterMs?: number) {
    const { id, cols, rows } = options;
    this.#options = options;
    this.#pty = pty;
    pty.onOutput = (bytes) => this.#onOutput(bytes);
    pty.onExit = (code, signal) => this.#onExit(code, signal);
    this.#events = events;
    const limits = options.scrollback ?? defaultScrollback;
    this.#emulator = new Emulator({ cols, rows, scrollback: limits.visible });
    this.#scrollback = new Scrollback(limits, (lines) => this.#setScrollback(lines), hiddenAfterMs);
    this.#emulator.onReply = (bytes) => this.#input.push(Buffer.from(bytes), maxReplyBytes);
    this.#emulator.onTitle = (title) => this.#change({ title: cleanTitle(title) });
    this.#emulator.onBell = () => events.onBell();
    this.#output = new PtyOutput({
      parse: (bytes) => this.#parse(bytes),
      pause: () => pty.pause(),
      resume: () => pty.resume(),
    });
    const startedAt = new Date().toISOString();
    this.#record = {
      id,
      pid: pty.pid,
      cols,
      rows,
      title: '',
      progress: null,
      flowing: false,
      mouse: false,
      fullScreen: false,
      startedAt,
      exit: null,
    };
  }

  get record(): TerminalRecord {
    return this.#record;
  }

  /** Token with which the child posts. */
  get token(): string {
    return this.#options.token;
  }

  /** Rules of the guard for the child; null for none. */
  get guard(): GuardRules | null {
    return this.#options.guard ?? null;
  }

  get isRunning(): boolean {
    return this.#record.exit === null;
  }

  /** Fills in a screen, see `Emulator.fillScreen`; false while the program is in the middle of a synchronized frame. */
  readScreen(screen: Screen, changed: number[], top: number): boolean {
    const isOtherSize = screen.grid.cols !== this.#emulator.cols || screen.grid.rows !== this.#emulator.rows;
    if (this.#isDrawing && !isOtherSize) return false;
    this.#isComplete = true;
    this.#emulator.fillScreen(screen, changed, top);
    return true;
  }

  /** Reports whether the screen is in the middle of a synchronized frame. After a read it is not until the next output. */
  get #isDrawing(): boolean {
    this.#isComplete ||= !this.#emulator.isHeld();
    return !this.#isComplete;
  }

  get size(): ViewSize {
    return this.#record;
  }

  /** See `Emulator`. */
  get breaks(): number {
    return this.#emulator.breaks;
  }

  /** Returns bytes that bring a real terminal of this size to this state, title included; null while that is impossible. */
  wholeScreen(): string | null {
    const whole = this.#emulator.wholeScreen();
    const { title } = this.#record;
    return whole === null || title === '' ? whole : `${whole}\x1b]2;${title}\x07`;
  }

  text(options: { ansi?: boolean; scrollback?: number }): string {
    return this.#emulator.text(options);
  }

  /** Types bytes; false when too much is waiting to be read, or the child has ended. */
  type(bytes: Uint8Array): boolean {
    this.#lastInput = performance.now();
    if (!isFocusReport(bytes)) this.#record = { ...this.#record, typedAt: new Date().toISOString() };
    return this.isRunning && this.#input.push(bytes);
  }

  /** Types text as one paste, marked as such where the program asked for that; see `type`. */
  paste(pieces: readonly Buffer[]): boolean {
    return this.type(bracketed(pieces, this.#emulator.modes.bracketedPaste));
  }

  /** Types a line for a program of ours, which no person has seen the screen for; see `typeLine`. */
  typeLine(line: TypedLine): Promise<Result<null>> {
    const typed = this.#lastLine.then(() =>
      this.#ended
        ? failure('not_reading', 'It is being ended.', 'Look at its terminal.')
        : typeLine(this.#keyboard(), line),
    );
    // Who asked learns of a bug; the next line has nothing to do with it.
    this.#lastLine = typed.catch(() => {});
    return typed;
  }

  #keyboard(): Keyboard {
    return {
      isRunning: () => this.isRunning,
      isBracketed: () => this.#emulator.modes.bracketedPaste,
      hasLeftPrompt: () => this.#wasBracketed && !this.#emulator.modes.bracketedPaste,
      isDrawing: () => this.#isDrawing,
      asks: (own) => this.#asks(own),
      screen: () => this.#emulator.text(),
      type: (bytes) => this.type(bytes),
      paste: (text) => this.paste([Buffer.from(text)]),
      pending: () => this.#input.pending,
      lastOutput: () => this.#lastOutput,
    };
  }

  /** Looks at all that was printed until now: what the kernel holds, and what waits to be parsed. */
  #asks(own: string): boolean {
    for (let reads = 0; reads < mostReads && this.#pty.readNow(); reads++);
    this.#output.flush();
    return showsOpenQuestion(this.#emulator.text(), own);
  }

  get lines(): Lines {
    return this.#emulator.lines;
  }

  get rows(): number {
    return this.#emulator.rows;
  }

  /** Sends the screen from now on, the whole of it first; raw output once `fit` asks for it. */
  watch(send: (update: Buffer) => void, sendRaw: (bytes: Uint8Array) => void): Viewer {
    const view = new View(this);
    const watch = new Watch((changed) => view.read(changed), send);
    const watched = { id: this.#record.id, view, watch, raw: new RawStream(watch, this, sendRaw) };
    this.#viewers.add(watched);
    this.#scrollback.show();
    watch.changed(false);
    return watched;
  }

  unwatch(watched: Viewer): void {
    watched.raw.stop();
    watched.watch.stop();
    if (!this.#viewers.delete(watched)) return;
    if (this.#viewers.size === 0) this.#scrollback.hide();
    this.#fitting.ask();
  }

  /** A watcher has room for so much, and would rather have raw output or screens; see `RawStream`. */
  fit({ watch, raw }: Viewer, room: ViewSize, isRaw = false): void {
    watch.viewport = room;
    raw.want(isRaw);
    this.#fitting.ask();
  }

  #fit(): void {
    const size = smallestViewport(Array.from(this.#viewers, ({ watch }) => watch.viewport));
    if (size) this.#resize(size.cols, size.rows);
  }

  /** Child and screen get the size together; views stay at the text they show. */
  #resize(cols: number, rows: number): void {
    if (cols === this.#record.cols && rows === this.#record.rows) return;
    const moves = Array.from(this.#viewers, ({ view }) => view.hold());
    this.#emulator.resize(cols, rows);
    for (const move of moves) move();
    this.#pty.resize(cols, rows);
    this.#isComplete = false;
    this.#change({ cols, rows });
    this.#show(false, null);
  }

  /** Fewer lines give their memory back at once. */
  #setScrollback(lines: number): void {
    this.#emulator.setScrollback(lines);
    this.#isComplete = false;
  }

  /** The screen may be another one, by these bytes if it is not by a new size; an echo is of what was typed a moment ago. */
  #show(isEcho: boolean, bytes: Buffer | null): void {
    for (const { watch, raw } of this.#viewers) {
      raw.output(bytes);
      watch.changed(isEcho);
    }
  }

  /** Ends the child and all that it started; resolves once its exit is on the record. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    const { pid, start } = this.#pty;
    if (start !== null)
      await terminateChild({
        ...{ pid, start, token: this.#options.token, policy: this.#options.ending ?? null },
        keyboard: this.#keyboard(),
        step: (ending) => this.isRunning && this.#change({ ending }),
      });
    await this.#exited.promise;
  }

  /** Gives the screen's memory back. Only for a child that has exited. */
  dispose(): void {
    for (const watched of this.#viewers) this.unwatch(watched);
    this.#fitting.cancel();
    this.#scrollback.stop();
    clearTimeout(this.#flowing);
    this.#input.clear();
    this.#emulator.dispose();
  }

  #onOutput(bytes: Buffer): void {
    this.#lastOutput = performance.now();
    this.#input.nudge();
    this.#output.push(bytes);
  }

  #parse(bytes: Buffer): void {
    this.#emulator.write(bytes);
    this.#isComplete = false;
    this.#flow();
    this.#noteModes();
    this.#show(performance.now() - this.#lastInput < echoMs, bytes);
  }

  #noteModes(): void {
    const { mouse: mode, alternateScreen: fullScreen, bracketedPaste } = this.#emulator.modes;
    this.#wasBracketed ||= bracketedPaste;
    const mouse = mode !== 'none';
    const { progress } = this.#emulator;
    const { mouse: knownMouse, fullScreen: known, progress: knownProgress } = this.#record;
    if (mouse !== knownMouse || fullScreen !== known || progress !== knownProgress)
      this.#change({ mouse, fullScreen, progress });
  }

  #flow(): void {
    if (this.#flowing) {
      this.#flowing.refresh();
      return;
    }
    this.#flowing = setTimeout(() => {
      this.#flowing = undefined;
      this.#change({ flowing: false });
    }, flowingMs);
    this.#change({ flowing: true });
  }

  #onExit(code: number, signal: number): void {
    this.#input.clear();
    this.#output.whenEmpty(() => {
      clearTimeout(this.#flowing);
      this.#change({
        flowing: false,
        mouse: false,
        progress: null,
        exit: { code, signal, at: new Date().toISOString() },
      });
      this.#exited.resolve();
    });
  }

  #change(part: Partial<TerminalRecord>): void {
    this.#record = { ...this.#record, ...part };
    this.#events.onChange();
  }
}

/** Characters. */
const longestTitle = 200;

/** Returns a program's title fit to be shown: one line of limited length, without control or direction characters. */
export function cleanTitle(title: string): string {
  const plain = plainLines(withoutHidden(title), { control: '' }).replaceAll('\n', '');
  return [...plain].slice(0, longestTitle).join('');
}

/** Returns the environment of a child: the requested one, the kind of terminal, and address and token for its posts. */
function childEnvironment({ env, token }: OpenTerminal, hookUrl: string): Record<string, string> {
  return {
    ...env,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    ORCH_TOKEN: token,
    ORCH_HOOK_URL: hookUrl,
  };
}

/** At 200 columns 1000 lines are 5 MB: the older ones of a worker that is not looked at are not missed. */
const defaultScrollback: ScrollbackLimits = { visible: 5000, hidden: 1000 };
/** Long enough to page through all panes and come back. */
const hiddenAfterMs = 60_000;

/** Keeps fewer lines of a terminal that has not been looked at for a while. */
export class Scrollback {
  readonly #limits: ScrollbackLimits;
  readonly #keep: (lines: number) => void;
  readonly #hiding: Debounce;

  /** A terminal begins unseen, with room for as many lines as one that is looked at. */
  constructor(limits: ScrollbackLimits, keep: (lines: number) => void, afterMs = hiddenAfterMs) {
    this.#limits = limits;
    this.#keep = keep;
    const { visible, hidden } = limits;
    this.#hiding = new Debounce(() => keep(Math.min(visible, hidden)), afterMs);
    this.hide();
  }

  show(): void {
    this.stop();
    this.#keep(this.#limits.visible);
  }

  hide(): void {
    this.#hiding.ask();
  }

  stop(): void {
    this.#hiding.cancel();
  }
}

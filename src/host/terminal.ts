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
  /** Called after each change of the record. */
  onChange(): void;
  onBell(): void;
}

/** One link's watch of one terminal: its view and its streams. */
export interface Viewer {
  readonly id: string;
  readonly view: View;
  readonly watch: Watch;
  readonly raw: RawStream;
}

/** Output within this time after input counts as its echo. */
const echoMs = 60;
const flowingMs = 1000;
/** A dragged window sends many sizes; the program should redraw only for the last. */
const resizeMs = 30;
/** Most reads before a check for a question, for a program that floods its terminal. */
const maxReads = 32;
/** Most queued replies for a program that sends queries and does not read the replies. */
const maxReplyBytes = 64 * 1024;

/** Reports whether bytes are a focus report, which is no typing. */
function isFocusReport(bytes: Uint8Array): boolean {
  return bytes.length === 3 && /^\x1b\[[IO]$/.test(Buffer.from(bytes).toString('latin1'));
}

/** A child on a pseudo-terminal with its screen, its viewers and its queued input. */
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
  /** Serializes typed lines: an Enter of another line would submit half of one. */
  #lastLine: Promise<unknown> = Promise.resolve();
  #wasBracketed = false;
  #flowing: NodeJS.Timeout | undefined;
  readonly #viewers = new Set<Viewer>();
  readonly #scrollback: Scrollback;
  readonly #fitting = new Debounce(() => this.#fit(), resizeMs);

  /**
   * @param hiddenAfterMs see `Scrollback`
   * @returns `spawn_failed`
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

  /** Fills in a screen, see `Emulator.fillScreen`; false during a synchronized frame. */
  readScreen(screen: Screen, changed: number[], top: number): boolean {
    const isOtherSize = screen.grid.cols !== this.#emulator.cols || screen.grid.rows !== this.#emulator.rows;
    if (this.#isDrawing && !isOtherSize) return false;
    this.#isComplete = true;
    this.#emulator.fillScreen(screen, changed, top);
    return true;
  }

  /** Reports whether a synchronized frame is open. Always false between a read of the screen and the next output. */
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

  /** Returns bytes that restore this state, title included, on a real terminal of this size; null while that is impossible. */
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

  /** Types text as one paste, bracketed where the program enabled that; see `type`. */
  paste(pieces: readonly Buffer[]): boolean {
    return this.type(bracketed(pieces, this.#emulator.modes.bracketedPaste));
  }

  /** Types a line for the controller, which does not see the screen; see `typeLine`. */
  typeLine(line: TypedLine): Promise<Result<null>> {
    const typed = this.#lastLine.then(() =>
      this.#ended
        ? failure('not_reading', 'It is being ended.', 'Look at its terminal.')
        : typeLine(this.#keyboard(), line),
    );
    // The caller gets the error of a bug; the next line is independent of it.
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

  /** Reads all output until now, from the kernel and the parser's queue, and checks for a question. */
  #asks(own: string): boolean {
    for (let reads = 0; reads < maxReads && this.#pty.readNow(); reads++);
    this.#output.flush();
    return showsOpenQuestion(this.#emulator.text(), own);
  }

  get lines(): Lines {
    return this.#emulator.lines;
  }

  get rows(): number {
    return this.#emulator.rows;
  }

  /** Starts sending the screen, first as a whole; raw output once `fit` requests it. */
  watch(send: (update: Buffer) => void, sendRaw: (bytes: Uint8Array) => void): Viewer {
    const view = new View(this);
    const watch = new Watch((changed) => view.read(changed), send);
    const viewer = { id: this.#record.id, view, watch, raw: new RawStream(watch, this, sendRaw) };
    this.#viewers.add(viewer);
    this.#scrollback.show();
    watch.changed(false);
    return viewer;
  }

  unwatch(viewer: Viewer): void {
    viewer.raw.stop();
    viewer.watch.stop();
    if (!this.#viewers.delete(viewer)) return;
    if (this.#viewers.size === 0) this.#scrollback.hide();
    this.#fitting.ask();
  }

  /** Sets a viewer's viewport, and whether it wants raw output; see `RawStream`. */
  fit({ watch, raw }: Viewer, viewport: ViewSize, isRaw = false): void {
    watch.viewport = viewport;
    raw.want(isRaw);
    this.#fitting.ask();
  }

  #fit(): void {
    const size = smallestViewport(Array.from(this.#viewers, ({ watch }) => watch.viewport));
    if (size) this.#resize(size.cols, size.rows);
  }

  /** Resizes child and screen together; views stay at the same text. */
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

  /** Sets the kept lines; dropped ones are freed at once. */
  #setScrollback(lines: number): void {
    this.#emulator.setScrollback(lines);
    this.#isComplete = false;
  }

  /** Updates all viewers after output, or after a new size for null. */
  #show(isEcho: boolean, bytes: Buffer | null): void {
    for (const { watch, raw } of this.#viewers) {
      raw.output(bytes);
      watch.changed(isEcho);
    }
  }

  /** Ends the child and all that it started; resolves once the record has its exit. */
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

  /** Frees the screen. Only after the child's exit. */
  dispose(): void {
    for (const viewer of this.#viewers) this.unwatch(viewer);
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

/** In characters. */
const longestTitle = 200;

/** Returns a program's title as one line of limited length, without control or invisible characters. */
export function cleanTitle(title: string): string {
  const plain = plainLines(withoutHidden(title), { control: '' }).replaceAll('\n', '');
  return [...plain].slice(0, longestTitle).join('');
}

/** Returns the environment of a child: the requested one, the terminal's type, and address and token of the inbox. */
function childEnvironment({ env, token }: OpenTerminal, hookUrl: string): Record<string, string> {
  return {
    ...env,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    ORCH_TOKEN: token,
    ORCH_HOOK_URL: hookUrl,
  };
}

/** At 200 columns 1000 lines take 5 MB. */
const defaultScrollback: ScrollbackLimits = { visible: 5000, hidden: 1000 };
/** Longer than paging through all panes takes. */
const hiddenAfterMs = 60_000;

/** Reduces the scrollback of a terminal without viewers after a while. */
export class Scrollback {
  readonly #limits: ScrollbackLimits;
  readonly #keep: (lines: number) => void;
  readonly #hiding: Debounce;

  /** Begins without viewers, and with the visible limit. */
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

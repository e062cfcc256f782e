import type { Found, SelectionShape, ViewCell } from '../ipc/hostApi.ts';
import { ScreenEncoder } from '../terminal/codec.ts';
import type { LinePosition, Lines } from '../terminal/lines.ts';
import { cellIndex, createScreen, type Grid, type Screen, type Scroll } from '../terminal/screen.ts';
import {
  Mark,
  type MarkSpan,
  markedRows,
  type Needle,
  needleOf,
  paintMarks,
  rangeOf,
  type Selection,
  searchLines,
  textOf,
  visibleMatches,
} from './marks.ts';

/** The terminal of a view. */
interface Viewed {
  /** As `Emulator.fillScreen`; false during a synchronized frame, and the screen is then unchanged. */
  readScreen(screen: Screen, changed: number[], top: number): boolean;
  readonly lines: Lines;
  readonly rows: number;
}

/** Longest step of a search in milliseconds, after which other work runs. */
const sliceMs = 5;

/**
 * The scroll position, search and selection of one link in one terminal. It follows the newest lines until it is scrolled
 * back; then it stays at its line, or at the oldest kept one.
 */
export class View {
  readonly #viewed: Viewed;
  readonly #screen: Screen = createScreen(0, 0);
  #epoch: number;
  /** The first visible line; null while following. */
  #top: number | null = null;
  #selection: Selection | null = null;
  #search: { readonly needle: Needle; readonly current: LinePosition | null } | null = null;

  constructor(viewed: Viewed) {
    this.#viewed = viewed;
    this.#epoch = viewed.lines.epoch;
  }

  get scroll(): Scroll {
    this.#settle();
    const { screen, first } = this.#viewed.lines;
    return { back: screen - this.#shownTop, history: screen - first };
  }

  /**
   * Returns the screen of this view; null during a synchronized frame.
   * @param changed - gets the rows that differ from the last read
   */
  read(changed: number[] = []): Screen | null {
    this.#settle();
    const shown = this.#screen;
    const spans = this.#spans();
    const isRead =
      spans.length === 0
        ? this.#viewed.readScreen(shown, changed, this.#shownTop)
        : this.#readMarked(spans, changed);
    if (!isRead) return null;
    if (shown.scroll.back > 0) shown.cursor = { ...shown.cursor, visible: false };
    return shown;
  }

  #readMarked(spans: readonly MarkSpan[], changed: number[]): boolean {
    const { grid } = this.#screen;
    const marked = markedRows(spans, this.#shownTop, grid.rows);
    // Reading removes the marks, so that their rows count as changed.
    const before = marked.map((y) => ({ y, cells: rowCells(grid, y).slice() }));
    if (!this.#viewed.readScreen(this.#screen, changed, this.#shownTop)) return false;
    paintMarks(this.#screen.grid, this.#shownTop, spans);
    if (this.#screen.grid === grid) settleChanges(grid, before, changed);
    return true;
  }

  /** @param lines - positive to scroll down, negative up; clipped */
  scrollBy(lines: number): void {
    this.#settle();
    this.#goTo(this.#shownTop + lines);
  }

  scrollTo(end: 'top' | 'bottom'): void {
    this.#settle();
    this.#goTo(end === 'top' ? this.#viewed.lines.first : this.#viewed.lines.screen);
  }

  /** Returns to the newest lines. @returns false where the view was there */
  follow(): boolean {
    this.#settle();
    const wasScrolled = this.#top !== null;
    this.#top = null;
    return wasScrolled;
  }

  /** Goes to the next match, wrapping around at the ends. */
  async search(text: string, direction: 'back' | 'forward'): Promise<Found> {
    const needle = needleOf(text);
    if (needle === null) {
      this.#search = null;
      return { found: false, matches: 0, nth: 0, at: null };
    }
    const { place, matches, nth } = await this.#find(needle, direction);
    this.#search = { needle, current: place };
    if (place === null) return { found: false, matches, nth, at: null };
    const { rows } = this.#viewed;
    const y = place.line - this.#shownTop;
    if (y < 0 || y >= rows) this.#goTo(place.line - Math.floor(rows / 2));
    return { found: true, matches, nth, at: { x: place.x, y: place.line - this.#shownTop } };
  }

  /** Selects from one cell of the view to another; without `from` keeps the beginning of the selection. */
  select(from: ViewCell | undefined, to: ViewCell, shape: SelectionShape): void {
    this.#settle();
    const head = this.#placeOf(to);
    const anchor = from ? this.#placeOf(from) : (this.#selection?.anchor ?? head);
    this.#selection = { anchor, head, shape };
  }

  clearSelection(): void {
    this.#selection = null;
  }

  /** Returns the selected text; see `textOf`. */
  copy(): { text: string; lines: number } {
    this.#settle();
    const { lines } = this.#viewed;
    const range = this.#selection && rangeOf(this.#selection, lines);
    return range ? textOf(range, lines) : { text: '', lines: 0 };
  }

  /** To be called before a resize. Returns a function to call after it, which puts the view at the same text. */
  hold(): () => void {
    this.#settle();
    const { lines } = this.#viewed;
    const held = (place: LinePosition | null | undefined) => (place ? lines.hold(place) : () => null);
    const top = held(this.#top === null ? null : { line: this.#top, x: 0 });
    const [anchor, head] = [held(this.#selection?.anchor), held(this.#selection?.head)];
    const current = held(this.#search?.current);
    return () => {
      const oldest = { line: lines.first, x: 0 };
      if (this.#top !== null) this.#goTo((top() ?? oldest).line);
      const ends = [anchor(), head()];
      if (this.#selection)
        this.#selection = ends.some((end) => end !== null)
          ? { ...this.#selection, anchor: ends[0] ?? oldest, head: ends[1] ?? oldest }
          : null;
      const match = current();
      if (this.#search) this.#search = { ...this.#search, current: match };
    };
  }

  /** Resets the view when its lines no longer exist. */
  #settle(): void {
    const { epoch } = this.#viewed.lines;
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#top = null;
    this.#selection = null;
    this.#search = null;
  }

  get #shownTop(): number {
    const { first, screen } = this.#viewed.lines;
    return Math.min(Math.max(this.#top ?? screen, first), screen);
  }

  #goTo(line: number): void {
    const { first, screen } = this.#viewed.lines;
    this.#top = line >= screen ? null : Math.max(line, first);
  }

  #placeOf({ x, y }: ViewCell): LinePosition {
    const { cols } = this.#viewed.lines;
    const row = Math.min(y, this.#viewed.rows - 1);
    return { line: this.#shownTop + row, x: Math.min(x, cols - 1) };
  }

  async #find(needle: Needle, direction: 'back' | 'forward') {
    for (;;) {
      this.#settle();
      const { lines } = this.#viewed;
      const { generation } = lines;
      const search = searchLines(
        lines,
        { needle, direction, pivot: this.#pivot(needle, direction) },
        sliceMs,
      );
      while (lines === this.#viewed.lines && lines.generation === generation) {
        const step = search.next();
        if (step.done) return step.value;
        await new Promise(setImmediate);
      }
    }
  }

  /** Returns the start of a search: the current match, or the edge of the view. */
  #pivot(needle: Needle, direction: 'back' | 'forward'): LinePosition {
    if (this.#search?.needle.text === needle.text && this.#search.current) return this.#search.current;
    return direction === 'back'
      ? { line: this.#shownTop + this.#viewed.rows, x: 0 }
      : { line: this.#shownTop, x: -1 };
  }

  #spans(): MarkSpan[] {
    const { lines, rows } = this.#viewed;
    const spans: MarkSpan[] = [];
    const range = this.#selection && rangeOf(this.#selection, lines);
    if (range) spans.push({ ...range, mark: Mark.selected });
    if (this.#search)
      spans.push(...visibleMatches(lines, this.#shownTop, rows, this.#search.needle, this.#search.current));
    return spans;
  }
}

/** Corrects the changed rows: of those with marks before, only the ones that differ from then. */
function settleChanges(
  grid: Grid,
  before: readonly { readonly y: number; readonly cells: Uint32Array }[],
  changed: number[],
): void {
  for (const { y, cells } of before) {
    const at = changed.indexOf(y);
    const isSame = rowCells(grid, y).every((word, index) => word === cells[index]);
    if (isSame && at >= 0) changed.splice(at, 1);
    else if (!isSame && at < 0) changed.push(y);
  }
}

function rowCells(grid: Grid, y: number): Uint32Array {
  return grid.data.subarray(cellIndex(grid, 0, y), cellIndex(grid, 0, y + 1));
}

/** 60 frames per second. */
const frameMs = 1000 / 60;
/** Longer than the emulator holds a synchronized frame. */
const heldMs = 160;

/**
 * Returns the screen, or null during a synchronized frame; `changed` gets the rows that differ from the last read.
 */
type ReadScreen = (changed: number[]) => Screen | null;

/** Size of a terminal or a viewport, in cells. */
export interface ViewSize {
  readonly cols: number;
  readonly rows: number;
}

/**
 * Sends one link the changes of a terminal's screen since the last frame: an echo at once, anything else at most 60 times a
 * second, and no frame before the last one is acknowledged. So a slow link gets a newer screen later, and at most one frame
 * is queued for it.
 */
export class Watch {
  /** Size of the link's viewport; null until its first `fit`. */
  viewport: ViewSize | null = null;
  readonly #read: ReadScreen;
  readonly #send: (update: Buffer) => void;
  readonly #encoder = new ScreenEncoder();
  #isDirty = false;
  #isUrgent = false;
  #isAwaited = false;
  #isHeld = false;
  #lastFrame = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(read: ReadScreen, send: (update: Buffer) => void) {
    this.#read = read;
    this.#send = send;
  }

  /** Schedules a frame, at once for an echo. */
  changed(isEcho: boolean): void {
    this.#isDirty = true;
    this.#isUrgent ||= isEcho;
    if (!this.#isAwaited && !this.#isHeld) this.#plan();
  }

  /** Acknowledges the last frame. */
  seen(): void {
    this.#isAwaited = false;
    if (this.#isDirty && !this.#isHeld) this.#plan();
  }

  /** Holds frames back while the link gets raw output; afterwards sends a whole screen. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (isHeld) return;
    this.#encoder.restart();
    this.changed(true);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isHeld = true;
  }

  #plan(): void {
    const wait = this.#isUrgent ? 0 : this.#lastFrame + frameMs - performance.now();
    if (wait <= 0) this.#paint();
    else this.#timer ??= setTimeout(() => this.#paint(), wait);
  }

  #paint(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed: number[] = [];
    const screen = this.#read(changed);
    if (screen === null) {
      this.#timer = setTimeout(() => this.#paint(), heldMs);
      return;
    }
    this.#isDirty = false;
    this.#isUrgent = false;
    const update = this.#encoder.encode(screen, changed);
    if (update === null) return;
    this.#lastFrame = performance.now();
    this.#isAwaited = true;
    this.#send(update);
  }
}

/** Returns the size that fits all viewports; null when none is known. */
export function smallestViewport(viewports: readonly (ViewSize | null)[]): ViewSize | null {
  const known = viewports.filter((one) => one !== null);
  if (known.length === 0) return null;
  return {
    cols: Math.min(...known.map(({ cols }) => cols)),
    rows: Math.min(...known.map(({ rows }) => rows)),
  };
}

/** Most unacknowledged bytes; a slower terminal gets a newer screen instead. */
const maxUntakenBytes = 256 * 1024;
/** Longest wait for a new size, or the end of a sequence, before screens are sent. */
const settleMs = 100;

type State = 'unwanted' | 'waiting' | 'streaming';

/** The terminal of a raw stream. */
interface RawSource {
  readonly size: ViewSize;
  readonly breaks: number;
  wholeScreen(): string | null;
}

/**
 * Streams the child's own bytes to a link whose viewport has the terminal's size: first a whole screen that restores the
 * state on a real terminal, then all output byte for byte. Where that is impossible the watch sends screens. Neither child
 * nor host waits for the link: a slow one skips output, and continues with a whole screen once it has acknowledged
 * everything.
 */
export class RawStream {
  readonly #watch: Watch;
  readonly #source: RawSource;
  readonly #send: (bytes: Uint8Array) => void;
  #state: State = 'unwanted';
  #untaken = 0;
  #breaks = 0;
  #settling: NodeJS.Timeout | undefined;

  constructor(watch: Watch, source: RawSource, send: (bytes: Uint8Array) => void) {
    this.#watch = watch;
    this.#source = source;
    this.#send = send;
  }

  /** Starts the stream, or restarts it, or ends it in favour of screens. */
  want(isWanted: boolean): void {
    if (isWanted) this.#wait();
    else if (this.#state !== 'unwanted') {
      this.#leave('unwanted');
      this.#watch.hold(false);
    }
  }

  /** Passes parsed bytes on; null for a change without output, such as a resize. */
  output(bytes: Buffer | null): void {
    if (this.#state === 'waiting') this.#begin();
    else if (this.#state === 'streaming') {
      if (bytes !== null && this.#isUnbroken(bytes.length)) this.#pass(bytes);
      else this.#wait();
    }
  }

  /** Acknowledges bytes that the link's terminal has taken. */
  taken(bytes: number): void {
    this.#untaken = Math.max(0, this.#untaken - bytes);
    if (this.#state === 'waiting') this.#begin();
  }

  stop(): void {
    this.#leave('unwanted');
  }

  #wait(): void {
    this.#leave('waiting');
    this.#watch.hold(true);
    this.#begin();
  }

  #begin(): void {
    // Bytes in flight belong to an older screen.
    if (this.#untaken > 0) return;
    const whole = this.#fits() ? this.#source.wholeScreen() : null;
    if (whole === null) {
      this.#settling ??= setTimeout(() => this.#watch.hold(false), settleMs);
      return;
    }
    this.#leave('streaming');
    this.#watch.hold(true);
    this.#breaks = this.#source.breaks;
    this.#pass(Buffer.from(whole));
  }

  #leave(state: State): void {
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#state = state;
  }

  #isUnbroken(bytes: number): boolean {
    return this.#fits() && this.#breaks === this.#source.breaks && this.#untaken + bytes <= maxUntakenBytes;
  }

  #fits(): boolean {
    const { viewport } = this.#watch;
    const { cols, rows } = this.#source.size;
    return viewport !== null && viewport.cols === cols && viewport.rows === rows;
  }

  #pass(bytes: Uint8Array): void {
    this.#untaken += bytes.length;
    this.#send(bytes);
  }
}

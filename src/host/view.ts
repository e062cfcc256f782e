import type { Found, SelectionShape, ViewCell } from '../protocol/hostApi.ts';
import type { Lines, Place } from '../terminal/lines.ts';
import { cellIndex, createScreen, type Grid, type Screen, type Scroll } from '../terminal/screen.ts';
import { Mark, markedRows, paintMarks, type Span } from './marks.ts';
import { type Needle, needleOf, searchLines, visibleMatches } from './search.ts';
import { rangeOf, type Selection, textOf } from './selection.ts';

/** What a view looks at. */
export interface Viewed {
  /** As `Emulator.fillScreen`; false while the screen should not be looked at, which then stays as it was. */
  readScreen(screen: Screen, changed: number[], top: number): boolean;
  readonly lines: Lines;
  readonly rows: number;
}

/** A search goes on for so long before others have their turn. */
const sliceMs = 5;

/**
 * Where one link looks in one terminal, what it searches for and what it has selected. It follows the newest lines
 * until it is scrolled back; then it stays at its line, or at the oldest when that is thrown away.
 */
export class View {
  readonly #viewed: Viewed;
  readonly #screen: Screen = createScreen(0, 0);
  #epoch: number;
  /** The line at the upper edge; null while following. */
  #top: number | null = null;
  #selection: Selection | null = null;
  #search: { readonly needle: Needle; readonly current: Place | null } | null = null;

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
   * The screen as this view shows it; null while the terminal's should not be looked at.
   * @param changed - gets the rows that look different than at the last time
   */
  read(changed: number[] = []): Screen | null {
    this.#settle();
    const shown = this.#screen;
    const { grid } = shown;
    const spans = this.#spans();
    const marked = markedRows(spans, this.#shownTop, grid.rows);
    // Reading takes the marks off, so that their rows seem to have changed.
    const before = marked.map((y) => ({ y, cells: rowCells(grid, y).slice() }));
    if (!this.#viewed.readScreen(shown, changed, this.#shownTop)) return null;
    paintMarks(shown.grid, this.#shownTop, spans);
    if (shown.grid === grid) settleChanges(grid, before, changed);
    if (shown.scroll.back > 0) shown.cursor = { ...shown.cursor, visible: false };
    return shown;
  }

  /** @param lines - to go down by, negative is up; clipped */
  scrollBy(lines: number): void {
    this.#settle();
    this.#goTo(this.#shownTop + lines);
  }

  scrollTo(end: 'top' | 'bottom'): void {
    this.#settle();
    this.#goTo(end === 'top' ? this.#viewed.lines.first : this.#viewed.lines.screen);
  }

  /** Goes back to the newest lines; whether it was elsewhere. */
  follow(): boolean {
    this.#settle();
    const isElsewhere = this.#top !== null;
    this.#top = null;
    return isElsewhere;
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

  /** Selects from one cell of the view to another; without `from` from where the selection there is began. */
  select(from: ViewCell | undefined, to: ViewCell, shape: SelectionShape): void {
    this.#settle();
    const head = this.#placeOf(to);
    const anchor = from ? this.#placeOf(from) : (this.#selection?.anchor ?? head);
    this.#selection = { anchor, head, shape };
  }

  clearSelection(): void {
    this.#selection = null;
  }

  /** What is selected; see `textOf`. */
  copy(): { text: string; lines: number } {
    this.#settle();
    const { lines } = this.#viewed;
    const range = this.#selection && rangeOf(this.#selection, lines);
    return range ? textOf(range, lines) : { text: '', lines: 0 };
  }

  /** To be called before a resize; what it gives back, after that: the view is then at the same text. */
  hold(): () => void {
    this.#settle();
    const { lines } = this.#viewed;
    const held = (place: Place | null | undefined) => (place ? lines.hold(place) : () => null);
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

  /** Forgets everything when the lines it was about are gone. */
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

  #placeOf({ x, y }: ViewCell): Place {
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

  /** From the match there is, or from the edge of the view. */
  #pivot(needle: Needle, direction: 'back' | 'forward'): Place {
    if (this.#search?.needle.text === needle.text && this.#search.current) return this.#search.current;
    return direction === 'back'
      ? { line: this.#shownTop + this.#viewed.rows, x: 0 }
      : { line: this.#shownTop, x: -1 };
  }

  #spans(): Span[] {
    const { lines, rows } = this.#viewed;
    const spans: Span[] = [];
    const range = this.#selection && rangeOf(this.#selection, lines);
    if (range) spans.push({ ...range, mark: Mark.selected });
    if (this.#search)
      spans.push(...visibleMatches(lines, this.#shownTop, rows, this.#search.needle, this.#search.current));
    return spans;
  }
}

/** Leaves rows that were marked before and after among the changed ones only where they look different. */
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

import type { Found, SelectionShape, ViewCell } from '../protocol/hostApi.ts';
import type { Lines, Place } from '../terminal/lines.ts';
import { createGrid, createScreen, type Screen, type Scroll } from '../terminal/screen.ts';
import { Mark, paintMarks, type Span } from './marks.ts';
import { type Needle, needleOf, searchLines, visibleMatches } from './search.ts';
import { rangeOf, type Selection, textOf } from './selection.ts';

/** What a view looks at. */
export interface Viewed {
  /** The newest screen; null while it should not be looked at. */
  readScreen(): Screen | null;
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

  /** The screen as this view shows it; null while the terminal's should not be looked at. */
  read(): Screen | null {
    this.#settle();
    const newest = this.#viewed.readScreen();
    const spans = newest ? this.#spans() : [];
    if (newest === null || (this.#top === null && spans.length === 0)) return newest;
    const { cols, rows } = newest.grid;
    const shown = this.#screen;
    if (shown.grid.cols !== cols || shown.grid.rows !== rows) shown.grid = createGrid(cols, rows);
    this.#viewed.lines.read(this.#shownTop, shown.grid);
    paintMarks(shown.grid, this.#shownTop, spans);
    shown.scroll = this.scroll;
    shown.cursor = { ...newest.cursor, visible: newest.cursor.visible && shown.scroll.back === 0 };
    shown.modes = newest.modes;
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

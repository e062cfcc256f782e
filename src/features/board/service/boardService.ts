import { join } from 'node:path';
import { resolveBoard } from '../../../config/workspaceConfig.ts';
import { dayOf } from '../../../core/amounts.ts';
import {
  type BoardConfig,
  type BoardFacts,
  boardFacts,
  type Card,
  type CardChange,
  type CardChanged,
  type CardField,
  type CardFields,
  type Column,
  cardFields,
  cardOf,
  columns,
  refTo,
} from '../../../core/board.ts';
import type { SkippedRow } from '../../../core/notion.ts';
import {
  changeDocument,
  type DocumentText,
  FileWatch,
  type PlannedText,
  readDocument,
} from '../../../documents/file.ts';
import { withPendingNote, withSyncNote } from '../../../documents/syncNotes.ts';
import { SerialQueue } from '../../../lib/queue.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import type { Message } from '../../messages.ts';
import type { ControllerState } from '../../state.ts';
import type { CardMove } from '../boardState.ts';
import { type Board, boardPrefix, parseBoard, withIds } from '../document/board.ts';
import type { BoardChange } from '../document/boardChange.ts';
import { changeCards, type KeyedChange } from '../document/keptValues.ts';

/** Dependencies of the document services. */
export interface DocumentDeps {
  state(): ControllerState;
  dispatch(message: Message): void;
  /** Reports a bug; expected failures never come here. */
  fail(error: unknown): void;
}

/** Returns the folder of the previous versions of documents. */
export function backupsFolder(root: string): string {
  return join(root, '.orch', 'backups', 'documents');
}

/** Plans the board's new text. */
type BoardPlan<T> = (board: Board, config: BoardConfig) => Result<PlannedText<T>>;

/** Reads the board whenever it changes, and serialises changes by people and by workers' events. */
export class BoardDocuments {
  readonly #deps: DocumentDeps;
  readonly #queue = new SerialQueue();
  readonly #watch = new FileWatch(() => void this.read().catch((error) => this.#deps.fail(error)));
  #file: string | null = null;
  /** Settled after the first read, so that a missing board is not reported before. */
  #followed: Promise<unknown> = Promise.resolve();
  #hash: string | null = null;

  constructor(deps: DocumentDeps) {
    this.#deps = deps;
  }

  /** Reads the currently configured board, and watches it. */
  follow(): Promise<unknown> {
    const config = this.#config;
    const file = config ? config.file : null;
    if (file === this.#file) return this.#followed;
    this.#file = file;
    this.#followed = this.#watch.follow(file).then(() => this.read());
    return this.#followed;
  }

  /** Reads the current board. @returns `board_off`, `no_board`, `document_unreadable` */
  read(): Promise<Result<BoardFacts>> {
    return this.#queue.add(() => this.#readFile());
  }

  add(column: Column, fields: Partial<CardFields> & { readonly task: string }): Promise<Result<CardChanged>> {
    return this.#queue.add(() => this.#changeOne({ kind: 'add', column, fields }));
  }

  change(change: CardChange): Promise<Result<CardChanged>> {
    return this.#queue.add(() => this.#changeOne({ kind: 'change', ...change }));
  }

  /** Adds an id to every sound card without one. @returns their number */
  giveIds(): Promise<Result<{ given: number }>> {
    return this.rewrite((board, { prefix }) => {
      const before = boardFacts('', board.cards, []).withoutId;
      const after = withIds(board, boardPrefix(board, prefix));
      if (!after.ok) return after;
      const given = before - boardFacts('', after.value.cards, []).withoutId;
      const { text } = after.value.file;
      const what = `${given} ${given === 1 ? 'card' : 'cards'} got an id`;
      const noted = given === 0 ? text : withPendingNote(text, minuteOf(new Date()), what);
      return success({ text: noted, value: { given } });
    });
  }

  /** Returns sound cards without an id, which no sync covers. */
  async withoutId(): Promise<readonly SkippedRow[]> {
    const cards = await this.rewrite((board) => success({ text: board.file.text, value: board.cards }));
    // The sync itself has reported why the board cannot be read.
    const known = cards.ok ? cards.value : [];
    return known.flatMap(({ id, task, problem }) =>
      id === null && problem === null ? [{ table: 'board', task }] : [],
    );
  }

  /**
   * Changes a worker's card after an event; a failure is reported and blocks nothing.
   * @returns the id of the changed card; null for none
   */
  async move(move: CardMove): Promise<string | null> {
    return this.#queue.add(async () => {
      const config = this.#config;
      if (!config || (this.#hash === null && !config.autoAdd)) return null;
      const moved = await this.#rewrite((board) => {
        const change = changeFor(board, move, dayOf(new Date()), config.autoAdd);
        if (!change) return success({ text: board.file.text, value: null });
        const takes = change.kind === 'change' && change.fields?.worker !== undefined;
        return this.#planOne(board, takes ? { ...change, assignee: move.worker.id } : change);
      });
      if (moved.ok && moved.value) this.keep([moved.value]);
      else if (!moved.ok) this.#deps.dispatch({ type: 'noticed', problem: notMoved(move, moved.problem) });
      return moved.ok ? (moved.value?.id ?? null) : null;
    });
  }

  /** Plans a change on the current board; for callers that change several cards. */
  rewrite<T>(plan: BoardPlan<T>): Promise<Result<T>> {
    return this.#queue.add(() => this.#rewrite(plan));
  }

  /**
   * Updates the lines about the last sync, where the file has them.
   * @param pending ids of cards that could not be synced
   */
  async noteSync(at: Date, pending: ReadonlySet<string>): Promise<void> {
    await this.rewrite((board) => {
      const rows = board.cards.flatMap(({ id, task }) =>
        id !== null && pending.has(id) ? [{ id, task }] : [],
      );
      const texts = board.cards.filter(({ id }) => id === null).map(({ task }) => task);
      return success({ text: withSyncNote(board, minuteOf(at), { rows, texts }), value: null });
    });
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#queue.onIdle();
  }

  get #config(): BoardConfig | false {
    const { board, root } = this.#deps.state().config;
    return board ?? resolveBoard(root, board);
  }

  async #changeOne(change: BoardChange): Promise<Result<CardChanged>> {
    const changed = await this.#rewrite((board) => {
      const done = this.#planOne(board, change);
      return done.ok ? (this.#refuse(board, change, done.value) ?? done) : done;
    });
    if (!changed.ok) return changed;
    this.keep([changed.value]);
    const { id, left } = changed.value;
    return success({ id, left });
  }

  /** Refuses values without a column, and changes without effect. */
  #refuse(
    board: Board,
    change: BoardChange,
    { text, value }: PlannedText<KeyedChange>,
  ): Result<never> | null {
    const { left, key, staleKey } = value;
    const lost = Object.keys(change.fields ?? {}).filter((field) => field in left);
    if (lost.length > 0) return noPlace(board, lost as readonly CardField[]);
    const isKept = JSON.stringify(this.#storedValues(key)) === JSON.stringify(left) && staleKey === null;
    if (change.kind === 'add' || text !== board.file.text || !isKept) return null;
    const where = change.column === undefined ? 'says that' : `is in ${change.column}`;
    return failure('changed_already', `${value.id ?? 'The card'} ${where} already.`, 'Nothing was written.');
  }

  #planOne(board: Board, change: BoardChange): Result<PlannedText<KeyedChange>> {
    const { prefix } = this.#config || { prefix: null };
    const done = this.plan(board, [change], boardPrefix(board, prefix));
    if (!done.ok) return done;
    const { board: after, outcomes } = done.value;
    const [outcome] = outcomes;
    if (!outcome) return failure('unknown_card', 'Nothing was changed.');
    if (!outcome.ok) return outcome;
    const text =
      after.file.text === board.file.text
        ? after.file.text
        : withPendingNote(after.file.text, minuteOf(new Date()), changeText(board, change));
    return success({ text, value: outcome.value });
  }

  /** Plans changes, with the kept values of these cards; pass the outcomes to `keep`. */
  plan(board: Board, changes: readonly BoardChange[], prefix: string | null = null) {
    return changeCards(board, changes, prefix, this.#deps.state().log.cardValues);
  }

  /** Keeps the values that the cards' tables have no column for. */
  keep(steps: readonly KeyedChange[]): void {
    for (const { key, staleKey, left } of steps) {
      if (staleKey !== null) this.#storeValues(staleKey, {});
      this.#storeValues(key, left);
    }
  }

  #storeValues(card: string, left: KeyedChange['left']): void {
    if (JSON.stringify(this.#storedValues(card)) === JSON.stringify(left)) return;
    this.#deps.dispatch({ type: 'documented', happening: { type: 'card-moved', card, left } });
  }

  #storedValues(card: string): KeyedChange['left'] {
    return this.#deps.state().log.cardValues.get(card) ?? {};
  }

  async #rewrite<T>(plan: BoardPlan<T>): Promise<Result<T>> {
    const config = this.#config;
    if (!config) return boardOff();
    const { root } = this.#deps.state().config;
    const changed = await changeDocument({ root, file: config.file }, backupsFolder(root), (text) =>
      plan(parseBoard(text), config),
    );
    await this.#readFile();
    return changed;
  }

  async #readFile(): Promise<Result<BoardFacts>> {
    const config = this.#config;
    if (!config) return this.#publishNone(boardOff());
    const read = await readDocument({ root: this.#deps.state().config.root, file: config.file });
    if (!read.ok) {
      this.#deps.dispatch({ type: 'noticed', problem: read.problem });
      return this.#publishNone(read);
    }
    if (read.value.hash === null) return this.#publishNone(noBoard(config.file));
    return success(this.#publish(config.file, read.value));
  }

  #publish(file: string, { text, hash }: DocumentText): BoardFacts {
    const known = this.#deps.state().documents.board;
    if (known?.file === file && hash === this.#hash) return known;
    this.#hash = hash;
    const { cards, flaws } = parseBoard(text);
    const board = boardFacts(file, cards, flaws);
    this.#deps.dispatch({ type: 'board-read', board });
    return board;
  }

  #publishNone<T>(result: Result<T>): Result<T> {
    this.#hash = null;
    if (this.#deps.state().documents.board) this.#deps.dispatch({ type: 'board-read', board: null });
    return result;
  }
}

/** Formats a time such as `2026-11-22 20:00`. */
export function minuteOf(at: Date): string {
  return `${dayOf(at)} ${at.toTimeString().slice(0, 5)}`;
}

/** Describes a change for the change log. */
function changeText({ cards }: Board, change: BoardChange): string {
  if (change.kind === 'add') return `${change.fields.task} added to ${change.column}`;
  const { card } = change;
  const found = 'id' in card ? cards.find(({ id }) => id === card.id) : undefined;
  const task = change.fields?.task ?? ('id' in card ? (found?.task ?? '') : card.task);
  const name = 'id' in card ? `${card.id} ${task}` : task;
  return change.column === undefined ? `${name} changed` : `${name} moved to ${change.column}`;
}

/** Names the columns of the board whose tables can hold the values that the card's own cannot. */
function noPlace({ tables }: Board, lost: readonly CardField[]): Result<never> {
  const others = columns.filter((column) =>
    tables.some((one) => one.column === column && lost.every((field) => one.fields.includes(field))),
  );
  const there =
    others.length === 0 ? 'No table of the board has one: add it' : `Tables of ${others.join(', ')} have one`;
  return failure(
    'no_place',
    `The card's table has no column for ${lost.join(', ')}.`,
    `Nothing was written. ${there}; or leave them out.`,
  );
}

function boardOff(): Result<never> {
  return failure('board_off', 'The board is off: "board" is false in .orch/config.json.');
}

function noBoard(file: string): Result<never> {
  return failure('no_board', `There is no board ${file}.`, 'Create one: orch-tui board add "…"');
}

function notMoved({ worker }: CardMove, { code, message, hint }: Problem) {
  return problemOf(code, `The card of ${worker.id} was not changed: ${message}`, hint);
}

/**
 * Returns the change of a worker's card; null where it has none, or nothing changes.
 * @param today `yyyy-mm-dd`
 */
export function changeFor(
  { cards }: Pick<Board, 'cards'>,
  { worker, from, to, fields, dated }: CardMove,
  today: string,
  autoAdd: boolean,
): BoardChange | null {
  const date = dated === null ? {} : { [dated]: today };
  const card = cardOf(cards, worker);
  if (!card)
    return autoAdd && dated === 'started' && to
      ? { kind: 'add', column: to, fields: { ...fields, ...date, task: titleOf(worker) } }
      : null;
  const moves = to !== null && from.includes(card.column);
  if (to !== null && !moves && from.length > 0 && card.column !== to) return null;
  const written = { ...fields, ...(moves || card.column === to ? missing(card, date) : {}) };
  return changeOf(card, moves ? to : null, { ...written, ...(card.repo !== null && { repo: card.repo }) });
}

function changeOf(card: Card, column: Column | null, fields: Partial<CardFields>): BoardChange | null {
  const news = cardFields.filter((field) => fields[field] !== undefined && fields[field] !== card[field]);
  if (column === null && news.length === 0) return null;
  const only = Object.fromEntries(news.map((field) => [field, fields[field]]));
  return { kind: 'change', card: refTo(card), ...(column && { column }), fields: only };
}

/** Returns the days to write; an existing day is kept, because a person or an earlier event wrote it. */
function missing(card: Card, date: Partial<CardFields>): Partial<CardFields> {
  return Object.fromEntries(
    cardFields.flatMap((field) =>
      date[field] !== undefined && card[field] === null ? [[field, date[field]]] : [],
    ),
  );
}

/** Returns a card's title: the first line of a brief where it is short, else the task. */
function titleOf({ brief, task }: CardMove['worker']): string {
  const line = brief.trim().split('\n', 1)[0]?.trim() ?? '';
  return line !== '' && line.length <= 100 ? line : task;
}

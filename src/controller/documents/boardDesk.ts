import { join } from 'node:path';
import { dayOf } from '../../core/amounts.ts';
import {
  type BoardConfig,
  type BoardFacts,
  boardFacts,
  type CardChange,
  type CardChanged,
  type CardFields,
  type Column,
} from '../../core/board.ts';
import { type Board, parseBoard } from '../../documents/board.ts';
import type { BoardChange } from '../../documents/boardChange.ts';
import { writeHeader } from '../../documents/boardHeader.ts';
import { boardPrefix, withIds } from '../../documents/boardIds.ts';
import { changeDocument, type DocumentText, readDocument } from '../../documents/file.ts';
import type { CardMove } from '../../features/board/boardState.ts';
import type { Message } from '../../features/messages.ts';
import type { ControllerState } from '../../features/state.ts';
import { SerialQueue } from '../../lib/queue.ts';
import { failure, problemOf, type Result, success } from '../../lib/result.ts';
import { resolveBoard } from '../config/documentConfig.ts';
import { changeFor, stepBoard } from './boardMove.ts';
import { FileWatch } from './watchFile.ts';

/** What desks need of their surroundings. */
export interface DocumentWorld {
  state(): ControllerState;
  tell(message: Message): void;
  /** A bug: nothing that can be expected comes here. */
  fail(error: unknown): void;
}

/** Copies of documents as they were before we changed them. */
export function backupsFolder(root: string): string {
  return join(root, '.orch', 'backups', 'documents');
}

/** Reads the board whenever it changes, and changes it for people and for what workers do: one after the other. */
export class BoardDesk {
  readonly #world: DocumentWorld;
  readonly #queue = new SerialQueue();
  readonly #watch = new FileWatch(() => void this.read().catch((error) => this.#world.fail(error)));
  #file: string | null = null;
  /** Until the first look is over, nobody is told that there is no board. */
  #followed: Promise<unknown> = Promise.resolve();
  #hash: string | null = null;

  constructor(world: DocumentWorld) {
    this.#world = world;
  }

  /** Reads the board of the configuration as it is now, and watches it. */
  follow(): Promise<unknown> {
    const config = this.#config;
    const file = config ? config.file : null;
    if (file === this.#file) return this.#followed;
    this.#file = file;
    this.#followed = this.#watch.follow(file).then(() => this.read());
    return this.#followed;
  }

  /** As it is now. @returns `board_off`, `no_board`, `document_unreadable` */
  read(): Promise<Result<BoardFacts>> {
    return this.#queue.add(() => this.#look());
  }

  add(column: Column, fields: Partial<CardFields> & { readonly task: string }): Promise<Result<CardChanged>> {
    return this.#queue.add(() => this.#write({ kind: 'add', column, fields }));
  }

  change(change: CardChange): Promise<Result<CardChanged>> {
    return this.#queue.add(() => this.#write({ kind: 'change', ...change }));
  }

  /** Gives an id to every sound card that has none. @returns how many */
  giveIds(): Promise<Result<{ given: number }>> {
    return this.#queue.add(async () => {
      const config = this.#config;
      if (!config) return boardOff();
      const given = await this.#rewrite(config, (board) => {
        const before = boardFacts('', board.cards, []).withoutId;
        const after = withIds(board, boardPrefix(board, config.prefix));
        if (!after.ok) return after;
        const { withoutId } = boardFacts('', after.value.cards, []);
        return success({ board: after.value, value: { given: before - withoutId } });
      });
      return given;
    });
  }

  /**
   * Does for a worker's card what its life makes of it; what keeps it from that is told and stops nothing.
   * @returns the id of the card that was changed; null for none
   */
  async move(move: CardMove): Promise<string | null> {
    return this.#queue.add(async () => {
      const config = this.#config;
      if (!config || (this.#hash === null && !config.autoAdd)) return null;
      const moved = await this.#rewrite(config, (board) => {
        const change = changeFor(board, move, dayOf(new Date()), config.autoAdd);
        if (!change) return success({ board, value: null });
        const step = stepBoard(board, change, boardPrefix(board, config.prefix), this.#kept);
        return step.ok ? success({ board: step.value.board, value: step.value.changed }) : step;
      });
      if (moved.ok) this.#keep(moved.value);
      else this.#world.tell({ type: 'noticed', problem: notMoved(move, moved.problem) });
      return moved.ok ? (moved.value?.id ?? null) : null;
    });
  }

  /** Plans a change upon the board as it is at that moment; for those who change more than one card. */
  rewrite<T>(plan: (board: Board) => Result<{ board: Board; value: T }>): Promise<Result<T>> {
    return this.#queue.add(async () => {
      const config = this.#config;
      return config ? this.#rewrite(config, plan) : boardOff();
    });
  }

  /** Brings the lines that tell of the last sync up to date, where the file has them. */
  async noteSync(at: Date): Promise<void> {
    const lastSynced = `${dayOf(at)} ${at.toTimeString().slice(0, 5)}`;
    await this.rewrite((board) => {
      const noted = writeHeader(board, { lastSynced, pendingChanges: 0 });
      return noted.ok ? success({ board: noted.value, value: null }) : noted;
    });
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#queue.onIdle();
  }

  get #config(): BoardConfig | false {
    const { board, root } = this.#world.state().config;
    return board ?? resolveBoard(root, board);
  }

  get #kept() {
    return this.#world.state().log.cardValues;
  }

  async #write(change: BoardChange): Promise<Result<CardChanged>> {
    const config = this.#config;
    if (!config) return boardOff();
    const changed = await this.#rewrite(config, (board) => {
      const step = stepBoard(board, change, boardPrefix(board, config.prefix), this.#kept);
      return step.ok ? success({ board: step.value.board, value: step.value.changed }) : step;
    });
    if (changed.ok) this.#keep(changed.value);
    return changed;
  }

  async #rewrite<T>(
    config: BoardConfig,
    plan: (board: Board) => Result<{ board: Board; value: T }>,
  ): Promise<Result<T>> {
    const { root } = this.#world.state().config;
    const changed = await changeDocument({ root, file: config.file }, backupsFolder(root), (text) => {
      const planned = plan(parseBoard(text));
      if (!planned.ok) return planned;
      return success({ text: planned.value.board.file.text, value: planned.value.value });
    });
    await this.#look();
    return changed;
  }

  #keep(changed: CardChanged | null): void {
    if (changed?.id == null) return;
    const before = this.#kept.get(changed.id) ?? {};
    if (JSON.stringify(before) === JSON.stringify(changed.left)) return;
    const happening = { type: 'card-moved', card: changed.id, left: changed.left } as const;
    this.#world.tell({ type: 'documented', happening });
  }

  async #look(): Promise<Result<BoardFacts>> {
    const config = this.#config;
    if (!config) return this.#nothing(boardOff());
    const read = await readDocument({ root: this.#world.state().config.root, file: config.file });
    if (!read.ok) {
      this.#world.tell({ type: 'noticed', problem: read.problem });
      return this.#nothing(read);
    }
    if (read.value.hash === null) return this.#nothing(noBoard(config.file));
    return success(this.#told(config.file, read.value));
  }

  #told(file: string, { text, hash }: DocumentText): BoardFacts {
    const known = this.#world.state().documents.board;
    if (known?.file === file && hash === this.#hash) return known;
    this.#hash = hash;
    const { cards, flaws } = parseBoard(text);
    const board = boardFacts(file, cards, flaws);
    this.#world.tell({ type: 'board-read', board });
    return board;
  }

  #nothing<T>(result: Result<T>): Result<T> {
    this.#hash = null;
    if (this.#world.state().documents.board) this.#world.tell({ type: 'board-read', board: null });
    return result;
  }
}

function boardOff(): Result<never> {
  return failure('board_off', 'The board is off: "board" is false in .orch/config.json.');
}

function noBoard(file: string): Result<never> {
  return failure('no_board', `There is no board ${file}.`, 'Begin one: orch-tui board add "…"');
}

function notMoved(
  { worker }: CardMove,
  { code, message, hint }: { code: string; message: string; hint?: string },
) {
  return problemOf(code, `The card of ${worker.id} was left as it is: ${message}`, hint);
}

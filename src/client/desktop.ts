import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { replaceFile } from '../lib/files.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { withoutControls } from '../lib/sanitize.ts';
import { Throttle } from '../lib/schedule.ts';
import type { NotificationStyle, Tty } from '../terminal/tty.ts';
import type { Copied, ScreenMessage, ViewEffect } from '../ui/step.ts';
import type { Terminals } from './terminals.ts';

/**
 * The most bytes of text that are sent to the terminal's clipboard: xterm drops a sequence of more than 100,000 bytes,
 * and base64 makes four bytes of three.
 */
export const longestClip = 74_994;

/** Puts text into the clipboard of the person's terminal, or into a private file if there is none or the text is too long. */
export class Clipboard {
  readonly #folder: () => Result<string>;
  readonly #outer: Pick<Tty, 'copy'> | null;

  /**
   * @param folder returns a folder with access for this user alone, for files
   * @param outer null for a terminal without a clipboard
   */
  constructor(folder: () => Result<string>, outer: Pick<Tty, 'copy'> | null) {
    this.#folder = folder;
    this.#outer = outer;
  }

  /** Stores text. Blanks alone do not replace the clipboard. @returns `not_written` if the file cannot be written */
  async put(text: string, lines: number): Promise<Result<Copied>> {
    const clean = withoutControls(text);
    if (clean.trim() === '') return success({ lines: 0, path: null });
    if (!this.#outer || Buffer.byteLength(clean) > longestClip) return this.#save(clean, lines);
    this.#outer.copy(clean);
    return success({ lines, path: null });
  }

  /** Writes the one file, which holds the last copy, so that the folder does not fill up. */
  #save(text: string, lines: number): Result<Copied> {
    const folder = this.#folder();
    if (!folder.ok) return folder;
    const path = join(folder.value, 'copied.txt');
    const written = replaceFile(folder.value, path, `${text}\n`);
    return written.ok
      ? success({ lines, path })
      : failure('not_written', `The copied text could not be written: ${written.problem.message}`);
  }
}

/**
 * Asks the host to scroll, search or select in a terminal's view, or copies the selection. Requests go out in the order
 * of the calls.
 * @returns the message with the result of a search or copy; null for the others, whose effect is visible
 */
export async function runViewEffect(
  effect: ViewEffect,
  terminals: Terminals,
  clipboard: Clipboard,
): Promise<ScreenMessage | null> {
  const { id } = effect;
  const { call, channel } = terminals.viewOf(id) ?? notWatched;
  switch (effect.type) {
    case 'scroll':
      await call('scroll', 'to' in effect ? { channel, to: effect.to } : { channel, by: effect.by });
      return null;
    case 'select': {
      const { type: _, id: __, ...selection } = effect;
      await call('select', { channel, ...selection });
      return null;
    }
    case 'search': {
      const { text, direction } = effect;
      return { type: 'searched', id, text, result: await call('search', { channel, text, direction }) };
    }
    case 'copy': {
      const copied = await call('copy', { channel });
      const result = copied.ok ? await clipboard.put(copied.value.text, copied.value.lines) : copied;
      return { type: 'copied', result };
    }
  }
}

/** Stands for the view of a pane that is not on the page. */
const notWatched = {
  channel: 0,
  call: async () => failure('not_watched', 'The pane is not on the screen any more.'),
};

/** The person's settings for notifications. */
export interface NotifySettings {
  readonly style: NotificationStyle;
  readonly bell: boolean;
  /** The person's own program with arguments, to which title and text are added. Empty for none. */
  readonly command: readonly string[];
}

/** Milliseconds in which notifications are combined: workers often come to rest together. */
const togetherMs = 400;

/** Sends desktop notifications and combines those of one moment. */
export class Notifier {
  /** True while a worker has the whole terminal: nothing may be written between its bytes. */
  isTerminalTaken = false;
  readonly #outer: Pick<Tty, 'ring' | 'notify'>;
  readonly #settings: NotifySettings;
  readonly #onFault: (message: string) => void;
  readonly #waiting: { readonly worker: string; readonly text: string }[] = [];
  readonly #throttle = new Throttle(() => this.#send(), togetherMs, 'delayed');
  #isBroken = false;

  /** @param onFault receives, once, why the person's program cannot be run */
  constructor(
    outer: Pick<Tty, 'ring' | 'notify'>,
    settings: NotifySettings,
    onFault: (message: string) => void,
  ) {
    this.#outer = outer;
    this.#settings = settings;
    this.#onFault = onFault;
  }

  add(worker: string, text: string): void {
    this.#waiting.push({ worker, text });
    this.#throttle.ask();
  }

  stop(): void {
    this.#throttle.cancel();
  }

  #send(): void {
    const waiting = this.#waiting.splice(0);
    const [first] = waiting;
    if (!first) return;
    const workers = [...new Set(waiting.map(({ worker }) => worker))];
    const several = [`${waiting.length} need you`, workers.join(', ')] as const;
    const [title, text] = waiting.length === 1 ? [first.worker, first.text] : several;
    if (!this.isTerminalTaken) {
      if (this.#settings.bell) this.#outer.ring();
      this.#outer.notify(this.#settings.style, title, text);
    }
    this.#run(title, text);
  }

  /** Starts the person's program without waiting for it. Without a shell, text of a worker stays one argument. */
  #run(title: string, text: string): void {
    const [program, ...args] = this.#settings.command;
    if (program === undefined || this.#isBroken) return;
    const child = spawn(program, [...args, title, text], { stdio: 'ignore', detached: true });
    child.on('error', ({ message }) => {
      this.#isBroken = true;
      this.#onFault(`notifyCommand cannot be run: ${message}`);
    });
    child.unref();
  }
}

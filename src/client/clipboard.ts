import { join } from 'node:path';
import { replaceFile } from '../lib/files.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { withoutControls } from '../lib/sanitize.ts';
import type { Tty } from '../terminal/tty.ts';
import type { Copied, ScreenMessage, ViewEffect } from '../ui/step.ts';
import type { Terminals } from './terminals.ts';

/**
 * Bytes of text that are sent to the terminal's clipboard. xterm drops a sequence of more than 100,000 bytes, and
 * base64 makes four of three.
 */
export const longestClip = 74_994;

/** Puts text into the person's clipboard, or into a file of theirs alone where the terminal has none or it is too long. */
export class Clipboard {
  readonly #folder: () => Result<string>;
  readonly #outer: Pick<Tty, 'copy'> | null;

  /**
   * @param folder of the person alone, for files
   * @param outer null for a terminal that has no clipboard
   */
  constructor(folder: () => Result<string>, outer: Pick<Tty, 'copy'> | null) {
    this.#folder = folder;
    this.#outer = outer;
  }

  /** `not_written` when the file cannot be. Blanks alone are not worth what the clipboard holds. */
  async put(text: string, lines: number): Promise<Result<Copied>> {
    const clean = withoutControls(text);
    if (clean.trim() === '') return success({ lines: 0, path: null });
    if (!this.#outer || Buffer.byteLength(clean) > longestClip) return this.#save(clean, lines);
    this.#outer.copy(clean);
    return success({ lines, path: null });
  }

  /** One file, the last copy: what is copied without end does not fill the folder. */
  async #save(text: string, lines: number): Promise<Result<Copied>> {
    const folder = this.#folder();
    if (!folder.ok) return folder;
    const path = join(folder.value, 'copied.txt');
    const written = replaceFile(folder.value, path, `${text}\n`);
    return written.ok
      ? success({ lines, path })
      : failure('not_written', `What was copied could not be written: ${written.problem.message}`);
  }
}

/**
 * Has the host scroll, search or select in a terminal's view, or copies what is selected there. Requests go out in the
 * order of the calls.
 * @returns what came of it, where anyone waits for that: how a view has moved is seen
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

/** A pane that is not on the page has no view. */
const notWatched = {
  channel: 0,
  call: async () => failure('not_watched', 'The pane is not on the screen any more.'),
};

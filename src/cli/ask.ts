import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Refusal } from '../core/verb.ts';
import { type Problem, problemOf } from '../lib/result.ts';
import type { Output } from './output.ts';

/** Reports whether a person can answer questions in this terminal. */
export function canAsk(options: { json?: boolean; yes?: boolean }): boolean {
  return !options.json && !options.yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Problems of a missing yes. */
interface Refusals {
  /** Without a terminal to ask in. */
  readonly unasked: Problem;
  /** After a no. */
  readonly no: Problem;
}

/** Returns the problems of all changes but a start, which has its own. */
function usualRefusals(question: string): Refusals {
  return {
    unasked: problemOf('confirmation_required', `${question} That needs your yes.`, 'Give it with: --yes'),
    no: problemOf('not_confirmed', 'Nothing was changed.'),
  };
}

/** Demands a person's yes: `given` with the command, or typed here. @throws Refusal */
export async function demandYes(
  { json }: Output,
  given: boolean | undefined,
  question: string,
  { unasked, no }: Refusals = usualRefusals(question),
): Promise<void> {
  if (given) return;
  if (!canAsk({ json })) throw new Refusal(unasked);
  if (!(await askYes(question))) throw new Refusal(no);
}

/**
 * Prints a text that must be read completely before a yes, page by page if the yes is asked for here.
 * @param isAsked true if a yes follows
 */
export async function sayPaged(out: Output, text: string, isAsked: boolean): Promise<void> {
  const lines = text.split('\n');
  const page = Math.max(1, (process.stdout.rows ?? lines.length) - 1);
  if (!isAsked || !canAsk({ json: out.json })) {
    out.say(text);
    return;
  }
  for (let from = 0; from < lines.length; from += page) {
    out.say(lines.slice(from, from + page).join('\n'));
    const left = lines.length - from - page;
    if (left > 0) await askText(`[${left} more lines: enter goes on] `);
  }
}

/** Asks a yes-or-no question; anything but `y` or `yes` is a no. */
export async function askYes(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await askText(`${question} [y/N] `));
}

/** Reads all of standard input. In a terminal Ctrl-D ends it, and questions can be asked afterwards. */
export async function readInput(): Promise<string> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY) return text(stdin);
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdin, output: stdout })) lines.push(line);
  return lines.join('\n');
}

/** Reads a line without echo, for secrets. @returns null on Ctrl-C, Ctrl-D or the loss of the terminal */
export async function askHidden(question: string): Promise<string | null> {
  const { stdin, stdout } = process;
  // Raw mode comes before the question, so that even a quick answer is not echoed.
  stdin.setRawMode(true).resume();
  stdout.write(question);
  const decoder = new TextDecoder();
  const line = new HiddenLine();
  const ended = Promise.withResolvers<string | null>();
  const close = () => ended.resolve(null);
  const take = (chunk: Buffer) => {
    const end = line.take(decoder.decode(chunk, { stream: true }));
    if (end) ended.resolve(end === 'given' ? line.text : null);
  };
  stdin.on('data', take).once('end', close);
  const typed = await ended.promise;
  stdin.off('data', take).off('end', close).setRawMode(false).pause();
  stdout.write('\n');
  return typed;
}

/** Reads a line; empty at the end of input and on Ctrl-C. */
export async function askText(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
  // Closing rejects the question, too; the order differs between versions of Node.
  const typed = await Promise.race([lines.question(question).catch(() => null), closed]);
  lines.close();
  // The cursor is still behind the question.
  if (typed === null) process.stdout.write('\n');
  return typed?.trim() ?? '';
}

/** Matches an escape sequence: a key such as an arrow, or a bracket of a paste. `halfSequence` matches an incomplete one. */
const sequence = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^[O])/;
const halfSequence = /^\x1b(?:\[[0-?]*[ -/]*|O)$/;

/** A line typed without echo, with the editing keys of a terminal. */
export class HiddenLine {
  #keys: string[] = [];
  #half = '';

  get text(): string {
    return this.#keys.join('');
  }

  /** Takes typed input; input after the end is dropped. @returns the end of the line; null before it */
  take(input: string): 'given' | 'cancelled' | null {
    let rest = this.#half + input;
    this.#half = '';
    while (rest !== '') {
      if (halfSequence.test(rest)) {
        this.#half = rest;
        return null;
      }
      const found = sequence.exec(rest)?.[0];
      const key = found ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
      rest = rest.slice(key.length);
      if (found !== undefined) continue;
      if (key === '\r' || key === '\n') return 'given';
      if (key === '\x03' || key === '\x04') return 'cancelled';
      this.#press(key);
    }
    return null;
  }

  /** Backspace takes back one character, Ctrl-U all of them; no other control character means anything here. */
  #press(key: string): void {
    if (key === '\x7f' || key === '\b') this.#keys.pop();
    else if (key === '\x15') this.#keys = [];
    else if (key >= ' ') this.#keys.push(key);
  }
}

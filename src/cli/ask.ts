import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Refusal } from '../core/verb.ts';
import { type Problem, problemOf } from '../lib/result.ts';
import type { Output } from './output.ts';

/** Whether a person can be asked here and now. */
export function canAsk(options: { json?: boolean; yes?: boolean }): boolean {
  return !options.json && !options.yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** What is said where nobody can be asked, and after a no. */
interface Refusals {
  readonly unasked: Problem;
  readonly no: Problem;
}

/** A start has its own; all other changes say `confirmation_required` and `not_confirmed`. */
function usualRefusals(question: string): Refusals {
  return {
    unasked: problemOf('confirmation_required', `${question} That needs your yes.`, 'Give it with: --yes'),
    no: problemOf('not_confirmed', 'Nothing was changed.'),
  };
}

/** Goes on with a person's yes: one that was given with the command, or one that is asked for here. */
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
 * Says a text of which all has to be in sight before a yes: where it is asked for here, a page at a time.
 * @param isAsked whether a yes follows
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

/** Asks for a yes; anything else is a no. */
export async function askYes(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await askText(`${question} [y/N] `));
}

/** All of standard input. At a terminal Ctrl-D ends it, and questions can be asked afterwards. */
export async function readInput(): Promise<string> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY) return text(stdin);
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdin, output: stdout })) lines.push(line);
  return lines.join('\n');
}

/** One typed or pasted line that is not shown; null on Ctrl-C, Ctrl-D and where the terminal goes. For secrets. */
export async function askHidden(question: string): Promise<string | null> {
  const { stdin, stdout } = process;
  // First of all: what is typed as soon as the question is seen must not be shown either.
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

/** One typed line; empty at the end of input and on Ctrl-C. */
export async function askText(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
  // Being closed rejects the question, too; which of the two comes first differs between versions of Node.
  const typed = await Promise.race([lines.question(question).catch(() => null), closed]);
  lines.close();
  // The cursor still stands behind the question.
  if (typed === null) process.stdout.write('\n');
  return typed?.trim() ?? '';
}

/** Escape sequences: arrows and other keys, and the marks around what is pasted. The rest of one may come later. */
const sequence = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^[O])/;
const halfSequence = /^\x1b(?:\[[0-?]*[ -/]*|O)$/;

/** A line that is written without being seen, edited as a terminal itself would. */
export class HiddenLine {
  #keys: string[] = [];
  #half = '';

  get text(): string {
    return this.#keys.join('');
  }

  /** @returns how it ended; null while it has not. What comes behind its end is dropped. */
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

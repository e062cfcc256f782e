import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';

/** Whether a person can be asked here and now. */
export function canAsk(options: { json?: boolean; yes?: boolean }): boolean {
  return !options.json && !options.yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
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

/** One typed line that is not shown; empty on Ctrl-C. For secrets, at a terminal. */
export async function askHidden(question: string): Promise<string> {
  const { stdin, stdout } = process;
  stdout.write(question);
  stdin.setRawMode(true).resume();
  let typed = '';
  const line = await new Promise<string>((resolve) => {
    const take = (chunk: Buffer) => {
      for (const key of chunk.toString()) {
        const isEnd = /[\r\n\u0003\u0004]/.test(key);
        if (isEnd) stdin.off('data', take);
        if (isEnd) return resolve(/[\r\n]/.test(key) ? typed : '');
        typed = /[\u007f\b]/.test(key) ? typed.slice(0, -1) : typed + key;
      }
    };
    stdin.on('data', take);
  });
  stdin.setRawMode(false).pause();
  stdout.write('\n');
  return line;
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

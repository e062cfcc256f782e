import { createInterface } from 'node:readline/promises';

/** Whether a person can be asked here and now. */
export function canAsk(options: { json?: boolean; yes?: boolean }): boolean {
  return !options.json && !options.yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Asks for a yes; anything else is a no. */
export async function askYes(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await askText(`${question} [y/N] `));
}

/** One typed line; empty at the end of input. */
export async function askText(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await Promise.race([lines.question(question), closed(lines)])).trim();
  } finally {
    lines.close();
  }
}

function closed(lines: ReturnType<typeof createInterface>): Promise<string> {
  return new Promise((resolve) => lines.once('close', () => resolve('')));
}

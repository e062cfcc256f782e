import { plainLines } from '../lib/sanitize.ts';

/** Signs that a line typed into an agent may not begin with: a shell, a command, a memory, a file. */
const commandSigns = /^\s*[!/#@&]/;

/** Whether an agent would take the text for something else than words to it. */
export function looksLikeCommand(text: string): boolean {
  return commandSigns.test(text);
}

/** Text as an agent takes it for words, whatever it begins with; nothing is in it that a person could not have seen. */
export function opening(text: string): string {
  const plain = plainLines(text, { tab: '\t', control: '' });
  return looksLikeCommand(plain) ? `Task: ${plain.trimStart()}` : plain;
}

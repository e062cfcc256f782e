/** Signs that a line typed into an agent may not begin with: a shell, a command, a memory, a file. */
const commandSigns = /^\s*[!/#@&]/;

/** Whether an agent would take the text for something else than words to it. */
export function looksLikeCommand(text: string): boolean {
  return commandSigns.test(text);
}

/** Text as an agent takes it for words, whatever it begins with; control characters but tab and newline are dropped. */
export function opening(text: string): string {
  const plain = text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\t\n]/gu, '');
  return looksLikeCommand(plain) ? `Task: ${plain.trimStart()}` : plain;
}

/**
 * What a terminal sends when a person pastes text: newlines as Enter, and between markers for a program that
 * asked for bracketed paste (xterm's control sequences, mode 2004). Control characters other than tab and
 * newline are dropped, so that the text cannot end the paste by itself.
 */
export function pasteSequence(text: string, isBracketed: boolean, submit: boolean): string {
  const typed = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .replace(/\n/g, '\r');
  return (isBracketed ? `\x1b[200~${typed}\x1b[201~` : typed) + (submit ? '\r' : '');
}

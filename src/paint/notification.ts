import { oneLine } from '../lib/sanitize.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How a terminal wants to be told to show a notification; null where none is known to work. */
export type NotificationStyle = 'osc9' | 'osc99' | 'osc777' | null;

/** By the names of terminals that document one: iTerm2, WezTerm and ghostty OSC 9, kitty OSC 99, foot and urxvt OSC 777. */
export function notificationStyle({
  TERM = '',
  TERM_PROGRAM = '',
  TMUX,
  STY,
}: Environment): NotificationStyle {
  // A multiplexer swallows them, or shows what it does not know.
  if (TMUX || STY) return null;
  if (TERM === 'xterm-kitty') return 'osc99';
  if (TERM.startsWith('foot') || TERM.startsWith('rxvt-unicode')) return 'osc777';
  const isOne = ['iTerm.app', 'WezTerm', 'ghostty'].includes(TERM_PROGRAM) || TERM === 'xterm-ghostty';
  return isOne || TERM === 'wezterm' ? 'osc9' : null;
}

/** The bytes; whatever could end the sequence or divide its fields is taken out of the texts. */
export function notificationBytes(style: NotificationStyle, title: string, text: string): string {
  const [head, body] = [plain(title), plain(text)];
  switch (style) {
    case 'osc9':
      return `\x1b]9;${head}: ${body}\x1b\\`;
    case 'osc99':
      return `\x1b]99;i=orch-tui:d=0;${head}\x1b\\\x1b]99;i=orch-tui:p=body;${body}\x1b\\`;
    case 'osc777':
      return `\x1b]777;notify;${head};${body}\x1b\\`;
    case null:
      return '';
  }
}

/** Characters. */
const longest = 200;

function plain(text: string): string {
  return oneLine(text.replaceAll(';', ' '), longest);
}

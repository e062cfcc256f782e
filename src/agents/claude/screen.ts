/**
 * Classifies a quiet screen of Claude Code: a dialog with choices, or the input box without a question. Null when it is
 * neither.
 * @param screen its lines as plain text
 */
export function readScreen(screen: string): 'question' | 'prompt' | null {
  if (readBox(screen) !== null) return 'prompt';
  return showsTrustQuestion(screen) || showsChoices(screen) || showsKeys(screen) ? 'question' : null;
}

/** Returns the first line in the input box, which may be a placeholder; null when there is no box. */
export function readBox(screen: string): string | null {
  const { above, line } = lastMarked(screen.split('\n'));
  const [before = ''] = above.slice(-1);
  return line.startsWith('❯') && before.startsWith('───') ? line.slice(1).trim() : null;
}

/**
 * Reports whether the last mark is at one of several choices. Newer dialogs have no numbers, and some print no keys
 * below: there a line beside it with the same indentation shows a choice.
 */
function showsChoices(screen: string): boolean {
  const { above, line, below } = lastMarked(screen.split('\n'));
  if (numbered.test(line)) return true;
  // The person's own messages have the mark in the first column.
  const [, indent = ''] = unnumbered.exec(line) ?? [];
  if (indent === '') return false;
  const isSibling = (other = '') => other.startsWith(indent) && other.slice(indent.length).search(/\S/) === 2;
  return isSibling(above.at(-1)) || isSibling(below[0]);
}

/** Reports whether the screen ends with the keys that answer a dialog, such as `Enter to confirm · Esc to cancel`. */
function showsKeys(screen: string): boolean {
  const lines = screen.trimEnd().split('\n');
  // Narrow terminals wrap anywhere.
  const end = lines
    .slice(lines.findLastIndex((line) => line.trim() === '') + 1)
    .map((line) => line.trim())
    .join(' ');
  return keys.test(end);
}

interface Marked {
  readonly above: readonly string[];
  /** The marked line; empty where there is none. */
  readonly line: string;
  readonly below: readonly string[];
}

/** Returns the line with the last mark and the lines around it. The person's messages above may have the same mark. */
function lastMarked(lines: readonly string[]): Marked {
  const at = lines.findLastIndex((line) => mark.test(line));
  if (at < 0) return { above: lines, line: '', below: [] };
  return { above: lines.slice(0, at), line: lines[at] ?? '', below: lines.slice(at + 1) };
}

const mark = /^\s*❯/;
const numbered = /^\s*❯\s*\d+\./;
const unnumbered = /^(\s+)❯ \S/;
const keys = /^(?:Enter|Esc|Space|Tab|[←↑→↓/]+) to .*\bEsc to \w+|^Esc to (?!interrupt)\w+/;

/** Texts of the dialog's two choices; their order, numbers and the rest differ between versions. */
const choices = ['Yes,Itrustthisfolder', 'No,exit'];

/**
 * Reports whether Claude Code asks if the folder can be trusted. Until a person agrees, no hook of ours runs. Spaces
 * are ignored, because narrow terminals wrap the choices anywhere.
 */
export function showsTrustQuestion(screenText: string): boolean {
  const text = screenText.replace(/[\s│]/g, '');
  return choices.every((choice) => text.includes(choice));
}

/**
 * Returns the state in Claude Code's terminal title: `⠂ name` or `⠐ name` while it works, since 2.1.332 `◐ name` or `◑
 * name`, and `✳ name` while it rests or waits. Without a readable session file, only the title shows that Esc ended a
 * turn.
 */
export function readTitle(title: string): 'working' | 'resting' | null {
  if (/^[\u2801-\u28ff\u25d0\u25d1] /.test(title)) return 'working';
  return title.startsWith('✳') ? 'resting' : null;
}

/** Returns the dollars spent from a status line's input; null without a usable number. */
export function parseSpent(body: unknown): number | null {
  const cost = object(object(body)?.cost);
  const dollars = cost?.total_cost_usd;
  // More than a million is no plausible cost.
  return typeof dollars === 'number' && dollars >= 0 && dollars < 1e6 ? dollars : null;
}

/** Returns the command of a settings file's status line; null when there is none. */
export function parseStatusCommand(text: string): string | null {
  try {
    const line = object(object(JSON.parse(text))?.statusLine);
    const { type, command } = line ?? {};
    return type === 'command' && typeof command === 'string' && command.trim() !== '' ? command : null;
  } catch {
    // Not JSON: the agent ignores it as well.
    return null;
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

/**
 * Reports whether Claude Code refused a resume because it has no such conversation; then it exits with 1. It writes its
 * transcript some time after the hooks fire, so a process killed early leaves none.
 */
export function showsMissingConversation(screenText: string): boolean {
  return screenText.replace(/\s+/g, '').includes('NoconversationfoundwithsessionID:');
}

/**
 * Reports whether Claude Code refused to start a conversation because one with that id exists; then it exits with 1.
 */
export function showsKeptConversation(screenText: string): boolean {
  return /SessionID[-0-9a-f]+isalreadyinuse/.test(screenText.replace(/\s+/g, ''));
}

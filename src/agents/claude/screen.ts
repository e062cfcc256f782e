/**
 * Reads what a screen of Claude Code that fell quiet shows: a dialog with choices, or the box to type into, where
 * nothing is asked. Null when it is neither.
 * @param screen its lines as plain text
 */
export function readScreen(screen: string): 'question' | 'prompt' | null {
  if (readBox(screen) !== null) return 'prompt';
  return showsTrustQuestion(screen) || showsChoices(screen) || showsKeys(screen) ? 'question' : null;
}

/** The first line of what stands in the box to type into, which may be a hint; null where there is no box. */
export function readBox(screen: string): string | null {
  const { above, line } = lastMarked(screen.split('\n'));
  const [before = ''] = above.slice(-1);
  return line.startsWith('❯') && before.startsWith('───') ? line.slice(1).trim() : null;
}

/**
 * Reports whether the last mark is at one choice of several. Newer dialogs number none of them, and some print no
 * keys below: there a choice is known by a line beside it that begins in the same column.
 */
function showsChoices(screen: string): boolean {
  const { above, line, below } = lastMarked(screen.split('\n'));
  if (numbered.test(line)) return true;
  // What a person said is marked, too, in the first column.
  const [, indent = ''] = unnumbered.exec(line) ?? [];
  if (indent === '') return false;
  const isSibling = (other = '') => other.startsWith(indent) && other.slice(indent.length).search(/\S/) === 2;
  return isSibling(above.at(-1)) || isSibling(below[0]);
}

/** Reports whether the screen ends with the keys that answer a dialog, such as `Enter to confirm · Esc to cancel`. */
function showsKeys(screen: string): boolean {
  const lines = screen.trimEnd().split('\n');
  // Narrow terminals wrap them anywhere.
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

/** The last mark counts: above it may stand what the person said, with the same one. */
function lastMarked(lines: readonly string[]): Marked {
  const at = lines.findLastIndex((line) => mark.test(line));
  if (at < 0) return { above: lines, line: '', below: [] };
  return { above: lines.slice(0, at), line: lines[at] ?? '', below: lines.slice(at + 1) };
}

const mark = /^\s*❯/;
const numbered = /^\s*❯\s*\d+\./;
const unnumbered = /^(\s+)❯ \S/;
const keys = /^(?:Enter|Esc|Space|Tab|[←↑→↓/]+) to .*\bEsc to \w+|^Esc to (?!interrupt)\w+/;

/** Words of the dialog's two choices; their order, their numbers and the rest of it differ between versions. */
const choices = ['Yes,Itrustthisfolder', 'No,exit'];

/**
 * Reports whether Claude Code asks if the folder can be trusted. Until a person says yes, no hook of ours runs.
 * Narrow terminals wrap the choices anywhere, so spaces are left out of account.
 */
export function showsTrustQuestion(screenText: string): boolean {
  const text = screenText.replace(/[\s│]/g, '');
  return choices.every((choice) => text.includes(choice));
}

/**
 * Reads what Claude Code's terminal title says: `⠂ name` or `⠐ name` while it works, since 2.1.332 `◐ name` or
 * `◑ name`, and `✳ name` while it rests or waits. Where no session file can be read, it is the only source that tells
 * of a turn ended by Esc.
 */
export function readTitle(title: string): 'working' | 'resting' | null {
  if (/^[\u2801-\u28ff\u25d0\u25d1] /.test(title)) return 'working';
  return title.startsWith('✳') ? 'resting' : null;
}

/** What a status line's input tells of money; null where it tells nothing that can be used. */
export function parseSpent(body: unknown): number | null {
  const cost = object(object(body)?.cost);
  const dollars = cost?.total_cost_usd;
  // More than a million is no sum that an agent has spent.
  return typeof dollars === 'number' && dollars >= 0 && dollars < 1e6 ? dollars : null;
}

/** The command of a settings file's status line; null where there is none. */
export function parseStatusCommand(text: string): string | null {
  try {
    const line = object(object(JSON.parse(text))?.statusLine);
    const { type, command } = line ?? {};
    return type === 'command' && typeof command === 'string' && command.trim() !== '' ? command : null;
  } catch {
    // No JSON: the agent takes nothing from it either.
    return null;
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

/**
 * Whether Claude Code refused a resume because it kept nothing of the conversation: it exits with 1 then. It
 * writes its transcript some time after the hooks have fired, so a process killed early leaves none behind.
 */
export function showsMissingConversation(screenText: string): boolean {
  return screenText.replace(/\s+/g, '').includes('NoconversationfoundwithsessionID:');
}

/** Whether Claude Code refused to begin a conversation because it kept one of that id: it exits with 1 then, too. */
export function showsKeptConversation(screenText: string): boolean {
  return /SessionID[-0-9a-f]+isalreadyinuse/.test(screenText.replace(/\s+/g, ''));
}

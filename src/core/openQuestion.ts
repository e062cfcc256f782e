/**
 * Reports whether a terminal screen shows an open question, so that Enter, or typed text, would answer it.
 * One rule for all agents: it knows the shapes of menus, key hints and boxes, and no program by name. In
 * doubt it returns true: a refused line can be sent again, an answer cannot be taken back.
 * @param screen its lines as plain text
 * @param own text that we typed there and have not entered: a list of numbers in a box looks like a menu
 */
export function showsOpenQuestion(screen: string, own = ''): boolean {
  const lines = screen.split('\n').map(withoutFrame);
  const below = lines.slice(boxEnd(lines));
  const { isChoice, rest } = lowestMark(below, squeezed(own));
  return isChoice || isHinted(lastWritten(rest, hintLines)) || asksForWord(lastWritten(below, 1)[0] ?? '');
}

/** A mark in front of the choice that Enter takes. */
const marked = /^(\s*)([❯›▶▸➤➜>●◉→*])\s*(\S.*)?$/u;
/** Marks in front of the user's own text, in the box and above it. */
const promptMarks = '❯›>';
/** Numbered choices. Some marks precede choices and sentences alike; only numbers distinguish them. */
const numbered = /^\s*(?:\d{1,2}[.)]|\[\d{1,2}\])\s*\S/;
/** Lines searched around a choice: choices wrap and have descriptions between them. */
const siblingReach = 8;
/** Number of last non-empty lines that may hold key hints. */
const hintLines = 12;

/** Removes borders and scroll bars, and leaves each text in its column. */
function withoutFrame(line: string): string {
  const end = line.replace(/[\s│┃║▌▐█|]+$/u, '');
  return end.replace(/^[\s│┃║▌▐|]+/u, (border) => ' '.repeat(border.length));
}

/**
 * Returns the index after the last box that holds the user's input or past text; 0 without one. Lines above
 * it are past, lines in it are the user's, and a menu replaces the box.
 */
function boxEnd(lines: readonly string[]): number {
  const last = lines.findLastIndex(
    (line, at) => isBoxEnd(line) || isRuledBoxEnd(lines, at) || isFramedBoxEnd(lines, at),
  );
  return last + 1;
}

/** Recognises boxes of blocks, and of a bar at the left with a foot below it. */
function isBoxEnd(line: string): boolean {
  return /^\s*╹?▀{8,}\s*$/u.test(line);
}

/**
 * Recognises a box between two rules, which begins with its mark; menus between rules begin with words or
 * end without a rule.
 */
function isRuledBoxEnd(lines: readonly string[], at: number): boolean {
  if (!isRule(lines[at] ?? '')) return false;
  const top = lines.slice(0, at).findLastIndex(isRule);
  return top >= 0 && /^\s?[❯›>!#]/u.test(lines[top + 1] ?? '');
}

/** Recognises a frame around one line that begins with a mark and is no choice. */
function isFramedBoxEnd(lines: readonly string[], at: number): boolean {
  const [top = '', box = '', foot = ''] = lines.slice(Math.max(0, at - 2), at + 1);
  return /^\s*╭─{3}/u.test(top) && /^\s*╰─{3}/u.test(foot) && isLoneBox(box);
}

function isLoneBox(line: string): boolean {
  const found = marked.exec(line);
  return found !== null && !numbered.test(found[3] ?? '');
}

function isRule(line: string): boolean {
  return /^\s*─{3}/u.test(line);
}

interface LowestMark {
  /** It is a choice beside another one, and not text that we typed. */
  readonly isChoice: boolean;
  /** Lines below the user's text. */
  readonly rest: readonly string[];
}

/** Finds the lowest mark. Only that one counts: past messages above it carry the same mark. */
function lowestMark(lines: readonly string[], own: string): LowestMark {
  for (let at = lines.length - 1; at >= 0; at--) {
    const found = marked.exec(lines[at] ?? '');
    if (!found) continue;
    const [, , mark = '', text = ''] = found;
    const isPrompt = promptMarks.includes(mark);
    const isChoice = numbered.test(text) ? hasNumberedSibling(lines, at) : isPrompt && hasSibling(lines, at);
    if (!isPrompt && !isChoice) continue;
    const isOurs = isPrompt && isOwn(lines, at, own);
    return { isChoice: isChoice && !isOurs, rest: lines.slice(isOurs ? groupEnd(lines, at) : at + 1) };
  }
  return { isChoice: false, rest: lines };
}

function hasNumberedSibling(lines: readonly string[], at: number): boolean {
  const column = textColumn(lines[at] ?? '');
  return around(lines, at, siblingReach).some(
    (line) => numbered.test(line) && isNear(textColumn(line), column),
  );
}

/**
 * Reports whether a choice without a number has a sibling. Any two lines look like that, so a key hint below
 * or above is required.
 */
function hasSibling(lines: readonly string[], at: number): boolean {
  const column = textColumn(lines[at] ?? '');
  const isBeside = around(lines, at, 1).some(
    (line) => line.trim() !== '' && isNear(textColumn(line), column),
  );
  const nearAbove = lines.slice(Math.max(0, at - siblingReach), at);
  return isBeside && (isHinted(lines.slice(at + 1)) || nearAbove.some(isHint));
}

function around(lines: readonly string[], at: number, reach: number): readonly string[] {
  return [...lines.slice(Math.max(0, at - reach), at), ...lines.slice(at + 1, at + 1 + reach)];
}

/** Reports whether the text after a mark is text that we typed. */
function isOwn(lines: readonly string[], at: number, own: string): boolean {
  if (own === '') return false;
  const [first = '', ...more] = lines.slice(at, groupEnd(lines, at));
  const text = squeezed([marked.exec(first)?.[3] ?? '', ...more].join(''));
  return text !== '' && own.includes(text);
}

/** Returns the index of the next empty line. */
function groupEnd(lines: readonly string[], at: number): number {
  const end = lines.findIndex((line, i) => i > at && line.trim() === '');
  return end < 0 ? lines.length : end;
}

function textColumn(line: string): number {
  const found = marked.exec(line);
  return found ? line.length - (found[3] ?? '').length : line.length - line.trimStart().length;
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1;
}

/** Key hints of menus; matched at the beginning of a part, because titles and paths may hold any words. */
const hints = [
  /^(?:(?:please\s+)?(?:press|hit)\s+)?\[?(?:enter|return)\b\]?:?\s+(?:to\s+)?(?:confirm|select|continue|submit|choose|accept|approve|proceed|answer|toggle|save)\b/i,
  /^[⏎↵]\s*(?:to\s+)?(?:confirm|select|continue|submit|choose|accept|save)\b/iu,
  /^(?:please\s+)?(?:press|hit)\s+(?:any key|\[?(?:enter|return)\b)/i,
  /^⇆\s*select\b/iu,
  /^use (?:the )?arrow keys\b/i,
  /^esc\b:?\s+(?:to\s+)?(?:cancel|back|dismiss|go back|reject)\b/i,
  /^△\s+(?:permission|always allow|reject|question)/iu,
  /^would you like to continue\?/i,
];

/** Separators between and around hints. */
const separators = /\s{2,}|\s[·•|]\s|[,.;:]\s|\sor\s|[()]/;

/** The hint that a running turn can be interrupted, in brackets; it is no menu. */
const interruption = /\(\s*esc to cancel\b[^()]*\)/gi;

/** Reports whether a line is a hint, alone or with the next one, because narrow terminals wrap hints. */
function isHinted(lines: readonly string[]): boolean {
  return lines.some((line, at) => isHint(line) || isHint(`${line} ${lines[at + 1]?.trim() ?? ''}`));
}

function isHint(line: string): boolean {
  const parts = line.replace(interruption, '').split(separators);
  return parts.some((part) => hints.some((hint) => hint.test(part.replace(/^[^\p{L}△⇆⏎↵[]+/u, ''))));
}

/** Reports whether the cursor's line asks for yes or no, or for a secret. */
function asksForWord(line: string): boolean {
  return /[([]\s*y(?:es)?\s*[/|]\s*n(?:o)?\b|\(y\)es|\byes\/no\b|\(y\)\s*$|(?:password|passphrase|passcode|\bPIN)\b.*:\s*$/i.test(
    line,
  );
}

/** Returns the last non-empty lines. */
function lastWritten(lines: readonly string[], count: number): readonly string[] {
  return lines.filter((line) => line.trim() !== '').slice(-count);
}

function squeezed(text: string): string {
  return text.replace(/\s/g, '');
}

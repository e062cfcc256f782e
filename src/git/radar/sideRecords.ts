import type { FileSide, SideHunk } from '../../core/radar.ts';

/** Nobody reads more of one file in a terminal. */
const mostLines = 1000;
const longestLine = 500;

type Mark = SideHunk['lines'][number]['mark'];

/** A hunk being read. */
interface Open {
  readonly from: number;
  readonly lines: { mark: Mark; text: string }[];
}

/**
 * Reads what `git diff-tree -p` says of one file, or of a file that became something else, which are two parts.
 * @param name the file's name on the side
 */
export function parseSide(output: string, name: string): FileSide {
  const { headers, hunks, isCut } = readPatch(output);
  const says = (start: string) => headers.some((line) => line.startsWith(start));
  const [isNew, isDeleted] = [says('new file mode '), says('deleted file mode ')];
  const change = says('Binary files ')
    ? 'binary'
    : isNew !== isDeleted
      ? isNew
        ? 'added'
        : 'deleted'
      : headers.length > 0
        ? 'changed'
        : 'none';
  const path = isDeleted && !isNew ? null : name;
  return { path, change, hunks: hunks.filter(hasLines).map(close), isCut };
}

interface Patch {
  /** Lines before the hunks of each part. */
  readonly headers: readonly string[];
  readonly hunks: readonly Open[];
  readonly isCut: boolean;
}

function readPatch(output: string): Patch {
  const [headers, hunks]: [string[], Open[]] = [[], []];
  let isCut = false;
  let count = 0;
  let open: Open | null = null;
  for (const line of output.split('\n')) {
    if (line.startsWith('diff --git ')) open = null;
    else if (line.startsWith('@@ ')) {
      open = { from: firstLine(line), lines: [] };
      hunks.push(open);
    } else if (!open) {
      if (line !== '') headers.push(line);
    } else {
      const mark = markOf(line);
      if (!mark) continue;
      count += 1;
      if (count <= mostLines) open.lines.push({ mark, text: line.slice(1, longestLine + 1) });
      isCut ||= count > mostLines || line.length > longestLine + 1;
    }
  }
  return { headers, hunks, isCut };
}

/** `@@ -12,3 +12 @@`: 12; what is put in front of everything begins with line 1. */
function firstLine(header: string): number {
  return Math.max(1, Number(/^@@ -(\d+)/.exec(header)?.[1] ?? 1));
}

/** Null for what is no line of the file: that its last one has no end. */
function markOf(line: string): Mark | null {
  const mark = line[0];
  return mark === ' ' || mark === '-' || mark === '+' ? mark : null;
}

function hasLines({ lines }: Open): boolean {
  return lines.length > 0;
}

/** The hunk with the lines that it really changes, without those around them. */
function close({ from, lines }: Open): SideHunk {
  let at = from;
  let range = { from: Number.POSITIVE_INFINITY, to: 0 };
  for (const { mark } of lines) {
    if (mark === '-') range = { from: Math.min(range.from, at), to: at };
    if (mark === '+') range = { from: Math.min(range.from, at), to: Math.max(range.to, at - 1) };
    if (mark !== '+') at += 1;
  }
  return { range, from, lines };
}

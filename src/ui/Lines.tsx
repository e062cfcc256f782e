import { Text } from 'ink';
import type { ReactNode } from 'react';
import type { Line, Span } from '../room/text/line.ts';
import { lookOf } from './theme.ts';

/** Rows of text as one element: the layout engine's cost goes with the number of elements. */
export function Lines({ lines, color }: { lines: readonly Line[]; color: boolean }): ReactNode {
  return <Text wrap="truncate-end">{lines.flatMap((line, row) => drawLine(line, row, color))}</Text>;
}

function drawLine(line: Line, row: number, color: boolean): readonly ReactNode[] {
  const start = row > 0 ? ['\n'] : [];
  return [...start, ...joined(line).map((span, index) => drawSpan(span, `${row}.${index}`, color))];
}

/** Neighbours that look alike are one element. */
function joined(line: Line): readonly Span[] {
  const spans: Span[] = [];
  for (const span of line) {
    const last = spans.at(-1);
    if (last?.tone === span.tone) spans.splice(-1, 1, { ...last, text: last.text + span.text });
    else if (span.text !== '') spans.push(span);
  }
  return spans;
}

function drawSpan({ text, tone }: Span, key: string, color: boolean): ReactNode {
  if (tone === 'plain') return text;
  return (
    <Text key={key} {...lookOf(tone, color)}>
      {text}
    </Text>
  );
}

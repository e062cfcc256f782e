import { Text } from 'ink';
import type { ReactNode } from 'react';
import { type Line, line, type Span } from '../room/text/line.ts';
import { lookOf } from './theme.ts';

export interface RowProps {
  readonly line: Line;
  /** False honours NO_COLOR. */
  readonly color: boolean;
}

/** One row of text: a title, an entry of a list, the header or the footer. */
export function Row({ line, color }: RowProps): ReactNode {
  return <Text wrap="truncate-end">{joined(line).map((span, at) => drawSpan(span, at, color))}</Text>;
}

/** Neighbours that look alike are one element: the layout engine's cost goes with the number of elements. */
function joined(row: Line): readonly Span[] {
  const spans: Span[] = [];
  for (const span of row) {
    const last = spans.at(-1);
    if (last?.tone === span.tone) spans.splice(-1, 1, { ...last, text: last.text + span.text });
    else if (span.text !== '') spans.push(span);
  }
  // Without a character it would be no row.
  return spans.length > 0 ? spans : line(' ');
}

function drawSpan({ text, tone }: Span, key: number, color: boolean): ReactNode {
  if (tone === 'plain') return text;
  return (
    <Text key={key} {...lookOf(tone, color)}>
      {text}
    </Text>
  );
}

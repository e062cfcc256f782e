import { Text, type TextProps } from 'ink';
import type { ReactNode } from 'react';
import { type Line, line, type Span, type Tone } from './text.ts';

interface RowProps {
  readonly line: Line;
  /** False honours NO_COLOR. */
  readonly color: boolean;
}

/** One row of text: a title, an entry of a list, the header or the footer. */
export function Row({ line, color }: RowProps): ReactNode {
  return <Text wrap="truncate-end">{joined(line).map((span, at) => drawSpan(span, at, color))}</Text>;
}

/** Joins neighbours of the same tone: the cost of the layout engine grows with the number of elements. */
function joined(row: Line): readonly Span[] {
  const spans: Span[] = [];
  for (const span of row) {
    const last = spans.at(-1);
    if (last?.tone === span.tone) spans.splice(-1, 1, { ...last, text: last.text + span.text });
    else if (span.text !== '') spans.push(span);
  }
  // A text without a character has no height.
  return spans.length > 0 ? spans : line(' ');
}

function drawSpan({ text, tone }: Span, key: number, color: boolean): ReactNode {
  if (tone === 'plain') return text;
  return (
    <Text key={key} {...styleOf(tone, color)}>
      {text}
    </Text>
  );
}

type Style = Pick<TextProps, 'color' | 'bold' | 'dimColor' | 'inverse'>;

/**
 * The style of each tone, in the terminal's own sixteen colours, so that light and dark themes both work.
 * Without colour, shapes, words, bold and dim remain.
 */
const styles: Readonly<Record<Tone, Style>> = {
  plain: {},
  muted: { dimColor: true },
  strong: { bold: true },
  accent: { color: 'cyan' },
  good: { color: 'green' },
  warning: { color: 'yellow', bold: true },
  bad: { color: 'red' },
  notice: { color: 'magenta' },
  key: { color: 'cyan' },
  selected: { inverse: true },
  'selected-strong': { inverse: true, bold: true },
  border: { dimColor: true },
  'border-selected': {},
  'border-typing': { color: 'cyan', bold: true },
  'border-copy-mode': { color: 'magenta' },
};

function styleOf(tone: Tone, color: boolean): Style {
  const look = styles[tone];
  if (color || look.color === undefined) return look;
  const { color: _, ...rest } = look;
  return rest;
}

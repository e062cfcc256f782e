import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { BorderTone } from '../app/view/frame.ts';
import { lookOf } from './theme.ts';

export interface FrameProps {
  readonly tone: BorderTone;
  readonly width: number;
  readonly height: number;
  /** False honours NO_COLOR. */
  readonly color: boolean;
}

/** A heavy or a double one has the keys: told apart without colour. */
const strokes: Readonly<Record<BorderTone, string>> = {
  border: '│',
  'border-selected': '│',
  'border-typing': '┃',
  'border-history': '║',
};

/** The sides of a frame, and nothing between them. Its upper and lower line hold text and are rows of their own. */
export function Frame({ tone, width, height, color }: FrameProps): ReactNode {
  // Ink's own borders cannot be bold.
  const side = <Text {...lookOf(tone, color)}>{Array(height).fill(strokes[tone]).join('\n')}</Text>;
  return (
    <Box width={width} height={height} justifyContent="space-between">
      {side}
      {side}
    </Box>
  );
}

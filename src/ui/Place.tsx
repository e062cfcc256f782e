import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Rect } from '../room/geometry.ts';

/** Puts something at its cells of the screen. */
export function Place({ rect, children }: { rect: Rect; children: ReactNode }): ReactNode {
  const { x, y, width, height } = rect;
  return (
    <Box position="absolute" left={x} top={y} width={width} height={height}>
      {children}
    </Box>
  );
}

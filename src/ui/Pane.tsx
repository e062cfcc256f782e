import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { PaneView } from '../app/view/panes.ts';
import { Lines } from './Lines.tsx';
import { PaneSlot } from './slots.tsx';
import { lookOf } from './theme.ts';

/** A pane's border and title; inside, the room for its worker's screen, or words where there is none. */
export function Pane({ pane, color }: { pane: PaneView; color: boolean }): ReactNode {
  const { x, y, width, height } = pane.rect;
  const { color: borderColor, dimColor: borderDimColor } = lookOf(pane.border, color);
  return (
    <Box position="absolute" left={x} top={y} width={width} height={height} flexDirection="column">
      <Lines lines={[pane.top]} color={color} />
      <Box
        flexGrow={1}
        borderStyle="round"
        borderTop={false}
        {...(borderColor === undefined ? {} : { borderColor })}
        {...(borderDimColor === undefined ? {} : { borderDimColor })}
      >
        {pane.screen === null ? (
          <Box padding={1} overflow="hidden">
            <Lines lines={pane.text} color={color} />
          </Box>
        ) : (
          <PaneSlot id={pane.screen} />
        )}
      </Box>
    </Box>
  );
}

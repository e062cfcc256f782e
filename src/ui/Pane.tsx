import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { PaneView } from '../app/view/panes.ts';
import { Frame } from './Frame.tsx';
import { Lines } from './Lines.tsx';
import { Place } from './Place.tsx';
import { PaneSlot } from './slots.tsx';

/** A frame with the room for a worker's screen, or with words where there is none. */
export function Pane({ pane, color }: { pane: PaneView; color: boolean }): ReactNode {
  return (
    <Place rect={pane.frame.rect}>
      <Frame frame={pane.frame} color={color}>
        {pane.screen === null ? (
          <Box paddingX={1} paddingTop={1}>
            <Lines lines={pane.text} color={color} />
          </Box>
        ) : (
          <PaneSlot id={pane.screen} />
        )}
      </Frame>
    </Place>
  );
}

import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { DialogView } from '../app/view/dialog.ts';
import { Frame } from './Frame.tsx';
import { Lines } from './Lines.tsx';
import { Overlay } from './slots.tsx';

export interface DialogProps {
  /** Its layer. */
  readonly id: 'dialog' | 'palette';
  readonly dialog: DialogView;
  readonly color: boolean;
}

/** On top of everything before it, and of the panes, too. */
export function Dialog({ id, dialog, color }: DialogProps): ReactNode {
  const { x, y, width, height } = dialog.frame.rect;
  return (
    <Overlay id={id} left={x} top={y} width={width} height={height}>
      <Frame frame={dialog.frame} color={color}>
        <Box paddingX={1} paddingTop={1}>
          <Lines lines={dialog.lines} color={color} />
        </Box>
      </Frame>
    </Overlay>
  );
}

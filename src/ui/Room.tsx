import { Box } from 'ink';
import type { ReactNode } from 'react';
import { fits, minimumSize, type Rect } from '../app/geometry.ts';
import type { AppState } from '../app/state.ts';
import { type Line, line } from '../app/text/line.ts';
import { columnLines } from '../app/view/column.ts';
import { selectDialog } from '../app/view/dialog.ts';
import { footerLine } from '../app/view/footer.ts';
import { headerLine } from '../app/view/header.ts';
import { selectPanes } from '../app/view/panes.ts';
import { Lines } from './Lines.tsx';
import { Pane } from './Pane.tsx';
import { Overlay } from './slots.tsx';

export interface RoomProps {
  readonly state: AppState;
  /** False honours NO_COLOR. */
  readonly color: boolean;
}

/** The whole screen, from the state alone. The dialog comes last: it lies on top. */
export function Room({ state, color }: RoomProps): ReactNode {
  const { cols, rows } = state.size;
  if (!fits(state.size)) return <TooSmall state={state} color={color} />;
  const dialog = selectDialog(state);
  return (
    <Box width={cols} height={rows} overflow="hidden">
      <Place rect={{ x: 0, y: 0, width: cols, height: 1 }} lines={[headerLine(state)]} color={color} />
      <Place rect={{ x: 0, y: 1, width: cols, height: rows - 2 }} lines={columnLines(state)} color={color} />
      {selectPanes(state).map((pane) => (
        <Pane key={`${pane.rect.x},${pane.rect.y}`} pane={pane} color={color} />
      ))}
      <Place rect={{ x: 0, y: rows - 1, width: cols, height: 1 }} lines={[footerLine(state)]} color={color} />
      {dialog && (
        <Overlay
          id="dialog"
          left={dialog.rect.x}
          top={dialog.rect.y}
          width={dialog.rect.width}
          height={dialog.rect.height}
        >
          <Lines lines={dialog.lines} color={color} />
        </Overlay>
      )}
    </Box>
  );
}

/** Lines at their place. */
function Place({ rect, lines, color }: { rect: Rect; lines: readonly Line[]; color: boolean }): ReactNode {
  return (
    <Box position="absolute" left={rect.x} top={rect.y} width={rect.width} height={rect.height}>
      <Lines lines={lines} color={color} />
    </Box>
  );
}

/** One clear line, and the way out. */
function TooSmall({ state, color }: RoomProps): ReactNode {
  const { cols, rows } = state.size;
  const text = `orch-tui needs at least ${minimumSize.cols}×${minimumSize.rows}, this terminal has ${cols}×${rows} · q quit`;
  return (
    <Box width={cols} height={rows} overflow="hidden">
      <Lines lines={[line(text, 'warning')]} color={color} />
    </Box>
  );
}

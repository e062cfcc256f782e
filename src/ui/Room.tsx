import { Box } from 'ink';
import type { ReactNode } from 'react';
import { selectColumn } from '../app/view/column.ts';
import { selectDialog } from '../app/view/dialog.ts';
import { footerLine } from '../app/view/footer.ts';
import { headerLine } from '../app/view/header.ts';
import { selectPalette } from '../app/view/palette.ts';
import { selectPanes } from '../app/view/panes.ts';
import { fits, minimumSize } from '../room/geometry.ts';
import type { AppState } from '../room/state.ts';
import { wrapLines } from '../room/text/line.ts';
import { Column } from './Column.tsx';
import { Dialog } from './Dialog.tsx';
import { Lines } from './Lines.tsx';
import { Pane } from './Pane.tsx';
import { Place } from './Place.tsx';

export interface RoomProps {
  readonly state: AppState;
  /** False honours NO_COLOR. */
  readonly color: boolean;
}

/** The whole screen, from the state alone. The dialog, and then the palette, come last: they lie on top. */
export function Room({ state, color }: RoomProps): ReactNode {
  const { cols, rows } = state.size;
  if (!fits(state.size)) return <TooSmall state={state} color={color} />;
  const column = selectColumn(state);
  const dialog = selectDialog(state);
  const palette = selectPalette(state);
  return (
    <Box width={cols} height={rows}>
      <Place rect={{ x: 0, y: 0, width: cols, height: 1 }}>
        <Lines lines={[headerLine(state)]} color={color} />
      </Place>
      {column && <Column column={column} color={color} />}
      {selectPanes(state).map((pane) => (
        <Pane key={`${pane.frame.rect.x},${pane.frame.rect.y}`} pane={pane} color={color} />
      ))}
      <Place rect={{ x: 0, y: rows - 1, width: cols, height: 1 }}>
        <Lines lines={[footerLine(state)]} color={color} />
      </Place>
      {dialog && <Dialog id="dialog" dialog={dialog} color={color} />}
      {palette && <Dialog id="palette" dialog={palette} color={color} />}
    </Box>
  );
}

/** One clear line, and the way out. */
function TooSmall({ state, color }: RoomProps): ReactNode {
  const { cols, rows } = state.size;
  const needed = `${minimumSize.cols}×${minimumSize.rows}`;
  const text = `orch-tui needs at least ${needed}, this terminal has ${cols}×${rows} · q\u00a0quit`;
  return (
    <Box width={cols} height={rows} overflow="hidden">
      <Lines lines={wrapLines(text, cols, 'warning')} color={color} />
    </Box>
  );
}

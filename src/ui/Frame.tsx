import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { FrameView } from '../app/view/frame.ts';
import { Lines } from './Lines.tsx';
import { lookOf } from './theme.ts';

export interface FrameProps {
  readonly frame: FrameView;
  readonly color: boolean;
  readonly children?: ReactNode;
}

const borderStyles = {
  border: 'round',
  'border-selected': 'round',
  'border-typing': 'bold',
  'border-history': 'double',
} as const;

/** A border with text in its lines, around what it holds. A heavy or a double one has the keys: told apart without colour. */
export function Frame({ frame, color, children }: FrameProps): ReactNode {
  const { color: borderColor, dimColor = false } = lookOf(frame.tone, color);
  return (
    <Box width={frame.rect.width} height={frame.rect.height} flexDirection="column">
      <Lines lines={[frame.top]} color={color} />
      <Box
        flexGrow={1}
        borderStyle={borderStyles[frame.tone]}
        borderTop={false}
        borderBottom={false}
        borderDimColor={dimColor}
        {...(borderColor === undefined ? {} : { borderColor })}
      >
        {children}
      </Box>
      <Lines lines={[frame.bottom]} color={color} />
    </Box>
  );
}

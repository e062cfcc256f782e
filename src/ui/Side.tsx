import { Text } from 'ink';
import type { ReactNode } from 'react';
import type { BorderTone } from '../app/view/frame.ts';
import { lookOf } from './theme.ts';

export interface SideProps {
  readonly tone: BorderTone;
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

/** One side of a frame; its upper and lower line hold text and are rows. Ink's own borders cannot be bold. */
export function Side({ tone, height, color }: SideProps): ReactNode {
  return <Text {...lookOf(tone, color)}>{Array(height).fill(strokes[tone]).join('\n')}</Text>;
}

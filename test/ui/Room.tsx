import { Box } from 'ink';
import { createElement, type ReactNode } from 'react';
import { pictureOf } from '../../src/tui/picture.tsx';
import type { Part } from '../../src/ui/chrome.ts';
import type { AppState } from '../../src/ui/state.ts';

/** Draws all parts of a picture in one tree; the parts drawn one by one must look the same. */
export function Room({ state, color }: { readonly state: AppState; readonly color: boolean }): ReactNode {
  const { cols, rows } = state.size;
  const parts = pictureOf(state, color).parts.map(placed);
  return createElement(Box, { width: cols, height: rows, overflow: 'hidden' }, ...parts);
}

function placed({ rect: { x, y, width, height }, element, isTile }: Part): ReactNode {
  const place = { position: 'absolute', left: x, top: y, width, height, flexWrap: 'wrap' } as const;
  const cells = Array.from({ length: isTile ? width * height : 1 }, () => element);
  return createElement(Box, { ...place, backgroundColor: 'default' }, ...cells);
}

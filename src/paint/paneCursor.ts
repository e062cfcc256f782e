import type { Cursor } from '../domain/screen.ts';
import type { Layer } from './compositor.ts';

/** The cursor of a pane's program in cells of the whole screen; null where it is hidden, clipped or covered. */
export function paneCursor(layers: readonly Layer[], id: string, cursor: Cursor): Cursor | null {
  const at = layers.findIndex((layer) => layer.kind === 'pane' && layer.id === id);
  const pane = layers[at];
  if (!pane || !cursor.visible || cursor.x >= pane.width || cursor.y >= pane.height) return null;
  const x = pane.x + cursor.x;
  const y = pane.y + cursor.y;
  const covers = (layer: Layer) =>
    x >= layer.x && x < layer.x + layer.width && y >= layer.y && y < layer.y + layer.height;
  return layers.slice(at + 1).some(covers) ? null : { ...cursor, x, y };
}

import { Box, type BoxProps, type DOMElement } from 'ink';
import { createContext, type ReactNode, useCallback, useContext } from 'react';

/** Where parts of the layout report themselves, so that the painter finds the rectangles they were given. */
export interface SlotRegistry {
  /** @returns how to take the element out again */
  add(id: string, kind: 'pane' | 'overlay', element: DOMElement): () => void;
}

/** Without a registry, as in tests of components, slots are plain boxes. */
export const SlotContext = createContext<SlotRegistry | null>(null);

/** The room left for a worker's screen: all that the layout has to spare here, empty. */
export function PaneSlot({ id }: { id: string }): ReactNode {
  return <Box ref={useSlot(id, 'pane')} flexGrow={1} overflow="hidden" />;
}

/** A box on top of everything before it in the tree, panes included. Its place comes from margins or `top` and `left`. */
export function Overlay({ id, ...box }: OverlayProps): ReactNode {
  // Ink fills a box only if it has a colour; this one it does not know, so the fill is plain spaces.
  return <Box ref={useSlot(id, 'overlay')} position="absolute" backgroundColor="default" {...box} />;
}

type OverlayProps = Omit<BoxProps, 'position'> & { readonly id: string; readonly children?: ReactNode };

function useSlot(id: string, kind: 'pane' | 'overlay') {
  const registry = useContext(SlotContext);
  return useCallback(
    (element: DOMElement | null) => (element && registry ? registry.add(id, kind, element) : undefined),
    [registry, id, kind],
  );
}

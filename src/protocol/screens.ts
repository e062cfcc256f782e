import { createScreen, type Screen } from '../domain/screen.ts';

/**
 * What a watcher that has `shadow` needs to have `screen`; null when nothing changed. The shadow then equals
 * the screen. A first shadow is `createScreen(0, 0)`; without one the whole screen is encoded.
 */
export function encodeScreen(_screen: Screen, _shadow: Screen | null): Buffer | null {
  throw new Error('not written yet');
}

/** A watcher's copy of a screen. */
export class ScreenCopy {
  /** The same object throughout; its grid is replaced when the size changes. */
  readonly screen: Screen = createScreen(0, 0);

  /** @throws RangeError on bytes that are no update of this screen; the copy is of no use after that */
  apply(_bytes: Uint8Array): Screen {
    throw new Error('not written yet');
  }
}

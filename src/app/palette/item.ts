import type { AppState } from '../../room/state.ts';
import type { Step } from '../../room/step.ts';

/** Something that the palette offers. */
export interface PaletteItem {
  /** The same as long as running it does the same to the same. */
  readonly id: string;
  /** Plain, on one line, as is `text`. */
  readonly name: string;
  /** What it does or is. */
  readonly text: string;
  /** Label of the key that does it here; null where none does. */
  readonly key: string | null;
  /** Why it cannot be done just now; null while it can. */
  readonly off: string | null;
  /** @param state without the palette, as if its key were pressed there */
  run(state: AppState): Step;
}

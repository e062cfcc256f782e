import type { Found, SelectionShape, ViewCell } from '../protocol/hostApi.ts';
import type { TextField } from './field.ts';

/** Looking back: the keys move through one worker's output, and the worker gets none of them. */
export interface History {
  readonly at: 'history';
  readonly id: string;
  /** Cell of the view that the keys move. */
  readonly cursor: ViewCell;
  /** What moving the cursor selects. */
  readonly selecting: Exclude<SelectionShape, 'words'> | null;
  /** Text whose matches are marked. */
  readonly search: Search | null;
  /** A text to search for that is being typed. */
  readonly prompt: TextField | null;
}

export interface Search {
  readonly text: string;
  /** Null until the answer has come. */
  readonly found: Found | null;
}

/** A selection made with the mouse. It is seen until the next key or press, which drops it. */
export interface Drag {
  readonly id: string;
  /** Where the button went down, in cells of the view … */
  readonly from: ViewCell;
  /** … and where the mouse was last. */
  readonly to: ViewCell;
  readonly shape: SelectionShape;
  /** `pressed` may become a click; `selecting` is no click any more; `copied` has let go. */
  readonly phase: 'pressed' | 'selecting' | 'copied';
  /** Rows that the mouse is above (negative) or below the pane. */
  readonly beyond: number;
}

import type { TextField } from '../field.ts';

/** All that can be done and gone to from where one is, found by its letters. */
export interface Palette {
  readonly filter: TextField;
  /** Id of what enter runs. It stays with its item while others come and go; null while there is none. */
  readonly marked: string | null;
}

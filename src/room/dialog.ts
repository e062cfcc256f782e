import type { DialogDefinition, DialogKey } from '../core/dialog.ts';
import type { MouseToken } from '../terminal/input.ts';
import type { AnyDialog } from './asking.ts';
import type { DialogBody } from './dialogBody.ts';
import type { TextField } from './field.ts';
import type { Answered } from './messages.ts';
import type { AppState } from './state.ts';
import type { Step } from './step.ts';

/** What dialogs of the control room are made of. */
interface RoomTypes {
  readonly state: AppState;
  readonly step: Step;
  readonly view: DialogBody;
  readonly answer: Answered;
  readonly text: TextField;
  readonly mouse: MouseToken;
}

/** All of one dialog of the control room. */
export type RoomDialog<D extends AnyDialog = AnyDialog> = DialogDefinition<RoomTypes, D>;
export type RoomDialogKey<D extends AnyDialog = AnyDialog> = DialogKey<RoomTypes, D>;

/** Declares a dialog of the control room. It is there once the program's list of dialogs names it. */
export function defineDialog<D extends AnyDialog>(definition: RoomDialog<D>): RoomDialog<D> {
  return definition;
}

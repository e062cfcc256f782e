import type { DialogStateOf } from '../core/dialog.ts';
import { asking } from '../features/attention/askDialog.ts';
import { deny } from '../features/attention/denyDialog.ts';
import { notices } from '../features/attention/noticesDialog.ts';
import { problem } from '../features/attention/problemDialog.ts';
import { timeline } from '../features/messages/timelineDialog.ts';
import { develop } from '../features/repos/developDialog.ts';
import { repo } from '../features/repos/repoDialog.ts';
import { card } from '../features/workers/cardDialog.ts';
import { clean } from '../features/workers/cleanDialog.ts';
import { finish } from '../features/workers/finishDialog.ts';
import { form } from '../features/workers/formDialog.ts';
import { goOn } from '../features/workers/goOnDialog.ts';
import { reject } from '../features/workers/rejectDialog.ts';
import { startSeveral } from '../features/workers/startSeveralDialog.ts';
import { stop, stopAll } from '../features/workers/stopDialogs.ts';
import { undo } from '../features/workers/undoDialog.ts';
import type { AnyDialog } from '../room/asking.ts';
import type { RoomDialog } from '../room/dialog.ts';

/** All dialogs, in the order in which the help tells their keys. */
const defined = [
  asking,
  deny,
  card,
  reject,
  startSeveral,
  goOn,
  form,
  finish,
  clean,
  stop,
  stopAll,
  undo,
  develop,
  timeline,
  repo,
  problem,
  notices,
] as const;

export const dialogs: readonly RoomDialog[] = defined;

/** What lies over the room and takes all keys. */
export type DefinedDialog = DialogStateOf<(typeof defined)[number]>;

const byKind = new Map(dialogs.map((dialog) => [dialog.kind, dialog]));

/** Returns the definition of an open dialog. */
export function definitionOf({ kind }: AnyDialog): RoomDialog | null {
  return byKind.get(kind) ?? null;
}

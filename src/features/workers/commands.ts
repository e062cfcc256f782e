import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { check } from './check.ts';
import { deliverBrief } from './deliverBrief.ts';
import { edit } from './edit.ts';
import { clean, finish, previewClean, previewFinish } from './finish.ts';
import { bringBase, restoreWork, showSnapshot, snapshots } from './keeping.ts';
import { leaveUnfinished } from './leaveUnfinished.ts';
import { log, send } from './looking.ts';
import { propose } from './propose.ts';
import { reject } from './reject.ts';
import { rename } from './rename.ts';
import { resume } from './resume.ts';
import { stop } from './stop.ts';
import { undo } from './undo.ts';
import { weighTime } from './weighTime.ts';

/** Commands about workers. */
export const workerCommands = [
  check,
  propose,
  resume,
  edit,
  approve,
  reject,
  deliverBrief,
  stop,
  previewFinish,
  finish,
  previewClean,
  clean,
  cancel,
  undo,
  leaveUnfinished,
  rename,
  weighTime,
  bringBase,
  snapshots,
  showSnapshot,
  restoreWork,
  send,
  log,
] as const;

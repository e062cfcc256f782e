import { fieldOf } from '../../room/field.ts';
import { isIdle, isReachable } from '../../room/reachable.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';
import { findRadar, listeners, suggestedNote } from '../radar.ts';
import { backToMatrix, pairOf, standing } from '../radarDialogs.ts';

const note = { group: 'Radar: message', where: ['radar-note'] } as const;

/** Begins a message about the pair. */
export const noteAction: Action = {
  group: 'Radar',
  where: ['radar', 'radar-file'],
  id: 'radar-note',
  title: 'write a message to one or both',
  hint: 'message',
  keys: ['m'],
  enabled: canWrite,
  run: openNote,
};

/** A word to those whose work meets; it goes out on enter and not before. */
export const noteActions: readonly Action[] = [
  {
    ...note,
    id: 'radar-recipients',
    title: 'to both, or to one of them',
    hint: 'to whom',
    keys: ['tab'],
    enabled: (state) =>
      listeners(state, pairOf(state)).length > 1 ? isIdle(state) : 'Nobody else is running.',
    run: nextRecipients,
  },
  {
    ...note,
    id: 'radar-send',
    title: 'send it',
    hint: 'send',
    keys: ['enter'],
    enabled: canSend,
    run: sendNote,
  },
  {
    ...note,
    id: 'radar-unsent',
    title: 'back without sending',
    hint: 'back',
    keys: ['escape', 'ctrl-c'],
    run: (state) => stay(backToMatrix(state)),
  },
];

function canWrite(state: AppState): true | string {
  const found = standing(state);
  if (!found || found.files.length === 0) return 'There is nothing to tell them: they merge.';
  return listeners(state, found).length > 0 ? isReachable(state) : 'Neither of them is running.';
}

function openNote(state: AppState): Step {
  const [pair, found] = [pairOf(state), standing(state)];
  if (!pair || !found) return stay(state);
  const { repo, a, b } = pair;
  const text = fieldOf(suggestedNote(found, findRadar(state, repo)?.into ?? null));
  const to = listeners(state, found);
  return stay(
    withDialog(state, { kind: 'radar-note', repo, a, b, to, sent: [], text, pending: null, problem: null }),
  );
}

/** Both, the first, the second, both … */
function nextRecipients(state: AppState): Step {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'radar-note') return stay(state);
  const all = listeners(state, dialog);
  const choices = [all, ...all.map((id) => [id])];
  const at = choices.findIndex((choice) => choice.join(' ') === dialog.to.join(' '));
  return stay(withDialog(state, { ...dialog, to: choices[(at + 1) % choices.length] ?? all }));
}

function canSend(state: AppState): true | string {
  const dialog = dialogOf(state);
  if (dialog?.kind === 'radar-note' && dialog.text.text.trim() === '') return 'There is nothing to send.';
  return isIdle(state);
}

/** To one after the other, so that of a refusal it is known whom it left out. */
export function sendNote(state: AppState): Step {
  const dialog = dialogOf(state);
  const id = dialog?.kind === 'radar-note' ? dialog.to[0] : undefined;
  if (dialog?.kind !== 'radar-note' || id === undefined) return stay(state);
  return ask(state, 'send', { id, text: dialog.text.text.trim() }, (next, pending) =>
    withDialog(next, { ...dialog, pending, problem: null }),
  );
}

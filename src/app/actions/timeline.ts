import { isReachable } from '../../room/reachable.ts';
import { findWorker, selectedWorker } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';

/** What a worker reported, and what sessions wrote to each other. */
export const timelineActions: readonly Action[] = [
  {
    id: 'timeline',
    title: 'what the worker reported, and its messages',
    group: 'Workers',
    where: ['room'],
    keys: ['t'],
    enabled: (state) => (selectedWorker(state) ? isReachable(state) : 'Select a worker first.'),
    run(state) {
      const worker = selectedWorker(state);
      return worker ? openTimeline(state, worker.id) : stay(state);
    },
  },
  {
    id: 'timeline-mute',
    title: 'give its agent no messages of others, or again',
    hint: (state) => (isMuted(state) ? 'unmute' : 'mute'),
    group: 'Timeline',
    where: ['timeline'],
    keys: ['m'],
    enabled: (state) => findWorker(state, idOf(state)) !== null || 'This worker is gone.',
    run: (state) => ask(state, 'muteNotes', { id: idOf(state), muted: !isMuted(state) }),
  },
  {
    id: 'timeline-close',
    title: 'close',
    hint: 'close',
    group: 'Timeline',
    where: ['timeline'],
    keys: ['escape', 'q', 'enter', 't', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
];

function openTimeline(state: AppState, id: string): Step {
  const dialog = { kind: 'timeline', id, updates: null, scroll: 0, problem: null } as const;
  return ask(state, 'updates', { id }, (next, pending) => withDialog(next, { ...dialog, pending }));
}

function idOf(state: AppState): string {
  const dialog = dialogOf(state);
  return dialog?.kind === 'timeline' ? dialog.id : '';
}

function isMuted(state: AppState): boolean {
  return state.facts?.muted?.includes(idOf(state)) ?? false;
}

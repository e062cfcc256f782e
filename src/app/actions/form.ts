import { findProposal } from '../../room/select.ts';
import type { AppState } from '../../room/state.ts';
import { stay, toList } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { openCard } from '../dialogs.ts';
import { waitingText } from '../dialogText.ts';
import { addLineBreak, choose, faultyField, formOf, moveField, moveUpOrDown, sendForm } from '../form.ts';

const form = { where: ['form'], group: 'New worker' } as const;

export const formActions: readonly Action[] = [
  {
    ...form,
    id: 'send',
    title: 'next field; after the brief: propose',
    hint: sendHint,
    keys: ['enter'],
    enabled: (state) => formOf(state)?.field !== 'brief' || formOf(state)?.pending === null || waitingText,
    run: (state) => (formOf(state)?.field === 'brief' ? sendForm(state) : stay(moveField(state, 1))),
  },
  {
    ...form,
    id: 'line-break',
    title: 'line break in the brief',
    hint: 'line break',
    keys: ['ctrl-j', 'alt-enter', 'shift-enter'],
    run: (state) => stay(addLineBreak(state)),
  },
  {
    ...form,
    id: 'next-field',
    title: 'next field',
    keys: ['tab'],
    run: (state) => stay(moveField(state, 1)),
  },
  {
    ...form,
    id: 'previous-field',
    title: 'previous field',
    keys: ['shift-tab'],
    run: (state) => stay(moveField(state, -1)),
  },
  {
    ...form,
    id: 'field-down',
    title: 'through rows and fields',
    keys: ['down'],
    run: (state) => stay(moveUpOrDown(state, 1)),
  },
  {
    ...form,
    id: 'field-up',
    title: 'through rows and fields',
    keys: ['up'],
    run: (state) => stay(moveUpOrDown(state, -1)),
  },
  {
    ...form,
    id: 'cancel-form',
    title: 'close the form',
    hint: 'cancel',
    keys: ['escape', 'ctrl-c'],
    run: (state) => stay(closed(state)),
  },
];

function sendHint(state: AppState): string {
  const dialog = formOf(state);
  if (dialog?.field !== 'brief') return 'next';
  const faulty = faultyField(state, dialog);
  return faulty === null ? 'propose' : `mend the ${faulty}`;
}

/** Keys that choose; elsewhere they move within a text. */
export const choiceKeys: Readonly<Record<string, 1 | -1>> = { left: -1, right: 1, space: 1, h: -1, l: 1 };

export function chooseByKey(state: AppState, key: string): AppState {
  const by = choiceKeys[key];
  return by === undefined ? state : choose(state, by);
}

/** Back to the card that the form came from, if it is still open. */
function closed(state: AppState): AppState {
  const editing = formOf(state)?.editing ?? null;
  const proposal = editing === null ? null : findProposal(state, editing);
  return proposal ? openCard(state, proposal) : toList(state);
}

import type { AgentRequest } from '../../domain/queue.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay, toList } from '../../room/step.ts';
import type { Action } from '../action.ts';
import type { AskDialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import {
  canSay,
  choose,
  currentRequest,
  inPane,
  openDeny,
  openRequest,
  questionOf,
  say,
  take,
} from '../requests.ts';
import { isIdle } from './card.ts';
import { enterPane } from './room.ts';

const card = { where: ['ask'], group: 'An agent asks' } as const;

/** What can be said to an agent on the card that shows all of what it asks. */
export const requestActions: readonly Action[] = [
  {
    ...card,
    id: 'allow',
    title: 'allow what the card shows',
    hint: 'allow',
    keys: ['y'],
    enabled: (state) => canAnswer(state, 'allow'),
    run: (state) => onRequest(state, (request) => say(state, request, { say: 'allow' })),
  },
  ...([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map(
    (number): Action => ({
      ...card,
      id: `option-${number}`,
      title: 'choose that option, or mark it where several may be chosen',
      keys: [`${number}`],
      enabled: (state) => canChoose(state, number - 1),
      run: (state) => onAsking(state, (dialog, request) => choose(state, dialog, request, number - 1)),
    }),
  ),
  {
    ...card,
    id: 'deny',
    title: 'deny it, with a reason for the agent',
    hint: 'deny',
    keys: ['n'],
    enabled: (state) => canAnswer(state, 'deny'),
    run: (state) => onRequest(state, (request) => stay(openDeny(state, request))),
  },
  {
    ...card,
    id: 'answer-in-pane',
    title: 'take the options that are marked; without any, answer it in its pane',
    hint: (state) => (hasMarks(state) ? 'take those marked' : 'to its pane'),
    keys: ['enter'],
    enabled: (state) => !hasMarks(state) || isIdle(state),
    run: (state) =>
      onAsking(state, (dialog, request) =>
        hasMarks(state)
          ? take(state, dialog, request, dialog.marked)
          : stay(enterPane(state, request.worker)),
      ),
  },
  {
    ...card,
    id: 'leave-waiting',
    title: 'let it wait',
    hint: 'later',
    keys: ['escape', 'l', 'q', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
  {
    where: ['deny'],
    group: 'Denying it',
    id: 'send-denial',
    title: 'deny it for the reason typed, or for none',
    hint: 'deny',
    keys: ['enter'],
    enabled: isIdle,
    run: deny,
  },
  {
    where: ['deny'],
    group: 'Denying it',
    id: 'cancel-denial',
    title: 'do not deny it yet',
    hint: 'back',
    keys: ['escape', 'ctrl-c'],
    run: (state) => onRequest(state, (request) => stay(openRequest(state, request))),
  },
];

function canAnswer(state: AppState, what: 'allow' | 'deny'): true | string {
  const request = currentRequest(state);
  if (!request) return 'That is over.';
  if (canSay(request, what)) return isIdle(state);
  if (request.isCut) return 'It is too long to be shown here: look at all of it in its pane, with enter.';
  return request.questions.length > 0 ? 'Choose an option by its number.' : inPane;
}

function canChoose(state: AppState, option: number): true | string {
  const dialog = dialogOf(state);
  const request = currentRequest(state);
  if (dialog?.kind !== 'ask' || !request) return 'That is over.';
  const question = questionOf(dialog, request);
  if (!question) return request.kind === 'question' ? inPane : 'There is nothing to choose.';
  return question.options[option] ? isIdle(state) : `There is no option ${option + 1}.`;
}

function onAsking(state: AppState, use: (dialog: AskDialog, request: AgentRequest) => Step): Step {
  const dialog = dialogOf(state);
  return onRequest(state, (request) => (dialog?.kind === 'ask' ? use(dialog, request) : stay(state)));
}

/** Whether enter answers with options that are marked. */
export function hasMarks(state: AppState): boolean {
  const dialog = dialogOf(state);
  return dialog?.kind === 'ask' && dialog.marked.length > 0;
}

function deny(state: AppState): Step {
  const dialog = dialogOf(state);
  const why = dialog?.kind === 'deny' ? dialog.why.text.trim() : '';
  return onRequest(state, (request) => say(state, request, { say: 'deny', why }));
}

function onRequest(
  state: AppState,
  use: (request: NonNullable<ReturnType<typeof currentRequest>>) => Step,
): Step {
  const request = currentRequest(state);
  return request ? use(request) : stay(toList(state));
}

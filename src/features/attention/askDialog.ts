import type { AgentRequest, Choice } from '../../core/queue.ts';
import {
  type DialogBody,
  defineDialog,
  emptyBody,
  marked,
  problemRows,
  type RoomDialogKey,
} from '../../ui/dialog.ts';
import { longAge } from '../../ui/format.ts';
import { enterPane } from '../../ui/select.ts';
import type { AppState } from '../../ui/state.ts';
import { noEffects, type Step, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { type Line, line, span, wrapLines } from '../../ui/text.ts';
import { openDeny } from './denyDialog.ts';
import { type AskDialog, canSay, findRequest, inPane, questionOf, say, whyOver } from './requests.ts';

/** The card that shows all of an agent's request and takes the answer. */
export const asking = defineDialog<AskDialog>({
  kind: 'ask',
  group: 'An agent asks',
  subject: (_, { request, picked, marked: marks }) => `${request} ${picked.length} ${marks}`,
  keys: [
    {
      id: 'allow',
      title: 'allow what the card shows',
      hint: 'allow',
      keys: ['y'],
      disabledReason: (state, dialog) => whyNotSaid(state, dialog, 'allow'),
      run: onRequest((state, dialog, request) => say(state, request, { say: 'allow' }, dialog)),
    },
    ...([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map(
      (number): RoomDialogKey<AskDialog> => ({
        id: `option-${number}`,
        title: 'choose that option, or mark it where several may be chosen',
        keys: [`${number}`],
        disabledReason: (state, dialog) => whyNotChosen(state, dialog, number - 1),
        run: onRequest((state, dialog, request) => choose(state, dialog, request, number - 1)),
      }),
    ),
    {
      id: 'deny',
      title: 'deny it, with a reason for the agent',
      hint: 'deny',
      keys: ['n'],
      isHarmless: true,
      disabledReason: (state, dialog) => whyNotSaid(state, dialog, 'deny'),
      run: onRequest((state, _, request) => noEffects(openDeny(state, request))),
    },
    {
      id: 'answer-in-pane',
      title: 'take the options that are marked; without any, answer it in its pane',
      hint: (_, dialog) => (dialog.marked.length > 0 ? 'take those marked' : 'to its pane'),
      keys: ['enter'],
      disabledReason: (state, dialog) => (dialog.marked.length > 0 ? whyBusy(state) : null),
      run: onRequest((state, dialog, request) =>
        dialog.marked.length > 0
          ? take(state, dialog, request, dialog.marked)
          : noEffects(enterPane(state, request.worker)),
      ),
    },
    {
      id: 'leave-waiting',
      title: 'let it wait',
      hint: 'later',
      keys: ['escape', 'l', 'q', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  view,
  isStale: whyOver,
});

function whyNotSaid(state: AppState, dialog: AskDialog, what: 'allow' | 'deny'): string | null {
  const request = findRequest(state, dialog.request);
  if (!request) return 'That is over.';
  if (canSay(request, what)) return whyBusy(state);
  if (request.isCut) return 'It is too long to be shown here: look at all of it in its pane, with enter.';
  return request.questions.length > 0 ? 'Choose an option by its number.' : inPane;
}

function whyNotChosen(state: AppState, dialog: AskDialog, option: number): string | null {
  const request = findRequest(state, dialog.request);
  if (!request) return 'That is over.';
  const question = questionOf(dialog, request);
  if (!question) return request.kind === 'question' ? inPane : 'There is nothing to choose.';
  return question.options[option] ? whyBusy(state) : `There is no option ${option + 1}.`;
}

function onRequest(
  use: (state: AppState, dialog: AskDialog, request: AgentRequest) => Step,
): (state: AppState, dialog: AskDialog) => Step {
  return (state, dialog) => {
    const request = findRequest(state, dialog.request);
    return request ? use(state, dialog, request) : noEffects(toList(state));
  };
}

/** Chooses an option of the current question; toggles its mark where several may be chosen. */
function choose(state: AppState, dialog: AskDialog, request: AgentRequest, option: number): Step {
  if (!questionOf(dialog, request)?.several) return take(state, dialog, request, option);
  const { marked } = dialog;
  const others = marked.filter((one) => one !== option);
  const next = others.length < marked.length ? others : [...marked, option].sort((a, b) => a - b);
  return noEffects(withDialog(state, { ...dialog, marked: next }));
}

/** Answers the current question; the last one sends all answers. */
function take(state: AppState, dialog: AskDialog, request: AgentRequest, choice: Choice): Step {
  const picked = [...dialog.picked, choice];
  const next = withDialog(state, { ...dialog, picked, marked: [] });
  if (picked.length < request.questions.length) return { state: next, effects: [] };
  const chosen: AskDialog = { ...dialog, picked, marked: [] };
  return say(next, request, { say: 'choose', options: picked }, chosen);
}

/** Draws all of a request, so that nothing is allowed unseen. */
function view(state: AppState, dialog: AskDialog, width: number): DialogBody {
  const request = findRequest(state, dialog.request);
  if (!request) return emptyBody;
  const cut = 'It is too long to be shown here. Look at all of it in its pane; here it can only be denied.';
  const rows = [
    ...(dialog.pending === null ? [] : [line('Answering …', 'notice'), line('')]),
    ...problemRows(dialog.problem, width),
    ...(request.isCut ? [...marked('!', cut, width, 'warning'), line('')] : []),
    ...(request.kind === 'question'
      ? questionRows(request, dialog, width)
      : wrapLines(request.detail, width)),
  ];
  const aside = line(`asked ${longAge(request.since, state.now)}`, 'muted');
  return { ...emptyBody, title: line(titleOf(request), 'strong'), aside, rows };
}

function titleOf({ kind, worker, detail, text }: AgentRequest): string {
  if (kind === 'question') return `${worker} asks`;
  if (kind === 'plan') return `${worker} has a plan. Go ahead?`;
  return detail === '' ? `${worker}: ${text}` : `Allow ${worker} to use ${text.split(':')[0]}?`;
}

/** Draws the current question below the earlier ones with their answers. */
function questionRows(request: AgentRequest, dialog: AskDialog, width: number): readonly Line[] {
  const { picked, marked: marks } = dialog;
  if (request.questions.length === 0)
    return [
      ...wrapLines(request.text, width),
      line(''),
      line('It can only be answered in its pane.', 'muted'),
    ];
  const done = picked.flatMap((choice, n): readonly Line[] => {
    const question = request.questions[n];
    const labels = [choice].flat().map((option) => question?.options[option]?.label ?? '');
    return [
      ...wrapLines(question?.text ?? '', width, 'muted'),
      ...labels.flatMap((label) => marked('✓', label, width, 'good')),
      line(''),
    ];
  });
  const question = questionOf(dialog, request);
  if (!question) return done;
  const box = (index: number) => (question.several ? (marks.includes(index) ? '[✓] ' : '[ ] ') : '');
  const indent = ' '.repeat(question.several ? 7 : 3);
  const room = width - indent.length;
  const options = question.options.flatMap(({ label, description }, index): readonly Line[] => [
    ...wrapLines(label, room).map((row, n) => [
      ...(n === 0 ? [span(`${index + 1}  `, 'key'), span(box(index), 'accent')] : [span(indent)]),
      ...row,
    ]),
    ...wrapLines(description, room, 'muted')
      .filter(() => description !== '')
      .map((row) => [span(indent), ...row]),
  ]);
  const how = question.several
    ? wrapLines('Several may be chosen: mark them by their numbers.', width, 'muted')
    : [];
  return [...done, ...wrapLines(question.text, width, 'strong'), ...how, line(''), ...options];
}

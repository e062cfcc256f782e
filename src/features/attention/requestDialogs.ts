import {
  type AgentRequest,
  allowedAnswers,
  type Choice,
  type Question,
  type QueueItem,
  type RequestAnswer,
} from '../../core/queue.ts';
import {
  type DialogBody,
  defineDialog,
  emptyBody,
  marked,
  problemRows,
  type RoomDialogKey,
} from '../../ui/dialog.ts';
import { emptyField, oneLineField, type TextField } from '../../ui/field.ts';
import { longAge, shortAge } from '../../ui/format.ts';
import { selectGeometry } from '../../ui/layout.ts';
import { enterPane } from '../../ui/select.ts';
import {
  type AnyDialog,
  type AppState,
  type PendingRequest,
  type Scrolling,
  unasked,
} from '../../ui/state.ts';
import { ask, noEffects, type Step, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { cellWidth, type Line, line, span, wrapLines } from '../../ui/text.ts';

// Requests of agents, as the person sees and answers them.

/** State of the card that shows all of a request. */
interface AskDialog extends PendingRequest, Scrolling {
  readonly kind: 'ask';
  /** The request's id. */
  readonly request: string;
  /** The choices so far, one for each question. */
  readonly picked: readonly Choice[];
  /** The options marked so far where a question takes several, in ascending order. */
  readonly marked: readonly number[];
}

export function findRequest({ facts }: Pick<AppState, 'facts'>, id: string): AgentRequest | null {
  return facts?.queue.find(({ request }) => request?.id === id)?.request ?? null;
}

export function canAnswer(request: AgentRequest, say: RequestAnswer['say']): boolean {
  return allowedAnswers(request).includes(say);
}

export const onlyInPane = 'That can only be answered in its pane: press enter.';

/** Least number of cells in which a request's text is shown. */
export const minTextCells = 10;

/**
 * Returns the cells for a request's text in a row of the queue, beside worker and age; 0 where there are too few.
 * @param width of the row
 */
export function requestTextColumns(
  { worker, since }: Pick<QueueItem, 'worker' | 'since'>,
  now: number,
  width: number,
) {
  const room = width - cellWidth(worker) - cellWidth(shortAge(since, now)) - 5;
  return room >= minTextCells ? room : 0;
}

/** Reports whether the row of a request shows all of it, so that it can be allowed without its card. */
export function isShownInFull(state: AppState, item: QueueItem): boolean {
  const width = selectGeometry(state).queue.width - 2;
  const isWhole = item.request?.isWhole === true;
  return isWhole && cellWidth(item.text) <= requestTextColumns(item, state.now, width);
}

/** Opens the card of a request. */
export function openRequest(state: AppState, { id }: AgentRequest): AppState {
  const dialog: AskDialog = { kind: 'ask', request: id, picked: [], marked: [], scroll: 0, ...unasked };
  return withDialog(state, dialog);
}

/** Sends an answer to exactly this request; an open dialog waits for the outcome. */
export function sendAnswer(
  state: AppState,
  { id }: AgentRequest,
  answer: RequestAnswer,
  dialog: AnyDialog | null = null,
): Step {
  return ask(state, 'answer', { request: id, answer }, (next, pending) =>
    dialog ? withDialog(next, { ...dialog, pending, problem: null }) : next,
  );
}

/** Returns why a dialog about a request closes; null while it is open. */
function whyOver(state: AppState, { request }: { readonly request: string }): string | null {
  return findRequest(state, request) ? null : 'That was answered in its pane, or is over.';
}

/** Returns the current question; null once all are answered. */
export function questionOf({ picked }: AskDialog, { questions }: AgentRequest): Question | null {
  return questions[picked.length] ?? null;
}

/** The card that shows all of an agent's request and takes the answer. */
export const askDialog = defineDialog<AskDialog>({
  kind: 'ask',
  group: 'An agent asks',
  subject: (_, { request, picked, marked: marks }) => `${request} ${picked.length} ${marks}`,
  keys: [
    {
      id: 'allow',
      title: 'allow what the card shows',
      hint: 'allow',
      keys: ['y'],
      disabledReason: (state, dialog) => whyNotAnswered(state, dialog, 'allow'),
      run: onRequest((state, dialog, request) => sendAnswer(state, request, { say: 'allow' }, dialog)),
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
      disabledReason: (state, dialog) => whyNotAnswered(state, dialog, 'deny'),
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
  view: askView,
  isStale: whyOver,
});

function whyNotAnswered(state: AppState, dialog: AskDialog, what: 'allow' | 'deny'): string | null {
  const request = findRequest(state, dialog.request);
  if (!request) return 'This request has already been answered.';
  if (canAnswer(request, what)) return whyBusy(state);
  if (request.isCut) return 'It is too long to be shown here: look at all of it in its pane, with enter.';
  return request.questions.length > 0 ? 'Choose an option by its number.' : onlyInPane;
}

function whyNotChosen(state: AppState, dialog: AskDialog, option: number): string | null {
  const request = findRequest(state, dialog.request);
  if (!request) return 'This request has already been answered.';
  const question = questionOf(dialog, request);
  if (!question) return request.kind === 'question' ? onlyInPane : 'There is nothing to choose.';
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
  return sendAnswer(next, request, { say: 'choose', options: picked }, chosen);
}

/** Draws all of a request, so that nothing is allowed unseen. */
function askView(state: AppState, dialog: AskDialog, width: number): DialogBody {
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

interface DenyDialog extends PendingRequest {
  readonly kind: 'deny';
  readonly request: string;
  readonly why: TextField;
}

/** Asks for the reason that the agent gets with the denial; it may stay empty. */
export function openDeny(state: AppState, { id }: AgentRequest): AppState {
  const dialog: DenyDialog = { kind: 'deny', request: id, why: emptyField, ...unasked };
  return withDialog(state, dialog);
}

export const denyDialog = defineDialog<DenyDialog>({
  kind: 'deny',
  group: 'Denying it',
  takesTypedAhead: 'A reason is written; enter sends it only after that.',
  text: { of: ({ why }) => why, with: (dialog, why) => ({ ...dialog, why }) },
  keys: [
    {
      id: 'send-denial',
      title: 'deny it for the reason typed, or for none',
      hint: 'deny',
      keys: ['enter'],
      disabledReason: whyBusy,
      run(state, dialog) {
        const request = findRequest(state, dialog.request);
        if (!request) return noEffects(toList(state));
        return sendAnswer(state, request, { say: 'deny', why: dialog.why.text.trim() }, dialog);
      },
    },
    {
      id: 'cancel-denial',
      title: 'do not deny it yet',
      hint: 'back',
      keys: ['escape', 'ctrl-c'],
      run(state, dialog) {
        const request = findRequest(state, dialog.request);
        return noEffects(request ? openRequest(state, request) : toList(state));
      },
    },
  ],
  view: denyView,
  isStale: whyOver,
});

function denyView(state: AppState, dialog: DenyDialog, width: number): DialogBody {
  const request = findRequest(state, dialog.request);
  if (!request) return emptyBody;
  const rows = [
    ...(dialog.pending === null ? [] : [line('Denying …', 'notice'), line('')]),
    ...problemRows(dialog.problem, width),
    ...wrapLines(request.text, width),
    line(''),
    ...wrapLines('The agent gets the reason, if you give one, and goes on.', width, 'muted'),
    line(''),
  ];
  const field = oneLineField('Why  ', dialog.why, width);
  return {
    ...emptyBody,
    title: line(`Deny this to ${request.worker}?`, 'strong'),
    rows,
    tail: [field.line],
    caret: { row: 0, column: 5 + field.column },
  };
}

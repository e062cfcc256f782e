import type { AgentRequest } from '../../core/queue.ts';
import { type DialogBody, defineDialog, emptyBody, problemRows } from '../../ui/dialog.ts';
import { emptyField, oneLineField, type TextField } from '../../ui/field.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { noEffects, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { line, wrapLines } from '../../ui/text.ts';
import { findRequest, openRequest, say, whyOver } from './requests.ts';

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
        return say(state, request, { say: 'deny', why: dialog.why.text.trim() }, dialog);
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
  view,
  isStale: whyOver,
});

function view(state: AppState, dialog: DenyDialog, width: number): DialogBody {
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

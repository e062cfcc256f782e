import { taskOf } from '../../core/ids.ts';
import type {
  BaseUpdate,
  CleanPreview,
  CleanResult,
  FinishPreview,
  FinishResult,
} from '../../core/proposal.ts';
import { type Printed, refuse, yesOption } from '../../core/verb.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { failure, success } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { defineCommand, defineServed, type VerbCall } from '../define.ts';
import type { RequestId } from '../messages.ts';
import { type ControllerState, type Decision, recordForWorker, reply, withoutBusy } from '../state.ts';
import { requestRemoval } from './removal.ts';

const previewOptions = { '--dry-run': 'only show what would happen', ...yesOption } as const;
const dryRunOption = { name: 'dryRun', by: 'anyone' } as const;

/** Previews a finish. */
export const previewFinish = defineServed<FinishPreview>()({
  name: 'previewFinish',
  by: 'anyone',
  params: ({ worker }) => worker,
  handle: ({ workers }, { id }) => workers.previewFinish(id),
});

/**
 * Merges a worker and removes it. `tip` and `checks` are those of the preview; others are refused (`checks_changed`).
 * `confirm` is the task's name, required when ignored files would be lost. `skipChecks` merges without the configured
 * checks. `left` lists the previewed processes to end first; if more run, it is refused as `processes_left`.
 */
export const finish = defineCommand<FinishResult>()({
  name: 'finish',
  by: 'person',
  what: 'finish workers',
  params: ({ z, text, flag, left }) =>
    z.strictObject({
      id: text,
      tip: text,
      checks: z.array(text).readonly().exactOptional(),
      confirm: text.exactOptional(),
      skipChecks: flag,
      left: left.exactOptional(),
    }),
  decide: (state, params, { ticket }) => requestRemoval(state, ticket, { ...params, do: 'finish' }),
  verbs: [
    {
      usage: 'worker finish <id>',
      about: 'merge it into develop, remove worktree and branch',
      notForAgents: true,
      withOption: dryRunOption,
      options: {
        ...previewOptions,
        '--confirm <task>': 'the task name, when ignored files would go',
        '--no-verify': 'without the configured checks',
      },
      run: finishWorker,
    },
  ],
});

interface EndOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** False skips the configured checks. */
  readonly verify?: boolean;
  /** The task's name, required where something would be lost. */
  readonly confirm?: string;
}

async function finishWorker(
  call: VerbCall,
  [id = '']: readonly string[],
  options: EndOptions,
): Promise<Printed> {
  const preview = await call.ask(previewFinish, { id });
  const { tip, checks, into, blockers, left } = preview;
  if (options.dryRun) return { value: preview, text: finishText(preview) };
  if (blockers.length > 0)
    refuse(
      'cannot_finish',
      `${id} cannot be finished: ${blockers.join(' ')}`,
      preview.conflicts.length > 0
        ? `Bring ${into} in and resolve them there: orch-tui worker update ${id}`
        : `Look closer: orch-tui worker finish ${id} --dry-run`,
    );
  call.print(finishText(preview));
  const confirm = await confirmLoss(call, preview, preview.ignored, options, 'Finish it?');
  const skipChecks = options.verify === false;
  if (checks && !skipChecks)
    call.print(`Running ${quoteCommand(checks)} first. To end it: orch-tui worker cancel ${id}`);
  // For the comment on its card's page.
  await call.lend(call.token);
  const agreed = { ...(checks && { checks }), ...(left && { left }), ...confirm };
  const done = await call.ask(finish, { id, tip, ...agreed, skipChecks });
  const merged = `Merged ${id} into ${done.into} as ${done.merge.slice(0, 10)}.`;
  return { value: done, text: withWarnings(`${merged} Its last commit is kept at ${done.backup}.`, done) };
}

function finishText(preview: FinishPreview): string {
  return [
    `Finish ${preview.id}: merge ${preview.branch} into ${preview.into}, then remove worktree and branch.`,
    ...section('Commits', preview.commits),
    ...section('Changes', preview.diffstat),
    ...section('Not committed', preview.uncommitted),
    ...section('Ignored files that would go', preview.ignored),
    ...section('Conflicts', preview.conflicts),
    ...section('In the way', preview.blockers),
    ...section(`Will not merge into ${preview.into} afterwards`, preview.conflictsAfter ?? []),
    ...section('Checks run first', preview.checks ? [quoteCommand(preview.checks)] : []),
    ...marked(preview.warnings),
  ].join('\n');
}

/** Previews a clean. */
export const previewClean = defineServed<CleanPreview>()({
  name: 'previewClean',
  by: 'anyone',
  params: ({ worker }) => worker,
  handle: ({ workers }, { id }) => workers.previewClean(id),
});

/** Removes a worker without merging it. `left` is as for a finish. */
export const clean = defineCommand<CleanResult>()({
  name: 'clean',
  by: 'person',
  what: 'clean workers',
  params: ({ z, text, left }) =>
    z.strictObject({ id: text, tip: text, confirm: text.exactOptional(), left: left.exactOptional() }),
  decide: (state, params, { ticket }) => requestRemoval(state, ticket, { ...params, do: 'clean' }),
  verbs: [
    {
      usage: 'worker clean <id>',
      about: 'remove worktree and branch without merging',
      notForAgents: true,
      withOption: dryRunOption,
      options: { ...previewOptions, '--confirm <task>': 'the task name, when work would be lost' },
      run: cleanWorker,
    },
  ],
});

async function cleanWorker(
  call: VerbCall,
  [id = '']: readonly string[],
  options: EndOptions,
): Promise<Printed> {
  const preview = await call.ask(previewClean, { id });
  const { tip, unmerged, uncommitted, ignored, left } = preview;
  const shown = [
    `Clean ${preview.id}: remove worktree and branch ${preview.branch} without merging.`,
    ...section('Commits nowhere else', unmerged),
    ...section('Not committed', uncommitted),
    ...section('Ignored files that would go', ignored),
    ...marked(preview.warnings),
  ].join('\n');
  if (options.dryRun) return { value: preview, text: shown };
  call.print(shown);
  const lost = preview.wantsTypedName ? [...unmerged, ...uncommitted, ...ignored] : [];
  const confirm = await confirmLoss(call, preview, lost, options, 'Clean it?');
  const done = await call.ask(clean, { id, tip, ...confirm, ...(left && { left }) });
  return {
    value: done,
    text: withWarnings(`Cleaned ${id}. Its last commit is kept at ${done.backup}.`, done),
  };
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${plainLine(line)}`)];
}

function withWarnings(text: string, { warnings = [] }: FinishResult | CleanResult): string {
  return [text, ...marked(warnings)].join('\n');
}

function marked(warnings: readonly string[] = []): readonly string[] {
  return warnings.map((warning) => `! ${plainLine(warning)}`);
}

/** Asks for a yes where nothing is lost, else for the task's name. Scripts give both as options. */
async function confirmLoss(
  call: VerbCall,
  { id }: FinishPreview | CleanPreview,
  lost: readonly string[],
  { yes = false, confirm }: EndOptions,
  question: string,
): Promise<{ confirm?: string }> {
  const task = taskOf(id);
  checkName(confirm, task);
  if (lost.length === 0) {
    await call.requireYes(yes, question);
    return {};
  }
  const asks = call.canAsk && !yes;
  const typed = confirm ?? (asks ? await call.askText(`Type ${task} to let this go: `) : '');
  if (typed === '')
    refuse(
      'would_lose_work',
      `${id}: this would be lost: ${lost.join(', ')}.`,
      `Save it, or let it go with: --confirm ${task}`,
    );
  checkName(typed, task);
  return { confirm: typed };
}

/** Refuses another task's name even where no name is needed: the command may be meant for that task. */
function checkName(typed: string | undefined, task: string): void {
  if (typed === undefined || typed === '' || typed === task) return;
  refuse(
    'wrong_confirmation',
    `${JSON.stringify(typed)} is not the task's name, which is ${task}; nothing was changed.`,
    `Give that name: --confirm ${task}`,
  );
}

/** Cancels a queued finish or clean, or the checks before a finish. */
export const cancel = defineCommand<null>()({
  name: 'cancel',
  by: 'person',
  what: 'cancel anything',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => cancelOperation(state, ticket, id),
  verbs: [
    {
      usage: 'worker cancel <id>',
      about: 'cancel a queued finish or clean, or end its checks',
      request: ([id = '']) => ({ id }),
      json: ({ id }) => ({ id, cancelled: true }),
      says: ({ id }) => `Cancelled the operation on ${id}.`,
    },
  ],
});

/** Removes a queued operation, or ends the checks. Once the merge has begun, only an undo reverts it. */
function cancelOperation(state: ControllerState, ticket: RequestId, id: string): Decision {
  const operation = state.busy.get(id);
  const done = { type: 'reply', ticket, result: success(null) } as const;
  if (operation?.kind === 'checking')
    return { state, events: [], effects: [{ type: 'cancel-checks', id }, done] };
  if (operation?.kind !== 'queued')
    return reply(
      state,
      ticket,
      failure('nothing_to_cancel', `${id} has no queued operation and no running checks.`),
    );
  const result = failure('cancelled', `The ${operation.request.do} of ${id} was cancelled.`);
  return {
    state: { ...state, busy: withoutBusy(state.busy, id) },
    events: [],
    effects: [{ type: 'reply', ticket: operation.ticket, result }, done],
  };
}

/** Declines the orchestrator's suggestion to finish a worker. */
export const leaveUnfinished = defineCommand<null>()({
  name: 'leaveUnfinished',
  by: 'person',
  what: 'decide about a finish',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) =>
    state.log.workers.get(id)?.finishWish === null
      ? reply(state, ticket, failure('not_wished', `The orchestrator has not suggested finishing ${id}.`))
      : recordForWorker(state, ticket, id, { type: 'finish-wished', id, by: null, why: '' }),
  verbs: [
    {
      usage: 'worker leave-unfinished <id>',
      about: "decline the orchestrator's suggestion to finish",
      request: ([id = '']) => ({ id }),
      json: ({ id }) => ({ id, unfinished: true }),
      says: ({ id }) => `${id} stays as it is.`,
    },
  ],
});

/** Merges the base branch into the worker's, in its worktree; `tell` informs a running worker of conflicts. */
export const bringBase = defineServed<BaseUpdate & { readonly told: boolean }>()({
  name: 'bringBase',
  by: 'person',
  what: 'update workers',
  params: ({ z, text, flag }) => z.strictObject({ id: text, tell: flag }),
  handle: ({ workers }, { id, tell = false }) => workers.bringBase(id, tell),
  verbs: [
    {
      usage: 'worker update <id>',
      about: 'bring develop into its branch, in its worktree',
      options: { '--tell': 'have a running worker resolve the conflicts' },
      request: ([id = ''], { tell }) => ({ id, tell: tell === true }),
      says: ({ id }, { base, conflicts, told, commit }) =>
        conflicts.length === 0
          ? `${id} holds all of ${base}, at ${commit?.slice(0, 10)}.`
          : [
              `Merging ${base} has left conflicts in the worktree of ${id}:`,
              ...conflicts.map((path) => `  ${path}`),
              told ? 'The worker was told to resolve them.' : 'Resolve them there and commit the merge.',
            ].join('\n'),
    },
  ],
});

import { taskOf } from '../core/ids.ts';
import type { CleanPreview, CleanResult, FinishPreview, FinishResult } from '../core/proposal.ts';
import type { GivenToken } from '../notion/token.ts';
import { quoteCommand } from '../ui/words.ts';
import { askText, canAsk, demandYes } from './ask.ts';
import { cleanText, finishText } from './describe/ending.ts';
import { workerJson } from './describe/worker.ts';
import { lendToken } from './lendToken.ts';
import { demand, type Output, refuse } from './output.ts';
import { withController } from './session.ts';

interface EndOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** False: the configured checks are not run. */
  readonly verify?: boolean;
  /** The task's name, typed because something would be lost. */
  readonly confirm?: string;
}

export async function stopWorker(out: Output, id: string): Promise<void> {
  await withController('.', async (call) => {
    const worker = demand(await call('stop', { id }));
    out.result(workerJson(worker), `${id} is stopped. Resume it: orch-tui worker resume ${id}`);
  });
}

/** `worker leave-unfinished`: a no to the orchestrator's wish. */
export async function leaveUnfinished(out: Output, id: string): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('leaveUnfinished', { id }));
    out.result({ id, unfinished: true }, `${id} stays as it is.`);
  });
}

/**
 * `worker finish`: merges into develop and removes worktree and branch.
 * @param token of Notion, for the comment on its card's page
 */
export async function finishWorker(
  out: Output,
  token: GivenToken | null,
  id: string,
  options: EndOptions,
): Promise<void> {
  await withController('.', async (call) => {
    const preview = demand(await call('previewFinish', { id }));
    if (options.dryRun) return out.result(preview, finishText(preview));
    if (preview.blockers.length > 0)
      refuse(
        'cannot_finish',
        `${id} cannot be finished: ${preview.blockers.join(' ')}`,
        preview.conflicts.length > 0
          ? `Bring ${preview.into} in and resolve them there: orch-tui worker update ${id}`
          : `Look closer: orch-tui worker finish ${id} --dry-run`,
      );
    out.say(finishText(preview));
    const confirm = await agree(out, preview, preview.ignored, options, 'Finish it?');
    const skipChecks = options.verify === false;
    if (preview.checks && !skipChecks)
      out.say(`Running ${quoteCommand(preview.checks)} first. To end it: orch-tui worker cancel ${id}`);
    await lendToken(call, token);
    const { tip, checks } = preview;
    const shown = { tip, ...(checks && { checks }), ...confirm };
    const done = demand(await call('finish', { id, ...shown, skipChecks }));
    const merged = `Merged ${id} into ${done.into} as ${done.merge.slice(0, 10)}.`;
    out.result(done, withWarnings(`${merged} Its last commit is kept at ${done.backup}.`, done));
  });
}

/** `worker clean`: removes worktree and branch without merging. */
export async function cleanWorker(out: Output, id: string, options: EndOptions): Promise<void> {
  await withController('.', async (call) => {
    const preview = demand(await call('previewClean', { id }));
    if (options.dryRun) return out.result(preview, cleanText(preview));
    out.say(cleanText(preview));
    const lost = preview.wantsTypedName
      ? [...preview.unmerged, ...preview.uncommitted, ...preview.ignored]
      : [];
    const confirm = await agree(out, preview, lost, options, 'Clean it?');
    const done = demand(await call('clean', { id, tip: preview.tip, ...confirm }));
    out.result(done, withWarnings(`Cleaned ${id}. Its last commit is kept at ${done.backup}.`, done));
  });
}

function withWarnings(text: string, { warnings = [] }: FinishResult | CleanResult): string {
  return [text, ...warnings.map((warning) => `! ${warning}`)].join('\n');
}

/** A plain yes where nothing goes; the task's name where something does. Scripts say both by options. */
async function agree(
  out: Output,
  preview: FinishPreview | CleanPreview,
  lost: readonly string[],
  options: EndOptions,
  question: string,
): Promise<{ confirm?: string }> {
  const task = taskOf(preview.id);
  checkName(options.confirm, task);
  if (lost.length === 0) {
    await demandYes(out, options.yes, question);
    return {};
  }
  const asks = canAsk({ json: out.json, yes: options.yes === true });
  const typed = options.confirm ?? (asks ? await askText(`Type ${task} to let this go: `) : '');
  if (typed === '')
    refuse(
      'would_lose_work',
      `${preview.id}: this would be lost: ${lost.join(', ')}.`,
      `Save it, or let it go with: --confirm ${task}`,
    );
  checkName(typed, task);
  return { confirm: typed };
}

/** Another text is a mistake, also where none is needed: it may be another task that is meant. */
function checkName(typed: string | undefined, task: string): void {
  if (typed === undefined || typed === '' || typed === task) return;
  refuse(
    'wrong_confirmation',
    `${JSON.stringify(typed)} is not the task's name, which is ${task}; nothing was changed.`,
    `Give that name: --confirm ${task}`,
  );
}

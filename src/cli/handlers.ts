import { exportFormats } from '../core/invoices.ts';
import type { SyncTable } from '../core/notion.ts';
import type { FlowKind } from '../core/repo.ts';
import type { GivenToken } from '../notion/token.ts';
import type { Output } from './output.ts';

/** One call of a verb. */
export interface Call {
  readonly out: Output;
  /** Of Notion, from the shell that it was called in. */
  readonly token: GivenToken | null;
  /** Refuses wrong usage. */
  misused(message: string): never;
}

/**
 * What runs a verb, with its arguments and options as commander has read them. Each loads its own code when called.
 */
// biome-ignore lint/suspicious/noExplicitAny: what arguments and options there are is said by the verb's definition.
export type Handler = (call: Call, args: readonly any[], options: any) => Promise<void> | void;

const workers: Readonly<Record<string, Handler>> = {
  'worker start': async ({ out }, [repo, task], options) =>
    (await import('./start.ts')).startWorker(out, repo, task, options),
  'worker resume': async ({ out }, [id], options) =>
    (await import('./start.ts')).resumeWorker(out, id, options),
  orchestrator: async ({ out }, _, options) =>
    (await import('./orchestrator.ts')).runOrchestrator(out, options),
  'worker list': async ({ out }) => (await import('./look.ts')).listWorkers(out),
  'worker show': async ({ out }, [id]) => (await import('./look.ts')).showWorker(out, id),
  'worker screen': async ({ out }, [id], options) => (await import('./look.ts')).showScreen(out, id, options),
  'worker send': async ({ out }, [id, text], options) =>
    (await import('./look.ts')).sendText(out, id, text, options),
  'worker attach': async (_, [id]) => (await import('./attach.ts')).attachWorker(id),
  'worker log': async ({ out }, [id]) => (await import('./look.ts')).showLog(out, id),
  'worker go-on': async (call, [ids = []], options) => {
    oneOf(call, ids, options, 'workers');
    return (await import('./goOn.ts')).letGoOn(call.out, ids, options);
  },
  'worker stop': async ({ out }, [id]) => (await import('./end.ts')).stopWorker(out, id),
  'worker finish': async ({ out, token }, [id], options) =>
    (await import('./end.ts')).finishWorker(out, token, id, options),
  'worker clean': async ({ out }, [id], options) => (await import('./end.ts')).cleanWorker(out, id, options),
  'worker undo': async ({ out }, [id], options) => (await import('./keep.ts')).undoWorker(out, id, options),
  'worker update': async ({ out }, [id], options) =>
    (await import('./keep.ts')).updateWorker(out, id, options),
  'worker snapshots': async ({ out }, [id]) => (await import('./keep.ts')).listSnapshots(out, id),
  'worker snapshots diff': async ({ out }, [id, n]) => (await import('./keep.ts')).diffSnapshot(out, id, n),
  'worker snapshots restore': async ({ out }, [id, n], options) =>
    (await import('./keep.ts')).restoreSnapshot(out, id, n, options),
  proposals: async ({ out }) => (await import('./look.ts')).listProposals(out),
  approve: async (call, [numbers = []], options) => {
    oneOf(call, numbers, options, 'proposals by their numbers');
    return (await import('./approve.ts')).approveProposals(call.out, numbers, options);
  },
  queue: async ({ out }) => (await import('./queue.ts')).showQueue(out),
  answer: async ({ out, misused }, [request, said], { why }) => {
    const { answerRequest, readAnswer } = await import('./queue.ts');
    const wrong =
      'say allow, deny, or the numbers of options, one for each question, or 1,3 where several may be chosen';
    return answerRequest(out, request, readAnswer(said, why) ?? misused(wrong));
  },
};

/** Either some are named, or all are meant. */
function oneOf(
  { misused }: Call,
  named: readonly unknown[],
  { all }: { readonly all?: boolean },
  what: string,
): void {
  if (named.length > 0 === (all === true)) misused(`name ${what}, or say --all`);
}

const talk: Readonly<Record<string, Handler>> = {
  report: async ({ out }, [summary], options) =>
    (await import('./report.ts')).reportUpdate(out, summary, options),
  updates: async ({ out }, [id], options) => (await import('./talk.ts')).listUpdates(out, id, options),
  messages: async ({ out }, [id]) => (await import('./talk.ts')).listNotes(out, id),
  'memory search': async ({ out }, [query = ''], options) =>
    (await import('./talk.ts')).searchMemory(out, query, options),
};

const repos: Readonly<Record<string, Handler>> = {
  init: async ({ out }, _, options) => (await import('./init.ts')).initWorkspace(out, options),
  trust: async ({ out }, _, options) => (await import('./trust.ts')).trustWorkspace(out, options),
  demo: async ({ out }, [dir], options) => (await import('./demo.ts')).runDemo(out, dir, options),
  replay: async ({ out }, [file]) => (await import('./replay.ts')).replayTrace(out, file),
  doctor: async ({ out, token }) => (await import('./doctor.ts')).runDoctor(out, token),
  status: async ({ out }, [repo]) => (await import('./look.ts')).showStatus(out, repo),
  branches: async ({ out }, [repo]) => (await import('./repos.ts')).showBranches(out, repo),
  versions: async ({ out }) => (await import('./repos.ts')).showVersions(out),
  worktrees: async ({ out }) => (await import('./repos.ts')).showWorktrees(out),
  backups: async ({ out }, [repo]) => (await import('./keep.ts')).listBackups(out, repo),
  usage: async ({ out }, [repo]) => (await import('./usage.ts')).showUsage(out, repo),
  conflicts: async ({ out }, [repo], options) =>
    (await import('./conflicts.ts')).showConflicts(out, repo, options),
  run: async ({ out }, [job, named]) => (await import('./run.ts')).runJobs(out, job, named),
  'flow status': async ({ out }, [repo]) => (await import('./flow.ts')).showFlow(out, repo),
  'flow init': async ({ out }, [repo], options) => (await import('./flow.ts')).initRepo(out, repo, options),
  'flow feature start': async ({ out }, [repo, name]) =>
    (await import('./flow.ts')).start(out, repo, { kind: 'feature', name }),
  'flow release start': flowStart('release'),
  'flow hotfix start': flowStart('hotfix'),
  'flow feature finish': flowFinish('feature'),
  'flow release finish': flowFinish('release'),
  'flow hotfix finish': flowFinish('hotfix'),
  'host status': async ({ out }) => (await import('./daemons.ts')).showDaemon(out, 'host'),
  'host stop': async ({ out }, _, options) => (await import('./daemons.ts')).stopDaemon(out, 'host', options),
  'controller status': async ({ out }) => (await import('./daemons.ts')).showDaemon(out, 'controller'),
  'controller stop': async ({ out }, _, options) =>
    (await import('./daemons.ts')).stopDaemon(out, 'controller', options),
};

function flowStart(kind: 'release' | 'hotfix'): Handler {
  return async ({ out, misused }, [repo, version], { bump }) => {
    if ((version === undefined) === (bump === undefined)) misused('either a version or --bump is wanted');
    const wanted = bump === undefined ? { kind, name: version ?? '' } : { kind, bump };
    return (await import('./flow.ts')).start(out, repo, wanted);
  };
}

function flowFinish(kind: FlowKind): Handler {
  return async ({ out, misused }, [repo, name], options) => {
    if (options.deleteRemote && !options.push)
      misused('a branch at the remote is deleted by pushing: give --push as well');
    return (await import('./flow.ts')).finish(out, kind, repo, name, options);
  };
}

const documents: Readonly<Record<string, Handler>> = {
  board: async ({ out }) => (await import('./board.ts')).showBoard(out),
  'board show': async ({ out }) => (await import('./board.ts')).showBoard(out),
  'board add': async ({ out }, [text], options) => (await import('./board.ts')).addCard(out, text, options),
  'board move': async ({ out }, [id, to]) => (await import('./board.ts')).moveCard(out, id, to),
  'board edit': async ({ out }, [id], options) => (await import('./board.ts')).editCard(out, id, options),
  'board ids': async ({ out }, _, options) => (await import('./board.ts')).giveIds(out, options),
  invoice: async ({ out }, _, options) => (await import('./invoice.ts')).showEntries(out, options),
  'invoice show': async ({ out }, _, options) => (await import('./invoice.ts')).showEntries(out, options),
  'invoice add': async ({ out }, [task], options) =>
    (await import('./invoice.ts')).addEntry(out, task, options),
  'invoice mark': async ({ out }, [status, ids]) =>
    (await import('./invoice.ts')).markEntries(out, status, ids),
  'invoice totals': async ({ out }, _, options) => (await import('./invoice.ts')).showTotals(out, options),
  'invoice ids': async ({ out }, _, options) => (await import('./invoice.ts')).giveIds(out, options),
  'invoice export': async (call, _, { csv = false, html = false, json = false, ...options }) => {
    const [format, ...others] = exportFormats.filter((one) => ({ csv, html, json })[one]);
    if (!format || others.length > 0) return call.misused('say one of --csv, --json and --html');
    return (await import('./invoice.ts')).exportInvoice(call.out, format, options);
  },
  'notion connect': async ({ out, token }, _, options) =>
    (await import('./notion.ts')).connect(out, token, options),
  'notion status': async ({ out, token }) => (await import('./notion.ts')).showStatus(out, token),
  sync: syncing(undefined),
  'sync board': syncing('board'),
  'sync invoices': syncing('invoices'),
  'sync conflicts': async ({ out }) => (await import('./notionSync.ts')).showConflicts(out),
  'sync resolve': async ({ out, misused }, [id, field, side], { value }) => {
    const isSide = side === 'mine' || side === 'theirs';
    if (isSide === (value !== undefined) || (side !== undefined && !isSide))
      misused('say mine, theirs, or --value TEXT');
    const choice = isSide ? side : { value: value ?? '' };
    return (await import('./notionSync.ts')).resolveConflict(out, id, field, choice);
  },
};

function syncing(table: SyncTable | undefined): Handler {
  return async ({ out, token, misused }, _, options) => {
    if (options.rebuild && (options.dryRun || options.allowMassDelete))
      misused('--rebuild stands alone: it only looks, and syncs nothing');
    return (await import('./notionSync.ts')).runSync(out, token, table, options);
  };
}

/** What runs each verb that is more than one request, by the verb's full name. */
export const handlers: Readonly<Record<string, Handler>> = { ...workers, ...talk, ...repos, ...documents };

import type { FlowKind } from '../core/repo.ts';
import type { GivenToken } from '../features/notion/service/token.ts';
import type { Output } from './output.ts';

/** One call of a verb. */
export interface Call {
  readonly out: Output;
  /** The Notion token of the shell. */
  readonly token: GivenToken | null;
  /** Ends the command as wrong usage. */
  misused(message: string): never;
}

/** Runs a verb with arguments and options as commander parsed them. Each handler loads its own code when called. */
// biome-ignore lint/suspicious/noExplicitAny: the verb's definition declares its arguments and options.
export type Handler = (call: Call, args: readonly any[], options: any) => Promise<void> | void;

const sessions: Readonly<Record<string, Handler>> = {
  'worker screen': async ({ out }, [id], options) =>
    (await import('./attach.ts')).showScreen(out, id, options),
  'worker attach': async (_, [id]) => (await import('./attach.ts')).attachWorker(id),
  report: async ({ out }, [summary], options) =>
    (await import('./report.ts')).reportUpdate(out, summary, options),
};

const repos: Readonly<Record<string, Handler>> = {
  init: async ({ out }, _, options) => (await import('./init.ts')).initWorkspace(out, options),
  trust: async ({ out }, _, options) => (await import('./trust.ts')).trustWorkspace(out, options),
  demo: async ({ out }, [dir], options) => (await import('./demo.ts')).runDemo(out, dir, options),
  replay: async ({ out }, [file]) => (await import('./replay.ts')).replayTrace(out, file),
  doctor: async ({ out, token }) => (await import('./doctor.ts')).runDoctor(out, token),
  branches: async ({ out }, [repo]) => (await import('./repos.ts')).showBranches(out, repo),
  versions: async ({ out }) => (await import('./repos.ts')).showVersions(out),
  worktrees: async ({ out }) => (await import('./repos.ts')).showWorktrees(out),
  run: async ({ out }, [job, named]) => (await import('./run.ts')).runJobs(out, job, named),
  'flow status': async ({ out }, [repo]) => (await import('./flow.ts')).showFlow(out, repo),
  'flow init': async ({ out }, [repo], options) => (await import('./flow.ts')).initRepo(out, repo, options),
  'flow feature start': async ({ out }, [repo, name]) =>
    (await import('./flow.ts')).runFlowStart(out, repo, { kind: 'feature', name }),
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
    return (await import('./flow.ts')).runFlowStart(out, repo, wanted);
  };
}

function flowFinish(kind: FlowKind): Handler {
  return async ({ out, misused }, [repo, name], options) => {
    if (options.deleteRemote && !options.push)
      misused('a branch at the remote is deleted by pushing: give --push as well');
    return (await import('./flow.ts')).runFlowFinish(out, kind, repo, name, options);
  };
}

/** The handlers of verbs that need this machine and no controller, by full name. Other verbs run by their definition. */
export const handlers: Readonly<Record<string, Handler>> = { ...sessions, ...repos };

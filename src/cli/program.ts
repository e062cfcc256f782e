import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import type { GivenToken } from '../notion/token.ts';
import { version } from '../protocol/version.ts';
import { admit } from './admission.ts';
import { describeDocuments } from './documentProgram.ts';
import { describeFlow } from './flowProgram.ts';
import { describeNotion } from './notionProgram.ts';
import { createOutput, type Output, outliveReaders, Refusal, tellFault, tellProblem } from './output.ts';
import { RefusingCommand } from './refusingCommand.ts';
import { describeTalk } from './talkProgram.ts';
import { Answered, admitToWorkspace } from './trustGate.ts';

/**
 * Runs one command. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
 * @param argv arguments behind the program's name
 * @param token of Notion, from the shell that it was called in
 */
export async function runCommand(argv: readonly string[], token: GivenToken | null): Promise<void> {
  const json = argv.includes('--json');
  outliveReaders();
  try {
    await describeProgram(createOutput(json), token).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof Answered) return;
    if (error instanceof Refusal) tellProblem(json, error.problem);
    // Help or version, which commander has printed.
    else if (!(error instanceof CommanderError && error.exitCode === 0)) tellFault(json, error);
  }
}

/** Every command, its arguments and what runs it; each loads its own code when called. */
export function describeProgram(out: Output, token: GivenToken | null): Command {
  const program = new RefusingCommand('orch-tui')
    .description(
      'One terminal to approve, watch and finish many coding agents across several git repositories. ' +
        'Without a command: the control room of the workspace around this folder, or around dir, such as ./shop.',
    )
    .usage('[dir] | <command> [options]')
    .version(version)
    .exitOverride()
    .hook('preAction', (_, called) => {
      const options = called.optsWithGlobals();
      const policy = admit(fullName(called), options);
      admitToWorkspace(out, policy);
    });
  const command = (parent: Command, usage: string, description: string) =>
    parent
      .command(usage)
      .description(description)
      .option('--json', 'print one JSON value, ask nothing')
      .exitOverride();

  command(program, 'init', 'make this folder a workspace of the repositories below it')
    .option('--repos <names>', 'only these, separated by commas')
    .option('--develop', 'create missing develop branches, checking nothing out')
    .option('--yes', 'ask nothing')
    .action(async (options) => (await import('./init.ts')).initWorkspace(out, options));
  command(program, 'trust', 'decide whether what this workspace can run is trusted')
    .option('--yes', 'ask nothing; needs --hash')
    .option('--hash <hash>', 'the configuration that is meant, as `orch-tui trust` or `status` shows it')
    .option('--state', 'also take over workers and proposals that were not written here')
    .option('--discard', 'with --state: put them aside instead; nothing is deleted')
    .action(async (options) => (await import('./trust.ts')).trustWorkspace(out, options));
  command(program, 'demo [dir]', 'open a demo workspace with a built-in agent')
    .option('--headless', 'needs no terminal: starts, waits, finishes, cleans and prints what happened')
    .action(async (dir, options) => (await import('./demo.ts')).runDemo(out, dir, options));
  command(program, 'status [repo]', 'repositories and workers').action(async (repo) =>
    (await import('./look.ts')).showStatus(out, repo),
  );
  command(program, 'branches [repo]', 'branches beside develop: ahead, behind, merged or not').action(
    async (repo) => (await import('./repos.ts')).showBranches(out, repo),
  );
  command(program, 'versions', 'the version of each repository').action(async () =>
    (await import('./repos.ts')).showVersions(out),
  );
  command(program, 'worktrees', 'worktrees of all repositories, ours and others').action(async () =>
    (await import('./repos.ts')).showWorktrees(out),
  );
  command(program, 'orchestrator', 'start or resume the session that coordinates and cannot write')
    .option('--brief <text>', 'what it is told first')
    .option('--agent <name>', 'which agent')
    .option('--yes', 'approve it here and now')
    .action(async (options) => (await import('./orchestrator.ts')).runOrchestrator(out, options));
  command(program, 'proposals', 'what waits for approval').action(async () =>
    (await import('./look.ts')).listProposals(out),
  );
  command(program, 'queue', 'all that needs you, oldest first').action(async () =>
    (await import('./queue.ts')).showQueue(out),
  );
  command(program, 'answer <request> <answer...>', 'say allow, deny or the number of an option to an agent')
    .option('--why <text>', 'what it is told when it is denied', '')
    .action(async (request, said, { why }, self: Command) => {
      const { answerRequest, readAnswer } = await import('./queue.ts');
      const wrong =
        'say allow, deny, or the numbers of options, one for each question, or 1,3 where several may be chosen';
      return answerRequest(out, request, readAnswer(said, why) ?? self.error(wrong));
    });
  command(program, 'approve', 'start what proposals say: those named, or all of them')
    .argument('[n...]', 'numbers of proposals', wholeNumbers)
    .option('--all', 'all that can be started: lists them and asks')
    .option('--yes', 'ask nothing')
    .option(...overLimit)
    .action(async (numbers = [], options, self: Command) => {
      oneOf(self, numbers, options, 'proposals by their numbers');
      return (await import('./approve.ts')).approveProposals(out, numbers, options);
    });
  command(program, 'reject', 'turn a proposal down')
    .argument('<n>', 'number of the proposal', wholeNumber)
    .option('--why <text>', 'the reason, which the proposer sees', '')
    .action(async (n, { why }) => (await import('./look.ts')).rejectProposal(out, n, why));
  command(program, 'conflicts [repo]', 'which work will not merge, and in which order it had best be merged')
    .option('--wait', 'first until no worker is in the middle of a turn')
    .action(async (repo, options) => (await import('./conflicts.ts')).showConflicts(out, repo, options));
  command(program, 'doctor', 'check what orch-tui needs').action(async () =>
    (await import('./doctor.ts')).runDoctor(out, token),
  );
  command(program, 'backups [repo]', 'what is kept of branches and uncommitted work that went').action(
    async (repo) => (await import('./keep.ts')).listBackups(out, repo),
  );
  command(program, 'usage [repo]', 'what workers used: money and tokens, by day and worker').action(
    async (repo) => (await import('./usage.ts')).showUsage(out, repo),
  );
  command(program, 'run <job> [repos...]', 'a configured job, in the main checkouts').action(
    async (job, repos) => (await import('./run.ts')).runJobs(out, job, repos),
  );
  describeTalk(out, command, program);
  describeWorker(out, command, program, token);
  describeDocuments(out, command, program);
  describeNotion(out, command, program, token);
  describeFlow(out, command, program);
  for (const name of ['host', 'controller'] as const) {
    const parent = program.command(name).description(`the ${name} process of this workspace`);
    command(parent, 'status', 'whether it runs').action(async () =>
      (await import('./daemons.ts')).showDaemon(out, name),
    );
    command(parent, 'stop', `end it${name === 'host' ? '; workers end with it' : '; workers live on'}`)
      .option('--yes', 'also when workers are running')
      .action(async (options) => (await import('./daemons.ts')).stopDaemon(out, name, options));
  }
  return program;
}

/** Returns the name of a command below the program's own, such as `worker start`. */
export function fullName(command: Command): string {
  const names: string[] = [];
  for (let at = command; at.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

const overLimit = [
  '--over-limit',
  'also where as many run as the workspace wants, or the agent has reached its usage limit',
] as const;

/** Either some are named, or all are meant. */
function oneOf(self: Command, named: readonly unknown[], { all }: { all?: boolean }, what: string): void {
  if (named.length > 0 === (all === true)) self.error(`name ${what}, or say --all`);
}

type Describe = (parent: Command, usage: string, description: string) => Command;

function describeWorker(out: Output, command: Describe, program: Command, token: GivenToken | null): void {
  const worker = program.command('worker').description('start, watch and end workers');
  command(worker, 'start <repo> <task>', 'start an agent on a task, in a worktree and branch of its own')
    .option('--brief <text>', 'what it is told; - reads it from standard input')
    .option('--agent <name>', 'which agent')
    .option('--yes', 'approve it here and now')
    .option(...overLimit)
    .action(async (repo, task, options) =>
      (await import('./start.ts')).startWorker(out, repo, task, options),
    );
  command(worker, 'list', 'all workers').action(async () => (await import('./look.ts')).listWorkers(out));
  command(worker, 'show <id>', 'everything about one').action(async (id) =>
    (await import('./look.ts')).showWorker(out, id),
  );
  command(worker, 'screen <id>', 'its screen as text')
    .option('--ansi', 'with colours')
    .option('--scrollback <lines>', 'lines above the screen', wholeNumber)
    .action(async (id, options) => (await import('./look.ts')).showScreen(out, id, options));
  command(worker, 'send <id> <text>', 'type a line into it')
    .option('--command', 'also what it takes for a command: ! / # @')
    .action(async (id, text, options) => (await import('./look.ts')).sendText(out, id, text, options));
  command(worker, 'attach <id>', 'its terminal in this one; ctrl-q leaves').action(async (id) =>
    (await import('./attach.ts')).attachWorker(id),
  );
  command(worker, 'log <id>', 'what happened to it').action(async (id) =>
    (await import('./look.ts')).showLog(out, id),
  );
  command(worker, 'resume <id>', 'go on with its conversation')
    .option('--yes', 'approve it here and now')
    .option(...overLimit)
    .action(async (id, options) => (await import('./start.ts')).resumeWorker(out, id, options));
  command(worker, 'go-on [ids...]', 'tell those to go on that stopped at a usage limit')
    .option('--all', 'all whose limit is over: lists them and asks')
    .option('--yes', 'ask nothing')
    .action(async (ids = [], options, self: Command) => {
      oneOf(self, ids, options, 'workers');
      return (await import('./goOn.ts')).letGoOn(out, ids, options);
    });
  command(worker, 'leave-unfinished <id>', 'say no to the orchestrator, which would have it finished').action(
    async (id) => (await import('./end.ts')).leaveUnfinished(out, id),
  );
  command(worker, 'stop <id>', 'end its process; it stays, resumable').action(async (id) =>
    (await import('./end.ts')).stopWorker(out, id),
  );
  command(worker, 'finish <id>', 'merge it into develop, remove worktree and branch')
    .option('--dry-run', 'only show what would happen')
    .option('--yes', 'ask nothing')
    .option('--confirm <task>', 'the task name, when ignored files would go')
    .option('--no-verify', 'without the configured checks')
    .action(async (id, options) => (await import('./end.ts')).finishWorker(out, token, id, options));
  command(worker, 'clean <id>', 'remove worktree and branch without merging')
    .option('--dry-run', 'only show what would happen')
    .option('--yes', 'ask nothing')
    .option('--confirm <task>', 'the task name, when work would be lost')
    .action(async (id, options) => (await import('./end.ts')).cleanWorker(out, id, options));
  describeKeeping(out, command, worker);
}

/** Ways back, and what is kept for them. */
function describeKeeping(out: Output, command: Describe, worker: Command): void {
  command(worker, 'cancel <id>', 'take back a finish or clean that waits, or end its checks').action(
    async (id) => (await import('./keep.ts')).cancelWorker(out, id),
  );
  command(worker, 'undo <id>', 'bring back a worker that was finished or cleaned')
    .option('--keep-merge', 'leave its merge where it is')
    .option('--yes', 'ask nothing')
    .action(async (id, options) => (await import('./keep.ts')).undoWorker(out, id, options));
  command(worker, 'update <id>', 'bring develop into its branch, in its worktree')
    .option('--tell', 'have a running worker resolve the conflicts')
    .action(async (id, options) => (await import('./keep.ts')).updateWorker(out, id, options));
  const snapshots = command(worker, 'snapshots <id>', 'what was kept of its uncommitted work').action(
    async (id) => (await import('./keep.ts')).listSnapshots(out, id),
  );
  command(snapshots, 'diff <id>', 'what snapshot N holds, the newest unless told otherwise')
    .argument('[n]', 'number of the snapshot', wholeNumber)
    .action(async (id, n) => (await import('./keep.ts')).diffSnapshot(out, id, n));
  command(snapshots, 'restore <id>', 'put its files back as uncommitted changes')
    .argument('<n>', 'number of the snapshot', wholeNumber)
    .option('--exact', 'also delete files that the snapshot does not have')
    .option('--yes', 'ask nothing')
    .action(async (id, n, options) => (await import('./keep.ts')).restoreSnapshot(out, id, n, options));
}

function wholeNumbers(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, wholeNumber(text)];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.');
  return Number(text);
}

import { type Problem, problemOf } from '../lib/result.ts';
import type { BoardConfig } from './board.ts';
import type { InvoiceConfig } from './invoices.ts';
import type { NotionConfig } from './notion.ts';
import type { Repo } from './repo.ts';
import type { GuardTopic, PortBlock, RepoSetup } from './worker.ts';

/** What `.orch/config.json` holds once checked. Paths are absolute here, relative on disk where possible. */
export interface WorkspaceConfig {
  /** Shown in the header; the folder's name unless set. */
  readonly name: string;
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly repos: readonly Repo[];
  /** By name; `claude` and `demo` are always there. */
  readonly agents: Readonly<Record<string, AgentPreset>>;
  readonly defaultAgent: string;
  /** Commands by repository and name; `verify` is run before a finish. Absent when none are configured. */
  readonly jobs?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /**
   * `copilot`: false leaves the memory server of `.mcp.json` alone. `server`: how that file says to start it, as the
   * person trusted it; absent while nothing may be started. `serverName`: what it is called there.
   */
  readonly memory?: {
    readonly copilot?: boolean;
    readonly server?: unknown;
    readonly serverName?: string;
  };
  /** False: nobody looks by themselves which worktrees will not merge. */
  readonly radar?: boolean;
  /** By repository: what is done in a new worktree before its agent starts. Absent when nothing is configured. */
  readonly setup?: Readonly<Record<string, RepoSetup>>;
  /** The first block of ports and the size of each; absent where the usual ones are right. */
  readonly ports?: PortBlock;
  /** What workers are let do beyond their worktree and branch; false: nothing is kept from them. */
  readonly guard?: false | { readonly allow?: readonly GuardTopic[]; readonly writable?: readonly string[] };
  /** Absent where the usual ones are right. */
  readonly limits?: Limits;
  /** False: the board is left alone. Absent: as usual. */
  readonly board?: BoardConfig | false;
  /** Absent: no time is entered. */
  readonly invoices?: InvoiceConfig;
  /** What is synced with Notion; absent: nothing. */
  readonly notion?: NotionConfig;
}

/** How to run an agent, as data. */
export interface AgentPreset {
  /** Program and arguments; `{brief}` stands for the brief, also inside an argument. */
  readonly command: readonly string[];
  /** Added to the allow-listed environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Names let through from the person's environment, besides the common list; `PREFIX_*` allowed. */
  readonly pass: readonly string[];
  /** Which hooks and flags it understands; `none`: state comes from process, output and title alone. */
  readonly speaks: 'claude' | 'none';
  /** Arguments behind the command that hand over a brief, with `{brief}` in them; left out where there is none. */
  readonly prompt?: readonly string[];
  /** `typed`: into its pane, once it knows our tools, for its first turn begins before it asks for them. */
  readonly delivery?: 'typed' | 'argument';
  /**
   * Arguments behind the command that go on with the folder's last conversation, or with the one whose id stands for
   * `{session}`; absent: each start is a first one.
   */
  readonly resume?: readonly string[];
  /**
   * How a conversation of the folder is found: arguments that make the program list them as JSON, with `id` and
   * `directory`, or whose files are looked at. Absent: there is no way to know of one.
   */
  readonly sessions?: readonly string[] | 'codex' | 'gemini';
  /** Arguments behind the command, each only where the program's own `--help` lists it: other versions refuse it. */
  readonly ifListed?: readonly string[];
  /** Keys that interrupt it, and what typed with Enter behind it ends it; absent: signals alone end it. */
  readonly quit?: { readonly interrupt: string; readonly type: string };
  /** What its terminal title tells; absent: nothing. */
  readonly titles?: TitleRules;
}

/** What an agent may lack: telling of itself by hooks, our tools. */
export type Ability = 'hooks' | 'tools';

/** Texts that stand in a title while the agent asks, works or rests; the first kind found counts. */
export interface TitleRules {
  readonly asking?: readonly string[];
  readonly working?: readonly string[];
  readonly resting?: readonly string[];
}

/** What a workspace allows itself, from `limits` of its configuration. */
export interface Limits {
  /** Lines kept above a worker's screen, 0–100,000: while somebody watches it, and otherwise. */
  readonly scrollback?: { readonly visible: number; readonly hidden: number };
  /** Processes of workers at the same time, 1–100; above it a person has to insist. */
  readonly workers?: number;
  /** Milliseconds from one start of a process to the next, 0–60,000. */
  readonly staggerMs?: number;
  /** US dollars that may be spent; without a number there is no end. */
  readonly dollars?: { readonly day?: number; readonly worker?: number };
  readonly stopping?: Partial<StoppingTimes>;
}

/** How long each step of stopping a worker may take, in milliseconds, 0–600,000; 0 leaves the step out. */
export interface StoppingTimes {
  /** Until it rests after it was interrupted. */
  readonly idleMs: number;
  /** Until its process has ended after it was told to quit. */
  readonly quitMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly termMs: number;
}

export const usualStopping: StoppingTimes = { idleMs: 3000, quitMs: 3000, termMs: 3000 };

/** Each takes a few hundred megabytes, and its person's attention. */
export const usualWorkers = 4;

/** Several agents that start at once start slowly, and write the same settings. */
export const usualStaggerMs = 2000;

/** Whether one more process may run beside those that do; a person may insist. */
export function workersProblem({ workers = usualWorkers }: Limits, running: number): Problem | null {
  if (running < workers) return null;
  const run = running === 1 ? '1 worker runs' : `${running} workers run`;
  return problemOf(
    'limit_reached',
    `${run} already; this workspace wants at most ${workers} at the same time.`,
    'Stop one, raise limits.workers in .orch/config.json, or insist.',
  );
}

/** Of what may be spent in a day, or by one worker, so much is worth a warning. */
const nearly = 0.8;

export type BudgetState = 'fine' | 'nearly' | 'spent';

/** How a sum stands beside its budget; without one it is always fine. */
export function budgetState(spent: number, budget: number | undefined): BudgetState {
  if (budget === undefined || spent < budget * nearly) return 'fine';
  return spent < budget ? 'nearly' : 'spent';
}

/** One setting of a workspace that can start programs or widen access. */
export interface TrustRow {
  /** Place in the configuration, such as `agents.claude.command`. */
  readonly key: string;
  /** Its value in one line, words quoted as a shell would need them. */
  readonly value: string;
  /** `runs`: starts programs. `reaches`: widens what is read, written or sent. `sets`: everything else. */
  readonly effect: 'runs' | 'reaches' | 'sets';
  /** How it differs from what was trusted before; absent where it does not, or nothing was. */
  readonly change?: 'added' | 'changed' | 'removed';
  /** The value that was trusted before; only of a changed row. */
  readonly was?: string;
}

/** How far a person trusts a workspace. */
export interface TrustFacts {
  /** `changed`: an earlier configuration is trusted, and its values stay in use. */
  readonly configuration: 'trusted' | 'changed' | 'untrusted';
  /** Who wrote the log and what else lies in `.orch`; `none` where nothing does. */
  readonly state: 'own' | 'foreign' | 'none';
  /** Names the configuration as it is now, for `orch-tui trust --hash`. */
  readonly hash: string;
  /** What the configuration sets; only while it is not trusted. */
  readonly rows?: readonly TrustRow[];
}

/** Reports whether there is nothing left for the person to decide about. */
export function isWhollyTrusted({ configuration, state }: TrustFacts): boolean {
  return configuration === 'trusted' && state !== 'foreign';
}

/** Returns why nothing may be run yet, with the way out. */
export function untrustedProblem(root: string, { configuration, hash }: TrustFacts): Problem {
  const what =
    configuration === 'changed'
      ? `The configuration changed and is not trusted yet: ${root}, hash ${hash}.`
      : `This workspace is not trusted yet, so nothing in it was run: ${root}, hash ${hash}.`;
  return problemOf('untrusted_workspace', what, 'Look at what it can run, and decide: orch-tui trust');
}

/** The code of the problem that a setting has no effect; the rest of the configuration is used all the same. */
export const unknownSetting = 'config_unknown_setting';

/** Returns why nothing may be changed while the state of a workspace was not written here. */
export function foreignStateProblem(root: string): Problem {
  return problemOf(
    'foreign_state',
    `The state in ${root}/.orch was not written by you on this machine, so it is only shown.`,
    'Take it over: orch-tui trust --state. Or put it aside: orch-tui trust --state --discard',
  );
}

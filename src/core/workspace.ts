import { type Problem, problemOf } from '../lib/result.ts';
import type { BoardConfig } from './board.ts';
import type { InvoiceConfig } from './invoices.ts';
import type { NotionConfig } from './notion.ts';
import type { Repo } from './repo.ts';
import type { GuardTopic, PortBlock, RepoSetup } from './worker.ts';

/** The validated `.orch/config.json`. Paths are absolute here, relative on disk where possible. */
export interface WorkspaceConfig {
  /** Shown in the header; the folder's name unless set. */
  readonly name: string;
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly repos: readonly Repo[];
  /** By name; `claude` and `demo` always exist. */
  readonly agents: Readonly<Record<string, AgentPreset>>;
  readonly defaultAgent: string;
  /** Commands by repository and name; `verify` runs before a finish. Absent when none are configured. */
  readonly jobs?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /**
   * `copilot`: false ignores the memory server of `.mcp.json`. `server`: its start command in that file, as
   * the user trusted it; absent while it may not start. `serverName`: its name there.
   */
  readonly memory?: {
    readonly copilot?: boolean;
    readonly server?: unknown;
    readonly serverName?: string;
  };
  /** False: worktrees are not compared automatically. */
  readonly radar?: boolean;
  /** By repository: preparation of a new worktree before its agent starts. Absent when none is configured. */
  readonly setup?: Readonly<Record<string, RepoSetup>>;
  /** The first block of ports and the size of each; absent: the defaults. */
  readonly ports?: PortBlock;
  /** Permissions of workers beyond their worktree and branch; false: no restrictions. */
  readonly guard?: false | { readonly allow?: readonly GuardTopic[]; readonly writable?: readonly string[] };
  /** Absent: the defaults. */
  readonly limits?: Limits;
  /** False: the board is off. Absent: the defaults. */
  readonly board?: BoardConfig | false;
  /** Absent: no time is recorded. */
  readonly invoices?: InvoiceConfig;
  /** The sync with Notion; absent: off. */
  readonly notion?: NotionConfig;
}

/** Command and capabilities of an agent. */
export interface AgentPreset {
  /** Program and arguments; `{brief}` stands for the brief, also inside an argument. */
  readonly command: readonly string[];
  /** Added to the allow-listed environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Names passed on from the user's environment, besides the common list; `PREFIX_*` allowed. */
  readonly pass: readonly string[];
  /** Which hooks and flags it supports; `none`: state comes from process, output and title alone. */
  readonly speaks: 'claude' | 'none';
  /** Arguments after the command that pass a brief, with `{brief}` in them; omitted without a brief. */
  readonly prompt?: readonly string[];
  /** `typed`: typed into its pane once it has called our tools, because its first turn begins before that. */
  readonly delivery?: 'typed' | 'argument';
  /**
   * Arguments after the command that continue the folder's last conversation, or the one with the id
   * `{session}`; absent: each start is a first one.
   */
  readonly resume?: readonly string[];
  /**
   * How a conversation of the folder is found: arguments that list them as JSON, with `id` and `directory`,
   * or the agent whose files are read. Absent: conversations cannot be found.
   */
  readonly sessions?: readonly string[] | 'codex' | 'gemini';
  /**
   * Arguments after the command, each only where the program's own `--help` lists it, because other versions
   * refuse it.
   */
  readonly ifListed?: readonly string[];
  /** Keys that interrupt it, and the text that ends it when typed with Enter; absent: only signals end it. */
  readonly quit?: { readonly interrupt: string; readonly type: string };
  /** Meaning of its terminal titles; absent: none. */
  readonly titles?: TitleRules;
}

/** Optional abilities of an agent: hooks that report its state, and our tools. */
export type Ability = 'hooks' | 'tools';

/** Texts in a title of an agent that asks, works or rests; the first matching kind counts. */
export interface TitleRules {
  readonly asking?: readonly string[];
  readonly working?: readonly string[];
  readonly resting?: readonly string[];
}

/** Limits of a workspace, from `limits` of its configuration. */
export interface Limits {
  /** Lines of scrollback, 0–100,000: of a visible worker, and of a hidden one. */
  readonly scrollback?: { readonly visible: number; readonly hidden: number };
  /** Most worker processes at a time, 1–100; a person may override it. */
  readonly workers?: number;
  /** Milliseconds between two starts of processes, 0–60,000. */
  readonly staggerMs?: number;
  /** US dollars that may be spent; absent: unlimited. */
  readonly dollars?: { readonly day?: number; readonly worker?: number };
  readonly stopping?: Partial<StoppingTimes>;
}

/** Longest duration of each step of stopping a worker, in milliseconds, 0–600,000; 0 skips the step. */
interface StoppingTimes {
  /** From the interrupt to its rest. */
  readonly idleMs: number;
  /** From the request to quit to the end of its process. */
  readonly quitMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly termMs: number;
}

export const usualStopping: StoppingTimes = { idleMs: 3000, quitMs: 3000, termMs: 3000 };

/** Each worker takes a few hundred megabytes, and the user's attention. */
export const usualWorkers = 4;

/** Agents that start at once start slowly, and write the same settings. */
export const usualStaggerMs = 2000;

/** Returns why no further process may run; null where one may. A person may override it. */
export function workersProblem({ workers = usualWorkers }: Limits, running: number): Problem | null {
  if (running < workers) return null;
  const run = running === 1 ? '1 worker runs' : `${running} workers run`;
  return problemOf(
    'limit_reached',
    `${run} already; this workspace wants at most ${workers} at the same time.`,
    'Stop one, raise limits.workers in .orch/config.json, or insist.',
  );
}

/** Part of a budget from which a warning is shown. */
const nearly = 0.8;

export type BudgetState = 'fine' | 'nearly' | 'spent';

/** Compares a sum with its budget; without a budget it is always fine. */
export function budgetState(spent: number, budget: number | undefined): BudgetState {
  if (budget === undefined || spent < budget * nearly) return 'fine';
  return spent < budget ? 'nearly' : 'spent';
}

/** A setting of a workspace that can start programs or widen access. */
export interface TrustRow {
  /** Its key, such as `agents.claude.command`. */
  readonly key: string;
  /** Its value in one line, words quoted as for a shell. */
  readonly value: string;
  /** `runs`: starts programs. `reaches`: widens what is read, written or sent. `sets`: everything else. */
  readonly effect: 'runs' | 'reaches' | 'sets';
  /** Difference from the trusted value; absent where there is none, or nothing was trusted. */
  readonly change?: 'added' | 'changed' | 'removed';
  /** The previously trusted value; only of a changed row. */
  readonly was?: string;
}

/** Trust of the user in a workspace. */
export interface TrustFacts {
  /** `changed`: an earlier configuration is trusted, and its values stay in use. */
  readonly configuration: 'trusted' | 'changed' | 'untrusted';
  /** Author of the log and the other files in `.orch`; `none` where there are none. */
  readonly state: 'own' | 'foreign' | 'none';
  /** Hash of the current configuration, for `orch-tui trust --hash`. */
  readonly hash: string;
  /** Settings of the configuration; only while it is not trusted. */
  readonly rows?: readonly TrustRow[];
}

/** Reports whether nothing is left for the user to decide. */
export function isWhollyTrusted({ configuration, state }: TrustFacts): boolean {
  return configuration === 'trusted' && state !== 'foreign';
}

/** Returns why nothing may run yet, with the way to trust it. */
export function untrustedProblem(root: string, { configuration, hash }: TrustFacts): Problem {
  const what =
    configuration === 'changed'
      ? `The configuration changed and is not trusted yet: ${root}, hash ${hash}.`
      : `This workspace is not trusted yet, so nothing in it was run: ${root}, hash ${hash}.`;
  return problemOf('untrusted_workspace', what, 'Look at what it can run, and decide: orch-tui trust');
}

/** The problem's code for a setting without effect; the rest of the configuration is used. */
export const unknownSetting = 'config_unknown_setting';

/** Returns why nothing may be changed while another user or machine wrote a workspace's state. */
export function foreignStateProblem(root: string): Problem {
  return problemOf(
    'foreign_state',
    `The state in ${root}/.orch was not written by you on this machine, so it is only shown.`,
    'Take it over: orch-tui trust --state. Or put it aside: orch-tui trust --state --discard',
  );
}

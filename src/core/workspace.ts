import type { BoardConfig, InvoiceConfig } from './documentConfig.ts';
import type { GuardTopic } from '../guard/rules.ts';
import type { Limits } from './limits.ts';
import type { NotionConfig } from './notion.ts';
import type { Repo } from './repoFacts.ts';
import type { PortBlock, RepoSetup } from './setup.ts';

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
   * `copilot`: the person agrees that the copilot-memory server of `.mcp.json` is run and read. `server`: how that file
   * says to start it, as the person trusted it; absent while nothing may be started.
   */
  readonly memory?: { readonly copilot?: boolean; readonly server?: unknown };
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
  /** Program and arguments; `{brief}` stands for the brief where an argument is exactly that. */
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

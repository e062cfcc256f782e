/** What one command needs. Everything about who may run a command stands in this table. */
export interface CommandPolicy {
  /** Whether an agent may run it, from inside a worker. */
  readonly agent: 'allowed' | 'refused';
  /** `acts`: it does what only a person decides. `reads`: it changes nothing that a person has to agree to. */
  readonly acts: 'acts' | 'reads';
  /** `none`: it also runs in a workspace that the person has not trusted, for it runs nothing of it. */
  readonly trust?: 'none';
  /** Completes "A worker cannot …"; with what an agent does instead, where there is something. */
  readonly what: string;
  /** Options that make it another command, by commander's name of them; the first that is given counts. */
  readonly withOption?: Readonly<Record<string, Pick<CommandPolicy, 'agent' | 'acts' | 'what'>>>;
}

/** What a command needs with the options that it was given. */
export type CommandNeeds = Omit<CommandPolicy, 'withOption'>;

const reading = (what: string): CommandPolicy => ({ agent: 'allowed', acts: 'reads', what });
const acting = (what: string): CommandPolicy => ({ agent: 'refused', acts: 'acts', what });
/** With `--dry-run` nothing is done that a person has to agree to. */
const foreseeable = (what: string): CommandPolicy => ({
  ...acting(what),
  withOption: { dryRun: { agent: 'refused', acts: 'reads', what } },
});
/** Needs no trust in the workspace. */
const anywhere = <T extends CommandPolicy>(policy: T): T & { readonly trust: 'none' } => ({
  ...policy,
  trust: 'none',
});
/** With this option it acts; without, it reads. */
const actingWith = (option: string, what: string, change: string): CommandPolicy => ({
  ...reading(what),
  withOption: { [option]: acting(change) },
});

/**
 * Every command by its full name, and who may run it. An agent may run what is listed as `allowed` and nothing else. Two
 * names are no commands of the program's tree: `room`, which is `orch-tui` without a command, and `hook`.
 */
export const commandPolicies = {
  room: anywhere({ agent: 'refused', acts: 'reads', what: 'open the control room' }),
  hook: anywhere(reading('report to the control room')),
  mcp: anywhere(reading('use its tools')),
  init: anywhere(acting('change which repositories a workspace has')),
  // It acts in a workspace that it has just made, and holds a key for that one.
  demo: anywhere({ agent: 'refused', acts: 'reads', what: 'run the demo' }),
  status: reading('look at repositories'),
  branches: reading('look at branches'),
  versions: reading('look at versions'),
  worktrees: reading('look at worktrees'),
  orchestrator: acting('start the orchestrator'),
  proposals: reading('look at proposals'),
  queue: reading('look at what waits'),
  answer: acting('answer agents'),
  approve: acting('approve anything'),
  reject: acting('turn proposals down'),
  conflicts: reading('look at conflicts'),
  trust: anywhere(acting('decide which folders are trusted')),
  doctor: anywhere(reading('check the installation')),
  backups: reading('look at backups'),
  usage: reading('look at what was used'),
  run: acting('run jobs in main checkouts'),
  report: anywhere(reading('report where its task is')),
  updates: reading('look at reports'),
  messages: reading('look at messages'),
  'messages mute': acting('mute workers'),
  'messages unmute': acting('unmute workers'),
  'memory search': reading('search what is stored'),
  'memory store': acting('store here; its tool is memory_store'),
  'worker start': acting('start workers'),
  'worker list': reading('look at workers'),
  'worker show': reading('look at workers'),
  'worker screen': reading('look at screens'),
  'worker send': acting('type into workers; its tool is send_message'),
  'worker attach': acting('type into workers'),
  'worker log': reading('look at workers'),
  'worker resume': acting('resume workers'),
  'worker go-on': acting('let workers go on'),
  'worker leave-unfinished': acting('decide about a finish'),
  'worker stop': acting('stop workers'),
  'worker finish': foreseeable('finish workers'),
  'worker clean': foreseeable('clean workers'),
  'worker cancel': acting('cancel anything'),
  'worker undo': acting('undo anything'),
  'worker update': acting('update workers'),
  'worker snapshots': reading('look at snapshots'),
  'worker snapshots diff': reading('look at snapshots'),
  'worker snapshots restore': acting('restore snapshots'),
  board: reading('look at the board'),
  'board show': reading('look at the board'),
  'board add': acting('add cards'),
  'board move': acting('move cards'),
  'board edit': acting('edit cards'),
  'board ids': acting('change the board'),
  invoice: reading('look at the invoices'),
  'invoice show': reading('look at the invoices'),
  'invoice add': acting('enter time; its tool is report_progress'),
  'invoice mark': acting('mark entries'),
  'invoice totals': actingWith('write', 'look at the invoices', 'change the invoices'),
  'invoice ids': acting('change the invoices'),
  'invoice export': reading('look at the invoices'),
  'notion connect': acting('connect to Notion'),
  // It asks Notion, with the person's token; so does a dry run.
  'notion status': acting('ask Notion'),
  sync: acting('sync'),
  'sync board': acting('sync'),
  'sync invoices': acting('sync'),
  'sync conflicts': reading('look at conflicts with Notion'),
  'sync resolve': acting('decide conflicts'),
  'flow status': reading('look at git-flow'),
  'flow init': acting('set up git-flow'),
  'flow feature start': acting('start a feature'),
  'flow feature finish': foreseeable('finish a feature'),
  'flow release start': acting('start a release'),
  'flow release finish': foreseeable('finish a release'),
  'flow hotfix start': acting('start a hotfix'),
  'flow hotfix finish': foreseeable('finish a hotfix'),
  'host status': anywhere(reading('look at the host')),
  'host stop': anywhere(acting('stop the host')),
  'controller status': anywhere(reading('look at the controller')),
  'controller stop': anywhere(acting('stop the controller')),
} as const satisfies Readonly<Record<string, CommandPolicy>>;

export type CommandName = keyof typeof commandPolicies;

/** Returns what a command needs with the options that it was given; null for a name that is not in the table. */
export function policyOf(name: string, options: Readonly<Record<string, unknown>>): CommandNeeds | null {
  if (!Object.hasOwn(commandPolicies, name)) return null;
  const policy: CommandPolicy = commandPolicies[name as CommandName];
  const given = Object.entries(policy.withOption ?? {}).find(([option]) => options[option] === true);
  return given?.[1] ?? policy;
}

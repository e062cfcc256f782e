// biome-ignore-all format: written by `npm run generate` from the table of commands; a test holds it up to date.

/** Our commands that an agent may not run, by name. */
export const refusedCommands: readonly string[] = [
  'init',
  'trust',
  'demo',
  'host stop',
  'controller stop',
  'worker attach',
  'worker start',
  'orchestrator',
  'worker resume',
  'approve',
  'reject',
  'worker stop',
  'worker finish',
  'worker clean',
  'worker cancel',
  'worker undo',
  'worker leave-unfinished',
  'worker rename',
  'worker time',
  'worker update',
  'worker snapshots restore',
  'worker send',
  'answer',
  'worker go-on',
  'messages mute',
  'messages unmute',
  'memory store',
  'memory correct',
  'memory remove',
  'board add',
  'board move',
  'board edit',
  'board ids',
  'invoice add',
  'invoice mark',
  'invoice ids',
  'notion connect',
  'notion status',
  'sync',
  'sync board',
  'sync invoices',
  'sync resolve',
  'run',
  'flow init',
  'flow feature start',
  'flow feature finish',
  'flow release start',
  'flow release finish',
  'flow hotfix start',
  'flow hotfix finish',
];

/** Commands that an agent may run although their names begin with a refused one. */
export const allowedBelow: readonly string[] = [
  'sync conflicts',
];

/** Commands that are refused with an option. */
export const refusedWith: readonly (readonly [name: string, option: string])[] = [
  ['invoice totals', '--write'],
];

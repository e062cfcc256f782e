import type { Facts } from '../../core/facts.ts';
import { yesOption } from '../../core/verb.ts';
import { success } from '../../lib/result.ts';
import { defineServed, defineVerb, type OwnVerb } from '../define.ts';
import { hasReadRepos, selectFacts } from '../state.ts';

/** Returns all facts; `refresh` reads the repositories first. */
const facts = defineServed<Facts>()({
  name: 'facts',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, flag }) => z.strictObject({ refresh: flag }),
  handle: async (services, { refresh }) => {
    services.readConfig();
    if (refresh || !hasReadRepos(services.state)) await services.refreshRepos();
    return success(selectFacts(services.state));
  },
});

/**
 * Forwards the variables of a client's shell: approved and ended work runs with them. `plans`: plans are
 * computed with them too. They stay in memory; any other variable is refused.
 */
const lendEnvironment = defineServed<null>()({
  name: 'lendEnvironment',
  by: 'person',
  what: 'lend an environment',
  params: ({ z, variables, flag }) => z.strictObject({ variables, plans: flag }),
  handle: (services, { variables, plans = false }) => {
    services.lendEnvironment(variables, plans);
    return success(null);
  },
});

/** Ends all processes, then host and controller. */
const stopAll = defineServed<null>()({
  name: 'stopAll',
  by: 'person',
  what: 'stop everything',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: (services) => services.stopAll(),
});

export const workspaceCommands = [facts, lendEnvironment, stopAll] as const;

/** Verbs about the workspace and the programs themselves. */
export const workspaceVerbs: readonly OwnVerb[] = [
  defineVerb({
    usage: 'init',
    about: 'make this folder a workspace of the repositories below it',
    by: 'person',
    what: 'change which repositories a workspace has',
    untrusted: true,
    options: {
      '--repos <names>': 'only these, separated by commas',
      '--develop': 'create missing develop branches, checking nothing out',
      ...yesOption,
    },
  }),
  defineVerb({
    usage: 'trust',
    about: 'decide whether what this workspace can run is trusted',
    by: 'person',
    what: 'decide which folders are trusted',
    untrusted: true,
    options: {
      '--yes': 'ask nothing; needs --hash',
      '--hash <hash>': 'the configuration that is meant, as `orch-tui trust` or `status` shows it',
      '--state': 'also take over workers and proposals that were not written here',
      '--discard': 'with --state: put them aside instead; nothing is deleted',
    },
  }),
  // It acts in a workspace that it has just created, and holds a key for that one.
  defineVerb({
    usage: 'demo [dir]',
    about: 'open a demo workspace with a built-in agent',
    by: 'anyone',
    notForAgents: true,
    what: 'run the demo',
    untrusted: true,
    options: {
      '--headless': 'needs no terminal: starts, waits, finishes, cleans and prints what happened',
    },
  }),
  defineVerb({
    usage: 'doctor',
    about: 'check what orch-tui needs',
    by: 'anyone',
    what: 'check the installation',
    untrusted: true,
  }),
  defineVerb({
    usage: 'replay <file>',
    about: 'give what ORCH_TRACE=FILE recorded to the loops again, and compare',
    by: 'anyone',
    what: 'replay traces',
    untrusted: true,
  }),
  ...daemonVerbs('host', 'workers end with it'),
  ...daemonVerbs('controller', 'workers live on'),
];

function daemonVerbs(name: 'host' | 'controller', consequence: string): readonly OwnVerb[] {
  return [
    defineVerb({
      usage: `${name} status`,
      about: 'whether it runs',
      by: 'anyone',
      what: `look at the ${name}`,
      untrusted: true,
    }),
    defineVerb({
      usage: `${name} stop`,
      about: `end it; ${consequence}`,
      by: 'person',
      what: `stop the ${name}`,
      untrusted: true,
      options: { '--yes': 'also when workers are running' },
    }),
  ];
}

/** Runs a job of the configuration; needs no controller. */
export const jobVerb = defineVerb({
  usage: 'run <job> [repos...]',
  about: 'a configured job, in the main checkouts',
  by: 'person',
  what: 'run jobs in main checkouts',
});

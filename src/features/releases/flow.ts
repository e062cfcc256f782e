import type { FlowKind } from '../../core/repo.ts';
import { asksNothing, pairs } from '../../core/verb.ts';
import { defineVerb, type OwnVerb } from '../define.ts';

const prefixNames = ['feature', 'bugfix', 'release', 'hotfix', 'support', 'versiontag'];

const starting = { by: 'person', about: 'begin a branch and set the version on it' } as const;
const bump = {
  '--bump <part>': { about: 'count the version up', oneOf: ['major', 'minor', 'patch'] },
} as const;

/** Commands of git-flow. They run git in their own process, under the lock of the repository. */
export const flowVerbs: readonly OwnVerb[] = [
  defineVerb({
    usage: 'flow status [repo]',
    about: 'main, develop, prefixes, version and open branches',
    alias: 'list',
    by: 'anyone',
    what: 'look at git-flow',
  }),
  defineVerb({
    usage: 'flow init <repo>',
    about: 'set a repository up, making develop where it is missing',
    by: 'person',
    what: 'set up git-flow',
    options: {
      '--main <branch>': 'the branch of releases',
      '--develop <branch>': 'the branch that features are merged into',
      '--prefix <kind=text>': {
        about: `a prefix (${prefixNames.join(', ')}); may be given again`,
        parse: pairs((name) => prefixNames.includes(name), `One of ${prefixNames.join('=, ')}= is wanted.`),
      },
    },
  }),
  defineVerb({
    usage: 'flow feature start <repo> <name>',
    about: 'begin a branch, checking nothing out',
    by: 'person',
    what: 'start a feature',
  }),
  finishing('feature', 'merge it into develop and delete it'),
  defineVerb({
    ...starting,
    usage: 'flow release start <repo> [version]',
    what: 'start a release',
    options: bump,
  }),
  finishing('release', 'merge, tag, merge back and delete it'),
  defineVerb({
    ...starting,
    usage: 'flow hotfix start <repo> [version]',
    what: 'start a hotfix',
    options: bump,
  }),
  finishing('hotfix', 'merge, tag, merge back and delete it'),
];

function finishing(kind: FlowKind, about: string): OwnVerb {
  return defineVerb({
    usage: `flow ${kind} finish <repo> <${kind === 'feature' ? 'name' : 'version'}>`,
    about,
    by: 'person',
    what: `finish a ${kind}`,
    notForAgents: true,
    withOption: { name: 'dryRun', by: 'anyone' },
    options: {
      ...(kind !== 'feature' && { '--message <text>': 'what the tag says' }),
      '--push': 'push what moved, all or nothing',
      '--delete-remote': 'with --push: delete the branch at the remote, too',
      '--no-verify': 'do not run the hooks that look at merges',
      '--dry-run': 'only show what would move',
      ...asksNothing,
    },
  });
}

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FlowKind } from '../domain/flow.ts';
import type { PrefixKey } from '../git/flowInit.ts';
import type { Output } from './output.ts';

type Describe = (parent: Command, usage: string, description: string) => Command;

const prefixNames: readonly PrefixKey[] = ['feature', 'bugfix', 'release', 'hotfix', 'support', 'versiontag'];

/** Commands of git-flow and their arguments; each loads its own code when called. */
export function describeFlow(out: Output, command: Describe, program: Command): void {
  const flow = program.command('flow').description('git-flow without its program: start and finish branches');
  command(flow, 'status [repo]', 'main, develop, prefixes, version and open branches')
    .alias('list')
    .action(async (repo) => (await import('./flow.ts')).showFlow(out, repo));
  command(flow, 'init <repo>', 'set a repository up, making develop where it is missing')
    .option('--main <branch>', 'the branch of releases')
    .option('--develop <branch>', 'the branch that features are merged into')
    .option('--prefix <kind=text>', `a prefix (${prefixNames.join(', ')}); may be given again`, collectPrefix)
    .action(async (repo, options) => (await import('./flow.ts')).initRepo(out, repo, options));

  const feature = flow.command('feature').description('features, from develop into develop');
  command(feature, 'start <repo> <name>', 'begin a branch, checking nothing out').action(async (repo, name) =>
    (await import('./flow.ts')).start(out, repo, { kind: 'feature', name }),
  );
  finishing(out, 'feature', command(feature, 'finish <repo> <name>', 'merge it into develop and delete it'));

  for (const kind of ['release', 'hotfix'] as const) {
    const from = kind === 'release' ? 'develop' : 'main';
    const parent = flow
      .command(kind)
      .description(`${kind === 'hotfix' ? 'hotfixes' : 'releases'}, from ${from} into main and develop`);
    command(parent, 'start <repo> [version]', 'begin a branch and set the version on it')
      .addOption(
        new Option('--bump <part>', 'count the version up').choices(['major', 'minor', 'patch'] as const),
      )
      .action(async (repo, version, { bump }, self: Command) => {
        if ((version === undefined) === (bump === undefined))
          self.error('either a version or --bump is wanted');
        const wanted = bump === undefined ? { kind, name: version ?? '' } : { kind, bump };
        return (await import('./flow.ts')).start(out, repo, wanted);
      });
    const finish = command(parent, 'finish <repo> <version>', 'merge, tag, merge back and delete it');
    finishing(out, kind, finish.option('--message <text>', 'what the tag says'));
  }
}

function finishing(out: Output, kind: FlowKind, finish: Command): void {
  finish
    .option('--push', 'push what moved, all or nothing')
    .option('--delete-remote', 'with --push: delete the branch at the remote, too')
    .option('--no-verify', 'do not run the hooks that look at merges')
    .option('--dry-run', 'only show what would move')
    .option('--yes', 'ask nothing')
    .action(async (repo, name, options, self: Command) => {
      if (options.deleteRemote && !options.push)
        self.error('a branch at the remote is deleted by pushing: give --push as well');
      return (await import('./flow.ts')).finish(out, kind, repo, name, options);
    });
}

function collectPrefix(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const equals = text.indexOf('=');
  const kind = text.slice(0, equals);
  if (!prefixNames.some((name) => name === kind))
    throw new InvalidArgumentError(`One of ${prefixNames.join('=, ')}= is wanted.`);
  return { ...before, [kind]: text.slice(equals + 1) };
}

import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { commandPolicies, policyOf } from '../../src/cli/commandPolicy.ts';
import { createOutput } from '../../src/cli/output.ts';
import { describeProgram, fullName } from '../../src/cli/program.ts';
import { judge } from '../../src/domain/guard/judge.ts';
import type { WorkerRules } from '../../src/domain/guard/rules.ts';

/** Every command that does something: a leaf, or one that acts without the name of a command below it. */
function acting(command: Command): readonly Command[] {
  const { _actionHandler } = command as unknown as { _actionHandler: unknown };
  const below = command.commands.flatMap(acting);
  const isOwn = command.parent !== null && (_actionHandler !== null || command.commands.length === 0);
  return isOwn ? [command, ...below] : below;
}

const all = acting(describeProgram(createOutput(false), null));

it('has one entry for every command, and none for what is no command', () => {
  // The room is the program without a command; the hook is answered before commands are read.
  expect(Object.keys(commandPolicies).sort()).toEqual([...all.map(fullName), 'hook', 'room'].sort());
});

it('tells of options only that the commands have', () => {
  for (const [name, policy] of Object.entries(commandPolicies)) {
    if (!('withOption' in policy)) continue;
    const known = all.find((one) => fullName(one) === name)?.options.map((one) => one.attributeName());
    expect(known, name).toEqual(expect.arrayContaining(Object.keys(policy.withOption)));
  }
});

it('allows agents nothing that acts as a person', () => {
  for (const [name, policy] of Object.entries(commandPolicies))
    if (policy.acts === 'acts') expect(policy.agent, name).toBe('refused');
});

it('counts the options that are given', () => {
  expect(policyOf('invoice totals', {})).toMatchObject({ agent: 'allowed', acts: 'reads' });
  expect(policyOf('invoice totals', { write: true })).toMatchObject({ agent: 'refused', acts: 'acts' });
  expect(policyOf('worker finish', { dryRun: true })).toMatchObject({ agent: 'refused', acts: 'reads' });
  expect(policyOf('worker finish', { dryRun: false })).toMatchObject({ agent: 'refused', acts: 'acts' });
  expect(policyOf('constructor', {})).toBe(null);
});

it('is what the guard tells agents, too', () => {
  const rules: WorkerRules = {
    ...{
      role: 'worker',
      worktree: '/w',
      branch: 'b',
      workspace: '/',
      writable: [],
      variables: {},
      allow: [],
    },
  };
  const isDenied = (name: string) => {
    const input = { command: `orch-tui ${name} --json` };
    return judge({ tool: 'Bash', input, cwd: '/w' }, rules, (path) => [path]) !== null;
  };
  for (const [name, { agent }] of Object.entries(commandPolicies))
    if (name !== 'room') expect(isDenied(name), name).toBe(agent === 'refused');
  expect(isDenied('invoice totals --write')).toBe(true);
});

import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { admit } from '../../src/cli/admission.ts';
import { commandPolicies, policyOf } from '../../src/cli/commandPolicy.ts';
import { handlers } from '../../src/cli/handlers.ts';
import { createOutput } from '../../src/cli/output.ts';
import { describeProgram, fullName } from '../../src/cli/program.ts';
import { pathOf, Refusal } from '../../src/core/verb.ts';
import type { WorkerRules } from '../../src/core/worker.ts';
import { commands, verbs } from '../../src/features/commands.ts';
import { judge } from '../../src/guard/judge.ts';
import type { Origin } from '../../src/ipc/origin.ts';

/** Returns every command with an action: a leaf, or a group with an action of its own. */
function acting(command: Command): readonly Command[] {
  const { _actionHandler } = command as unknown as { _actionHandler: unknown };
  const below = command.commands.flatMap(acting);
  const isOwn = command.parent !== null && (_actionHandler !== null || command.commands.length === 0);
  return isOwn ? [command, ...below] : below;
}

const all = acting(describeProgram(createOutput(false), null));

it('has one entry for every command and no others', () => {
  // The room is the program without a command; the hook is answered before commands are read.
  expect(Object.keys(commandPolicies).sort()).toEqual([...all.map(fullName), 'hook', 'room'].sort());
});

it('names only options that the commands have', () => {
  for (const [name, policy] of Object.entries(commandPolicies)) {
    if (!policy.withOption) continue;
    const known = all.find((one) => fullName(one) === name)?.options.map((one) => one.attributeName());
    expect(known, name).toEqual(expect.arrayContaining(Object.keys(policy.withOption)));
  }
});

it('runs every verb by its request, its own steps, or a handler', () => {
  const own = verbs
    .filter(({ request, run, plain }) => !request && !run && !plain)
    .map(({ usage }) => pathOf(usage));
  expect(Object.keys(handlers).sort()).toEqual(own.sort());
  for (const { usage, request, run, says, command } of verbs)
    if (request) {
      expect(run, usage).toBeUndefined();
      expect(says, usage).toBeDefined();
      expect(Object.keys(commands), usage).toContain(command);
    }
});

it('has a unique name and a refusal for every verb', () => {
  const names = verbs.map(({ usage }) => pathOf(usage));
  expect(new Set(names).size).toBe(names.length);
  for (const { usage, what } of verbs) expect(what, usage).toMatch(/^[a-z]/);
});

/** The origin of a process without a terminal, inside a worker or not. */
function originWithout(isMarked: boolean): Origin {
  const caller = { pid: 7, parent: 1, group: 7, session: 7, terminal: '', isMarked, worker: null };
  return { caller, all: [caller] };
}

it('refuses acting commands inside a worker, and without a terminal and key', () => {
  const refused = (name: string, isMarked: boolean) => {
    const needs = policyOf(name, {});
    if (!needs) throw new Error(`The table lacks ${name}.`);
    try {
      admit(name, needs, originWithout(isMarked));
      return null;
    } catch (error) {
      return error instanceof Refusal ? error.problem : error;
    }
  };
  for (const { usage } of verbs) {
    const name = pathOf(usage);
    const policy = policyOf(name, {});
    const inWorker = {
      code: 'approval_forbidden',
      message: `A worker cannot ${policy?.what}: this runs inside a worker.`,
    };
    expect([name, refused(name, true)]).toEqual([
      name,
      policy?.agent === 'refused' ? expect.objectContaining(inWorker) : null,
    ]);
    // The first `init` of a person creates the key.
    if (name === 'init') continue;
    expect([name, refused(name, false)]).toEqual([
      name,
      policy?.acts === 'acts' ? expect.objectContaining({ code: 'approval_required' }) : null,
    ]);
  }
});

it('allows agents no command that acts as a person', () => {
  for (const [name, policy] of Object.entries(commandPolicies))
    if (policy.acts === 'acts') expect(policy.agent, name).toBe('refused');
});

it('respects the given options', () => {
  expect(policyOf('invoice totals', {})).toMatchObject({ agent: 'allowed', acts: 'reads' });
  expect(policyOf('invoice totals', { write: true })).toMatchObject({ agent: 'refused', acts: 'acts' });
  expect(policyOf('worker finish', { dryRun: true })).toMatchObject({ agent: 'refused', acts: 'reads' });
  expect(policyOf('worker finish', { dryRun: false })).toMatchObject({ agent: 'refused', acts: 'acts' });
  expect(policyOf('constructor', {})).toBe(null);
});

it('is the same as the guard’s list', () => {
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
    return (
      judge({ tool: 'Bash', input, cwd: '/w' }, rules, { locate: (path) => [path], exists: () => false }) !==
      null
    );
  };
  for (const [name, { agent }] of Object.entries(commandPolicies))
    if (name !== 'room') expect(isDenied(name), name).toBe(agent === 'refused');
  expect(isDenied('invoice totals --write')).toBe(true);
});

it('refuses in reviewed sentences', async () => {
  const refusals = [
    ...Object.entries(commandPolicies).flatMap(([name, policy]) =>
      [policy, ...Object.values(policy.withOption ?? {})]
        .filter(({ agent }) => agent === 'refused')
        .map(({ what }) => ({ name, what })),
    ),
    ...Object.values(commands)
      .filter(({ by }) => by === 'person')
      .map(({ name, what }: { readonly name: string; readonly what?: string }) => ({
        name: `request ${name}`,
        what,
      })),
  ].map(({ name, what }) => `${name}: A worker cannot ${what}.`);
  expect(refusals.filter((one) => !/: A worker cannot [a-z].*[a-z]\.$/.test(one))).toEqual([]);
  await expect(`${[...new Set(refusals)].join('\n')}\n`).toMatchFileSnapshot('refusals.golden.txt');
});

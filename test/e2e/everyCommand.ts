import type { Command } from 'commander';
import { type CommandPolicy, policyOf } from '../../src/cli/commandPolicy.ts';
import { createOutput } from '../../src/cli/output.ts';
import { describeProgram, fullName } from '../../src/cli/program.ts';

/** Arguments with which a person's command would change something, or with which one that reads has something to say. */
const given: Readonly<Record<string, string>> = {
  init: '--yes --repos backend',
  demo: '--headless "$ANSWER.demo"',
  replay: '/dev/null',
  answer: 'request allow',
  approve: '1',
  reject: '1 --why no',
  run: 'lint',
  report: '"Tests pass" --percent 80',
  'messages mute': 'backend/tester',
  'messages unmute': 'backend/tester',
  'memory store': '"Remember this"',
  'memory correct': 'orch-1 "Remember that"',
  'memory remove': 'orch-1',
  'worker start': 'web more --yes',
  'worker show': 'backend/tester',
  'worker screen': 'backend/tester',
  'worker send': 'backend/tester hello',
  'worker attach': 'backend/tester',
  'worker log': 'backend/tester',
  'worker resume': 'backend/tester --yes',
  'worker go-on': '--all --yes',
  'worker leave-unfinished': 'backend/tester',
  'worker rename': 'backend/tester Other',
  'worker time': 'backend/tester 1h',
  'worker stop': 'backend/tester',
  'worker finish': 'backend/tester --yes',
  'worker clean': 'backend/tester --yes --confirm tester',
  'worker cancel': 'backend/tester',
  'worker undo': 'backend/tester --yes',
  'worker update': 'backend/tester',
  'worker snapshots': 'backend/tester',
  'worker snapshots diff': 'backend/tester',
  'worker snapshots restore': 'backend/tester 1 --yes',
  'board add': '"One more"',
  'board move': 'ORC-1 Done',
  'board edit': 'ORC-1 --task Other',
  'board ids': '--yes',
  'invoice add': 'Work --time 1h',
  'invoice mark': 'paid INV-1',
  'invoice ids': '--yes',
  'notion connect': '--yes',
  'sync resolve': 'ORC-1 task mine',
  'flow init': 'web',
  'flow feature start': 'web login',
  'flow feature finish': 'web login --yes',
  'flow release start': 'web 1.0.0',
  'flow release finish': 'web 1.0.0 --yes',
  'flow hotfix start': 'web 1.0.1',
  'flow hotfix finish': 'web 1.0.1 --yes',
  'host stop': '--yes',
};

/** More of a command, where an option makes it another one. */
export const variants: Readonly<Record<string, string>> = {
  'invoice totals': '--write',
  'worker finish': 'backend/tester --dry-run',
};

function commandsOf(command: Command): readonly Command[] {
  const { _actionHandler } = command as unknown as { _actionHandler: unknown };
  const isOwn = command.parent !== null && (_actionHandler !== null || command.commands.length === 0);
  return [...(isOwn ? [command] : []), ...command.commands.flatMap(commandsOf)];
}

/** One command as it is typed, and what the table says of it. */
export interface CommandLine {
  readonly name: string;
  readonly policy: Omit<CommandPolicy, 'withOption'>;
  readonly line: string;
}

/** Returns every command of the program with arguments that make it do something. */
export function commandLines(): readonly CommandLine[] {
  const all = commandsOf(describeProgram(createOutput(false), null));
  const lineOf = (command: Command, args: string): CommandLine => {
    const name = fullName(command);
    const missing = command.registeredArguments.filter(({ required }) => required).length;
    if (missing > 0 && args === '') throw new Error(`Say in this test what ${name} is given.`);
    const long = [...args.matchAll(/--([a-z-]+)/g)].map(([, word = '']) => [
      word.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      true,
    ]);
    const policy = policyOf(name, Object.fromEntries(long));
    if (!policy) throw new Error(`The table lacks ${name}.`);
    const json = name === 'mcp' ? '</dev/null' : '--json';
    return { name: `${name} ${args}`.trim(), policy, line: `${name} ${args} ${json}` };
  };
  return all.flatMap((command) => {
    const name = fullName(command);
    const more = variants[name];
    return [lineOf(command, given[name] ?? ''), ...(more ? [lineOf(command, more)] : [])];
  });
}

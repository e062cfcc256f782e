import { Argument, type Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { argumentsOf, pathOf, Refusal, refuse, type Value } from '../core/verb.ts';
import { type ListedVerb, verbs } from '../features/commands.ts';
import type { GivenToken } from '../notion/token.ts';
import { version } from '../protocol/version.ts';
import { admit } from './admission.ts';
import { policyOf } from './commandPolicy.ts';
import { type Call, handlers } from './handlers.ts';
import { createOutput, type Output, outliveReaders, tellFault, tellProblem } from './output.ts';
import { RefusingCommand } from './refusingCommand.ts';
import { Answered, admitToWorkspace } from './trustGate.ts';

/**
 * Runs one command. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
 * @param argv arguments behind the program's name
 * @param token of Notion, from the shell that it was called in
 */
export async function runCommand(argv: readonly string[], token: GivenToken | null): Promise<void> {
  const json = argv.includes('--json');
  outliveReaders();
  try {
    await describeProgram(createOutput(json), token).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof Answered) return;
    if (error instanceof Refusal) tellProblem(json, error.problem);
    // Help or version, which commander has printed.
    else if (!(error instanceof CommanderError && error.exitCode === 0)) tellFault(json, error);
  }
}

/** What names that only hold commands together are for. */
const groups: Readonly<Record<string, string>> = {
  worker: 'start, watch and end workers',
  memory: 'what sessions keep for each other',
  notion: 'board and invoices in Notion',
  flow: 'git-flow without its program: start and finish branches',
  'flow feature': 'features, from develop into develop',
  'flow release': 'releases, from develop into main and develop',
  'flow hotfix': 'hotfixes, from main into main and develop',
  host: 'the host process of this workspace',
  controller: 'the controller process of this workspace',
};

/** Every verb of the table of commands as commander's command. */
export function describeProgram(out: Output, token: GivenToken | null): Command {
  const program = new RefusingCommand('orch-tui')
    .description(
      'One terminal to approve, watch and finish many coding agents across several git repositories. ' +
        'Without a command: the control room of the workspace around this folder, or around dir, such as ./shop.',
    )
    .usage('[dir] | <command> [options]')
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .hook('preAction', async (_, called) => {
      const name = fullName(called);
      const needs = policyOf(name, called.optsWithGlobals());
      // Who may run a command is said by its verb; one that has none is refused.
      if (!needs) refuse('internal', `The command ${JSON.stringify(name)} is not in the table of commands.`);
      admit(name, needs);
      await admitToWorkspace(out, needs);
    });
  // A name that is a verb itself comes before the verbs below it.
  for (const verb of verbs.toSorted((a, b) => depth(a) - depth(b)))
    describeVerb(program, verb, { out, token });
  return program;
}

function depth({ usage }: ListedVerb): number {
  return pathOf(usage).split(' ').length;
}

function describeVerb(program: Command, verb: ListedVerb, call: Omit<Call, 'misused'>): void {
  const names = pathOf(verb.usage).split(' ');
  const parent = names.slice(0, -1).reduce(groupIn, program);
  const command = parent
    .command(names.at(-1) ?? '')
    .description(verb.about)
    .exitOverride();
  if (verb.alias) command.alias(verb.alias);
  for (const { name, typed } of argumentsOf(verb.usage)) {
    const value = verb.values?.[name] ?? {};
    const argument = new Argument(typed, value.about);
    if (value.oneOf) argument.choices(value.oneOf);
    if (value.parse) argument.argParser(reading(value.parse));
    command.addArgument(argument);
  }
  if (!verb.plain) command.option('--json', 'print one JSON value, ask nothing');
  const options = Object.entries(verb.options ?? {});
  for (const [flags, value] of options)
    command.addOption(optionOf(flags, typeof value === 'string' ? { about: value } : value));
  // Else it would take the options of the verbs below it.
  if (options.length > 0) command.enablePositionalOptions();
  if (verb.plain) return;
  command.action(async (...given) => {
    const args = given.slice(0, -2);
    const [self] = given.slice(-1) as [Command];
    const misused = (message: string) => self.error(message);
    // `sync --dry-run board` means the same as `sync board --dry-run`.
    const said = self.optsWithGlobals();
    if (verb.request || verb.run)
      return (await import('./verbCall.ts')).runVerb(verb, { ...call, misused }, args, said);
    await handlers[pathOf(verb.usage)]?.({ ...call, misused }, args, said);
  });
}

/** The command of that name below another, which holds others together where it is no verb itself. */
function groupIn(parent: Command, name: string): Command {
  const known = parent.commands.find((one) => one.name() === name);
  if (known) return known;
  const made = parent.command(name);
  return made.description(groups[fullName(made)] ?? '');
}

function optionOf(flags: string, { about, oneOf, parse, fallback, required }: Value): Option {
  const option = new Option(flags, about);
  if (oneOf) option.choices(oneOf);
  if (parse) option.argParser(reading(parse));
  if (fallback !== undefined) option.default(fallback);
  return option.makeOptionMandatory(required === true);
}

/** Reads a value; what is wrong about it is wrong usage. */
function reading(parse: NonNullable<Value['parse']>): (text: string, before: unknown) => unknown {
  return (text, before) => {
    const read = parse(text, before);
    if (read.ok) return read.value;
    throw new InvalidArgumentError([read.problem.message, read.problem.hint ?? ''].join(' ').trimEnd());
  };
}

/** Returns the name of a command below the program's own, such as `worker start`. */
export function fullName(command: Command): string {
  const names: string[] = [];
  for (let at = command; at.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

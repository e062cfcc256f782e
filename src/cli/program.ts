import { existsSync } from 'node:fs';
import { Argument, Command, CommanderError, type HelpContext, InvalidArgumentError, Option } from 'commander';
import { argumentsOf, pathOf, Refusal, refuse, type Value } from '../core/verb.ts';
import { type ListedVerb, verbs } from '../features/commands.ts';
import type { GivenToken } from '../features/notion/service/token.ts';
import { version } from '../ipc/version.ts';
import { problemOf } from '../lib/result.ts';
import { admit } from './admission.ts';
import { policyOf } from './commandPolicy.ts';
import { type Call, handlers } from './handlers.ts';
import { createOutput, ignoreClosedPipe, type Output, printFault, printProblem } from './output.ts';
import { AlreadyAnswered, admitToWorkspace } from './trustGate.ts';

/**
 * Runs one command. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
 * @param argv arguments behind the program's name
 * @param token of Notion, from the shell
 */
export async function runCommand(argv: readonly string[], token: GivenToken | null): Promise<void> {
  const json = argv.includes('--json');
  ignoreClosedPipe();
  try {
    await describeProgram(createOutput(json), token).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof AlreadyAnswered) return;
    if (error instanceof Refusal) printProblem(json, error.problem);
    // Otherwise commander has printed help or version.
    else if (!(error instanceof CommanderError && error.exitCode === 0)) printFault(json, error);
  }
}

/** Descriptions of names that only group commands. */
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

/** Returns commander's program with all verbs of the table of commands. */
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
      // A verb declares who may run it; an unknown command is refused.
      if (!needs) refuse('internal', `The command ${JSON.stringify(name)} is not in the table of commands.`);
      admit(name, needs);
      await admitToWorkspace(out, needs);
    });
  // A verb comes before the verbs below its name.
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
  // Otherwise it would take the options of verbs below it.
  if (options.length > 0) command.enablePositionalOptions();
  if (verb.plain) return;
  command.action(async (...given) => {
    const args = given.slice(0, -2);
    const [self] = given.slice(-1) as [Command];
    const misused = (message: string) => self.error(message);
    // `sync --dry-run board` means the same as `sync board --dry-run`.
    const options = self.optsWithGlobals();
    if (verb.request || verb.run)
      return (await import('./verbCall.ts')).runVerb(verb, { ...call, misused }, args, options);
    await handlers[pathOf(verb.usage)]?.({ ...call, misused }, args, options);
  });
}

/** Returns the command of that name below another; creates a group if it is no verb. */
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

/** Returns commander's parser for a value; an invalid value is wrong usage. */
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

/** A command whose wrong usage is a refusal like any other: one line that ends with a reference to the help. */
class RefusingCommand extends Command {
  override createCommand(name?: string): RefusingCommand {
    return new RefusingCommand(name);
  }

  /** Reports wrong usage, found by commander or by our own commands. */
  override error(message: string): never {
    throw new Refusal(
      problemOf(
        'usage',
        sentence(message),
        `${this.#lead()} ${['orch-tui', fullName(this)].join(' ').trim()} --help`,
      ),
    );
  }

  /** Prints help. A command without the name of a subcommand, for which commander calls this, too, is wrong usage. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context === 'function' || !context?.error) return super.help();
    const [name, helped] = this.args;
    if (name === 'help') return this.error(`unknown command '${helped}'`);
    const names = this.commands.map((command) => command.name()).join(', ');
    return this.error(`name a command of ${this.name()}: ${names}`);
  }

  /** Returns the words before the help command. A bare word is a command, even if a folder has that name. */
  #lead(): string {
    const [name] = this.args;
    const isFolder = this.parent === null && name !== undefined && existsSync(name);
    if (!isFolder) return 'See:';
    return `To open the folder: orch-tui ${/[./\\~]/.test(name) ? name : `./${name}`}; all commands:`;
  }
}

/** Returns commander's message of one or two lines as one or two sentences. */
function sentence(message: string): string {
  const [first = '', ...more] = message
    .replace(/^error: /, '')
    .trim()
    .split(/\s*\n\s*/);
  const begun = first.charAt(0).toUpperCase() + first.slice(1);
  return [begun, ...more.map((line) => line.replace(/^\((.*)\)$/, '$1'))].map(ended).join(' ');
}

function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

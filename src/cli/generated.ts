import { pathOf } from '../core/verb.ts';
import { type ListedTool, type ListedVerb, toolsOf, verbs } from '../features/commands.ts';
import { commandPolicies } from './commandPolicy.ts';

/** Returns the guard's list of our commands, as it is written into `guard/ownCommands.ts`. */
export function guardList(): string {
  const named = Object.entries(commandPolicies).filter(([name]) => name !== 'room');
  const refused = named.filter(([, { agent }]) => agent === 'refused').map(([name]) => name);
  const allowed = named.filter(([, { agent }]) => agent === 'allowed').map(([name]) => name);
  const below = allowed.filter((name) => refused.some((other) => name.startsWith(`${other} `)));
  const refusedWith = named.flatMap(([name, { agent, withOption = {} }]) =>
    Object.entries(withOption)
      .filter(([, with_]) => agent === 'allowed' && with_.agent === 'refused')
      .map(([option]): [string, string] => [name, flagOf(option)]),
  );
  return `// biome-ignore-all format: written by \`npm run generate\` from the table of commands; a test holds it up to date.

/** Our commands that an agent may not run, by name. */
export const refusedCommands: readonly string[] = ${list(refused)};

/** Commands that an agent may run although their names begin with a refused one. */
export const allowedBelow: readonly string[] = ${list(below)};

/** Commands that are refused with an option. */
export const refusedWith: readonly (readonly [name: string, option: string])[] = [
${refusedWith.map(([name, option]) => `  [${quoted(name)}, ${quoted(option)}],\n`).join('')}];
`;
}

function list(names: readonly string[]): string {
  return `[\n${names.map((name) => `  ${quoted(name)},\n`).join('')}]`;
}

function quoted(text: string): string {
  return `'${text}'`;
}

/** Returns the flag of commander's name for it: `--dry-run` for `dryRun`. */
function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Returns the reference of all commands for README.md. */
function commandReference(): string {
  const rows = verbs.map((verb) => `| \`${escaped(typed(verb))}\` | ${escaped(verb.about)} |`);
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}

/** Returns a verb as people type it, with arguments and values of options in capitals. */
function typed({ usage, options = {} }: ListedVerb): string {
  const path = pathOf(usage);
  const args = usage.slice(path.length).replace(/<([^>]+)>/g, (_, name: string) => capitals(name));
  const flags = Object.entries(options).map(([flag, value]) => {
    const text = flag.replace(/<([^>]+)>/g, (_, name: string) => capitals(name));
    return typeof value !== 'string' && value.required ? text : `[${text}]`;
  });
  return [
    'orch-tui',
    path + args.replace(/\[([^\]]+)\]/g, (_, name: string) => `[${capitals(name)}]`),
    ...flags,
  ].join(' ');
}

function capitals(name: string): string {
  return name.toUpperCase().replace('...', '…');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Returns the reference of agents' tools for README.md, by session. */
function toolReference(): string {
  const alone = toolsOf.orchestrator.filter((tool) => !toolsOf.worker.includes(tool));
  const named = (tools: readonly ListedTool[]) => tools.map(({ name }) => `\`${name}\``).join(', ');
  return [
    '| session | its tools |',
    '|---|---|',
    `| each | ${named(toolsOf.worker)} |`,
    `| the orchestrator, besides | ${named(alone)} |`,
  ].join('\n');
}

/** Returns README.md with both references between their marks. */
export function withReference(readme: string): string {
  const commands = put(readme, 'commands', commandReference());
  return put(commands, 'tools', toolReference());
}

function put(readme: string, what: string, reference: string): string {
  const [begin, end] = [`<!-- ${what}: npm run generate -->`, `<!-- end of ${what} -->`];
  const [before = '', rest = ''] = readme.split(begin);
  const after = rest.split(end)[1] ?? '';
  return `${before}${begin}\n${reference}\n${end}${after}`;
}

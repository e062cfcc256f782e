import { existsSync } from 'node:fs';
import { Command, type HelpContext } from 'commander';
import { Refusal } from '../core/verb.ts';
import { problemOf } from '../lib/result.ts';

/** A command whose wrong usage is a refusal like any other: one line that ends with where to read more. */
export class RefusingCommand extends Command {
  override createCommand(name?: string): RefusingCommand {
    return new RefusingCommand(name);
  }

  /** Every wrong usage that commander finds, and what our own commands find before they do anything. */
  override error(message: string): never {
    throw new Refusal(problemOf('usage', sentence(message), `${this.#lead()} ${this.#path()} --help`));
  }

  /** Commander shows the help, too, where a command lacks the name of one of its own; that is wrong usage. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context === 'function' || !context?.error) return super.help();
    const [name, helped] = this.args;
    if (name === 'help') return this.error(`unknown command '${helped}'`);
    const names = this.commands.map((command) => command.name()).join(', ');
    return this.error(`name a command of ${this.name()}: ${names}`);
  }

  /** Such as `orch-tui worker start`. */
  #path(): string {
    const names: string[] = [];
    for (let at: Command | null = this; at; at = at.parent) names.unshift(at.name());
    return names.join(' ');
  }

  /** What leads to the help: a bare word is a command, also where a folder of that name lies here. */
  #lead(): string {
    const [name] = this.args;
    const isFolder = this.parent === null && name !== undefined && existsSync(name);
    if (!isFolder) return 'See:';
    return `To open the folder: orch-tui ${/[./\\~]/.test(name) ? name : `./${name}`}; all commands:`;
  }
}

/** What commander says on one or two lines, as one sentence or two. */
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

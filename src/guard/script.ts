import { deny, judgeGit } from './git.ts';
import { judgeKeyWords } from './key.ts';
import { judgeWrite, type Place } from './places.ts';
import { inlineCode, judgeCode, judgeOrchTui, judgeProgram } from './programs.ts';
import type { Denial } from './rules.ts';
import { parseShell, type Step, type Word } from './shell.ts';

/** Scripts in scripts; nobody needs more. */
const deepest = 8;

/** Characters that are read for one tool, scripts in scripts each time; the kernel takes 131,072 for one argument. */
const longest = 200_000;

/** Words that stand before a command and change nothing of what it does to files. */
const prefixes = new Set(
  'sudo doas command builtin exec nohup nice ionice time timeout stdbuf setsid xargs env unbuffer do then else elif if while until ! { coproc'.split(
    ' ',
  ),
);
const shells = /^(ba|z|da|k|fi)?sh$/;
const assignment = /^([A-Za-z_]\w*)\+?=(.*)$/s;

/** Whether a worker may run a command line, as far as that can be told from its text. */
export function judgeScript(text: string, place: Place): Denial | null {
  return new Walk(place, new Map(Object.entries(place.rules.variables)), 0, { left: longest }).run(text);
}

/** Goes through a script as a shell would, with its folder and variables. */
class Walk {
  #place: Place;
  readonly #variables: Map<string, string>;
  readonly #depth: number;
  readonly #budget: { left: number };

  constructor(place: Place, variables: ReadonlyMap<string, string>, depth: number, budget: { left: number }) {
    this.#place = place;
    this.#variables = new Map(variables);
    this.#depth = depth;
    this.#budget = budget;
  }

  run(text: string): Denial | null {
    this.#budget.left -= text.length;
    if (this.#depth > deepest || this.#budget.left < 0)
      return deny(
        'outside',
        'This is too long or too deep to be checked.',
        'Write it to a file, in smaller steps.',
      );
    const { steps, nested } = parseShell(text);
    const before = this.#place;
    const folders: Place[] = [];
    for (const step of steps) {
      if (step.kind === 'enter') folders.push(this.#place);
      else if (step.kind === 'leave') this.#place = folders.pop() ?? this.#place;
      else {
        const denial = this.#command(step);
        if (denial) return denial;
      }
    }
    const after = this.#place;
    // A substitution runs in the folder of its moment: either of the two.
    for (const script of nested)
      for (const place of new Set([before, after])) {
        const denial = new Walk(place, this.#variables, this.#depth + 1, this.#budget).run(script);
        if (denial) return denial;
      }
    return null;
  }

  #command({ words, writes, input }: Extract<Step, { kind: 'command' }>): Denial | null {
    for (const target of writes) {
      const denial = judgeWrite(this.#expand(target), this.#place);
      if (denial) return denial;
    }
    return this.#run(
      words.map((word) => this.#expand(word)),
      new Map(),
      input,
    );
  }

  #run(words: readonly string[], environment: Map<string, string>, input: string | null): Denial | null {
    const [first, ...rest] = words;
    if (first === undefined) {
      for (const [name, value] of environment) this.#variables.set(name, value);
      return null;
    }
    const assigned = assignment.exec(first);
    if (assigned) return this.#run(rest, environment.set(assigned[1] ?? '', assigned[2] ?? ''), input);
    const program = first.slice(first.lastIndexOf('/') + 1);
    const denial = judgeKeyWords(words, this.#place);
    if (denial) return denial;
    if (prefixes.has(program)) return this.#run(behindPrefix(rest), environment, input);
    return this.#program(program, rest, environment, input);
  }

  #program(
    program: string,
    args: readonly string[],
    environment: Map<string, string>,
    input: string | null,
  ): Denial | null {
    const place = this.#place;
    if (program === 'cd' || program === 'pushd') return this.#enter(args);
    if (program === 'export' || program === 'declare' || program === 'local' || program === 'readonly')
      return this.#run(
        args.filter((arg) => assignment.test(arg)),
        environment,
        null,
      );
    if (program === 'git') return judgeGit(args, environment, place);
    if (program === 'eval') return this.#inner(args.join(' '));
    if (program === 'find') {
      const inner = behindExec(args);
      const denial = inner.length > 0 ? this.#run(inner, new Map(), null) : null;
      if (denial) return denial;
    }
    if (shells.test(program)) {
      const at = args.findIndex((arg) => /^-[a-zA-Z]*c$/.test(arg));
      const script = at >= 0 ? args[at + 1] : input;
      return script ? this.#inner(script) : null;
    }
    const own = [program, ...args].findIndex((word) => /(^|\/)orch-tui(\.js)?$/.test(word));
    if (own === 0 || (own > 0 && launchers.test(program))) return judgeOrchTui(args.slice(own), place);
    const code = inlineCode(program, args, input);
    return (code === null ? null : judgeCode(code, place)) ?? judgeProgram(program, args, place);
  }

  #inner(script: string): Denial | null {
    return new Walk(this.#place, this.#variables, this.#depth + 1, this.#budget).run(script);
  }

  #enter(args: readonly string[]): null {
    const to = args.find((arg) => !arg.startsWith('-')) ?? this.#variables.get('HOME') ?? '/';
    const cwd = this.#place.locate(to, this.#place.cwd)?.[0];
    if (cwd !== undefined && !to.startsWith('$')) this.#place = { ...this.#place, cwd };
    return null;
  }

  #expand(word: Word): string {
    return word
      .map((part) => {
        if ('text' in part) return part.text;
        if (part.variable === 'PWD') return this.#place.cwd;
        return this.#variables.get(part.variable) ?? `$${part.variable}`;
      })
      .join('');
  }
}

const launchers = /^(node|npx|npm|pnpm|yarn|bunx?|tsx|exec)$/;

/** What is run behind `nice -n 5`, `timeout 10s`, `env A=b`, `xargs -I {}`: flags and their plain values are left out. */
function behindPrefix(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !/^-|^[\d.]+[smhd]?$|^\{\}$|^\+/.test(word));
  return at < 0 ? [] : words.slice(at);
}

/** What `find -exec` runs. */
function behindExec(args: readonly string[]): readonly string[] {
  const at = args.findIndex((arg) => /^-(exec|execdir|ok|okdir)$/.test(arg));
  if (at < 0) return [];
  const end = args.findIndex((arg, index) => index > at && (arg === ';' || arg === '+'));
  const roots = args.slice(
    0,
    args.findIndex((arg) => arg.startsWith('-')),
  );
  const words = args.slice(at + 1, end < 0 ? undefined : end);
  return words.map((word) => (word === '{}' ? (roots[0] ?? '.') : word));
}

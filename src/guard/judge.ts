import type { GuardRules, OrchestratorRules, WorkerRules } from '../core/worker.ts';
import { oneLine } from '../lib/sanitize.ts';
import { deny, judgeGit } from './git.ts';
import {
  type Denial,
  judgeKey,
  judgeKeyWords,
  judgeWrite,
  type Locate,
  type Place,
  type ToolCall,
} from './places.ts';
import { inlineCode, judgeCode, judgeOrchTui, judgeProgram } from './programs.ts';
import { parseShell, type Step, type Word } from './shell.ts';

/**
 * Whether a session may use a tool in this way. Pure but for `locate`.
 *
 * For the orchestrator this is a wall, and the second one: the tools it could write with are not given to it at all.
 * For a worker it is honest best effort: the file tools are judged by where their paths lead, but a shell is a
 * programming language, and nobody can tell from a text all that it will do. It keeps a model from what it does by
 * habit or by mistake; it is no sandbox against one that hides what it does.
 * @returns null when it may
 */
export function judge(call: ToolCall, rules: GuardRules, locate: Locate): Denial | null {
  const denial = judgeKey(call, rules, locate);
  if (denial) return denial;
  if (rules.role === 'orchestrator') return judgeOrchestrator(call, rules);
  return judgeWorker(call, rules, { rules, locate: remembering(locate), cwd: call.cwd });
}

/** Looks at each path once: a command line may name the same ones thousands of times. */
function remembering(locate: Locate): Locate {
  const known = new Map<string, readonly string[] | null>();
  return (path, from) => {
    const key = `${from}\0${path}`;
    let places = known.get(key);
    if (places === undefined) {
      places = locate(path, from);
      known.set(key, places);
    }
    return places;
  };
}

function judgeOrchestrator({ tool }: ToolCall, { tools }: OrchestratorRules): Denial | null {
  const isListed = tools.some((name) =>
    name.endsWith('*') ? tool.startsWith(name.slice(0, -1)) : tool === name,
  );
  if (isListed) return null;
  return {
    topic: 'tool',
    reason:
      'The orchestrator coordinates and changes nothing itself. Propose a worker for this; look at repositories with the tools of orch.',
  };
}

/** Tools that name a file and only look at it. */
const lookers = new Set(['Read', 'Glob', 'Grep', 'LS', 'LSP']);

function judgeWorker({ tool, input }: ToolCall, rules: WorkerRules, place: Place): Denial | null {
  const leaves = tool === 'EnterWorktree' || input.isolation === 'worktree';
  if (leaves && !rules.allow.includes('worktrees'))
    return {
      topic: 'worktrees',
      reason: 'You have a worktree already; others are made by the control room. Work in yours.',
    };
  // What servers of the person's do behind their tools nobody can tell.
  if (tool.startsWith('mcp__')) return null;
  if (typeof input.command === 'string') return judgeScript(input.command, place);
  const path = input.file_path ?? input.notebook_path;
  return typeof path === 'string' && !lookers.has(tool) ? judgeWrite(path, place) : null;
}

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

/** What the guard says of a tool that is about to be used: the agent's answer, and what the record keeps. */
export interface Refusal {
  readonly answer: object;
  /** Such as `Bash: git stash`, one line. */
  readonly what: string;
  readonly why: string;
}

/** Longest part of a tool's input that the record keeps, in characters. */
const keptOfInput = 200;

/**
 * Judges what a PreToolUse hook posted; anything else is no matter of the guard's.
 * @returns null where the session may go on
 */
export function refusalOf(body: unknown, rules: GuardRules, locate: Locate): Refusal | null {
  if (!isObject(body) || body.hook_event_name !== 'PreToolUse') return null;
  const call = callOf(body);
  if (!call) return refuse('?', 'What the tool is to do cannot be read.');
  const denial = judge(call, rules, locate);
  return denial && refuse(describe(call), denial.reason);
}

/** The answer that keeps an agent from a tool. Hooks fail open: nothing but this, or an exit code of 2, does. */
export function denyTool(why: string): object {
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: `orch-tui: ${why}`,
    },
  };
}

function refuse(what: string, why: string): Refusal {
  return { answer: denyTool(why), what, why };
}

function callOf(body: Fields): ToolCall | null {
  const { tool_name: tool, tool_input: input, cwd } = body;
  if (typeof tool !== 'string' || tool === '' || typeof cwd !== 'string' || !cwd.startsWith('/')) return null;
  return isObject(input) ? { tool, input, cwd } : null;
}

function describe({ tool, input }: ToolCall): string {
  const about = [input.command, input.file_path, input.notebook_path].find((one) => typeof one === 'string');
  const text = about === undefined ? tool : `${tool}: ${about}`;
  return oneLine(text, keptOfInput);
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

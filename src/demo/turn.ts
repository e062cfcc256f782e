import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Key, type Menu, updateMenu } from './input.ts';
import type { DemoScreen, Live } from './screen.ts';
import type { StoryStep } from './story.ts';
import type { Entry } from './text.ts';
import {
  type ControlTools,
  changeFile,
  commitAll,
  type Hooks,
  lookAround,
  type Outcome,
  runTool,
} from './tools.ts';

/** Settings that all turns of an agent share. */
interface TurnSetup {
  readonly cwd: string;
  readonly hooks: Hooks;
  readonly control: ControlTools;
  readonly screen: DemoScreen;
  /** Milliseconds of one beat; 0 for as fast as possible. */
  readonly pace: number;
  show(entry: Entry): void;
  exit(code: number): Promise<never>;
}

/** Interval of the spinner in milliseconds. */
const tickMs = 120;
/** Ticks after which the title's sign changes. */
const titleTicks = 8;

/** A running turn: its spinner, the text and question on the screen, and its interruption by the person. */
export class Turn implements Stage {
  readonly cwd: string;
  readonly hooks: Hooks;
  readonly control: ControlTools;
  readonly #setup: TurnSetup;
  readonly #abort = new AbortController();
  readonly #startedAt = performance.now();
  readonly #ticker: NodeJS.Timeout;
  #tick = 0;
  #saying = '';
  #question: { menu: Menu; answer(choice: number): void } | null = null;

  constructor(setup: TurnSetup) {
    this.#setup = setup;
    this.cwd = setup.cwd;
    this.hooks = setup.hooks;
    this.control = setup.control;
    this.#ticker = setInterval(() => this.#onTick(), tickMs);
    this.#onTick();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  stop(): void {
    this.#abort.abort();
  }

  /** Stops the spinner and sets the idle title. */
  close(): void {
    clearInterval(this.#ticker);
    this.#setup.screen.title('✳');
  }

  /** Returns the visible part of the turn. */
  picture(): Pick<Live, 'saying' | 'working' | 'menu'> {
    const seconds = Math.floor((performance.now() - this.#startedAt) / 1000);
    return {
      saying: this.#saying,
      working: { tick: this.#tick, seconds },
      menu: this.#question?.menu ?? null,
    };
  }

  /** Passes a key to the open question; false without one. */
  takesKey(key: Key): boolean {
    if (!this.#question) return false;
    const step = updateMenu(this.#question.menu, key);
    if (step === 'escape') this.stop();
    else if (typeof step === 'number') this.#question.answer(step);
    else this.#question.menu = step;
    return true;
  }

  show(entry: Entry): void {
    this.#setup.show(entry);
  }

  exit(code: number): Promise<never> {
    return this.#setup.exit(code);
  }

  async pause(beats: number): Promise<void> {
    const { signal } = this;
    if (this.#setup.pace > 0) await setTimeout(beats * this.#setup.pace, undefined, { signal });
    else await setImmediate(undefined, { signal });
  }

  async speak(text: string): Promise<void> {
    try {
      for (const word of text.split(/(?<=\s)/)) {
        this.#saying += word;
        this.#setup.screen.refresh();
        await this.pause(0.7);
      }
    } finally {
      const said = this.#saying;
      this.#saying = '';
      this.show({ kind: 'say', text: said });
    }
    await this.pause(3);
  }

  async choose(asked: Omit<Menu, 'selected'>, decision: Promise<'allow' | 'deny' | null>): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const stopped = () => reject(this.signal.reason);
    this.signal.addEventListener('abort', stopped, { once: true });
    void decision.then((answer) => {
      if (answer) resolve(answer === 'allow' ? 0 : asked.options.length - 1);
    });
    this.#question = { menu: { ...asked, selected: 0 }, answer: resolve };
    this.#setup.screen.title('✳');
    this.#setup.screen.refresh();
    try {
      return await promise;
    } finally {
      this.signal.removeEventListener('abort', stopped);
      this.#question = null;
      if (!this.signal.aborted) this.#onTick();
    }
  }

  #onTick(): void {
    this.#tick++;
    if (this.#question) return;
    this.#setup.screen.title(Math.floor(this.#tick / titleTicks) % 2 === 0 ? '⠂' : '⠐');
    this.#setup.screen.refresh();
  }
}

/** Interface of the agent for the steps that it performs. */
export interface Stage {
  readonly cwd: string;
  readonly hooks: Hooks;
  readonly control: ControlTools;
  /** Aborted when the person stops the turn; `pause`, `speak` and `choose` then throw. */
  readonly signal: AbortSignal;
  show(entry: Entry): void;
  /** Shows a text word by word. */
  speak(text: string): Promise<void>;
  /** Waits for so many beats of the pace. */
  pause(beats: number): Promise<void>;
  /** Returns the index of the chosen option; `decision` may choose the first or last one from outside. */
  choose(menu: Omit<Menu, 'selected'>, decision: Promise<'allow' | 'deny' | null>): Promise<number>;
  exit(code: number): Promise<never>;
}

/** Performs a step with real effects: files, commands and commits in the worktree. */
export async function perform(stage: Stage, step: StoryStep): Promise<void> {
  switch (step.kind) {
    case 'say':
      return stage.speak(step.text);
    case 'plan':
      stage.show(step);
      return stage.pause(4);
    case 'look':
      return callTool(stage, tool('Glob', '**', { pattern: '**' }), () => lookAround(stage.cwd));
    case 'write':
    case 'append':
      return change(stage, step);
    case 'run':
      return run(stage, step.argv);
    case 'ask':
      return ask(stage, step.question);
    case 'commit': {
      const command = `git commit -m ${JSON.stringify(step.message)}`;
      return callTool(stage, tool('Bash', command, { command }), () => commitAll(stage.cwd, step.message));
    }
    case 'propose': {
      const { kind: _, ...wish } = step;
      const used = tool('mcp__orch__propose_worker', `${step.repo}/${step.task}`, wish);
      return callTool(stage, used, () => stage.control.use('propose_worker', wish));
    }
    case 'stream':
      return stream(stage, step.lines);
    case 'limit':
      return stage.show({ kind: 'note', text: limitText });
    case 'exit':
      return stage.exit(step.code);
  }
}

/** Claude Code's words; the hook has the time of the end. */
export const limitText = "You've reached your usage limit";

interface Tool {
  readonly name: string;
  readonly subject: string;
  readonly input: Readonly<Record<string, unknown>>;
}

function tool(name: string, subject: string, input: Tool['input']): Tool {
  return { name, subject, input };
}

function change(stage: Stage, step: Extract<StoryStep, { kind: 'write' | 'append' }>): Promise<void> {
  const name = step.kind === 'write' ? 'Write' : 'Edit';
  const used = tool(name, step.file, { file_path: `${stage.cwd}/${step.file}`, content: step.text });
  const added = step.text.trimEnd().split('\n');
  return callTool(stage, used, () => changeFile(stage.cwd, step), { added });
}

function run(stage: Stage, argv: readonly string[]): Promise<void> {
  const command = argv.join(' ');
  const menu = {
    title: 'Bash command',
    subject: command,
    question: 'Do you want to proceed?',
    options: ['Yes', 'No, go on without it'],
  };
  return callTool(stage, tool('Bash', command, { command }), () => runTool(stage.cwd, argv, stage.signal), {
    menu,
  });
}

function ask(stage: Stage, question: string): Promise<void> {
  const options = ['Yes', 'No'];
  const input = { questions: [{ question, options: options.map((label) => ({ label })) }] };
  const menu = { title: 'Question', subject: '', question, options };
  const answer = async () => ({ ok: true, text: 'Yes' });
  return callTool(stage, tool('AskUserQuestion', question, input), answer, { menu });
}

/** Uses a tool with its hooks, its question and the shown result. */
async function callTool(
  stage: Stage,
  used: Tool,
  work: () => Promise<Outcome>,
  { menu, added = [] }: { menu?: Omit<Menu, 'selected'>; added?: readonly string[] } = {},
): Promise<void> {
  const fields = { tool_name: used.name, tool_input: used.input, tool_use_id: `toolu_${randomUUID()}` };
  stage.show({ kind: 'call', tool: used.name, subject: used.subject });
  const denied = await stage.hooks.judge(fields);
  if (denied !== null) {
    stage.show({ kind: 'result', ok: false, text: denied, added: [] });
    return stage.pause(3);
  }
  const choice = menu ? await stage.choose(menu, stage.hooks.ask(used.name, used.input)) : 0;
  if (choice > 0) {
    stage.show({ kind: 'result', ok: true, text: menu?.options[choice] ?? '', added: [] });
    return stage.hooks.post('PostToolUseFailure', { ...fields, error: 'The person said no.' });
  }
  await stage.pause(5);
  const { ok, text } = await work();
  stage.signal.throwIfAborted();
  stage.show({ kind: 'result', ok, text, added: ok ? added : [] });
  if (ok) await stage.hooks.post('PostToolUse', { ...fields, tool_response: { stdout: text } });
  else await stage.hooks.post('PostToolUseFailure', { ...fields, error: text });
  await stage.pause(3);
}

const streamWords = [
  'resolving',
  'parsed',
  'checked',
  'linked',
  'measured',
  'compared',
  'indexed',
  'rendered',
];

async function stream(stage: Stage, lines: number): Promise<void> {
  for (let n = 1; n <= lines; n++) {
    const word = streamWords[n % streamWords.length];
    stage.show({ kind: 'line', n, text: `${String(n).padStart(5)} ${word} module-${(n * 7919) % 10_007}` });
    await stage.pause(0.25);
  }
}

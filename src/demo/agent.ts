import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, type Result, success } from '../lib/result.ts';
import { editText, type Key, KeyReader } from './input.ts';
import { DemoScreen, type Live, type TerminalOut } from './screen.ts';
import { followUpOf, type StoryStep, storyOf } from './story.ts';
import type { Entry, Introduction } from './text.ts';
import type { ControlTools, Hooks } from './tools.ts';
import { limitText, perform, Turn } from './turn.ts';

export interface Setup {
  readonly introduction: Introduction;
  /** Milliseconds of one beat; 0 for as fast as possible. */
  readonly pace: number;
  readonly hooks: Hooks;
  readonly control: ControlTools;
  readonly transcript: Transcript;
  readonly earlier: readonly Entry[];
  readonly unfinished: UnfinishedTurn | null;
  readonly terminal: TerminalOut;
  /** Ends the process. */
  exit(code: number): never;
}

const hint = '/exit ends · esc stops · "run: COMMAND" or "write FILE: TEXT" give orders';

/** Milliseconds within which a second ctrl-c ends the agent. */
const doubleMs = 1500;

/** The hook of a turn's end. */
interface TurnEnd {
  readonly event: 'Stop' | 'StopFailure';
  readonly fields: Readonly<Record<string, unknown>>;
}

function limitReached(seconds: number): TurnEnd {
  const end = seconds > 0 ? `|${Math.ceil(Date.now() / 1000) + seconds}` : '';
  return { event: 'StopFailure', fields: { error: 'rate_limit', last_assistant_message: limitText + end } };
}

/** A stand-in for a coding agent: takes requests and works on them in turns. */
export class DemoAgent {
  readonly #setup: Setup;
  readonly #screen: DemoScreen;
  readonly #keys = new KeyReader();
  #turn: Turn | null = null;
  #input = '';
  #queue: string[] = [];
  #hint = hint;
  #lastCtrlC = Number.NEGATIVE_INFINITY;
  #unfinished: UnfinishedTurn | null;
  #hasRequests: boolean;
  #isEnding = false;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#unfinished = setup.unfinished;
    this.#hasRequests = setup.earlier.some(({ kind }) => kind === 'request');
    this.#screen = new DemoScreen(setup.terminal, setup.introduction, () => this.#live());
  }

  /** Draws the screen and starts with the brief; an empty one leaves the agent at its prompt. */
  async start(brief: string): Promise<void> {
    const { earlier, hooks } = this.#setup;
    this.#screen.title('✳');
    this.#screen.open(earlier);
    await hooks.post('SessionStart', { source: earlier.length > 0 ? 'resume' : 'startup' });
    if (brief.trim() !== '') this.#queue.unshift(brief);
    await this.#work();
  }

  /** Handles input of the terminal. */
  type(input: string): void {
    for (const key of this.#keys.push(input)) this.#onKey(key);
    this.#screen.refresh();
  }

  resize(): void {
    this.#screen.resize();
  }

  /** Ends turn, conversation and process as Claude Code does: sends the last hook, then restores the terminal. */
  async end(reason: string, code: number): Promise<never> {
    this.#isEnding = true;
    this.#turn?.stop();
    await this.#setup.hooks.post('SessionEnd', { reason });
    this.#screen.close();
    return this.#setup.exit(code);
  }

  #onKey(key: Key): void {
    this.#hint = hint;
    if (this.#turn?.takesKey(key)) return;
    if (key.name === 'escape') this.#turn?.stop();
    else if (key.name === 'ctrl-c') this.#onCtrlC();
    else if (key.name === 'ctrl-d' && this.#input === '') void this.end('prompt_input_exit', 0);
    else if (key.name === 'enter') this.#submit();
    else this.#input = editText(this.#input, key);
  }

  #onCtrlC(): void {
    const now = performance.now();
    if (this.#turn) this.#turn.stop();
    else if (this.#input !== '') this.#input = '';
    else if (now - this.#lastCtrlC < doubleMs) void this.end('prompt_input_exit', 0);
    else this.#hint = 'Press ctrl-c again to end';
    this.#lastCtrlC = now;
  }

  #submit(): void {
    const request = this.#input.trim();
    this.#input = '';
    if (request === '/exit') return void this.end('prompt_input_exit', 0);
    if (request === '') return;
    this.#queue.push(request);
    void this.#work();
  }

  /** Works on queued requests, one after another. */
  async #work(): Promise<void> {
    while (!this.#turn && !this.#isEnding) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      await this.#takeTurn(request);
    }
  }

  async #takeTurn(request: string): Promise<void> {
    const turn = new Turn({
      cwd: this.#setup.introduction.cwd,
      hooks: this.#setup.hooks,
      control: this.#setup.control,
      screen: this.#screen,
      pace: this.#setup.pace,
      show: (entry) => this.#show(entry),
      exit: (code) => this.end('other', code),
    });
    this.#turn = turn;
    let end: TurnEnd | null = null;
    try {
      end = await this.#takeSteps(turn, request);
    } catch (error) {
      if (!turn.signal.aborted) throw error;
    }
    turn.close();
    this.#turn = null;
    // As with Claude Code, a turn that the person stopped sends no hook.
    if (end === null) return this.#show({ kind: 'note', text: 'Interrupted · what should I do instead?' });
    if (end.event === 'Stop') {
      this.#unfinished = null;
      this.#setup.transcript.mark('rest');
    }
    this.#screen.refresh();
    await this.#setup.hooks.post(end.event, end.fields);
  }

  async #takeSteps(turn: Turn, request: string): Promise<TurnEnd> {
    this.#show({ kind: 'request', text: request });
    const steps = this.#stepsFor(request);
    await this.#setup.hooks.post('UserPromptSubmit', { prompt: request });
    let said = '';
    for (const step of steps) {
      turn.signal.throwIfAborted();
      await perform(turn, step);
      this.#stepDone();
      if (step.kind === 'say') said = step.text;
      if (step.kind === 'limit') return limitReached(step.seconds);
    }
    return { event: 'Stop', fields: { stop_hook_active: false, last_assistant_message: said } };
  }

  #stepsFor(request: string): readonly StoryStep[] {
    const isFirst = !this.#hasRequests;
    this.#hasRequests = true;
    if (!this.#unfinished || !asksToGoOn(request)) this.#unfinished = { request, isFirst, stepsDone: 0 };
    const { stepsDone, ...open } = this.#unfinished;
    const steps = open.isFirst ? storyOf : followUpOf;
    return steps(this.#setup.introduction.name, open.request).slice(stepsDone);
  }

  #stepDone(): void {
    this.#setup.transcript.mark('step');
    if (this.#unfinished)
      this.#unfinished = { ...this.#unfinished, stepsDone: this.#unfinished.stepsDone + 1 };
  }

  #show(entry: Entry): void {
    // Streamed lines are not kept.
    if (entry.kind !== 'line') this.#setup.transcript.append(entry);
    this.#screen.show(entry);
  }

  #live(): Live {
    const turn = this.#turn?.picture() ?? { saying: '', working: null, menu: null };
    return { ...turn, input: this.#input, queued: this.#queue, hint: this.#hint };
  }
}

/** One line of the file: an entry, or a mark of the turn's progress. */
type Line = { readonly entry: Entry } | { readonly mark: 'step' | 'rest' };

/** A turn that ended before its last step. */
interface UnfinishedTurn {
  readonly request: string;
  /** It was the first of the conversation: the brief. */
  readonly isFirst: boolean;
  readonly stepsDone: number;
}

/** Reports whether a request continues an unfinished turn. */
function asksToGoOn(request: string): boolean {
  return /^(go on|continue)\b/i.test(request);
}

/** The conversation on disk, appended entry by entry, so that a killed agent can be resumed. */
export class Transcript {
  readonly sessionId: string;
  /** Null without a repository to keep it in. */
  readonly file: string | null;

  private constructor(sessionId: string, file: string | null) {
    this.sessionId = sessionId;
    this.file = file;
  }

  /** @returns `session_in_use` for an existing id */
  static create(gitFolder: string | null, sessionId: string): Result<Transcript> {
    const file = gitFolder && fileOf(gitFolder, sessionId);
    if (file === null) return success(new Transcript(sessionId, null));
    if (existsSync(file))
      return failure('session_in_use', `Error: Session ID ${sessionId} is already in use.`);
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, '', { mode: 0o600 });
    return success(new Transcript(sessionId, file));
  }

  /** @returns `session_missing` when there is nothing to resume */
  static resume(
    gitFolder: string | null,
    sessionId: string,
  ): Result<{ transcript: Transcript; entries: Entry[]; unfinished: UnfinishedTurn | null }> {
    const file = gitFolder && fileOf(gitFolder, sessionId);
    if (file === null || !existsSync(file))
      return failure('session_missing', `No conversation found with session ID: ${sessionId}`);
    const lines = readFileSync(file, 'utf8').split('\n').flatMap(parseLine);
    return success({
      transcript: new Transcript(sessionId, file),
      entries: lines.flatMap((line) => ('entry' in line ? [line.entry] : [])),
      unfinished: unfinishedOf(lines),
    });
  }

  append(entry: Entry): void {
    this.#append({ entry });
  }

  mark(mark: 'step' | 'rest'): void {
    this.#append({ mark });
  }

  #append(line: Line): void {
    if (this.file) appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }
}

function fileOf(gitFolder: string, sessionId: string): string {
  return join(gitFolder, 'orch-demo', `${sessionId}.jsonl`);
}

function parseLine(text: string): Line[] {
  if (text === '') return [];
  try {
    return [JSON.parse(text)];
  } catch {
    // The last line of a killed process may be cut short.
    return [];
  }
}

function unfinishedOf(lines: readonly Line[]): UnfinishedTurn | null {
  let open: UnfinishedTurn | null = null;
  for (const [i, line] of lines.entries()) open = afterLine(open, line, i === 0);
  return open;
}

function afterLine(open: UnfinishedTurn | null, line: Line, isFirst: boolean): UnfinishedTurn | null {
  if ('mark' in line) return open && line.mark === 'step' ? { ...open, stepsDone: open.stepsDone + 1 } : null;
  if (line.entry.kind !== 'request' || (open && asksToGoOn(line.entry.text))) return open;
  return { request: line.entry.text, isFirst, stepsDone: 0 };
}

import { openTrace, type Trace } from '../core/trace.ts';
import { isLive } from '../core/worker.ts';
import { runtimeFolder } from '../ipc/guard.ts';
import { version } from '../ipc/version.ts';
import { releaseWhenIdle } from '../lib/processes.ts';
import type { Result } from '../lib/result.ts';
import { Store } from '../lib/store.ts';
import { Tokenizer } from '../terminal/input.ts';
import { Compositor, type Layer } from '../terminal/renderer.ts';
import type { Cursor, Grid } from '../terminal/screen.ts';
import type { capabilitiesOf, Tty } from '../terminal/tty.ts';
import { windowTitle } from '../tui/bars.ts';
import { isUnseen } from '../tui/definitions.ts';
import { pictureOf } from '../tui/picture.tsx';
import { updateApp } from '../tui/update.ts';
import { Chrome } from '../ui/chrome.ts';
import { type AppState, initialAppState, type Settings } from '../ui/state.ts';
import { answerTo, type ScreenEffect, type ScreenMessage, type Step } from '../ui/step.ts';
import { attach } from './attach.ts';
import { type ControllerAddress, ControllerPort } from './controllerPort.ts';
import { Clipboard, Notifier, type NotifySettings, runViewEffect } from './desktop.ts';
import { caretOf, keyboardQuery, PaintPace, PaneInput, PaneLayers } from './panes.ts';
import { Terminals } from './terminals.ts';
import { AgeTimer, ClickCounter, DragTimer, DrawPace } from './timers.ts';

interface RoomOptions {
  readonly controller: ControllerAddress;
  /** Already entered. */
  readonly outer: Tty;
  readonly capabilities: ReturnType<typeof capabilitiesOf>;
  readonly settings: Settings;
  /** True if the room uses the mouse. */
  readonly mouse: boolean;
  readonly notify: NotifySettings;
  /** Shown first. */
  readonly notice: string | null;
}

/** Opens the room; resolves when the person leaves it. Workers go on. */
export function runRoom(options: RoomOptions): Promise<void> {
  return new ControlRoom(options).run();
}

/** The chrome drawn last; screens of workers are painted into it. */
interface Drawn {
  readonly state: AppState;
  readonly caret: Cursor | null;
  readonly grid: Grid;
  readonly layers: readonly Layer[];
}

/**
 * The room's loop: a message gives a new state and effects, the state a picture.
 * Screens of workers bypass the state: they are painted from the terminals' own copies.
 */
class ControlRoom {
  readonly #options: RoomOptions;
  readonly #outer: Tty;
  readonly #controller: ControllerPort;
  readonly #terminals: Terminals;
  readonly #chrome: Chrome;
  readonly #compositor: Compositor;
  readonly #panes: PaneLayers;
  readonly #clipboard: Clipboard;
  readonly #notifier: Notifier;
  readonly #clicks = new ClickCounter();
  readonly #ages = new AgeTimer((now) => this.#dispatch({ type: 'ticked', now }));
  readonly #dragTimer = new DragTimer(() => this.#dispatch({ type: 'dragHeld' }));
  readonly #tokenizer = new Tokenizer((token) => {
    this.#input.learn(token);
    const unseen = isUnseen(this.#state, this.#drawn?.state ?? null);
    this.#dispatch({ type: 'tokenArrived', token: this.#clicks.counted(token, performance.now()), unseen });
  });
  readonly #input: PaneInput;
  readonly #drawing = new DrawPace(() => this.#draw());
  readonly #pace = new PaintPace(() => this.#paint());
  readonly #left = Promise.withResolvers<void>();
  readonly #store: Store<AppState, ScreenMessage, ScreenEffect, never, Step>;
  readonly #trace: Trace<AppState, ScreenMessage> | null;
  #drawn: Drawn | null = null;
  /** True while a worker has the whole terminal, and nothing of ours is drawn. */
  #isAttached = false;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#outer = options.outer;
    const { cols, rows } = this.#outer.size;
    const trace = traceRoom();
    this.#trace = trace.ok ? trace.value : null;
    const notice = trace.ok ? options.notice : trace.problem.message;
    this.#store = new Store<AppState, ScreenMessage, ScreenEffect, never, Step>({
      state: initialAppState({ cols, rows }, Date.now(), options.settings, notice),
      update: updateApp,
      commit: (step) => ({ ...step, events: [] }),
      run: (effect) => this.#run(effect),
      settled: (message) => this.#afterUpdate(message),
      observer: this.#trace ?? undefined,
    });
    this.#trace?.begin(this.#state);
    this.#chrome = new Chrome(cols, rows);
    this.#compositor = new Compositor(options.capabilities);
    this.#clipboard = new Clipboard(
      () => runtimeFolder(options.controller.root),
      options.capabilities.osc ? this.#outer : null,
    );
    this.#notifier = new Notifier(options.outer, options.notify, (message) =>
      this.#dispatch({ type: 'notifyFailed', message }),
    );
    this.#terminals = new Terminals(options.controller.root, {
      onTerminal: (record) => this.#dispatch({ type: 'terminalChanged', record }),
      onForgotten: (id) => this.#dispatch({ type: 'terminalForgotten', id }),
      onBell: (id) => this.#dispatch({ type: 'bellRang', id }),
      onScreen: (id, seen) => this.#pace.ask(this.#isFocused(id), seen),
      onNotTyped: (id, problem) => this.#dispatch({ type: 'notTyped', id, problem }),
    });
    this.#panes = new PaneLayers(this.#terminals);
    this.#input = new PaneInput(this.#terminals, options.mouse);
    this.#controller = new ControllerPort(options.controller, {
      onFacts: (facts) => {
        this.#dispatch({ type: 'factsArrived', facts });
        if (facts.workers.some((worker) => isLive(worker.state) || worker.state === 'exited'))
          void this.#terminals.open();
      },
      onLive: () => this.#dispatch({ type: 'connectionChanged', connection: { status: 'live' } }),
      onLost: (problem) =>
        this.#dispatch({ type: 'connectionChanged', connection: { status: 'lost', problem } }),
    });
  }

  async run(): Promise<void> {
    const keepMemory = releaseWhenIdle();
    this.#listen();
    if (this.#options.capabilities.osc) this.#outer.write(keyboardQuery);
    this.#draw();
    // Screens need not wait for the facts.
    void Promise.all([this.#terminals.open(), this.#controller.open()]);
    await this.#left.promise;
    keepMemory();
    this.#close();
  }

  #listen(): void {
    this.#outer.onInput = (chunk) => this.#tokenizer.push(chunk);
    this.#outer.onResize = () => this.#resize();
    this.#outer.onReady = () => this.#pace.ready();
    this.#outer.onReturn = () => {
      this.#input.reset();
      this.#resize();
    };
    this.#input.reset();
  }

  #close(): void {
    this.#store.close();
    this.#ages.stop();
    this.#notifier.stop();
    this.#dragTimer.stop();
    this.#drawing.stop();
    this.#pace.stop();
    this.#tokenizer.dispose();
    this.#controller.close();
    this.#terminals.close();
  }

  get #state(): AppState {
    return this.#store.state;
  }

  #dispatch(message: ScreenMessage): void {
    this.#store.dispatch(message);
  }

  #afterUpdate({ type }: ScreenMessage): void {
    this.#input.reportFocus(this.#state);
    if (this.#state !== this.#drawn?.state) this.#drawing.ask(type);
    this.#dragTimer.follow(this.#state);
  }

  #run(effect: ScreenEffect): void {
    switch (effect.type) {
      case 'request': {
        const { method, params } = effect;
        void this.#controller.call(method, params).then((result) => this.#dispatch(answerTo(effect, result)));
        break;
      }
      case 'input':
        this.#terminals.type(effect.id, effect.bytes);
        break;
      case 'paste':
        this.#terminals.paste(effect);
        break;
      case 'mouse':
        this.#input.sendMouse(effect.id, effect.mouse);
        break;
      case 'scroll':
      case 'search':
      case 'select':
      case 'copy':
        void runViewEffect(effect, this.#terminals, this.#clipboard).then(
          (result) => result && this.#dispatch(result),
        );
        break;
      case 'attach':
        void this.#attach(effect.id);
        break;
      case 'ring':
        if (!this.#isAttached) this.#outer.ring();
        break;
      case 'notify':
        this.#notifier.add(effect.worker, effect.text);
        break;
      case 'quit':
        this.#left.resolve();
        break;
      case 'suspend':
        this.#outer.suspend();
    }
  }

  /** Gives one worker the whole terminal, without a limit by our panes, and takes it back. */
  async #attach(id: string): Promise<void> {
    const { controller, capabilities, settings } = this.#options;
    this.#isAttached = true;
    this.#notifier.isTerminalTaken = true;
    this.#terminals.show([]);
    const why = await attach({ root: controller.root, id, outer: this.#outer, capabilities, ...settings });
    this.#isAttached = false;
    this.#notifier.isTerminalTaken = false;
    this.#listen();
    this.#outer.retake();
    this.#dispatch({ type: 'attachEnded', id, why });
    this.#resize();
  }

  #resize(): void {
    const { cols, rows } = this.#outer.size;
    // A terminal that shrank and grew back has lost cells.
    this.#compositor.invalidate();
    this.#chrome.resize(cols, rows);
    this.#dispatch({ type: 'resized', size: { cols, rows } });
    this.#draw();
  }

  /** Draws the chrome, and reports the visible terminals with their sizes to the host. */
  #draw(): void {
    this.#drawing.stop();
    if (this.#isAttached) return;
    const state = this.#state;
    const begun = performance.now();
    this.#chrome.draw(pictureOf(state, this.#options.capabilities.colors !== 'none'));
    this.#trace?.frame('chrome', performance.now() - begun);
    const { grid, layers } = this.#chrome;
    this.#drawn = { state, caret: caretOf(state), grid, layers };
    const panes = layers.filter((layer) => layer.kind === 'pane');
    this.#terminals.show(panes.map(({ id, width, height }) => ({ id, cols: width, rows: height })));
    this.#outer.setTitle(windowTitle(this.#state));
    this.#pace.now();
    this.#ages.follow(this.#state);
  }

  #isFocused(id: string): boolean {
    const focus = this.#drawn?.state.focus;
    return focus !== undefined && 'id' in focus && focus.id === id;
  }

  /** Paints a frame. @returns false if it cannot: frames must not pile up for a slow terminal, which gets a later one */
  #paint(): boolean {
    const drawn = this.#drawn;
    if (!drawn || !this.#outer.isReady || this.#isAttached) return false;
    const begun = performance.now();
    const { state, caret, grid, layers } = drawn;
    const filled = this.#panes.filled(layers, state);
    const cursor = this.#panes.cursor(layers, state, caret);
    this.#outer.write(this.#input.modesSequence(state) + this.#compositor.frame(grid, filled, cursor));
    this.#trace?.frame('screen', performance.now() - begun);
    return true;
  }
}

/** Opens the trace of the room's loop if its environment asks for one. Input of keyboard and mouse is withheld. */
function traceRoom(): Result<Trace<AppState, ScreenMessage> | null> {
  return openTrace<AppState, ScreenMessage>({
    ...{ process: 'room', version, env: process.env, hidesState: true },
    tracesContent: ({ type }) => type !== 'tokenArrived',
  });
}

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
import { Clipboard, runViewEffect } from './clipboard.ts';
import { type ControllerAddress, ControllerPort } from './controllerPort.ts';
import { Notifier, type NotifySettings } from './notifier.ts';
import { caretOf, keyboardQuery, PaintPace, PaneInput, PaneLayers } from './panes.ts';
import { Terminals } from './terminals.ts';
import { AgeTimer, ClickCounter, DragTimer, DrawPace } from './timers.ts';

interface RoomOptions {
  readonly controller: ControllerAddress;
  /** Already entered. */
  readonly outer: Tty;
  readonly capabilities: ReturnType<typeof capabilitiesOf>;
  readonly settings: Settings;
  /** Whether the mouse is ours. */
  readonly mouse: boolean;
  readonly notify: NotifySettings;
  /** Something to be said first. */
  readonly notice: string | null;
}

/** Opens the control room; resolves when the person leaves it. Workers go on. */
export function runRoom(options: RoomOptions): Promise<void> {
  return new ControlRoom(options).run();
}

/** What the chrome shows; screens of workers are painted beside that. */
interface Drawn {
  readonly state: AppState;
  readonly caret: Cursor | null;
  readonly grid: Grid;
  readonly layers: readonly Layer[];
}

/**
 * The view loop: what happens becomes a message, the message a new state and effects, the state a picture.
 * Screens of workers go past the state: they are painted from the terminals' own copies.
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
  readonly #ages = new AgeTimer((now) => this.#tell({ type: 'ticked', now }));
  readonly #dragTimer = new DragTimer(() => this.#tell({ type: 'dragHeld' }));
  readonly #tokenizer = new Tokenizer((token) => {
    this.#keys.hear(token);
    const unseen = isUnseen(this.#state, this.#drawn?.state ?? null);
    this.#tell({ type: 'tokenArrived', token: this.#clicks.counted(token, performance.now()), unseen });
  });
  readonly #keys: PaneInput;
  readonly #drawing = new DrawPace(() => this.#draw());
  readonly #pace = new PaintPace(() => this.#paint());
  readonly #left = Promise.withResolvers<void>();
  readonly #store: Store<AppState, ScreenMessage, ScreenEffect, never, Step>;
  readonly #trace: Trace<AppState, ScreenMessage> | null;
  #drawn: Drawn | null = null;
  /** A worker has the whole terminal; nothing of ours is drawn meanwhile. */
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
      settled: (message) => this.#follow(message),
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
      this.#tell({ type: 'notifyFailed', message }),
    );
    this.#terminals = new Terminals(options.controller.root, {
      onTerminal: (record) => this.#tell({ type: 'terminalChanged', record }),
      onForgotten: (id) => this.#tell({ type: 'terminalForgotten', id }),
      onBell: (id) => this.#tell({ type: 'bellRang', id }),
      onScreen: (id, seen) => this.#pace.ask(this.#isFocused(id), seen),
      onNotTyped: (id, problem) => this.#tell({ type: 'notTyped', id, problem }),
    });
    this.#panes = new PaneLayers(this.#terminals);
    this.#keys = new PaneInput(this.#terminals, options.mouse);
    this.#controller = new ControllerPort(options.controller, {
      onFacts: (facts) => {
        this.#tell({ type: 'factsArrived', facts });
        if (facts.workers.some((worker) => isLive(worker.state) || worker.state === 'exited'))
          void this.#terminals.open();
      },
      onLive: () => this.#tell({ type: 'connectionChanged', connection: { status: 'live' } }),
      onLost: (problem) => this.#tell({ type: 'connectionChanged', connection: { status: 'lost', problem } }),
    });
  }

  async run(): Promise<void> {
    const keepMemory = releaseWhenIdle();
    this.#listen();
    if (this.#options.capabilities.osc) this.#outer.write(keyboardQuery);
    this.#draw();
    // Screens do not have to wait for the facts.
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
      this.#keys.reset();
      this.#resize();
    };
    this.#keys.reset();
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

  #tell(message: ScreenMessage): void {
    this.#store.dispatch(message);
  }

  #follow({ type }: ScreenMessage): void {
    this.#keys.tellFocus(this.#state);
    if (this.#state !== this.#drawn?.state) this.#drawing.ask(type);
    this.#dragTimer.follow(this.#state);
  }

  #run(effect: ScreenEffect): void {
    switch (effect.type) {
      case 'request': {
        const { method, params } = effect;
        void this.#controller.call(method, params).then((result) => this.#tell(answerTo(effect, result)));
        break;
      }
      case 'input':
        this.#terminals.type(effect.id, effect.bytes);
        break;
      case 'paste':
        this.#terminals.paste(effect);
        break;
      case 'mouse':
        this.#keys.point(effect.id, effect.mouse);
        break;
      case 'scroll':
      case 'search':
      case 'select':
      case 'copy':
        void runViewEffect(effect, this.#terminals, this.#clipboard).then((said) => said && this.#tell(said));
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

  /** Hands the terminal over to one worker, whose size our panes do not limit meanwhile, and takes it back. */
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
    this.#tell({ type: 'attachEnded', id, why });
    this.#resize();
  }

  #resize(): void {
    const { cols, rows } = this.#outer.size;
    // A terminal that shrinks and grows back has lost cells meanwhile.
    this.#compositor.invalidate();
    this.#chrome.resize(cols, rows);
    this.#tell({ type: 'resized', size: { cols, rows } });
    this.#draw();
  }

  /** Lays out the chrome again, and tells the host which terminals are to be seen and how large. */
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

  /** False while it cannot be: what a slow terminal has not taken yet must not pile up, it gets a later frame instead. */
  #paint(): boolean {
    const drawn = this.#drawn;
    if (!drawn || !this.#outer.isReady || this.#isAttached) return false;
    const begun = performance.now();
    const { state, caret, grid, layers } = drawn;
    const filled = this.#panes.filled(layers, state);
    const cursor = this.#panes.cursor(layers, state, caret);
    this.#outer.write(this.#keys.modesSequence(state) + this.#compositor.frame(grid, filled, cursor));
    this.#trace?.frame('screen', performance.now() - begun);
    return true;
  }
}

/** Opens the trace of the room's loop, where its environment asks for one. What keyboard and mouse send is withheld. */
function traceRoom(): Result<Trace<AppState, ScreenMessage> | null> {
  return openTrace<AppState, ScreenMessage>({
    ...{ process: 'room', version, env: process.env, hidesState: true },
    tracesContent: ({ type }) => type !== 'tokenArrived',
  });
}

import { nextTick } from '../app/clock.ts';
import type { Effect } from '../app/effects.ts';
import { answerTo, type Message } from '../app/messages.ts';
import { type AppState, initialState, type Settings } from '../app/state.ts';
import { updateApp } from '../app/update.ts';
import { selectCaret } from '../app/view/dialog.ts';
import { type Cursor, initialCursor } from '../domain/screen.ts';
import { isLive } from '../domain/worker.ts';
import type { capabilitiesOf } from '../paint/capabilities.ts';
import { Chrome } from '../paint/chrome.ts';
import { Compositor, type Layer } from '../paint/compositor.ts';
import { Tokenizer } from '../paint/keys.ts';
import { mouseBytes } from '../paint/mouseBytes.ts';
import type { OuterTerminal } from '../paint/outer.ts';
import { paneCursor } from '../paint/paneCursor.ts';
import type { ConnectOptions } from '../protocol/connect.ts';
import { Room } from '../ui/Room.tsx';
import { SlotContext } from '../ui/slots.tsx';
import { ControllerPort } from './controllerPort.ts';
import { PasteCollector } from './pasteCollector.ts';
import { Terminals } from './terminals.ts';

export interface RoomOptions {
  readonly controller: ConnectOptions;
  /** Already entered. */
  readonly outer: OuterTerminal;
  readonly capabilities: ReturnType<typeof capabilitiesOf>;
  /** False honours NO_COLOR. */
  readonly color: boolean;
  readonly settings: Partial<Settings>;
}

/** Opens the control room; resolves when the person leaves it. Workers go on. */
export function runRoom(options: RoomOptions): Promise<void> {
  return new ControlRoom(options).run();
}

/**
 * The view loop: what happens becomes a message, the message a new state and effects, the state a picture.
 * Screens of workers go past the state: they are painted from the terminals' own copies.
 */
class ControlRoom {
  readonly #options: RoomOptions;
  readonly #outer: OuterTerminal;
  readonly #controller: ControllerPort;
  readonly #terminals: Terminals;
  readonly #chrome: Chrome;
  readonly #compositor: Compositor;
  readonly #tokenizer = new Tokenizer((token) => this.#tell({ type: 'tokenArrived', token }));
  readonly #pastes = new PasteCollector((id, text) => this.#terminals.paste(id, text));
  readonly #left = Promise.withResolvers<void>();
  #state: AppState;
  #drawn: AppState | null = null;
  #isClosed = false;
  #drawing: NodeJS.Immediate | undefined;
  #tick: NodeJS.Timeout | undefined;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#outer = options.outer;
    const { cols, rows } = this.#outer.size;
    this.#state = initialState({ cols, rows }, Date.now(), options.settings);
    this.#chrome = new Chrome(cols, rows);
    this.#compositor = new Compositor(options.capabilities);
    this.#terminals = new Terminals(options.controller.root, {
      onTerminal: (record) => this.#tell({ type: 'terminalChanged', record }),
      onForgotten: (id) => this.#tell({ type: 'terminalForgotten', id }),
      onScreen: () => this.#paint(),
    });
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
    this.#outer.onInput = (chunk) => this.#tokenizer.push(chunk);
    this.#outer.onResize = () => this.#resize();
    this.#outer.onReady = () => this.#paint();
    this.#outer.onReturn = () => this.#resize();
    this.#draw();
    // Screens do not have to wait for the facts.
    void this.#terminals.open();
    void this.#controller.open();
    await this.#left.promise;
    this.#close();
  }

  #close(): void {
    this.#isClosed = true;
    clearTimeout(this.#tick);
    clearImmediate(this.#drawing);
    this.#tokenizer.dispose();
    this.#controller.close();
    this.#terminals.close();
    this.#chrome.dispose();
  }

  #tell(message: Message): void {
    if (this.#isClosed) return;
    const { state, effects } = updateApp(this.#state, message);
    this.#state = state;
    for (const effect of effects) this.#run(effect);
    // Several messages of one moment make one picture.
    if (state !== this.#drawn) this.#drawing ??= setImmediate(() => this.#draw());
  }

  #run(effect: Effect): void {
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
        this.#pastes.add(effect);
        break;
      case 'mouse': {
        const screen = this.#terminals.screenOf(effect.id);
        if (screen) this.#terminals.type(effect.id, mouseBytes(effect.mouse, screen.modes));
        break;
      }
      case 'quit':
        this.#left.resolve();
        break;
      case 'suspend':
        this.#outer.suspend();
    }
  }

  #resize(): void {
    const { cols, rows } = this.#outer.size;
    // A terminal that shrinks and grows back has lost cells meanwhile.
    this.#compositor.invalidate();
    this.#chrome.resize(cols, rows);
    this.#tell({ type: 'resized', size: { cols, rows } });
    this.#draw();
  }

  /** Lays out the chrome anew, and tells the host which terminals are to be seen and how large. */
  #draw(): void {
    clearImmediate(this.#drawing);
    this.#drawing = undefined;
    this.#drawn = this.#state;
    this.#chrome.render(
      <SlotContext.Provider value={this.#chrome.slots}>
        <Room state={this.#state} color={this.#options.color} />
      </SlotContext.Provider>,
    );
    const panes = this.#chrome.layers.filter((layer) => layer.kind === 'pane');
    this.#terminals.show(panes.map(({ id, width, height }) => ({ id, cols: width, rows: height })));
    this.#paint();
    this.#wait();
  }

  #paint(): void {
    // What a slow terminal has not taken yet must not pile up: it gets a later frame instead.
    if (!this.#outer.isReady) return;
    const layers = this.#chrome.layers.map((layer) => this.#filled(layer));
    this.#outer.write(this.#compositor.frame(this.#chrome.grid, layers, this.#cursor()));
  }

  #filled(layer: Layer): Layer {
    const screen = layer.kind === 'pane' ? this.#terminals.screenOf(layer.id) : null;
    return screen ? { ...layer, grid: screen.grid } : layer;
  }

  /** The cursor of the worker one types into, or the caret of the dialog's text field. */
  #cursor(): Cursor | null {
    const { focus } = this.#state;
    if (focus.at === 'pane') {
      const screen = this.#terminals.screenOf(focus.id);
      return screen && paneCursor(this.#chrome.layers, focus.id, screen.cursor);
    }
    const caret = selectCaret(this.#state);
    return caret && { ...initialCursor, ...caret };
  }

  /** Ages on the screen grow; the timer runs only as often as one of them changes. */
  #wait(): void {
    clearTimeout(this.#tick);
    const pause = nextTick(this.#state, Date.now());
    if (pause !== null) this.#tick = setTimeout(() => this.#tell({ type: 'ticked', now: Date.now() }), pause);
  }
}

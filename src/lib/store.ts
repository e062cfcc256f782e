/** What an update comes to: the next state, and what is to be done. */
export interface Transition<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** A transition as it counts, with what was recorded of it. */
export interface Committed<State, Effect, Event> extends Transition<State, Effect> {
  readonly events: readonly Event[];
  /** The message changed nothing, because it could not be recorded. Absent otherwise. */
  readonly isRefused?: true;
}

/** Sees what a store does, before any effect is run. */
export interface StoreObserver<State, Message, Effect, Event> {
  took(taken: {
    readonly message: Message;
    readonly before: State;
    readonly committed: Committed<State, Effect, Event>;
    /** What update wanted done; `committed` has what is done now. */
    readonly wanted: readonly Effect[];
  }): void;
  changed(before: State, after: State): void;
}

export interface StoreParts<State, Message, Effect, Event, Step extends Transition<State, Effect>> {
  readonly state: State;
  /** Pure, synchronous and total. */
  readonly update: (state: State, message: Message) => Step;
  /** Comes between a step and its effects: it may record the step, refuse it, or hold effects back. */
  readonly commit: (step: Step, message: Message) => Committed<State, Effect, Event>;
  /** Does an effect, in order. What comes of it is again a message. */
  readonly run: (effect: Effect) => void;
  /** Is called once the effects of a message have been run. */
  readonly settled: (message: Message, before: State) => void;
  readonly observer?: StoreObserver<State, Message, Effect, Event> | undefined;
}

/**
 * The one loop: a message is dispatched, update makes it a state and effects, and these are run. Messages are taken one
 * after the other: what an effect dispatches waits until the effects of the message before are through.
 */
export class Store<State, Message, Effect, Event, Step extends Transition<State, Effect>> {
  readonly #parts: StoreParts<State, Message, Effect, Event, Step>;
  readonly #waiting: Message[] = [];
  #state: State;
  #isUpdating = false;
  #isClosed = false;

  constructor(parts: StoreParts<State, Message, Effect, Event, Step>) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  get state(): State {
    return this.#state;
  }

  dispatch(message: Message): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#take(next);
    } finally {
      this.#isUpdating = false;
    }
  }

  /** Takes in what no message tells, such as that nothing can be recorded. */
  change(part: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...part };
    this.#parts.observer?.changed(before, this.#state);
  }

  /** Takes no more messages. */
  close(): void {
    this.#isClosed = true;
  }

  #take(message: Message): void {
    const { update, commit, run, settled, observer } = this.#parts;
    const before = this.#state;
    const step = update(before, message);
    const committed = commit(step, message);
    this.#state = committed.state;
    observer?.took({ message, before, committed, wanted: step.effects });
    for (const effect of committed.effects) run(effect);
    settled(message, before);
  }
}

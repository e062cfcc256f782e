import type { RequestAnswer } from '../core/queue.ts';
import type { ChangeRequest, SessionRequest } from '../features/commands.ts';
import { applyEvent, type LogEvent } from '../features/log.ts';
import type { Message, RequestId, RequestMessage } from '../features/messages.ts';
import { type ControllerState, type Decision, type Effect, selectProposal } from '../features/state.ts';
import { failure, type Problem, type Result, success } from '../lib/result.ts';
import { type Committed, Store, type StoreObserver } from '../lib/store.ts';
import type { Log } from './log/log.ts';
import { update } from './update/update.ts';

/** Runs an effect and dispatches its result as a message. Must not throw for expected failures. */
export type RunEffect = (effect: WorldEffect, state: ControllerState) => void;

/** Effects outside of the core, which itself sends the replies. */
export type WorldEffect = Exclude<Effect, { type: 'reply' | 'reply-proposal' | 'reply-worker' }>;

/** An agent's request without its id. */
export type ReceivedRequest = Omit<Extract<Message, { type: 'request-received' }>, 'type' | 'ticket'>;

/** Observes the loop. */
type CoreObserver = StoreObserver<ControllerState, Message, Effect, LogEvent>;

/** Id for messages that nothing waits for; real ids begin with 1. */
const noReply: RequestId = 0;

/**
 * The loop: processes messages one at a time, writes events to the log, keeps the state, and runs effects. Every start of an
 * agent comes from an approval passed to `ask`.
 */
export class Core {
  readonly #store: Store<ControllerState, Message, Effect, LogEvent, Decision>;
  readonly #log: Log;
  readonly #run: RunEffect;
  readonly #pending = new Map<number, (result: Result<unknown>) => void>();
  /** Names of the environments that clients lent, by the id of their open request. */
  readonly #environments = new Map<RequestId, string>();
  #lastTicket = 0;
  /** Effects deferred until their events are recorded. */
  readonly #afterRecord: Effect[] = [];
  #retry: NodeJS.Timeout | undefined;
  /** Called after every change of state. */
  onChange: (state: ControllerState) => void = () => {};

  constructor(initial: ControllerState, log: Log, run: RunEffect, observer?: CoreObserver) {
    this.#log = log;
    this.#run = run;
    this.#store = new Store({
      state: initial,
      update,
      commit: (decision, message) => this.#commit(decision, message),
      run: (effect) => this.#do(effect),
      settled: (_, before) => {
        if (this.state !== before) this.onChange(this.state);
        this.#noteFault();
      },
      observer,
    });
    if (log.fault) this.#noteFault();
  }

  /** Reports whether events wait to be recorded. */
  get isBehind(): boolean {
    return this.#log.waiting > 0;
  }

  get state(): ControllerState {
    return this.#store.state;
  }

  /** Ignores further messages: another process may own the log from now on. */
  close(): void {
    this.#store.close();
    clearInterval(this.#retry);
    this.#log.close();
  }

  dispatch(message: Message): void {
    this.#store.dispatch(message);
  }

  /** Dispatches a request and waits for its answer. */
  ask<T>(request: ChangeRequest, from: RequestMessage['from']): Promise<Result<T>> {
    return this.#awaitReply((ticket) => {
      if (from.environment !== undefined) this.#environments.set(ticket, from.environment);
      return { type: 'requested', ticket, from, request };
    });
  }

  /** Returns the name of the environment that the client of an open request has lent. */
  environmentOf(ticket: RequestId): string | undefined {
    return this.#environments.get(ticket);
  }

  /** Returns the refusal that a request would get at once. `update` is pure, and its decision is dropped. */
  dryRun(request: ChangeRequest, from: RequestMessage['from']): Result<null> {
    const { effects } = update(this.state, { type: 'requested', ticket: noReply, from, request });
    const refusal = effects.flatMap((effect) =>
      effect.type === 'reply' && !effect.result.ok ? [effect.result] : [],
    );
    return refusal[0] ?? (this.#log.fault ? this.#log.retry() : success(null));
  }

  /** Does the same as `ask` for a session, identified by its token. No such request starts an agent. */
  askForSession<T>(id: string, request: SessionRequest): Promise<Result<T>> {
    return this.#awaitReply((ticket) => ({ type: 'session-asked', ticket, id, request }));
  }

  /** Dispatches an agent's request. Resolves with a person's answer; null where only the pane takes one. */
  receive(request: ReceivedRequest): Promise<Result<RequestAnswer | null>> {
    return this.#awaitReply((ticket) => ({ type: 'request-received', ticket, ...request }));
  }

  #awaitReply<T>(message: (ticket: RequestId) => Message): Promise<Result<T>> {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    return new Promise((resolve) => {
      this.#pending.set(ticket, resolve as (result: Result<unknown>) => void);
      this.dispatch(message(ticket));
    });
  }

  /**
   * Records a decision before its effects run. A request that cannot be recorded is refused. A fact cannot be refused: it
   * counts at once, and its effects wait until it is recorded.
   */
  #commit(decision: Decision, message: Message): Committed<ControllerState, Effect, LogEvent> {
    const isAsked = message.type === 'requested' || message.type === 'session-asked';
    const recorded = this.#record(decision, isAsked);
    if (!recorded.ok && isAsked) {
      const answer: Effect = { type: 'reply', ticket: message.ticket, result: recorded };
      return { state: this.state, events: [], effects: [answer], isRefused: true };
    }
    const events = recorded.ok ? recorded.value : this.#log.take(decision.events, new Date());
    const log = events.reduce(applyEvent, decision.state.log);
    const state = log === decision.state.log ? decision.state : { ...decision.state, log };
    const effects =
      this.#log.fault === null
        ? [...this.#takeHeldBack(), ...decision.effects]
        : this.#possible(decision.effects, message);
    return { state, events, effects };
  }

  /** Records the events of a decision, before its effects. */
  #record(decision: Decision, isAsked: boolean): Result<readonly LogEvent[]> {
    const { events, effects } = decision;
    const isPromised = effects.some((effect) => effect.type.startsWith('reply'));
    if (isAsked && (events.length > 0 || effects.some(needsRecord))) {
      // Its outcome has to be recorded, too.
      const room = this.#log.retry();
      if (!room.ok) return room;
    }
    return events.length > 0 ? this.#log.append(events, new Date(), isPromised) : success([]);
  }

  /** Returns the effects allowed while nothing can be recorded; keeps the rest for later. */
  #possible(effects: readonly Effect[], message: Message): readonly Effect[] {
    return effects.flatMap((effect): Effect[] => {
      if (isPromise(effect, message))
        return [{ type: 'reply', ticket: effect.ticket, result: unrecorded(this.#log.fault) }];
      if (!needsRecord(effect)) return [effect];
      this.#afterRecord.push(effect);
      return [];
    });
  }

  /** Puts a new fault of the log into the state and retries, or removes it and runs the deferred effects. */
  #noteFault(): void {
    const { fault } = this.#log;
    if (fault?.message === this.state.unrecordable?.message) return;
    this.#store.change({ unrecordable: fault });
    if (fault) this.#retry ??= setInterval(() => this.#tryAgain(), retryMs);
    else for (const effect of this.#takeHeldBack()) this.#do(effect);
    this.onChange(this.state);
  }

  #tryAgain(): void {
    this.#log.retry();
    this.#noteFault();
  }

  #takeHeldBack(): readonly Effect[] {
    clearInterval(this.#retry);
    this.#retry = undefined;
    return this.#afterRecord.splice(0);
  }

  #do(effect: Effect): void {
    const { log } = this.state;
    switch (effect.type) {
      case 'reply':
        this.#answer(effect.ticket, effect.result);
        break;
      case 'reply-proposal': {
        const open = log.proposals.get(effect.n);
        if (open) this.#answer(effect.ticket, success(selectProposal(this.state, open)));
        break;
      }
      case 'reply-worker':
        this.#answer(effect.ticket, success(log.workers.get(effect.id)));
        break;
      default:
        this.#run(effect, this.state);
    }
  }

  #answer(ticket: number, result: Result<unknown>): void {
    this.#pending.get(ticket)?.(result);
    this.#pending.delete(ticket);
    this.#environments.delete(ticket);
  }
}

/** Interval of retries of a log that cannot be written. */
const retryMs = 1000;

type Reply = Extract<Effect, { type: 'reply' | 'reply-proposal' | 'reply-worker' }>;

/** Reports whether an effect answers success to the client that waits for the outcome in a message. */
function isPromise(effect: Effect, message: Message): effect is Reply {
  // A start is recorded before it begins.
  if (message.type === 'launched' || !('ticket' in message)) return false;
  if (!effect.type.startsWith('reply') || !('ticket' in effect)) return false;
  return effect.ticket === message.ticket && (effect.type !== 'reply' || effect.result.ok);
}

/** Returns the answer to a request that was carried out but is not recorded: its client must not wait for the disk. */
function unrecorded(fault: Problem | null): Result<never> {
  const why = fault ? ` ${fault.message}` : '';
  return failure(
    'log_not_written',
    `This was done, but could not be recorded yet.${why}`,
    'It is recorded as soon as there is room on that disk.',
  );
}

/** Effects that only read, wait or reply may run before the record; their results are dispatched again. */
const mayComeFirst: ReadonlySet<Effect['type']> = new Set([
  'plan',
  'look-at-agent',
  'look-at-repos',
  'look-at-radar',
  'count-tokens',
  'await-tools',
  'await-listing',
  'await-limit-end',
  // Ending a process may free disk space; the host reports the exit later.
  'end-process',
  'cancel-checks',
  'reply',
  'reply-proposal',
  'reply-worker',
]);

function needsRecord({ type }: Effect): boolean {
  return !mayComeFirst.has(type);
}

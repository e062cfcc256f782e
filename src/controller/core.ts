import { type Result, success } from '../domain/problem.ts';
import type { AgentRequest, RequestAnswer } from '../domain/queue.ts';
import type { Log } from './record/log.ts';
import { applyEvent } from './record/logState.ts';
import type { Effect } from './update/effects.ts';
import type { ChangeRequest, Message, RequestMessage, SessionRequest, Ticket } from './update/messages.ts';
import { type ControllerState, selectProposal } from './update/state.ts';
import { update } from './update/update.ts';

/** Does an effect, and tells what came of it. Must not throw for what can be expected. */
export type RunEffect = (effect: WorldEffect, state: ControllerState) => void;

/** Effects that reach outside; answers are the core's own business. */
export type WorldEffect = Exclude<Effect, { type: 'reply' | 'reply-proposal' | 'reply-worker' }>;

/** Tickets are given from 1 on. */
const nobody: Ticket = 0;

/**
 * The loop itself: takes messages one after the other, writes what happened into the log, keeps the state, hands out
 * effects. All that may start an agent passes `ask` with an approval in it.
 */
export class Core {
  #state: ControllerState;
  readonly #log: Log;
  readonly #run: RunEffect;
  readonly #owed = new Map<number, (result: Result<unknown>) => void>();
  #lastTicket = 0;
  #queue: Message[] = [];
  #updating = false;
  #closed = false;
  /** Called after every change of state. */
  onChange: (state: ControllerState) => void = () => {};

  constructor(initial: ControllerState, log: Log, run: RunEffect) {
    this.#state = initial;
    this.#log = log;
    this.#run = run;
  }

  get state(): ControllerState {
    return this.#state;
  }

  /** Nothing is taken in any more: the log may be another process's from now on. */
  close(): void {
    this.#closed = true;
    this.#log.close();
  }

  tell(message: Message): void {
    if (this.#closed) return;
    this.#queue.push(message);
    if (this.#updating) return;
    this.#updating = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#take(next);
    } finally {
      this.#updating = false;
    }
  }

  /** Puts a request to the loop and waits for its answer. */
  ask<T>(request: ChangeRequest, from: RequestMessage['from']): Promise<Result<T>> {
    return this.#owe((ticket) => ({ type: 'requested', ticket, from, request }));
  }

  /** What a request would be refused for at once. `update` is pure: what it decides here is dropped. */
  foresee(request: ChangeRequest, from: RequestMessage['from']): Result<null> {
    const { effects } = update(this.#state, { type: 'requested', ticket: nobody, from, request });
    const refusal = effects.flatMap((effect) =>
      effect.type === 'reply' && !effect.result.ok ? [effect.result] : [],
    );
    return refusal[0] ?? success(null);
  }

  /** Like `ask` for a session, known by its token: nothing it can ask for starts an agent. */
  hear<T>(id: string, request: SessionRequest): Promise<Result<T>> {
    return this.#owe((ticket) => ({ type: 'session-asked', ticket, id, request }));
  }

  /** Keeps what an agent waits for until it is answered, or nobody waits any more: then with null. */
  hold(request: AgentRequest, call: string): Promise<Result<RequestAnswer | null>> {
    return this.#owe((ticket) => ({ type: 'held', ticket, request, call }));
  }

  #owe<T>(message: (ticket: Ticket) => Message): Promise<Result<T>> {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    return new Promise((resolve) => {
      this.#owed.set(ticket, resolve as (result: Result<unknown>) => void);
      this.tell(message(ticket));
    });
  }

  #take(message: Message): void {
    const decision = update(this.#state, message);
    const at = new Date();
    const log = decision.happenings.reduce(
      (state, happening) => applyEvent(state, this.#log.append(happening, at)),
      decision.state.log,
    );
    const changed = decision.state !== this.#state || log !== decision.state.log;
    this.#state = log === decision.state.log ? decision.state : { ...decision.state, log };
    for (const effect of decision.effects) this.#do(effect);
    if (changed) this.onChange(this.#state);
  }

  #do(effect: Effect): void {
    const { log } = this.#state;
    switch (effect.type) {
      case 'reply':
        this.#answer(effect.ticket, effect.result);
        break;
      case 'reply-proposal': {
        const open = log.proposals.get(effect.n);
        if (open) this.#answer(effect.ticket, success(selectProposal(this.#state, open)));
        break;
      }
      case 'reply-worker':
        this.#answer(effect.ticket, success(log.workers.get(effect.id)));
        break;
      default:
        this.#run(effect, this.#state);
    }
  }

  #answer(ticket: number, result: Result<unknown>): void {
    this.#owed.get(ticket)?.(result);
    this.#owed.delete(ticket);
  }
}

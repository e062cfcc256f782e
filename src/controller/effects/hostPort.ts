import { transcriptOf } from '../../agents/claude/files.ts';
import {
  askedFor,
  callOf,
  contextAnswer,
  type HookReport,
  parseHook,
  requestAnswer,
} from '../../agents/claude/hooks.ts';
import { askSeconds } from '../../agents/claude/launch.ts';
import { parseSpent } from '../../agents/claude/screen.ts';
import { parseFailedSetup } from '../../agents/launch.ts';
import type { RequestAnswer } from '../../core/queue.ts';
import { agentCommands } from '../../features/commands.ts';
import { contextFor } from '../../features/messages/notes.ts';
import type { Message } from '../../features/messages.ts';
import type { SessionServices } from '../../features/services.ts';
import { type ConnectOptions, connectDaemon } from '../../ipc/connect.ts';
import {
  askTopic,
  deniedTopic,
  type HostApi,
  type HostNotices,
  type HostUpcalls,
  hookTopic,
  type InboxMessage,
} from '../../ipc/hostApi.ts';
import { inboxMessage } from '../../ipc/hostShapes.ts';
import type { Caller, Link } from '../../ipc/link.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { oneLine } from '../../lib/sanitize.ts';
import { object, type Shape, string } from '../../lib/shape.ts';
import type { Core, ReceivedRequest } from '../core.ts';
import { answerSession } from '../requestGate.ts';

/** Address of the host: connection options without the port's own. */
type HostAddress = Pick<ConnectOptions, 'root' | 'version' | 'key' | 'start'>;

/** Reports after which a transcript has grown. */
const growsTranscript: ReadonlySet<string> = new Set([
  'tool-ended',
  'turn-ended',
  'turn-failed',
  'session-ended',
]);

/** Shorter than the agent's own wait, so that no answer is lost. */
const askLimitMs = (askSeconds - 10) * 1000;

/** The controller's connection to the host: sends requests, and dispatches notices as messages. */
export class HostPort {
  readonly #address: HostAddress;
  readonly #dispatch: (message: Message) => void;
  readonly #gateway: SessionGateway | null;
  #link: Link | null = null;
  #closed = false;
  /** Workers with messages for their agents. */
  #addressed: readonly string[] = [];
  #connecting: Promise<Result<Link>> | null = null;

  constructor(
    address: HostAddress,
    dispatch: (message: Message) => void,
    gateway: SessionGateway | null = null,
  ) {
    this.#address = address;
    this.#dispatch = dispatch;
    this.#gateway = gateway;
  }

  /** Returns the host's requests, and starts the host if it is not running. */
  async reach(): Promise<Result<Caller<HostApi>>> {
    return this.#connect(true);
  }

  /** Returns the host's requests; `not_running`. */
  async find(): Promise<Result<Caller<HostApi>>> {
    return this.#connect(false);
  }

  /** Resolves when the connection to the host has closed; at once without one. */
  async gone(): Promise<void> {
    await this.#link?.closed;
  }

  /** Sets the workers whose hooks wait for an answer. */
  holdHooks(ids: readonly string[]): void {
    if (ids.join('\n') === this.#addressed.join('\n')) return;
    this.#addressed = ids;
    this.#sendHeld();
  }

  /** Closes the connection; the host and its terminals keep running. */
  close(): void {
    this.#closed = true;
    this.#link?.close();
  }

  async #connect(start: boolean): Promise<Result<Caller<HostApi>>> {
    if (this.#link?.isOpen) return success(this.#link.caller<HostApi>());
    // Concurrent calls share one connection.
    this.#connecting ??= this.#open(start).finally(() => {
      this.#connecting = null;
    });
    const link = await this.#connecting;
    if (!link.ok) return start && link.problem.code === 'not_running' ? this.#connect(start) : link;
    return success(link.value.caller<HostApi>());
  }

  async #open(start: boolean): Promise<Result<Link>> {
    const { start: how, ...address } = this.#address;
    const connected = await connectDaemon({
      ...address,
      ...(start && how ? { start: how } : {}),
      program: 'host',
      role: 'controller',
      prepare: (link) => this.#listen(link),
    });
    if (!connected.ok) return connected;
    const link = connected.value;
    const terminals = await link.caller<HostApi>()('list', {});
    if (!terminals.ok) {
      link.close();
      return terminals;
    }
    this.#link = link;
    if (this.#addressed.length > 0) this.#sendHeld();
    this.#dispatch({ type: 'host-connected', terminals: terminals.value });
    void link.closed.then(() => {
      this.#link = null;
      if (!this.#closed) this.#dispatch({ type: 'host-lost' });
    });
    return success(link);
  }

  /** Sends the workers whose hooks wait, again over each new link. */
  #sendHeld(): void {
    void this.#link?.caller<HostApi>()('holdHooks', { ids: this.#addressed });
  }

  #listen(link: Link): void {
    link.onNotice<HostNotices, 'terminal'>('terminal', (terminal) =>
      this.#dispatch({ type: 'terminal-changed', terminal }),
    );
    link.onNotice<HostNotices, 'withdrawn'>('withdrawn', ({ post }) =>
      this.#dispatch({ type: 'request-withdrawn', request: post }),
    );
    link.serve<HostUpcalls>({ received: (message) => this.#received(message) }, { received: inboxMessage });
  }

  /** Handles a post of a worker's programs. The answer decides nothing for the agent. */
  async #received(message: InboxMessage): Promise<Result<unknown>> {
    const { id, topic, body, late, at } = message;
    if (topic === 'setup-failed') {
      const failed = parseFailedSetup(body);
      if (failed) this.#dispatch({ type: 'setup-failed', id, failed });
      return success({});
    }
    if (topic === deniedTopic) {
      if (isDenied(body)) this.#denied(id, body);
      return success({});
    }
    if (topic === 'spent') {
      const total = parseSpent(body);
      if (total !== null) this.#dispatch({ type: 'spent', id, total });
      return success({});
    }
    if (topic === 'report') return success({ result: await this.#gateway?.report(id, body) });
    if (topic === askTopic) return this.#asked(message);
    if (topic !== hookTopic)
      return failure('unknown_topic', `Nothing is known under ${JSON.stringify(topic)}.`);
    const hook = parseHook(body, new Date(at));
    if (hook) this.#dispatch(signOf(id, hook, body));
    const transcript = hook && growsTranscript.has(hook.report.kind) ? transcriptOf(body) : null;
    if (transcript) this.#dispatch({ type: 'transcript-grew', id, ...transcript });
    const context = () => this.#gateway?.takeContext(id) ?? null;
    return success((late ? null : contextAnswer(body, context)) ?? {});
  }

  /** Handles a request that a person answers, here or in the pane. A repeated delivery has the same id. */
  async #asked({ id, post, at, body, late, waitedMs }: InboxMessage): Promise<Result<unknown>> {
    const hook = parseHook(body);
    if (hook?.report.kind !== 'asked') return success({});
    if (!isPost(post) || !this.#gateway) {
      this.#dispatch(signOf(id, hook, body));
      return success({});
    }
    const text = hook.report.what;
    const request = { id: post, worker: id, since: at, text, ...askedFor(body, text) };
    const leftMs = askLimitMs - waitedMs;
    const waits = !late && leftMs > 0;
    const giveUp = setTimeout(() => this.#dispatch({ type: 'request-withdrawn', request: post }), leftMs);
    giveUp.unref();
    const answer = await this.#gateway.receive({ request, call: callOf(body), waits });
    clearTimeout(giveUp);
    return success(requestAnswer(body, answer));
  }

  /** Dispatches a denial. The texts may quote a model. */
  #denied(id: string, { what, why }: DeniedBody): void {
    this.#dispatch({ type: 'denied', id, what: oneLine(what, 300), why: oneLine(why, 600) });
  }
}

interface DeniedBody {
  readonly what: string;
  readonly why: string;
}

const deniedBody: Shape<DeniedBody> = object({ what: string, why: string });

function isDenied(body: unknown): body is DeniedBody {
  return deniedBody(body) === null;
}

function signOf(id: string, { report, sessionId }: HookReport, body: unknown): Message {
  const known = report.kind === 'tool-ended' ? { ...report, call: callOf(body) } : report;
  return { type: 'signed', id, sign: { source: 'hook', report: known }, sessionId };
}

/** Reports whether a post has a valid id; only the pane can answer one without. */
function isPost(post: unknown): post is string {
  return typeof post === 'string' && /^[\w-]{1,64}$/.test(post);
}

/** Variables that the host itself needs. Children get their own environment, so the host needs no secrets. */
const needed = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  // For the approval key, and the digest of the demo's key.
  'XDG_STATE_HOME',
  'ORCH_OWN_KEY_DIGEST',
  'ORCH_LINGER_MS',
];

/** Returns the environment of the host. */
export function hostEnvironment(
  ambient: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    needed.flatMap((name) => (ambient[name] === undefined ? [] : [[name, ambient[name]]])),
  );
}

/** The controller's handling of posts of sessions, and its answers to them. */
interface SessionGateway {
  /** Handles a report from a session's own command. */
  report(id: string, body: unknown): Promise<Result<unknown>>;
  /** Returns additional context for an agent, once; null when there is none. */
  takeContext(id: string): string | null;
  /** Resolves with a person's answer to a request; null where only its pane takes an answer. */
  receive(request: ReceivedRequest): Promise<RequestAnswer | null>;
}

export function createSessionGateway(
  core: () => Core,
  servicesOf: (id: string) => SessionServices,
): SessionGateway {
  return {
    async report(id, body) {
      const answer = await answerSession(agentCommands.report, servicesOf(id), body);
      return answer.ok || answer.problem.code !== 'bad_request'
        ? answer
        : failure('bad_report', 'This report cannot be read.', answer.problem.hint);
    },
    takeContext(id) {
      const context = contextFor(core().state, id);
      if (context) core().dispatch({ type: 'notes-delivered', id, upTo: context.upTo });
      return context?.text ?? null;
    },
    async receive(request) {
      const answer = await core().receive(request);
      return answer.ok ? answer.value : null;
    },
  };
}

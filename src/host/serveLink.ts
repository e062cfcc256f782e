import type { HostApi, HostNotices, HostUpcalls } from '../ipc/hostApi.ts';
import { hostShapes } from '../ipc/hostShapes.ts';
import { FrameKind, type Handlers, type Link } from '../ipc/link.ts';
import type { PeerStanding } from '../ipc/peer.ts';
import { failure, type Problem, problemOf, type Result, success } from '../lib/result.ts';
import { type Host, noTerminal } from './host.ts';
import type { Terminal, Viewer } from './terminal.ts';
import { PasteReader } from './typeLine.ts';
import type { View, ViewSize } from './view.ts';

/** Requests of a link after its hello. `status` and `stop` are served for every version. */
type Served = Omit<HostApi, 'status' | 'stop'>;

/** Requests for the controller only. */
type ControllerRequests = Pick<Served, 'open' | 'end' | 'forget' | 'identify' | 'holdHooks'>;

/** Requests about one terminal; `fit` and `paste` need a person. */
type TerminalRequests = Pick<Served, 'text' | 'watch' | 'unwatch' | 'fit' | 'paste'>;

/** A character takes at most six bytes in JSON, and a message may have 16 MB. */
const maxTextLength = 2_000_000;

/** The peer of a link: the controller, or a client with its standing. */
type LinkRole = 'controller' | (() => PeerStanding);

/**
 * Serves a link after its hello. Only the controller opens and ends terminals. Every client may watch; only one that acts for
 * a person may type and set sizes, because typing is how a person answers.
 */
export function serveLink(
  link: Link,
  role: LinkRole,
  host: Host,
  inboxUrl: string,
  onNeedChange: () => void,
): void {
  const session = new LinkSession(link, role, host);
  const handlers: Handlers<Served> = {
    ...(role === 'controller' ? controllerHandlers(host, inboxUrl, onNeedChange) : refusedHandlers),
    ...terminalHandlers(session, host),
    ...viewHandlers((channel) => session.viewers.get(channel)),
    list: () => success(host.records),
    inbox: () => success({ url: inboxUrl }),
  };
  const { status: _, stop: __, ...shapes } = hostShapes;
  link.serve(handlers, shapes);
  receiveFrames(session, host);

  host.publisher.join(link);
  const controller = link.caller<HostUpcalls>();
  if (role === 'controller') {
    host.inbox.onWithdrawn = (post) => link.notify<HostNotices>('withdrawn', { post });
    host.inbox.connect(controller);
  }
  void link.closed.then(() => {
    session.unwatchAll();
    host.inbox.disconnect(controller);
  });
}

/** The viewers of one link, and its permission to type. */
class LinkSession {
  readonly link: Link;
  /** Viewers by channel. */
  readonly viewers = new Map<number, Viewer>();
  readonly #role: LinkRole;
  readonly #host: Host;

  constructor(link: Link, role: LinkRole, host: Host) {
    this.link = link;
    this.#role = role;
    this.#host = host;
  }

  /** Returns the problem of a peer that may not type; null for one that may. */
  typingRefusal(): Problem | null {
    if (this.#role === 'controller') return null;
    const standing = this.#role();
    return standing.person ? null : typingProblem(standing);
  }

  watch(terminal: Terminal, channel: number): Viewer {
    const name = channelBytes(channel);
    const viewer = terminal.watch(
      (update) => this.link.sendFrame(FrameKind.screen, name, update),
      (bytes) => this.link.sendFrame(FrameKind.raw, name, bytes),
    );
    this.viewers.set(channel, viewer);
    return viewer;
  }

  unwatch(channel: number): void {
    const viewer = this.viewers.get(channel);
    this.viewers.delete(channel);
    if (viewer) this.#host.find(viewer.id)?.unwatch(viewer);
  }

  unwatchAll(): void {
    for (const channel of [...this.viewers.keys()]) this.unwatch(channel);
  }

  /** Scrolls this link's views of a terminal to the bottom: a person who types wants to see the outcome. */
  follow(id: string): void {
    for (const viewer of this.viewers.values())
      if (viewer.id === id && viewer.view.follow()) viewer.watch.changed(true);
  }

  notifyNotTyped(id: string, problem: Problem): void {
    this.link.notify<HostNotices>('notTyped', { id, problem });
  }

  /** Notifies the peer when a running child did not get its input. */
  reportInput(id: string, isTyped: boolean): void {
    if (!isTyped && this.#host.find(id)?.isRunning) this.notifyNotTyped(id, notReading(id));
  }
}

function controllerHandlers(
  host: Host,
  inboxUrl: string,
  onNeedChange: () => void,
): Handlers<ControllerRequests> {
  return {
    open(options) {
      const opened = host.open(options, `${inboxUrl}/hook`);
      onNeedChange();
      return opened;
    },
    end: ({ id }) => host.end(id),
    identify({ token }) {
      const id = host.idOf(token);
      return id === null ? failure('unknown_token', 'No child that runs has this token.') : success({ id });
    },
    holdHooks({ ids }) {
      host.inbox.holdHooks(ids);
      return success(null);
    },
    forget({ id }) {
      const forgotten = host.forget(id);
      onNeedChange();
      return forgotten;
    },
  };
}

const refusedHandlers: Handlers<ControllerRequests> = {
  open: notAllowed,
  end: notAllowed,
  forget: notAllowed,
  identify: notAllowed,
  holdHooks: notAllowed,
};

function terminalHandlers(session: LinkSession, host: Host): Handlers<TerminalRequests> {
  return {
    text({ id, ...options }) {
      const terminal = host.find(id);
      return terminal ? success({ text: lastLines(terminal.text(options)) }) : noTerminal(id);
    },
    watch({ id, channel, cols, rows, raw }) {
      const terminal = host.find(id);
      if (!terminal) return noTerminal(id);
      if (session.viewers.has(channel)) return failure('bad_request', `Channel ${channel} is in use.`);
      const viewer = session.watch(terminal, channel);
      const size = { cols: cols ?? 0, rows: rows ?? 0 };
      if (isSize(size) && session.typingRefusal() === null) terminal.fit(viewer, size, raw);
      return success(terminal.record);
    },
    unwatch({ channel }) {
      session.unwatch(channel);
      return success(null);
    },
    fit({ channel, cols, rows, raw }) {
      const problem = session.typingRefusal();
      if (problem) return { ok: false, problem };
      const viewer = session.viewers.get(channel);
      if (!viewer) return noWatch(channel);
      host.find(viewer.id)?.fit(viewer, { cols, rows }, raw);
      return success(null);
    },
    paste({ id, ...line }) {
      const problem = session.typingRefusal();
      if (problem) return { ok: false, problem };
      const terminal = host.find(id);
      if (!terminal) return noTerminal(id);
      session.follow(id);
      return terminal.typeLine(line);
    },
  };
}

/** Handles the frames of a link: acknowledgements of screens, and input. */
function receiveFrames(session: LinkSession, host: Host): void {
  const { link, viewers } = session;
  const pastes = new PasteReader();
  link.onFrame(FrameKind.seen, (payload) => viewers.get(payload.readUInt32BE(0))?.watch.seen());
  link.onFrame(FrameKind.taken, (payload) =>
    viewers.get(payload.readUInt32BE(0))?.raw.taken(payload.readUInt32BE(4)),
  );
  /** Handles a frame that begins with a terminal's id, where the peer may type. */
  const onInput = (kind: FrameKind, act: (id: string, rest: Buffer) => void) =>
    link.onFrame(kind, (payload) => {
      const idEnd = 2 + payload.readUInt16BE(0);
      const id = payload.toString('utf8', 2, idEnd);
      const problem = session.typingRefusal();
      if (problem) session.notifyNotTyped(id, problem);
      else act(id, payload.subarray(idEnd));
    });
  onInput(FrameKind.input, (id, bytes) => {
    session.follow(id);
    session.reportInput(id, host.find(id)?.type(bytes) ?? true);
  });
  onInput(FrameKind.paste, (id, piece) => {
    const paste = pastes.add(id, piece.readUInt8(0), piece.toString('utf8', 1));
    if (!paste) return;
    session.follow(paste.id);
    session.reportInput(paste.id, paste.pieces !== null && host.find(paste.id)?.paste(paste.pieces) === true);
  });
}

/** Returns the last lines of a text, as many as fit into one message with every character escaped. */
function lastLines(text: string): string {
  if (text.length <= maxTextLength) return text;
  return text.slice(text.indexOf('\n', text.length - maxTextLength) + 1);
}

function notReading(id: string): Problem {
  return problemOf('not_reading', `${id} has ended or does not read what is typed.`, 'Look at its terminal.');
}

function noWatch(channel: number): Result<never> {
  return failure('bad_request', `Nothing is watched on channel ${channel}.`);
}

function notAllowed(): Result<never> {
  return failure('not_allowed', 'Only the controller opens and ends terminals.', 'Propose a worker instead.');
}

function typingProblem({ isWorker, problem }: PeerStanding & { readonly person: false }): Problem {
  if (!isWorker) return problem;
  return problemOf('not_allowed', 'A worker may look at terminals, no more.', 'Ask the person.');
}

function isSize({ cols, rows }: ViewSize): boolean {
  return [cols, rows].every((cells) => Number.isInteger(cells) && cells >= 2 && cells <= 1000);
}

function channelBytes(channel: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(channel);
  return bytes;
}

/** Characters of a search. */
const maxSearchLength = 1000;

/**
 * Serves scrolling, searching and selecting in the views of a link.
 * @param find returns the watch of a channel
 */
function viewHandlers(
  find: (channel: number) => Viewer | undefined,
): Handlers<Pick<HostApi, 'scroll' | 'search' | 'select' | 'copy'>> {
  /** Returns the result of `act`, and sends a screen with its changes. */
  async function onView<T>(channel: number, act: (view: View) => T | Promise<T>): Promise<Result<T>> {
    const viewer = find(channel);
    if (!viewer) return noWatch(channel);
    const value = await act(viewer.view);
    viewer.watch.changed(true);
    return success(value);
  }

  return {
    scroll: (params) =>
      onView(params.channel, (view) => {
        if ('to' in params) view.scrollTo(params.to);
        else view.scrollBy(params.by);
        return view.scroll;
      }),
    search({ channel, text, direction }) {
      if (text.length > maxSearchLength)
        return failure('bad_request', `A search wants at most ${maxSearchLength} characters.`);
      return onView(channel, (view) => view.search(text, direction));
    },
    select: (params) =>
      onView(params.channel, (view) => {
        if (params.to === null) view.clearSelection();
        else view.select(params.from, params.to, params.shape);
        return null;
      }),
    copy: ({ channel }) => onView(channel, (view) => view.copy()),
  };
}

import type { HostApi, HostNotices, HostUpcalls } from '../ipc/hostApi.ts';
import { hostShapes } from '../ipc/hostShapes.ts';
import { FrameKind, type Handlers, type Link } from '../ipc/link.ts';
import type { PeerStanding } from '../ipc/peer.ts';
import { failure, type Problem, problemOf, type Result, success } from '../lib/result.ts';
import { type Host, noTerminal } from './host.ts';
import type { Watched } from './terminal.ts';
import { PasteReader } from './typeLine.ts';
import type { View, ViewSize } from './view.ts';

/** What every link may ask, also that of another version, is served elsewhere. */
type Served = Omit<HostApi, 'status' | 'stop'>;

/** In JSON a character takes six bytes at most, and a message holds sixteen megabytes. */
const maxTextLength = 2_000_000;

/** Who is at the other end: our controller, or a client, which acts for a person or does not. */
type LinkRole = 'controller' | (() => PeerStanding);

/**
 * Serves a link that has said hello. What changes terminals is for the controller. A client may look; it types, and decides
 * on sizes, where it acts for a person, for typing is how a person answers.
 */
export function serveLink(
  link: Link,
  role: LinkRole,
  host: Host,
  inboxUrl: string,
  onNeedChange: () => void,
): void {
  const watches = new Map<number, Watched>();
  const pastes = new PasteReader();
  const unwatch = (channel: number) => {
    const watched = watches.get(channel);
    watches.delete(channel);
    if (watched) host.find(watched.id)?.unwatch(watched);
  };
  /** Why the other end may not type; null where it may. */
  const refusal = (): Problem | null => {
    const who = role === 'controller' ? null : role();
    return who === null || who.person ? null : typingProblem(who);
  };
  /** Whoever types wants to see what comes of it. */
  const follow = (id: string) => {
    for (const watched of watches.values())
      if (watched.id === id && watched.view.follow()) watched.watch.changed(true);
  };

  /** Says so when what was typed did not reach a child that could read it. */
  const tell = (id: string, isTyped: boolean) => {
    if (isTyped || !host.find(id)?.isRunning) return;
    link.notify<HostNotices>('notTyped', { id, problem: notReading(id) });
  };

  const asController: Handlers<Pick<Served, 'open' | 'end' | 'forget' | 'identify' | 'holdHooks'>> = {
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

  const handlers: Handlers<Served> = {
    ...(role === 'controller'
      ? asController
      : {
          open: notAllowed,
          end: notAllowed,
          forget: notAllowed,
          identify: notAllowed,
          holdHooks: notAllowed,
        }),
    list: () => success(host.records),
    text({ id, ...options }) {
      const terminal = host.find(id);
      return terminal ? success({ text: latest(terminal.text(options)) }) : noTerminal(id);
    },
    watch({ id, channel, cols, rows, raw }) {
      const terminal = host.find(id);
      if (!terminal) return noTerminal(id);
      if (watches.has(channel)) return failure('bad_request', `Channel ${channel} is in use.`);
      const name = channelBytes(channel);
      const watched = terminal.watch(
        (update) => link.sendFrame(FrameKind.screen, name, update),
        (bytes) => link.sendFrame(FrameKind.raw, name, bytes),
      );
      watches.set(channel, watched);
      const room = { cols: cols ?? 0, rows: rows ?? 0 };
      if (isSize(room) && refusal() === null) terminal.fit(watched, room, raw);
      return success(terminal.record);
    },
    unwatch({ channel }) {
      unwatch(channel);
      return success(null);
    },
    fit({ channel, cols, rows, raw }) {
      const problem = refusal();
      if (problem) return { ok: false, problem };
      const watched = watches.get(channel);
      if (!watched) return failure('bad_request', `Nothing is watched on channel ${channel}.`);
      host.find(watched.id)?.fit(watched, { cols, rows }, raw);
      return success(null);
    },
    paste({ id, ...line }) {
      const problem = refusal();
      if (problem) return { ok: false, problem };
      const terminal = host.find(id);
      if (!terminal) return noTerminal(id);
      follow(id);
      return terminal.typeLine(line);
    },
    ...serveViews((channel) => watches.get(channel)),
    inbox: () => success({ url: inboxUrl }),
  };
  const { status: _, stop: __, ...shapes } = hostShapes;
  link.serve(handlers, shapes);

  link.onFrame(FrameKind.seen, (payload) => watches.get(payload.readUInt32BE(0))?.watch.seen());
  link.onFrame(FrameKind.taken, (payload) =>
    watches.get(payload.readUInt32BE(0))?.raw.taken(payload.readUInt32BE(4)),
  );
  link.onFrame(FrameKind.input, (payload) => {
    const idEnd = 2 + payload.readUInt16BE(0);
    const id = payload.toString('utf8', 2, idEnd);
    const problem = refusal();
    if (problem) return link.notify<HostNotices>('notTyped', { id, problem });
    follow(id);
    tell(id, host.find(id)?.type(payload.subarray(idEnd)) ?? true);
  });
  link.onFrame(FrameKind.paste, (payload) => {
    const idEnd = 2 + payload.readUInt16BE(0);
    const problem = refusal();
    if (problem)
      return link.notify<HostNotices>('notTyped', { id: payload.toString('utf8', 2, idEnd), problem });
    const text = payload.toString('utf8', idEnd + 1);
    const paste = pastes.add(payload.toString('utf8', 2, idEnd), payload.readUInt8(idEnd), text);
    if (!paste) return;
    follow(paste.id);
    tell(paste.id, paste.pieces !== null && host.find(paste.id)?.paste(paste.pieces) === true);
  });

  host.announcer.join(link);
  const controller = link.caller<HostUpcalls>();
  if (role === 'controller') {
    host.inbox.onWithdrawn = (post) => link.notify<HostNotices>('withdrawn', { post });
    host.inbox.connect(controller);
  }
  void link.closed.then(() => {
    for (const channel of [...watches.keys()]) unwatch(channel);
    host.inbox.disconnect(controller);
  });
}

/** The last lines of a text, as many as fit into one message with every character escaped. */
function latest(text: string): string {
  if (text.length <= maxTextLength) return text;
  return text.slice(text.indexOf('\n', text.length - maxTextLength) + 1);
}

function notReading(id: string): Problem {
  return problemOf('not_reading', `${id} has ended or does not read what is typed.`, 'Look at its terminal.');
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

const longestText = 1000;

/** What a link may ask of the views of its watches, which `find` gives by their channels. */
function serveViews(
  find: (channel: number) => Watched | undefined,
): Handlers<Pick<HostApi, 'scroll' | 'search' | 'select' | 'copy'>> {
  /** What `act` gives, and a screen with what it changed. */
  async function onView<T>(channel: number, act: (view: View) => T | Promise<T>): Promise<Result<T>> {
    const watched = find(channel);
    if (!watched) return failure('bad_request', `Nothing is watched on channel ${channel}.`);
    const value = await act(watched.view);
    watched.watch.changed(true);
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
      if (text.length > longestText)
        return failure('bad_request', `A search wants at most ${longestText} characters.`);
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

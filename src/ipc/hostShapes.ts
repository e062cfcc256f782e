import type { GuardRules, GuardTopic, OrchestratorRules, WorkerRules } from '../core/worker.ts';
import {
  anything,
  count,
  either,
  exactly,
  flag,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  text,
  textOf,
  textWithout,
  time,
  whole,
  within,
} from '../lib/shape.ts';
import type {
  EndingManners,
  HostApi,
  InboxMessage,
  OpenTerminal,
  ScrollbackLimits,
  ScrollRequest,
  SearchRequest,
  SelectRequest,
  ViewCell,
} from './hostApi.ts';
import type { Shapes } from './link.ts';

// What requests between host, controller and clients hold. The host keeps terminals alive for days: nothing that it is
// asked reaches its code unchecked, and it loads no library for that.

/** A zero byte would cut a text short in execve(2). */
const argument = textWithout('\0', 'without zero bytes');

const ending: Shape<EndingManners> = object({
  ...{ interrupt: text, idleMs: number, quit: text, quitMs: number, termMs: number },
});

/** A controller of a later version may know more of them. */
const topics = listOf(text) as Shape<readonly GuardTopic[]>;

const guard: Shape<GuardRules> = either(
  object<OrchestratorRules>({ role: exactly('orchestrator'), tools: listOf(text), state: optional(text) }),
  object<WorkerRules>({
    ...{ role: exactly('worker'), worktree: text, branch: text, workspace: text, state: optional(text) },
    ...{ writable: listOf(text), variables: mapOf(text), allow: topics },
  }),
);

const mostLines = 100_000;
const scrollback: Shape<ScrollbackLimits> = object({
  visible: within(0, mostLines),
  hidden: within(0, mostLines),
});

const size = within(2, 1000);

const open: Shape<OpenTerminal> = object<OpenTerminal>({
  ...{ id: textOf(1, 1000), command: listOf(argument), cwd: argument, env: mapOf(argument) },
  ...{ cols: size, rows: size, token: textOf(16, 1000), scrollback: optional(scrollback) },
  ...{ ending: optional(ending), guard: optional(guard) },
});

const cell: Shape<ViewCell> = object({ x: count, y: count });

type ScrollTo = Extract<ScrollRequest, { to: unknown }>;
type ScrollBy = Extract<ScrollRequest, { by: unknown }>;
const scrollTo = object<ScrollTo>({ channel: whole, to: oneOf({ top: true, bottom: true }) });
const scrollBy = object<ScrollBy>({ channel: whole, by: whole });
const scroll: Shape<ScrollRequest> = (value) =>
  typeof value === 'object' && value !== null && 'to' in value ? scrollTo(value) : scrollBy(value);

const search: Shape<SearchRequest> = object({
  ...{ channel: whole, text: textOf(0, 4000), direction: oneOf({ back: true, forward: true }) },
});

const select: Shape<SelectRequest> = either(
  object<Extract<SelectRequest, { to: null }>>({
    channel: whole,
    to: (value) => (value === null ? null : { path: '', wants: 'null' }),
  }),
  object<Extract<SelectRequest, { shape: unknown }>>({
    ...{ channel: whole, from: optional(cell), to: cell },
    shape: oneOf({ characters: true, words: true, lines: true }),
  }),
);

const nothing: Shape<Record<string, never>> = object<Record<never, never>>({});
const channel = within(0, 0xffff_ffff);
const worker = object<{ id: string }>({ id: text });

/** What the host is asked, by the request's name. */
export const hostShapes: Shapes<HostApi> = {
  open,
  list: nothing,
  text: object<{ id: string; ansi?: boolean; scrollback?: number }>({
    ...{ id: text, ansi: optional(flag), scrollback: optional(number) },
  }),
  watch: object<{ id: string; channel: number; cols?: number; rows?: number; raw?: boolean }>({
    ...{ id: text, channel, cols: optional(whole), rows: optional(whole), raw: optional(flag) },
  }),
  unwatch: object<{ channel: number }>({ channel: whole }),
  fit: object<{ channel: number; cols: number; rows: number; raw?: boolean }>({
    ...{ channel: whole, cols: size, rows: size, raw: optional(flag) },
  }),
  ...{ scroll, search, select, copy: object<{ channel: number }>({ channel: whole }) },
  paste: object<{ id: string; text: string; submit: boolean; own?: string }>({
    ...{ id: text, text, submit: flag, own: optional(text) },
  }),
  ...{ end: worker, forget: worker, identify: object<{ token: string }>({ token: text }) },
  holdHooks: object<{ ids: readonly string[] }>({ ids: listOf(text) }),
  ...{ inbox: nothing, status: nothing },
  stop: object<{ endAll?: boolean }>({ endAll: optional(flag) }),
};

/** What the host hands over of its inbox. Hosts of other versions are heard, too, whatever they call a post. */
export const inboxMessage: Shape<InboxMessage> = object<InboxMessage>({
  ...{ id: text, topic: text, at: time, body: anything },
  post: anything as Shape<string>,
  ...{ late: optional(exactly(true)), waitedMs: number, isRepeated: flag },
});

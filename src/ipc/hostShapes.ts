import type { GuardRules, GuardTopic, OrchestratorRules, WorkerRules } from '../core/worker.ts';
import {
  anyValue,
  between,
  boolean,
  either,
  exactly,
  integer,
  listOf,
  mapOf,
  natural,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  sizedString,
  string,
  textWithout,
  time,
} from '../lib/shape.ts';
import type {
  HostApi,
  InboxMessage,
  OpenTerminal,
  ScrollbackLimits,
  ScrollRequest,
  SearchRequest,
  SelectRequest,
  ShutdownPolicy,
  ViewCell,
} from './hostApi.ts';
import type { Shapes } from './link.ts';

// Shapes of the requests between host, controller and clients. The host keeps terminals alive for days: every request is
// checked before it reaches its code, without a library.

/** A zero byte would end a text early in execve(2). */
const argument = textWithout('\0', 'without zero bytes');

const ending: Shape<ShutdownPolicy> = object({
  ...{ interrupt: string, idleMs: number, quit: string, quitMs: number, termMs: number },
});

/** A controller of a later version may send more topics. */
const topics = listOf(string) as Shape<readonly GuardTopic[]>;

const guard: Shape<GuardRules> = either(
  object<OrchestratorRules>({
    role: exactly('orchestrator'),
    tools: listOf(string),
    state: optional(string),
  }),
  object<WorkerRules>({
    ...{
      role: exactly('worker'),
      worktree: string,
      branch: string,
      workspace: string,
      state: optional(string),
    },
    ...{ writable: listOf(string), variables: mapOf(string), allow: topics },
  }),
);

const mostLines = 100_000;
const scrollback: Shape<ScrollbackLimits> = object({
  visible: between(0, mostLines),
  hidden: between(0, mostLines),
});

const size = between(2, 1000);

const open: Shape<OpenTerminal> = object<OpenTerminal>({
  ...{ id: sizedString(1, 1000), command: listOf(argument), cwd: argument, env: mapOf(argument) },
  ...{ cols: size, rows: size, token: sizedString(16, 1000), scrollback: optional(scrollback) },
  ...{ ending: optional(ending), guard: optional(guard) },
});

const cell: Shape<ViewCell> = object({ x: natural, y: natural });

type ScrollTo = Extract<ScrollRequest, { to: unknown }>;
type ScrollBy = Extract<ScrollRequest, { by: unknown }>;
const scrollTo = object<ScrollTo>({ channel: integer, to: oneOf({ top: true, bottom: true }) });
const scrollBy = object<ScrollBy>({ channel: integer, by: integer });
const scroll: Shape<ScrollRequest> = (value) =>
  typeof value === 'object' && value !== null && 'to' in value ? scrollTo(value) : scrollBy(value);

const search: Shape<SearchRequest> = object({
  ...{ channel: integer, text: sizedString(0, 4000), direction: oneOf({ back: true, forward: true }) },
});

const select: Shape<SelectRequest> = either(
  object<Extract<SelectRequest, { to: null }>>({
    channel: integer,
    to: (value) => (value === null ? null : { path: '', wants: 'null' }),
  }),
  object<Extract<SelectRequest, { shape: unknown }>>({
    ...{ channel: integer, from: optional(cell), to: cell },
    shape: oneOf({ characters: true, words: true, lines: true }),
  }),
);

const nothing: Shape<Record<string, never>> = object<Record<never, never>>({});
const channel = between(0, 0xffff_ffff);
const worker = object<{ id: string }>({ id: string });

/** Shapes of the host's requests, by name. */
export const hostShapes: Shapes<HostApi> = {
  open,
  list: nothing,
  text: object<{ id: string; ansi?: boolean; scrollback?: number }>({
    ...{ id: string, ansi: optional(boolean), scrollback: optional(number) },
  }),
  watch: object<{ id: string; channel: number; cols?: number; rows?: number; raw?: boolean }>({
    ...{ id: string, channel, cols: optional(integer), rows: optional(integer), raw: optional(boolean) },
  }),
  unwatch: object<{ channel: number }>({ channel: integer }),
  fit: object<{ channel: number; cols: number; rows: number; raw?: boolean }>({
    ...{ channel: integer, cols: size, rows: size, raw: optional(boolean) },
  }),
  ...{ scroll, search, select, copy: object<{ channel: number }>({ channel: integer }) },
  paste: object<{ id: string; text: string; submit: boolean; own?: string }>({
    ...{ id: string, text: string, submit: boolean, own: optional(string) },
  }),
  ...{ end: worker, forget: worker, identify: object<{ token: string }>({ token: string }) },
  holdHooks: object<{ ids: readonly string[] }>({ ids: listOf(string) }),
  ...{ inbox: nothing, status: nothing },
  stop: object<{ endAll?: boolean }>({ endAll: optional(boolean) }),
};

/** Shape of the inbox's messages. `post` may be anything, for hosts of other versions. */
export const inboxMessage: Shape<InboxMessage> = object<InboxMessage>({
  ...{ id: string, topic: string, at: time, body: anyValue },
  post: anyValue as Shape<string>,
  ...{ late: optional(exactly(true)), waitedMs: number, isRepeated: boolean },
});

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { connectDaemon } from '../../src/ipc/connect.ts';
import type {
  HostApi,
  HostNotices,
  HostUpcalls,
  InboxMessage,
  ShutdownPolicy,
  TerminalRecord,
} from '../../src/ipc/hostApi.ts';
import { readHostKey } from '../../src/ipc/keys.ts';
import type { Caller, Link } from '../../src/ipc/link.ts';
import { FrameKind } from '../../src/ipc/link.ts';
import type { Result } from '../../src/lib/result.ts';
import { ScreenCopy } from '../../src/terminal/codec.ts';
import { gridToText } from '../../src/terminal/screen.ts';
import type { Sandbox } from '../support/sandbox.ts';

const entry = fileURLToPath(new URL('../../src/programs/host.ts', import.meta.url));

export interface JoinOptions {
  readonly role?: 'client' | 'controller';
  readonly lingerMs?: number;
  /** What a controller answers to messages of the inbox. */
  readonly received?: (message: InboxMessage) => Result<unknown> | Promise<Result<unknown>>;
  readonly start?: boolean;
  /** More of the host's environment, when it is started. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One link to the host of a sandbox, started when none runs, and what it was told. */
export class Room {
  readonly link: Link;
  readonly call: Caller<HostApi>;
  readonly records: Map<string, TerminalRecord>;
  readonly #waiting = new Set<() => void>();
  #channels = 0;

  private constructor(link: Link, records: Map<string, TerminalRecord>) {
    this.link = link;
    this.call = link.caller<HostApi>();
    this.records = records;
  }

  static async join(sandbox: Sandbox, options: JoinOptions = {}): Promise<Room> {
    const { role = 'controller', lingerMs = 10_000, received, start = true, env = {} } = options;
    const records = new Map<string, TerminalRecord>();
    let changed = () => {};
    const link = await connectDaemon({
      root: sandbox.root,
      program: 'host',
      version: '1.0.0',
      role,
      approvalKey: sandbox.approvalKey,
      ...(role === 'controller' ? { key: readHostKey } : {}),
      ...(start
        ? { start: { entry, env: { ...sandbox.env, ORCH_LINGER_MS: String(lingerMs), ...env } } }
        : {}),
      prepare(link) {
        link.onNotice<HostNotices, 'terminal'>('terminal', (record) => {
          records.set(record.id, record);
          changed();
        });
        if (received) link.serve<HostUpcalls>({ received });
      },
    });
    if (!link.ok) throw new Error(link.problem.message);
    const room = new Room(link.value, records);
    changed = () => {
      for (const check of room.#waiting) check();
    };
    return room;
  }

  /** Opens a terminal, by default with this node running a script. */
  async open(
    id: string,
    script: string,
    more: { env?: Record<string, string>; cwd?: string; ending?: ShutdownPolicy } = {},
  ): Promise<TerminalRecord> {
    return value(await this.call('open', terminal(id, [process.execPath, '-e', script], more)));
  }

  /** Resolves once the terminal's record is as wanted. */
  until(id: string, isWanted: (record: TerminalRecord) => boolean): Promise<TerminalRecord> {
    return new Promise((resolve) => {
      const check = () => {
        const record = this.records.get(id);
        if (!record || !isWanted(record)) return;
        this.#waiting.delete(check);
        resolve(record);
      };
      this.#waiting.add(check);
      check();
    });
  }

  exited(id: string): Promise<TerminalRecord> {
    return this.until(id, (record) => record.exit !== null);
  }

  /** Looks at a terminal as a client does. */
  async watch(id: string, size: { cols?: number; rows?: number } = {}): Promise<View> {
    const channel = ++this.#channels;
    const view = new View(this.link, channel);
    value(await this.call('watch', { id, channel, ...size }));
    return view;
  }

  type(id: string, bytes: string | Uint8Array): void {
    const name = Buffer.from(id);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(name.length);
    this.link.sendFrame(FrameKind.input, length, name, Buffer.from(bytes as string));
  }

  async leave(): Promise<void> {
    this.link.close();
    await this.link.closed;
  }
}

const views = new WeakMap<Link, Map<number, View>>();

/** A copy of a terminal's screen, kept up to date by frames. */
export class View {
  readonly copy = new ScreenCopy();
  frames = 0;
  /** While false, frames are taken but not acknowledged. */
  acknowledges = true;
  readonly #link: Link;
  readonly #channel: Buffer;
  readonly #waiting = new Set<() => void>();

  constructor(link: Link, channel: number) {
    this.#link = link;
    this.#channel = Buffer.alloc(4);
    this.#channel.writeUInt32BE(channel);
    const all = views.get(link) ?? new Map<number, View>();
    all.set(channel, this);
    views.set(link, all);
    link.onFrame(FrameKind.screen, (payload) => all.get(payload.readUInt32BE(0))?.take(payload.subarray(4)));
  }

  take(update: Buffer): void {
    this.copy.apply(update);
    this.frames += 1;
    if (this.acknowledges) this.acknowledge();
    for (const check of this.#waiting) check();
  }

  acknowledge(): void {
    this.#link.sendFrame(FrameKind.seen, this.#channel);
  }

  get text(): string {
    return gridToText(this.copy.screen.grid);
  }

  /** Resolves once the screen's text is as wanted. */
  until(isWanted: string | ((text: string) => boolean)): Promise<void> {
    const isThere =
      typeof isWanted === 'string' ? () => this.text.includes(isWanted) : () => isWanted(this.text);
    return new Promise((resolve) => {
      const check = () => {
        if (!isThere()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** A request to open a terminal with an environment of next to nothing. */
const unique = randomUUID();

/** Ending a child ends all that carries its token: another file's tests must have others. */
export function tokenOf(id: string): string {
  return `token-of-${id}-${unique}`;
}

export function terminal(
  id: string,
  command: readonly string[],
  {
    env = {},
    cwd = '/',
    cols = 80,
    rows = 24,
    ending,
  }: {
    env?: Record<string, string>;
    cwd?: string;
    cols?: number;
    rows?: number;
    ending?: ShutdownPolicy;
  } = {},
) {
  return {
    id,
    command,
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    cols,
    rows,
    token: tokenOf(id),
    ...(ending && { ending }),
  };
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

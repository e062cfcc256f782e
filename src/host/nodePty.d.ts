/// <reference path="../../node_modules/node-pty/node-pty.d.ts" />

/** The build with prebuilt binaries is installed under node-pty's name but declares its types under its own. */
declare module 'node-pty' {
  import type { ReadStream } from 'node:tty';
  import type { IDisposable, IPty, IPtyForkOptions } from '@lydell/node-pty';

  export * from '@lydell/node-pty';

  /** Bytes instead of text, by `encoding: null`. */
  export interface BytePty extends Omit<IPty, 'onData' | 'write'> {
    /** The master's file descriptor, which does not block. */
    readonly fd: number;
    /** Private; its `destroy` is how node-pty gives up on a child's last output. */
    readonly _socket: ReadStream;
    readonly onData: (listener: (bytes: Buffer) => void) => IDisposable;
  }

  export function spawn(file: string, args: string[], options: IPtyForkOptions & { encoding: null }): BytePty;
  export function spawn(file: string, args: string[], options: IPtyForkOptions): IPty;
}

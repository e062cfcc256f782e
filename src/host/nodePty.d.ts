/// <reference path="../../node_modules/node-pty/node-pty.d.ts" />

/** The build with prebuilt binaries is installed under node-pty's name but declares its types under its own. */
declare module 'node-pty' {
  import type { IDisposable, IPty, IPtyForkOptions } from '@lydell/node-pty';

  export * from '@lydell/node-pty';

  /** What `encoding: null` gives: bytes instead of text; `fd` is the master's file descriptor. */
  export interface BytePty extends Omit<IPty, 'onData' | 'write'> {
    readonly fd: number;
    readonly onData: (listener: (bytes: Buffer) => void) => IDisposable;
  }

  export function spawn(file: string, args: string[], options: IPtyForkOptions & { encoding: null }): BytePty;
  export function spawn(file: string, args: string[], options: IPtyForkOptions): IPty;
}

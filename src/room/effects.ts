import type { ControllerApi } from '../features/commands.ts';
import type { ScrollRequest, SearchRequest, SelectRequest } from '../protocol/hostApi.ts';
import type { MouseToken } from '../terminal/input.ts';

/** What the edge is asked to do. Effects are run in order; what comes of them is again a message. */
export type Effect =
  | RequestEffect
  /** Bytes typed into a worker, one a character. */
  | { readonly type: 'input'; readonly id: string; readonly bytes: string }
  /** A piece of pasted text for a worker; `last` ends the paste. */
  | { readonly type: 'paste'; readonly id: string; readonly text: string; readonly last: boolean }
  /** Something done with the mouse in a worker's pane, in cells of its screen; the worker may not want it. */
  | { readonly type: 'mouse'; readonly id: string; readonly mouse: Omit<MouseToken, 'kind' | 'raw'> }
  | ViewEffect
  /** Gives the whole terminal to a worker until the person leaves it. */
  | { readonly type: 'attach'; readonly id: string }
  /** Rings the person's terminal. */
  | { readonly type: 'ring' }
  /** Tells the person, who may be elsewhere, that something needs them. */
  | { readonly type: 'notify'; readonly worker: string; readonly text: string }
  /** Leaves the control room; workers go on. */
  | { readonly type: 'quit' }
  /** Hands the terminal back to the shell until it is continued. */
  | { readonly type: 'suspend' };

/** Something asked of the host about the view of a worker's terminal; of searching and copying something comes back. */
export type ViewEffect =
  | ({ readonly type: 'scroll'; readonly id: string } & OnView<ScrollRequest>)
  | ({ readonly type: 'search'; readonly id: string } & OnView<SearchRequest>)
  | ({ readonly type: 'select'; readonly id: string } & OnView<SelectRequest>)
  /** Puts what is selected into the person's clipboard. */
  | { readonly type: 'copy'; readonly id: string };

/** The edge knows the channel. */
type OnView<Request> = Request extends unknown ? Omit<Request, 'channel'> : never;

export type Method = keyof ControllerApi;
export type MethodParams<M extends Method> = Parameters<ControllerApi[M]>[0];
export type MethodResult<M extends Method> = ReturnType<ControllerApi[M]>;

/** A request to the controller; its result comes back as the message `answered` with the same tag. */
export type RequestEffect<M extends Method = Method> = {
  [K in M]: {
    readonly type: 'request';
    readonly method: K;
    readonly params: MethodParams<K>;
    readonly tag: number;
  };
}[M];

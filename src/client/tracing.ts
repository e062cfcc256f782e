import { openTrace, type Trace } from '../core/trace.ts';
import type { Result } from '../lib/result.ts';
import { version } from '../protocol/version.ts';
import type { AppState } from '../ui/state.ts';
import type { Message } from '../ui/step.ts';

/** Opens the trace of the room's loop, where its environment asks for one. What keyboard and mouse send is withheld. */
export function traceRoom(): Result<Trace<AppState, Message> | null> {
  return openTrace<AppState, Message>({
    ...{ process: 'room', version, env: process.env, hidesState: true },
    isTold: ({ type }) => type !== 'tokenArrived',
  });
}

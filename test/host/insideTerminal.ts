import type { Sandbox } from '../support/sandbox.ts';
import { Room } from './room.ts';

/** Run inside a terminal: tries on another one what only a person may. Prints what came of it. */
const [root = '', runtime = '', victim = ''] = process.argv.slice(2);
process.env.XDG_RUNTIME_DIR = runtime;
const room = await Room.join({ root } as Sandbox, { role: 'client', start: false });
const codes = [
  await room.call('paste', { id: victim, text: 'pasted by a worker', submit: true }),
  await room.call('fit', { channel: 1, cols: 10, rows: 5 }),
  await room.call('text', { id: victim }),
].map((result) => (result.ok ? 'ok' : result.problem.code));
room.type(victim, 'typed by a worker\r');
// Answered after the keys have arrived.
await room.call('list', {});
console.log(`codes: ${codes.join(' ')}`);
await room.leave();

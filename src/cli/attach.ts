import { capabilitiesOf } from '../paint/capabilities.ts';
import { OuterTerminal } from '../paint/outer.ts';
import { demand, refuse } from './output.ts';
import { withHost } from './session.ts';
import { findWorkspace } from './workspace.ts';

/** The key that leaves; everything else is the worker's. */
const leaveKey = 'ctrl-q';

/** `worker attach`: one worker's terminal in place of this one. */
export async function attachWorker(id: string): Promise<void> {
  const root = demand(findWorkspace('.'));
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    refuse(
      'no_terminal',
      'Attaching needs a terminal.',
      `Without one look at it with: orch-tui worker screen ${id}`,
    );
  const terminals = await withHost('.', async (call) => demand(await call('list', {})));
  if (!terminals.some((terminal) => terminal.id === id))
    refuse('no_terminal', `${id} has no terminal.`, `Resume it: orch-tui worker resume ${id}`);
  const { attach } = await import('../client/attach.ts');
  const outer = new OuterTerminal(process.stdin, process.stdout, { mouse: false });
  outer.enter();
  try {
    const why = await attach({ root, id, outer, capabilities: capabilitiesOf(process.env), leaveKey });
    outer.restore();
    process.stdout.write(why === 'left' ? `Left ${id}; it goes on.\n` : `The terminal of ${id} is gone.\n`);
  } finally {
    outer.restore();
  }
}

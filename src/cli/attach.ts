import { demand, refuse } from '../core/verb.ts';
import { capabilitiesOf, Tty } from '../terminal/tty.ts';
import type { Output } from './output.ts';
import { withTerminal } from './session.ts';
import { readSettings, withColor } from './settings.ts';

/** `worker attach`: gives this terminal to one worker. */
export async function attachWorker(id: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    refuse(
      'no_terminal',
      'Attaching needs a terminal.',
      `Without one look at it with: orch-tui worker screen ${id}`,
    );
  const root = await withTerminal(id, async (_, found) => found);
  const { attach } = await import('../client/attach.ts');
  const { settings, problems } = readSettings();
  for (const problem of problems) process.stderr.write(`orch-tui: ${problem}\n`);
  const { leaveKey } = settings;
  const capabilities = capabilitiesOf(withColor(process.env, settings));
  const outer = new Tty(process.stdin, process.stdout, { mouse: false, title: capabilities.osc });
  outer.enter();
  try {
    const why = await attach({ root, id, outer, capabilities, leaveKey });
    outer.restore();
    process.stdout.write(why === 'left' ? `Left ${id}; it goes on.\n` : `The terminal of ${id} is gone.\n`);
  } finally {
    outer.restore();
  }
}

/** `worker screen`: prints a worker's screen; `ansi` keeps colours, `scrollback` adds lines above. */
export async function showScreen(
  out: Output,
  id: string,
  { ansi = false, scrollback = 0 }: { ansi?: boolean; scrollback?: number },
): Promise<void> {
  await withTerminal(id, async (call) => {
    const { text } = demand(await call('text', { id, ansi, scrollback }));
    out.screen({ id, text }, text);
  });
}

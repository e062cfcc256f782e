import { newSecret } from '../lib/stateFolder.ts';
import { holdApprovalKey } from '../protocol/heldKey.ts';
import { digestOf, ownKeyVariable } from '../protocol/keys.ts';
import { quoteCommand } from '../ui/words.ts';
import { makeDemoWorkspace, proposeDemo } from './demoWorkspace.ts';
import type { Output } from './output.ts';
import { withController } from './session.ts';

/** `demo`: a workspace with three small repositories and two proposals, opened in the control room. */
export async function runDemo(
  out: Output,
  folder: string | undefined,
  options: { headless?: boolean },
): Promise<void> {
  const canShow = process.stdin.isTTY && process.stdout.isTTY && !out.json;
  if (!canShow && !options.headless) {
    // Nobody can press a key here: show what there is to be seen anyway.
    process.stderr.write(
      'orch-tui: there is no terminal here, so the demo runs by itself (orch-tui demo --headless).\n',
    );
  }
  const headless = options.headless === true || !canShow;
  const { root, isNew } = await makeDemoWorkspace(folder, headless);
  if (isNew) holdOwnKey();
  out.say(`The demo workspace is ${root}`);
  if (headless) return (await import('./headlessDemo.ts')).runHeadlessDemo(out, root);
  await withController(root, proposeDemo);
  await (await import('./room.ts')).enterRoom(root);
  out.say(`The demo workspace stays at ${root}\nCome back: ${quoteCommand(['orch-tui', root])}`);
}

/**
 * The demo acts in the workspace that it has made, also without a terminal: by a key that only this process has. The daemons
 * that it starts are given the key's digest, and no other daemon takes it.
 */
function holdOwnKey(): void {
  const key = newSecret();
  holdApprovalKey(key);
  process.env[ownKeyVariable] = digestOf(key);
}

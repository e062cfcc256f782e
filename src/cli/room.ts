import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { readTrust } from '../config/trust/trust.ts';
import { forwardedVariables } from '../core/clientVariables.ts';
import { Refusal, refuse } from '../core/verb.ts';
import { isWhollyTrusted, untrustedProblem } from '../core/workspace.ts';
import type { GivenToken } from '../features/notion/service/token.ts';
import { plainLine } from '../lib/sanitize.ts';
import { capabilitiesOf, notificationStyle, Tty } from '../terminal/tty.ts';
import { admit, needsOfRoom } from './admission.ts';
import { printProblem } from './output.ts';
import { controllerAddress } from './session.ts';
import { readSettings, withColor } from './settings.ts';
import { findWorkspace } from './workspace.ts';

/**
 * `orch-tui [dir]`: opens the room of the workspace that a folder belongs to.
 * @param token of Notion, from the shell
 */
export async function openRoom(folder: string, token: GivenToken | null): Promise<void> {
  try {
    admit('room', needsOfRoom);
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      refuse(
        'no_terminal',
        'The control room needs a terminal.',
        'Without one use: orch-tui status, or orch-tui demo --headless',
      );
    const root = await rootOf(folder);
    await askForTrust(root);
    await enterRoom(root, token);
    // Does not wait for output that a slow terminal has not taken yet.
    process.exit();
  } catch (error) {
    if (error instanceof Refusal) printProblem(false, error.problem);
    else throw error;
  }
}

/** Opens the room in this terminal and restores the terminal afterwards. */
export async function enterRoom(root: string, token: GivenToken | null = null): Promise<void> {
  const { settings, problems } = readSettings();
  const capabilities = capabilitiesOf(withColor(process.env, settings));
  const { mouse } = settings;
  const outer = new Tty(process.stdin, process.stdout, { mouse, title: capabilities.osc });
  outer.enter();
  const { rows, cols } = outer.size;
  // The room's code takes a moment to load, and a blank screen would look like a hang.
  if (rows >= 3 && cols >= 20) outer.write(openingText(root, cols));
  try {
    const { runRoom } = await import('../client/room.ts');
    await runRoom({
      controller: { ...controllerAddress(root), token, variables: forwardedVariables(process.env) },
      outer,
      capabilities,
      settings,
      mouse,
      notify: {
        style: capabilities.osc ? notificationStyle(process.env) : null,
        bell: settings.bell,
        command: settings.notifyCommand,
      },
      notice: problems.length > 0 ? problems.join(' ') : null,
    });
  } finally {
    outer.restore();
  }
}

/** Returns the workspace of a folder; creates one for repositories below it, if the person agrees. */
async function rootOf(folder: string): Promise<string> {
  const found = findWorkspace(folder);
  if (found.ok) return found.value;
  if (found.problem.code !== 'no_workspace') throw new Refusal(found.problem);
  const { initWorkspace } = await import('./init.ts');
  const { createOutput } = await import('./output.ts');
  await initWorkspace(createOutput(false), {}, folder);
  return realpathSync(folder);
}

/** Asks for trust in a changed configuration. After a no, a workspace opens with the configuration trusted before. */
async function askForTrust(root: string): Promise<void> {
  const trust = readTrust(root);
  // The controller reports a configuration that cannot be read.
  if (!trust.ok || isWhollyTrusted(trust.value.facts)) return;
  const [{ decideTrust }, { createOutput }] = await Promise.all([
    import('./trust.ts'),
    import('./output.ts'),
  ]);
  await decideTrust(createOutput(false), trust.value);
  const now = readTrust(root);
  if (now.ok && !now.value.usable) throw new Refusal(untrustedProblem(root, now.value.facts));
}

/** Returns the text shown until the room is drawn. @param cols of the terminal, at least 20 */
export function openingText(root: string, cols: number): string {
  return ` orch-tui · ${plainLine(basename(root)).slice(0, cols - 12)}\r\n\r\n Opening…`;
}

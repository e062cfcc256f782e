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
 * `orch-tui [dir]`: the control room of the workspace that a folder belongs to.
 * @param token of Notion, from the shell that it was opened in
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
    // What a slow terminal has not taken yet is of no use to anybody.
    process.exit();
  } catch (error) {
    if (error instanceof Refusal) printProblem(false, error.problem);
    else throw error;
  }
}

/** Takes the terminal, opens the room in it and gives it back. */
export async function enterRoom(root: string, token: GivenToken | null = null): Promise<void> {
  const { settings, problems } = await readSettings();
  const capabilities = capabilitiesOf(withColor(process.env, settings));
  const { mouse } = settings;
  const outer = new Tty(process.stdin, process.stdout, { mouse, title: capabilities.osc });
  outer.enter();
  const { rows, cols } = outer.size;
  // The room's own code takes a moment to load; a blank screen would look like a hang.
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

/** The workspace; a folder with repositories below it is made one, if the person says so. */
async function rootOf(folder: string): Promise<string> {
  const found = findWorkspace(folder);
  if (found.ok) return found.value;
  if (found.problem.code !== 'no_workspace') throw new Refusal(found.problem);
  const { initWorkspace } = await import('./init.ts');
  const { createOutput } = await import('./output.ts');
  await initWorkspace(createOutput(false), {}, folder);
  return realpathSync(folder);
}

/** Asks about what is not trusted yet. After a no, a workspace that was trusted before opens as it was trusted. */
async function askForTrust(root: string): Promise<void> {
  const trust = readTrust(root);
  // A configuration that cannot be read is the controller's to explain.
  if (!trust.ok || isWhollyTrusted(trust.value.facts)) return;
  const [{ decideTrust }, { createOutput }] = await Promise.all([
    import('./trust.ts'),
    import('./output.ts'),
  ]);
  await decideTrust(createOutput(false), trust.value);
  const now = readTrust(root);
  if (now.ok && !now.value.usable) throw new Refusal(untrustedProblem(root, now.value.facts));
}

/** What is on the screen until the room is there. @param cols of the terminal, at least 20 */
export function openingText(root: string, cols: number): string {
  return ` orch-tui · ${plainLine(basename(root)).slice(0, cols - 12)}\r\n\r\n Opening…`;
}

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestPlace } from '../../e2e/harness/testPlace.ts';
import type { Candidate, Processes } from './candidate.ts';
import { Outer, outerSize } from './outer.ts';

const panesPerWindow = 4;

/** tmux as it comes, on a socket of its own. */
export class Tmux implements Candidate {
  readonly name = 'tmux';
  readonly #place: TestPlace;
  readonly #children: string;
  #panes = 0;
  #outer: Outer | null = null;

  private constructor(place: TestPlace, children: string) {
    this.#place = place;
    this.#children = children;
  }

  /** @param children the socket that children connect to. @returns null, having said why, where there is no tmux */
  static async open(children: string): Promise<Tmux | null> {
    return isInstalled() ? new Tmux(await TestPlace.create(), children) : null;
  }

  async addPanes(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const window = `bench:${Math.floor(this.#panes / panesPerWindow)}`;
      if (this.#panes === 0) this.#first(name);
      else if (this.#panes % panesPerWindow === 0)
        this.#run('new-window', '-d', '-t', window, ...this.#child(name));
      else this.#run('split-window', '-d', '-t', window, ...this.#child(name));
      this.#run('select-layout', '-t', window, 'tiled');
      this.#panes++;
    }
  }

  attach(): Outer {
    const command = ['tmux', ...this.#options(), 'attach-session', '-t', 'bench'] as const;
    this.#outer = new Outer(command, this.#place.workspace, this.#env());
    return this.#outer;
  }

  /** The first pane is the one that has always been selected. */
  focus(): void {}

  processes(): Processes {
    const server = Number(this.#run('display-message', '-p', '#{pid}'));
    return this.#outer ? { client: this.#outer.pid, server } : { server };
  }

  async detach(): Promise<void> {
    await this.#outer?.close();
    this.#outer = null;
  }

  async close(): Promise<void> {
    await this.detach();
    if (this.#panes > 0) this.#run('kill-server');
    await this.#place.dispose();
  }

  #first(name: string): void {
    const size = ['-x', String(outerSize.cols), '-y', String(outerSize.rows - 1)];
    this.#run('new-session', '-d', '-s', 'bench', ...size, ...this.#child(name));
    this.#run('set-option', '-g', 'default-terminal', 'tmux-256color');
  }

  #child(name: string): string[] {
    return [process.execPath, fileURLToPath(new URL('child.ts', import.meta.url)), this.#children, name];
  }

  #options(): string[] {
    return ['-S', join(this.#place.runtime, 'tmux'), '-f', '/dev/null', '-2', '-u'];
  }

  #env(): Record<string, string> {
    return this.#place.env({ TERM: 'xterm-256color' });
  }

  #run(...args: string[]): string {
    return execFileSync('tmux', [...this.#options(), ...args], { encoding: 'utf8', env: this.#env() });
  }
}

function isInstalled(): boolean {
  const hasTmux = () => succeeds('tmux', '-V');
  if (hasTmux()) return true;
  if (process.getuid?.() === 0 && succeeds('apt-get', 'install', '-y', 'tmux') && hasTmux()) return true;
  process.stderr.write('tmux is not installed and is left out.\n');
  return false;
}

function succeeds(file: string, ...args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    // Not there, or refused: the answer is all that is wanted.
    return false;
  }
}

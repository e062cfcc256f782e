import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createApprovalKey } from '../../../src/ipc/keys.ts';
import { copyRepository } from '../../support/template.ts';
import { TestTerminal, type TestTerminalOptions } from './terminal.ts';

const run = promisify(execFile);

export interface TestRepo {
  /** Creates the branch `develop` beside `main`. Default true. */
  readonly develop?: boolean;
  /** Content by path, in the first commit. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * A world of its own for a test: home, runtime directory and workspace in a temporary folder. Everything started in it
 * is known by its HOME and gone when the place is.
 */
export class TestPlace {
  readonly root: string;
  readonly home: string;
  readonly runtime: string;
  /** What a killed process leaves there goes with the place. */
  readonly temporary: string;
  readonly workspace: string;
  /** What the person's own scripts pass, as long as their key is in their state folder. */
  approvalKey = '';
  readonly #terminals: TestTerminal[] = [];

  private constructor(root: string) {
    this.root = root;
    this.home = join(root, 'home');
    this.runtime = join(root, 'run');
    this.temporary = join(root, 'tmp');
    this.workspace = join(root, 'shop');
  }

  static async create(): Promise<TestPlace> {
    // Short: the path of a unix socket has at most 107 bytes.
    const place = new TestPlace(await mkdtemp(join(tmpdir(), 'o-')));
    for (const folder of [place.home, place.runtime, place.temporary, place.workspace])
      await mkdir(folder, { mode: 0o700 });
    place.approvalKey = (await place.createKey()).trim();
    return place;
  }

  /** The key that a person has who has used the program before. */
  async createKey(): Promise<string> {
    const created = createApprovalKey({ HOME: this.home });
    if (!created.ok) throw new Error(created.problem.message);
    return readFile(created.value, 'utf8');
  }

  /** The whole environment of a person's script, which passes their key. */
  scriptEnv(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return this.env({ ORCH_APPROVAL_KEY: this.approvalKey, ...extra });
  }

  /** The whole environment of a program started here. */
  env(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    const path = [
      dirname(process.execPath),
      join(process.cwd(), 'node_modules/.bin'),
      '/usr/local/bin',
      '/usr/bin',
      '/bin',
    ];
    return {
      PATH: path.join(delimiter),
      HOME: this.home,
      XDG_RUNTIME_DIR: this.runtime,
      TMPDIR: this.temporary,
      LANG: 'C.UTF-8',
      ...extra,
    };
  }

  /** A program in a terminal, in the workspace unless said otherwise; ended with the place. */
  terminal(
    command: readonly [string, ...string[]],
    { env, ...options }: Partial<TestTerminalOptions> = {},
  ): TestTerminal {
    const terminal = new TestTerminal(command, { cwd: this.workspace, ...options, env: this.env(env) });
    this.#terminals.push(terminal);
    return terminal;
  }

  /** A real repository in the workspace with a first commit. @returns its path */
  async repo(
    name: string,
    { develop = true, files = { 'README.md': `# ${name}\n` } }: TestRepo = {},
  ): Promise<string> {
    const path = join(this.workspace, name);
    await mkdir(path, { recursive: true });
    await copyRepository({ place: 'workspace', develop, files }, path, async (made) => {
      await this.git(made, 'init', '-q', '-b', 'main');
      await this.git(made, 'config', 'user.name', 'Test');
      await this.git(made, 'config', 'user.email', 'test@example.invalid');
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(made, file)), { recursive: true });
        await writeFile(join(made, file), content);
      }
      await this.git(made, 'add', '--all');
      await this.git(made, 'commit', '-q', '--allow-empty', '-m', 'First commit');
      if (develop) await this.git(made, 'branch', 'develop');
    });
    await this.git(path, 'update-index', '-q', '--refresh');
    return path;
  }

  /** @returns what git printed, without the last line end */
  async git(cwd: string, ...args: string[]): Promise<string> {
    const { stdout } = await run('git', args, { cwd, env: this.env({ GIT_CONFIG_NOSYSTEM: '1' }) });
    return stdout.trimEnd();
  }

  /**
   * Ends what was started here and removes the folder.
   * @param graceMs time for processes to notice that they are no longer wanted
   * @throws if a process is left that nobody had recorded; it is ended all the same
   */
  async dispose({ graceMs = 3000 }: { graceMs?: number } = {}): Promise<void> {
    await Promise.all(this.#terminals.map((terminal) => terminal.dispose()));
    for (const pid of await this.#daemons()) signal(pid, 'SIGTERM');
    const left = await this.#untilGone(graceMs);
    for (const { pid } of left) signal(pid, 'SIGKILL');
    if (left.length > 0) await this.#untilGone(graceMs);
    await rm(this.root, { recursive: true, maxRetries: 5 });
    if (left.length > 0) throw new Error(`Processes were left:\n${left.map(({ line }) => line).join('\n')}`);
  }

  /** Processes recorded in lock files that are really ours. */
  async #daemons(): Promise<number[]> {
    const folder = join(this.workspace, '.orch');
    const names = existsSync(folder) ? await readdir(folder) : [];
    const locks = await Promise.all(
      names.filter((name) => name.endsWith('.lock')).map((name) => readFile(join(folder, name), 'utf8')),
    );
    const ours = new Set(this.#processes().map(({ pid }) => pid));
    return locks.map((text) => Number(/"pid":\s*(\d+)/.exec(text)?.[1])).filter((pid) => ours.has(pid));
  }

  /** Waits until no process of this place is left, or the time is over. @returns those left */
  async #untilGone(graceMs: number): Promise<{ pid: number; line: string }[]> {
    const deadline = Date.now() + graceMs;
    let left = this.#processes();
    while (left.length > 0 && Date.now() < deadline) {
      // Nobody tells of the end of a process that is not one's child.
      await new Promise((resolve) => setTimeout(resolve, 20));
      // Looking through all processes of a machine is slow: only once the known ones are gone.
      const isLeft = left.some(({ pid }) => this.#isHere(pid));
      if (!isLeft || Date.now() >= deadline) left = this.#processes();
    }
    return left;
  }

  #isHere(pid: number): boolean {
    return read(`/proc/${pid}/environ`).split('\0').includes(`HOME=${this.home}`);
  }

  /** Processes whose HOME is this place's; none where there is no /proc. */
  #processes(): { pid: number; line: string }[] {
    if (!existsSync('/proc/self/environ')) return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && this.#isHere(Number(name)))
      .map((name) => ({
        pid: Number(name),
        line: `${name} ${read(`/proc/${name}/cmdline`).replaceAll('\0', ' ')}`,
      }));
  }
}

/** A file of /proc; '' if the process has ended or belongs to somebody else. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Ended meanwhile.
  }
}

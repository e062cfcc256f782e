import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Milliseconds; up to 400 MB come over the network. */
const installPatience = 5 * 60_000;

export interface Wanted {
  /** The package; its install script is run. */
  readonly name: string;
  readonly version: string;
  /** The program that it brings; what it prints for `--version` holds the version. */
  readonly program: string;
  /** What it is called when it cannot be had. */
  readonly label: string;
}

/**
 * Installs a package's program once into `ORCH_TUI_TEST_CACHE` (default: a folder below the system's temporary one).
 * Safe to call at the same time from several processes: an installation is made beside its place and moved there whole,
 * so what is there is complete, and the first one wins.
 * @returns the program's path; null, and one line on stderr, when it cannot be installed
 */
export async function installOnce(wanted: Wanted): Promise<string | null> {
  const cache = process.env.ORCH_TUI_TEST_CACHE ?? join(tmpdir(), 'orch-tui-test-cache');
  const place = join(cache, `${wanted.name.replace(/^@[^/]+\//, '')}-${wanted.version}`);
  const program = join(place, 'node_modules', '.bin', wanted.program);
  if (await answers(program, wanted.version)) return program;
  try {
    await mkdir(cache, { recursive: true });
    const made = await mkdtemp(join(cache, 'installing-'));
    try {
      await install(made, wanted);
      await rename(made, place);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      if (!(await answers(program, wanted.version))) throw error;
    }
    return program;
  } catch (error) {
    const said = String(error instanceof Error ? error.message : error);
    const why = /^npm error (?!code |syscall |errno )(.+)$/m.exec(said)?.[1] ?? said.split('\n')[0];
    process.stderr.write(
      `${wanted.label} ${wanted.version} cannot be installed, its tests are skipped: ${why}\n`,
    );
    return null;
  }
}

async function install(folder: string, { name, version }: Wanted): Promise<void> {
  // npm holds install scripts back unless they are named; this one puts the platform's binary in place.
  const manifest = { private: true, allowScripts: { [`${name}@${version}`]: true } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const flags = ['--no-audit', '--no-fund', '--no-update-notifier', '--save-exact'];
  await run('npm', ['install', ...flags, `${name}@${version}`], { cwd: folder, timeout: installPatience });
}

async function answers(program: string, version: string): Promise<boolean> {
  try {
    // Of its own accord Claude Code would make a folder in the person's home.
    const env = { PATH: process.env.PATH ?? '', HOME: dirname(program), DISABLE_AUTOUPDATER: '1' };
    const { stdout } = await run(program, ['--version'], { env, timeout: 20_000 });
    return stdout.includes(version);
  } catch {
    // Not there, or not whole.
    return false;
  }
}

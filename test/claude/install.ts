import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { newestTested } from '../../src/agents/claude/versions.ts';

const run = promisify(execFile);

/** The version under test: each project of `vitest.claude.config.ts` names one of the two pinned ones. */
export const version = process.env.ORCH_TUI_TEST_CLAUDE ?? newestTested;

const name = '@anthropic-ai/claude-code';

/** Milliseconds; 240 to 400 MB come over the network. */
const installPatience = 5 * 60_000;

/**
 * The real CLI's program, installed once into `ORCH_TUI_TEST_CACHE` (default: a folder below the system's
 * temporary one). Safe to call at the same time from several processes: an installation is made beside its place
 * and moved there whole, so what is there is complete, and the first one wins.
 * @returns null, and one line on stderr, when it cannot be installed
 */
export async function installClaude(): Promise<string | null> {
  const cache = process.env.ORCH_TUI_TEST_CACHE ?? join(tmpdir(), 'orch-tui-test-cache');
  const place = join(cache, `claude-code-${version}`);
  const program = join(place, 'node_modules', '.bin', 'claude');
  if (await answers(program)) return program;
  try {
    await mkdir(cache, { recursive: true });
    const made = await mkdtemp(join(cache, 'installing-'));
    try {
      await install(made);
      await rename(made, place);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      if (!(await answers(program))) throw error;
    }
    return program;
  } catch (error) {
    const [why] = String(error instanceof Error ? error.message : error).split('\n');
    process.stderr.write(
      `The real Claude Code ${version} cannot be installed, its tests are skipped: ${why}\n`,
    );
    return null;
  }
}

async function install(folder: string): Promise<void> {
  // npm holds install scripts back unless they are named; this one puts the platform's binary in place.
  const manifest = { private: true, allowScripts: { [`${name}@${version}`]: true } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const flags = ['--no-audit', '--no-fund', '--no-update-notifier', '--save-exact'];
  await run('npm', ['install', ...flags, `${name}@${version}`], { cwd: folder, timeout: installPatience });
}

async function answers(program: string): Promise<boolean> {
  try {
    // Of its own accord it would make a folder in the person's home.
    const env = { PATH: process.env.PATH ?? '', HOME: dirname(program), DISABLE_AUTOUPDATER: '1' };
    const { stdout } = await run(program, ['--version'], { env, timeout: 20_000 });
    return stdout.startsWith(version);
  } catch {
    // Not there, or not whole.
    return false;
  }
}

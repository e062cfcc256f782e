/**
 * Time from starting a program to its first text in a terminal, side by side with ccmanager's native binary:
 * `npm run bench:start`, with `-- --json` as one JSON object. Runs of all programs are interleaved; medians count.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawn } from 'node-pty';
import { approvalKeyFile } from '../../src/ipc/keys.ts';

const rounds = 15;
const rival = { name: '@kodaikabasawa/ccmanager-linux-x64', version: '4.4.3' };

interface Candidate {
  readonly name: string;
  readonly command: readonly string[];
  /** What counts, besides the first printable character. */
  readonly sights: Readonly<Record<string, RegExp>>;
}

const place = mkdtempSync(join(tmpdir(), 'o-start-'));
const env = {
  PATH: process.env.PATH ?? '',
  HOME: join(place, 'home'),
  XDG_RUNTIME_DIR: join(place, 'run'),
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
};
const shop = join(place, 'shop');

try {
  prepare();
  const candidates: Candidate[] = [
    { name: 'node -e 0', command: [process.execPath, '-e', '0'], sights: {} },
    {
      name: 'orch-tui',
      command: [resolve('dist/orch-tui'), shop],
      sights: { frame: /Needs you/, repositories: /backend\s+develop/ },
    },
    ...installedRival(),
  ];
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++)
    for (const candidate of candidates) {
      // The first round starts the daemons and, by leaving in order, writes what is compiled to the cache.
      const seen = await time(candidate, round === 0 ? 'leave' : 'kill');
      if (round > 0)
        for (const [what, ms] of Object.entries(seen)) push(times, `${candidate.name}: ${what}`, ms);
    }
  report(times);
} finally {
  const ORCH_APPROVAL_KEY = readFileSync(approvalKeyFile(env), 'utf8');
  const asScript = { cwd: shop, env: { ...env, ORCH_APPROVAL_KEY }, stdio: 'ignore' } as const;
  execFileSync(resolve('dist/orch-tui'), ['controller', 'stop'], asScript);
  rmSync(place, { recursive: true });
}

function prepare(): void {
  for (const folder of [env.HOME, env.XDG_RUNTIME_DIR, shop]) mkdirSync(folder, { mode: 0o700 });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: join(shop, 'backend'), env });
  mkdirSync(join(shop, 'backend'));
  git('init', '-q', '-b', 'develop');
  git(
    '-c',
    'user.name=B',
    '-c',
    'user.email=b@example.invalid',
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'One',
  );
  execFileSync(resolve('dist/orch-tui'), ['init', '--yes'], { cwd: shop, env, stdio: 'ignore' });
}

/** Milliseconds until the first text, each sight, and the end of a program that shows nothing. */
function time({ command, sights }: Candidate, end: 'leave' | 'kill'): Promise<Record<string, number>> {
  const [file = '', ...args] = command;
  const start = performance.now();
  const child = spawn(file, args, { name: env.TERM, cols: 120, rows: 40, cwd: join(shop, 'backend'), env });
  const seen: Record<string, number> = {};
  const wanted = ['first text', ...Object.keys(sights)];
  let text = '';
  return new Promise((done) => {
    child.onData((data) => {
      text += data;
      const now = performance.now() - start;
      const plain = text.replace(/\x1b(?:\[[0-9;?>=<]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)/g, '');
      if (/[^\s]/.test(plain)) seen['first text'] ??= now;
      for (const [what, sight] of Object.entries(sights)) if (sight.test(plain)) seen[what] ??= now;
      if (wanted.some((what) => seen[what] === undefined)) return;
      if (end === 'leave' && command[0]?.endsWith('orch-tui')) child.write('q');
      else child.kill('SIGKILL');
    });
    child.onExit(() => done(Object.keys(seen).length > 0 ? seen : { end: performance.now() - start }));
  });
}

/** The rival's binary in a cache folder; nothing where npm has none for this machine. */
function installedRival(): Candidate[] {
  const cache = process.env.ORCH_TUI_TEST_CACHE ?? join(tmpdir(), 'orch-tui-test-cache');
  const folder = join(cache, `ccmanager-${rival.version}`);
  try {
    if (!existsSync(join(folder, 'node_modules'))) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"private":true}');
      execFileSync('npm', ['install', '--no-audit', '--no-fund', `${rival.name}@${rival.version}`], {
        cwd: folder,
        stdio: 'ignore',
      });
    }
    const bin = join(folder, 'node_modules', rival.name, 'bin');
    const file = readdirSync(bin)[0];
    return file ? [{ name: 'ccmanager', command: [join(bin, file)], sights: {} }] : [];
  } catch (error) {
    process.stderr.write(
      `ccmanager cannot be installed here and is left out: ${(error as Error).message.split('\n')[0]}\n`,
    );
    return [];
  }
}

function push(times: Map<string, number[]>, name: string, ms: number): void {
  times.set(name, [...(times.get(name) ?? []), ms]);
}

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const medians = Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
  const ours = medians['orch-tui: first text'] ?? Number.NaN;
  const ratio = (other: string) => (medians[other] === undefined ? null : ours / medians[other]);
  const ratios = { ccmanager: ratio('ccmanager: first text'), node: ratio('node -e 0: end') };
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ rounds, medians, ratios })}\n`);
    return;
  }
  for (const [name, ms] of Object.entries(medians))
    process.stdout.write(`${name.padEnd(28)} ${ms.toFixed(0).padStart(6)} ms\n`);
  for (const [name, value] of Object.entries(ratios))
    if (value !== null)
      process.stdout.write(`first text / ${name.padEnd(15)} ${value.toFixed(2).padStart(6)}\n`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

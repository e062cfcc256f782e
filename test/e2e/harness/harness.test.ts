import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestPlace } from './testPlace.ts';

test('a program in a terminal is used by what is seen and by keys', async () => {
  const place = await TestPlace.create();
  const terminal = place.terminal(
    ['sh', '-c', 'echo "$HOME $TERM"; read word; echo "heard $word"; stty size; cat'],
    {
      cols: 60,
      rows: 10,
    },
  );
  expect(await terminal.until(`${place.home} xterm-256color`)).toBe(terminal.screen());
  terminal.type('yes 漢');
  terminal.press('enter');
  await terminal.until(/heard yes 漢\n10 60/);
  await terminal.until((screen) => screen.split('\n').length === 10);
  expect(terminal.cursor).toEqual({ x: 0, y: 4, visible: true });
  terminal.press('a', 'ctrl-d', 'ctrl-d', 'ctrl-d');
  expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
  await place.dispose();
  expect(existsSync(place.root)).toBe(false);
});

test('a program sees its environment alone, and its new size', async () => {
  const place = await TestPlace.create();
  const terminal = place.terminal(
    ['sh', '-c', 'trap "stty size" WINCH; env | cut -d= -f1 | sort | tr "\\n" " "; while :; do read x; done'],
    {
      env: { EXTRA: '1' },
    },
  );
  await terminal.until('EXTRA HOME LANG PATH PWD TERM TMPDIR XDG_RUNTIME_DIR');
  terminal.resize(70, 20);
  await terminal.until('20 70');
  terminal.kill('SIGKILL');
  expect(await terminal.exited).toEqual({ exitCode: 0, signal: 9 });
  await place.dispose();
});

test('waiting in vain fails with the whole screen', async () => {
  const place = await TestPlace.create();
  const terminal = place.terminal(['sh', '-c', 'echo one; echo two; cat'], { rows: 5 });
  await terminal.until('two');
  await expect(terminal.until('three', { timeout: 50 })).rejects.toThrow(
    '50 ms are over. Waited for "three", but saw:\n│ one\n│ two\n└ 3 more blank lines',
  );
  await place.dispose();
});

test('waiting fails at once when the program has ended, and what it said last is seen', async () => {
  const place = await TestPlace.create();
  const terminal = place.terminal(['sh', '-c', 'echo last words; exit 7']);
  await expect(terminal.until('never')).rejects.toThrow(
    /The program ended \(code 7, signal 0\).*last words/s,
  );
  await terminal.until('last words');
  await place.dispose();
});

test('repositories are real ones', async () => {
  const place = await TestPlace.create();
  const backend = await place.repo('backend', { files: { 'src/a.ts': 'a\n' } });
  const web = await place.repo('web', { develop: false, files: {} });
  expect(await place.git(backend, 'branch', '--format=%(refname:short)')).toBe('develop\nmain');
  expect(await place.git(backend, 'ls-files')).toBe('src/a.ts');
  expect(await place.git(web, 'branch', '--format=%(refname:short)')).toBe('main');
  expect(await place.git(web, 'status', '--porcelain')).toBe('');
  await place.dispose();
});

test.runIf(existsSync('/proc/self/environ'))(
  'a daemon recorded in a lock file is ended with its place',
  async () => {
    const place = await TestPlace.create();
    const terminal = place.terminal(['sh', '-c', 'setsid sleep 600 & echo "pid $!."; wait']);
    const pid = Number(/pid (\d+)\./.exec(await terminal.until(/pid \d+\./))?.[1]);
    await mkdir(join(place.workspace, '.orch'));
    await writeFile(join(place.workspace, '.orch/host.lock'), JSON.stringify({ pid }));
    await writeFile(join(place.workspace, '.orch/broken.lock'), '{');
    await place.dispose();
    expect(isRunning(pid)).toBe(false);
  },
);

test.runIf(existsSync('/proc/self/environ'))(
  'a process that nobody recorded fails the test and is ended',
  async () => {
    const place = await TestPlace.create();
    const terminal = place.terminal(['sh', '-c', 'trap "" HUP; setsid sleep 600 & echo "pid $!."; wait']);
    const pid = Number(/pid (\d+)\./.exec(await terminal.until(/pid \d+\./))?.[1]);
    await expect(place.dispose({ graceMs: 200 })).rejects.toThrow(`Processes were left:\n${pid} sleep 600`);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(place.root)).toBe(false);
  },
);

/** One that has ended may stay in the table until its parent asks, but has no command line. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
}

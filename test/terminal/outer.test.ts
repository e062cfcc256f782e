import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TestTerminal } from '../e2e/harness/terminal.ts';
import { TestPlace } from '../e2e/harness/testPlace.ts';

const program = join(import.meta.dirname, 'outerProgram.ts');
const shellModes = {
  alternateScreen: false,
  bracketedPaste: false,
  focusEvents: false,
  mouse: 'none',
  wrap: true,
};
const ourModes = {
  alternateScreen: true,
  bracketedPaste: true,
  focusEvents: true,
  mouse: 'drag',
  wrap: false,
};

let place: TestPlace | null = null;
afterEach(async () => {
  await place?.dispose();
  place = null;
});

/** The program between two looks at the tty, in a shell without job control. */
async function start(): Promise<{ terminal: TestTerminal; pid: number }> {
  place = await TestPlace.create();
  const script = `stty -a; echo SHELL; "$0" "$1"; echo "code $?"; stty -a; echo DONE`;
  const terminal = place.terminal(['sh', '-c', script, process.execPath, program], { rows: 50 });
  const screen = await terminal.until(/entered 100x50 pid \d+\./);
  expect(terminal.modes).toEqual(ourModes);
  expect(terminal.cursor.visible).toBe(false);
  return { terminal, pid: pidOf(screen) };
}

function pidOf(screen: string): number {
  return Number(/pid (\d+)\./.exec(screen)?.[1]);
}

/** What the shell shows in the end; checks that the terminal is as it was. */
async function shellAfter(terminal: TestTerminal): Promise<string> {
  const screen = await terminal.until('DONE');
  expect(terminal.modes).toEqual(shellModes);
  expect(terminal.cursor.visible).toBe(true);
  const [before, rest = ''] = screen.split('SHELL\n');
  expect(rest.slice(rest.indexOf('speed'), rest.indexOf('DONE'))).toBe(before);
  return rest;
}

test.each([
  ['throw', 'code 1', 'Error: thrown on purpose'],
  ['reject', 'code 1', 'Error: rejected on purpose'],
  ['exit', 'code 3', ''],
])(
  'after "%s" the terminal is as it was, and errors are on the shell\'s screen',
  async (action, code, error) => {
    const { terminal } = await start();
    terminal.type(`${action}\r`);
    const screen = await shellAfter(terminal);
    expect(screen).toContain(code);
    expect(screen).toContain(error);
    expect(screen).not.toContain('entered');
  },
);

test.each(['throw', 'exit', 'SIGTERM', 'SIGHUP'] as const)(
  'Ink in the same process does not meddle: %s',
  async (end) => {
    const { terminal, pid } = await start();
    terminal.type('ink\r');
    await terminal.until('drawn by Ink');
    if (end === 'SIGTERM' || end === 'SIGHUP') process.kill(pid, end);
    else terminal.type(`${end}\r`);
    const codes = { throw: 1, exit: 3, SIGTERM: 143, SIGHUP: 129 };
    expect(await shellAfter(terminal)).toContain(`code ${codes[end]}`);
  },
);

test('after restore the program ends by itself, and restoring twice does no harm', async () => {
  const { terminal } = await start();
  terminal.type('end\r');
  expect(await shellAfter(terminal)).toContain('code 0');
});

test.each([
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
  ['SIGQUIT', 3],
] as const)(
  'after %s the terminal is as it was, and the program has died of the signal',
  async (signal, number) => {
    const { terminal, pid } = await start();
    process.kill(pid, signal);
    expect(await shellAfter(terminal)).toContain(`code ${128 + number}`);
  },
);

test('a stop that no shell could end does not happen', async () => {
  const { terminal, pid } = await start();
  process.kill(pid, 'SIGTSTP');
  await terminal.until('returned');
  expect(terminal.modes).toEqual(ourModes);
  terminal.type('again\r');
  await terminal.until('"again"');
  terminal.type('exit\r');
  expect(await shellAfter(terminal)).toContain('code 3');
});

test.each(['suspend', 'SIGTSTP'])('%s hands the terminal to the shell until fg', async (how) => {
  place = await TestPlace.create();
  const terminal = place.terminal(['bash', '--norc', '--noprofile', '-i'], {
    rows: 50,
    env: { PS1: 'PROMPT ' },
  });
  await terminal.until('PROMPT');
  terminal.type(`stty -a; "${process.execPath}" "${program}"\r`);
  for (const round of ['first', 'second']) {
    const screen = await terminal.until(/(?:entered|returned) 100x50 pid \d+\./);
    expect(terminal.modes).toEqual(ourModes);
    expect(terminal.cursor.visible).toBe(false);
    if (how === 'suspend') terminal.type('suspend\r');
    else process.kill(pidOf(screen), 'SIGTSTP');
    await terminal.until('Stopped');
    expect(terminal.modes).toMatchObject({
      alternateScreen: false,
      focusEvents: false,
      mouse: 'none',
      wrap: true,
    });
    terminal.type(`clear; echo "$((6 * 7)) ${round}"; stty -a\r`);
    expect(await terminal.until(`42 ${round}`)).not.toContain('entered');
    await terminal.until(/ icanon iexten echo /);
    terminal.type('fg\r');
  }
  await terminal.until('returned');
  terminal.type('keys\r');
  await terminal.until('"keys"');
  terminal.type('exit\r');
  await terminal.until('PROMPT');
  terminal.type('exit\r');
  await terminal.exited;
});

test('stopped and continued by others, it takes the terminal again', async () => {
  const { terminal, pid } = await start();
  process.kill(pid, 'SIGSTOP');
  process.kill(pid, 'SIGCONT');
  await terminal.until('returned');
  expect(terminal.modes).toEqual(ourModes);
  terminal.type('exit\r');
  await shellAfter(terminal);
});

test('a new size is told', async () => {
  const { terminal } = await start();
  terminal.resize(90, 40);
  await terminal.until('resized 90x40');
  terminal.resize(100, 50);
  await terminal.until('resized 100x50');
  terminal.type('exit\r');
  await shellAfter(terminal);
});

/** The program alone in a terminal that has stopped taking bytes, with a frame that cannot go out. */
async function startStuck(): Promise<{ terminal: TestTerminal; pid: number }> {
  place = await TestPlace.create();
  const terminal = place.terminal([process.execPath, program]);
  const pid = pidOf(await terminal.until('entered'));
  const changes = watch(place.home);
  // It watches from the first time it is asked.
  let change = changes.next();
  terminal.pause();
  terminal.type('flood\r');
  while ((await change).value?.filename !== 'stuck') change = changes.next();
  await changes.return?.();
  return { terminal, pid };
}

test('a frame that cannot go out does not stop the program, which is told when it may paint again', async () => {
  const { terminal } = await startStuck();
  terminal.resume();
  await terminal.until('all out');
  terminal.type('exit\r');
  expect(await terminal.exited).toEqual({ exitCode: 3, signal: 0 });
  expect(terminal.modes).toEqual(shellModes);
});

test('a terminal that takes nothing does not keep the program from ending', async () => {
  const { terminal, pid } = await startStuck();
  process.kill(pid, 'SIGTERM');
  expect(await terminal.exited).toEqual({ exitCode: 0, signal: 15 });
});

test('a terminal that is gone without a signal ends the program', async () => {
  place = await TestPlace.create();
  const terminal = place.terminal(['sh', '-c', 'setsid "$0" "$1"', process.execPath, program]);
  await terminal.until('entered');
  // With the leader of the session its terminal goes; the place's end finds out if the program stayed.
  terminal.kill('SIGKILL');
  await terminal.exited;
});

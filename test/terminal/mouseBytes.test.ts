import { expect, test } from 'vitest';
import { mouseBytes, type PaneMouse } from '../../src/client/panes.ts';
import { initialModes, type Modes } from '../../src/terminal/screen.ts';

function mouse(action: PaneMouse['action'], change: Partial<PaneMouse> = {}): PaneMouse {
  const button = action.startsWith('wheel') ? 'none' : 'left';
  return { action, button, x: 4, y: 1, ctrl: false, alt: false, shift: false, ...change };
}

function sent(given: PaneMouse, modes: Partial<Modes>): string {
  return mouseBytes(given, { ...initialModes, ...modes });
}

const sgr = { mouseEncoding: 'sgr' } as const;

test.each<[string, PaneMouse, Partial<Modes>, string]>([
  ['a press', mouse('press'), { mouse: 'vt200', ...sgr }, '\x1b[<0;5;2M'],
  ['a release', mouse('release', { button: 'right' }), { mouse: 'vt200', ...sgr }, '\x1b[<2;5;2m'],
  ['a drag', mouse('move'), { mouse: 'drag', ...sgr }, '\x1b[<32;5;2M'],
  ['a held key', mouse('press', { ctrl: true, alt: true }), { mouse: 'any', ...sgr }, '\x1b[<24;5;2M'],
  ['the wheel', mouse('wheel-down', { shift: true }), { mouse: 'vt200', ...sgr }, '\x1b[<69;5;2M'],
  ['an old press', mouse('press'), { mouse: 'vt200' }, '\x1b[M %"'],
  ['an old release', mouse('release'), { mouse: 'vt200' }, '\x1b[M#%"'],
  ['an old press far out', mouse('press', { x: 223 }), { mouse: 'vt200' }, ''],
  ['a drag nobody wants', mouse('move'), { mouse: 'vt200', ...sgr }, ''],
  ['a move without button', mouse('move', { button: 'none' }), { mouse: 'drag', ...sgr }, ''],
  ['a release in X10', mouse('release'), { mouse: 'x10' }, ''],
  ['a press in X10', mouse('press', { ctrl: true }), { mouse: 'x10' }, '\x1b[M %"'],
  ['pixels', mouse('press'), { mouse: 'vt200', mouseEncoding: 'sgr-pixels' }, ''],
  ['a press at a shell', mouse('press'), {}, ''],
  ['the wheel at a shell', mouse('wheel-up'), {}, ''],
  ['the wheel in less', mouse('wheel-up'), { alternateScreen: true }, '\x1b[A\x1b[A\x1b[A'],
  [
    'the wheel in vi',
    mouse('wheel-down'),
    { alternateScreen: true, applicationCursor: true },
    '\x1bOB\x1bOB\x1bOB',
  ],
])('%s is sent as the program asked', (_name, given, modes, bytes) => {
  expect(sent(given, modes)).toBe(bytes);
});

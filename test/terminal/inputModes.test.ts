import { describe, expect, test } from 'vitest';
import {
  confirmsKitty,
  type InputModes,
  inputModesFor,
  inputModesSequence,
  ownInputModes,
} from '../../src/client/panes.ts';
import { initialModes } from '../../src/terminal/screen.ts';

describe('from one set of modes to another', () => {
  test.each<[string, Partial<InputModes>, Partial<InputModes>, string]>([
    ['nothing changes', {}, {}, ''],
    ['cursor keys', {}, { applicationCursor: true }, '\x1b[?1h'],
    ['cursor keys back', { applicationCursor: true }, {}, '\x1b[?1l'],
    ['the keypad', {}, { applicationKeypad: true }, '\x1b='],
    ['the keypad back', { applicationKeypad: true }, {}, '\x1b>'],
    ['the mouse anywhere', {}, { anyMotion: true }, '\x1b[?1003h'],
    ['the mouse as we have it', { anyMotion: true }, {}, '\x1b[?1003l\x1b[?1002h'],
    ['flags of the keyboard', {}, { keyboard: 5 }, '\x1b[>5u'],
    ['other flags', { keyboard: 5 }, { keyboard: 1 }, '\x1b[=1u'],
    ['no flags any more', { keyboard: 5 }, {}, '\x1b[<u'],
    [
      'several at once',
      { anyMotion: true, keyboard: 1 },
      { applicationCursor: true, anyMotion: true },
      '\x1b[?1h\x1b[<u',
    ],
  ])('%s', (_, set, wanted, sequence) => {
    expect(inputModesSequence({ ...ownInputModes, ...set }, { ...ownInputModes, ...wanted })).toBe(sequence);
  });
});

test('a program gets flags of the keyboard, and moves of the mouse, only where they are to be had', () => {
  const program = { ...initialModes, keyboard: 7, mouse: 'any', applicationCursor: true } as const;
  const wanted = { applicationCursor: true, applicationKeypad: false, anyMotion: true };
  expect(inputModesFor(program, { kitty: true, mouse: true })).toEqual({ ...wanted, keyboard: 7 });
  expect(inputModesFor(program, { kitty: false, mouse: true })).toEqual({ ...wanted, keyboard: 0 });
  expect(inputModesFor(program, { kitty: true, mouse: false })).toMatchObject({ anyMotion: false });
  expect(inputModesFor(initialModes, { kitty: true, mouse: true })).toEqual(ownInputModes);
});

test.each([
  ['\x1b[?0u', true],
  ['\x1b[?31u', true],
  ['\x1b[?62;22c', false],
  ['\x1b[?u', false],
  ['\x1b[1;1R', false],
])('%j tells of the protocol: %s', (reply, told) => {
  expect(confirmsKitty(reply)).toBe(told);
});

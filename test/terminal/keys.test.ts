import { expect, test } from 'vitest';
import { type KeyToken, type Token, Tokenizer } from '../../src/terminal/input.ts';
import { randomFrom } from '../support/random.ts';

/** A tokenizer whose timer ends when the test says so. */
function tokenizer() {
  const tokens: Token[] = [];
  let pause: (() => void) | null = null;
  const wait = (done: () => void) => {
    pause = done;
    return () => {
      pause = null;
    };
  };
  const subject = new Tokenizer((token) => tokens.push(token), wait);
  return {
    push: (text: string | Buffer) =>
      subject.push(typeof text === 'string' ? Buffer.from(text, 'utf8') : text),
    pause: () => pause?.(),
    isWaiting: () => pause !== null,
    take: () => tokens.splice(0),
  };
}

function tokensOf(text: string | Buffer): Token[] {
  const { push, pause, take } = tokenizer();
  push(text);
  pause();
  return take();
}

/** `ctrl-alt-shift-name` */
function spoken(token: Token): string {
  if (token.kind !== 'key') return token.kind;
  const { ctrl, alt, shift, name } = token;
  return `${ctrl ? 'ctrl-' : ''}${alt ? 'alt-' : ''}${shift ? 'shift-' : ''}${name}`;
}

test.each([
  ['a', 'a'],
  ['A', 'A'],
  ['ä', 'ä'],
  ['漢', '漢'],
  ['😀', '😀'],
  [' ', 'space'],
  ['\r', 'enter'],
  ['\n', 'ctrl-j'],
  ['\t', 'tab'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
  ['\0', 'ctrl-space'],
  ['\x03', 'ctrl-c'],
  ['\x11', 'ctrl-q'],
  ['\x1a', 'ctrl-z'],
  ['\x1c', 'ctrl-\\'],
  ['\x1d', 'ctrl-]'],
  ['\x1f', 'ctrl-_'],
  ['\x1b', 'escape'],
  ['\x1ba', 'alt-a'],
  ['\x1bA', 'alt-A'],
  ['\x1bä', 'alt-ä'],
  ['\x1b\r', 'alt-enter'],
  ['\x1b\x7f', 'alt-backspace'],
  ['\x1b\x03', 'ctrl-alt-c'],
  ['\x1b[', 'alt-['],
  ['\x1bO', 'alt-O'],
  ['\x1b]', 'alt-]'],
  ['\x1bP', 'alt-P'],
  ['\x1b[A', 'up'],
  ['\x1bOB', 'down'],
  ['\x1b[1;5C', 'ctrl-right'],
  ['\x1b[1;2D', 'shift-left'],
  ['\x1b[1;8H', 'ctrl-alt-shift-home'],
  ['\x1bOF', 'end'],
  ['\x1b\x1b[A', 'alt-up'],
  ['\x1b\x1bOA', 'alt-up'],
  ['\x1b[Z', 'shift-tab'],
  ['\x1b[1~', 'home'],
  ['\x1b[2~', 'insert'],
  ['\x1b[3~', 'delete'],
  ['\x1b[3;5~', 'ctrl-delete'],
  ['\x1b[3$', 'shift-delete'],
  ['\x1b[3^', 'ctrl-delete'],
  ['\x1b[5~', 'pageup'],
  ['\x1b[6;3~', 'alt-pagedown'],
  ['\x1bOP', 'f1'],
  ['\x1b[[C', 'f3'],
  ['\x1b[1;2R', 'shift-f3'],
  ['\x1b[15~', 'f5'],
  ['\x1b[24;5~', 'ctrl-f12'],
  ['\x1b[25~', 'unknown'],
  ['\x1bOM', 'enter'],
  ['\x1bOp', '0'],
  ['\x1bOk', '+'],
  ['\x1b[97u', 'a'],
  ['\x1b[97;5u', 'ctrl-a'],
  ['\x1b[97;6u', 'ctrl-A'],
  ['\x1b[97;3u', 'alt-a'],
  ['\x1b[97:65;2u', 'A'],
  ['\x1b[49:33;2;33u', '!'],
  ['\x1b[228;5u', 'ctrl-ä'],
  ['\x1b[27u', 'escape'],
  ['\x1b[13;2u', 'shift-enter'],
  ['\x1b[9;5u', 'ctrl-tab'],
  ['\x1b[113;5u', 'ctrl-q'],
  ['\x1b[113;69u', 'ctrl-q'],
  ['\x1b[1081::113;5u', 'ctrl-q'],
  ['\x1b[1081::113u', 'й'],
  ['\x1b[121;9u', 'unknown'],
  ['\x1b[57414u', 'enter'],
  ['\x1b[57400;5u', 'ctrl-1'],
  ['\x1b[57441u', 'unknown'],
  ['\x1b[1114112u', 'unknown'],
  ['\x1b[27;5;113~', 'ctrl-q'],
  ['\x1b[27;2;13~', 'shift-enter'],
  ['\x1b[97;1:3u', 'release'],
  ['\x1b[97;1:2u', 'a'],
  ['\x1b[1;1:3A', 'release'],
  ['\x1b[24;80R', 'reply'],
  ['\x1b[0n', 'reply'],
  ['\x1b[?62;22c', 'reply'],
  ['\x1b[>0;276;0c', 'reply'],
  ['\x1b[?2026;2$y', 'reply'],
  ['\x1b[8;24;80t', 'reply'],
  ['\x1b[<0;1;1', ''],
  ['\x1b[M yy', 'reply'],
  ['\x1b[32;5;5M', 'reply'],
  ['\x1b]11;rgb:0000/0000/0000\x07', 'reply'],
  ['\x1b]11;rgb:0000/0000/0000\x1b\\', 'reply'],
  ['\x1bP>|term 1.0\x1b\\', 'reply'],
  ['\x1b_Gi=1;OK\x1b\\', 'reply'],
  ['\x1b[I', 'focus'],
  ['\x1b[200~x\x1b[201~', 'paste'],
])('%j means %s', (text, meaning) => {
  expect(tokensOf(text).map(spoken).join(' ')).toBe(meaning);
});

test.each([
  ['jjk', 'j j k'],
  ['ls\r\x1d', 'l s enter ctrl-]'],
  ['\x1b\x1b', 'escape escape'],
  ['\x1b\x1bx', 'escape alt-x'],
  ['\x1b\x1b\x1b', 'escape escape escape'],
  ['\x1b\x1b[', 'escape alt-['],
  ['\x1b\x1b[<0;1;1M', 'escape mouse'],
  ['\x1b\x1b[200~x\x1b[201~', 'escape paste'],
  ['\x1b[12\x1b[A', 'reply up'],
  ['\x1b[\r', 'alt-[ enter'],
  ['\x1b]0;half a reply\x1b[A', 'reply up'],
  ['\x1b]0;half a reply\ry', 'reply enter y'],
  ['\x1bPhalf a reply\x03', 'reply ctrl-c'],
])('%j is several things: %s', (text, meaning) => {
  expect(tokensOf(text).map(spoken).join(' ')).toBe(meaning);
});

test('bytes that are no UTF-8 are unknown keys, and what follows is understood', () => {
  expect(tokensOf(Buffer.from([0xff, 0xc3, 0x61, 0xe6, 0xbc, 0x62])).map(spoken)).toEqual([
    'unknown',
    'unknown',
    'a',
    'unknown',
    'unknown',
    'b',
  ]);
  expect(tokensOf(Buffer.from([0xed, 0xa0, 0x80])).map(spoken)).toEqual(['unknown']);
  expect(tokensOf(Buffer.from('\u0085', 'utf8')).map(spoken)).toEqual(['unknown']);
});

test.each([
  ['\x1b[<0;1;1M', { action: 'press', button: 'left', x: 0, y: 0 }],
  ['\x1b[<2;220;60m', { action: 'release', button: 'right', x: 219, y: 59 }],
  ['\x1b[<33;5;6M', { action: 'move', button: 'middle', x: 4, y: 5 }],
  ['\x1b[<35;5;6M', { action: 'move', button: 'none' }],
  ['\x1b[<64;5;6M', { action: 'wheel-up', button: 'none' }],
  ['\x1b[<65;5;6M', { action: 'wheel-down', button: 'none' }],
  ['\x1b[<28;5;6M', { action: 'press', button: 'left', ctrl: true, alt: true, shift: true }],
])('the mouse: %j', (text, expected) => {
  expect(tokensOf(text)).toMatchObject([{ kind: 'mouse', raw: text, ...expected }]);
});

test('other wheels and buttons are left alone', () => {
  expect(tokensOf('\x1b[<66;1;1M\x1b[<128;1;1M').map(spoken)).toEqual(['reply', 'reply']);
});

test('an escape waits for what may follow, and is a key when nothing does', () => {
  const { push, pause, isWaiting, take } = tokenizer();
  push('\x1b');
  expect(take()).toEqual([]);
  push('[A');
  expect(isWaiting()).toBe(false);
  expect(take().map(spoken)).toEqual(['up']);
  push('\x1b');
  pause();
  expect(take().map(spoken)).toEqual(['escape']);
  push('[A');
  expect(take().map(spoken)).toEqual(['[', 'A']);
});

test('without an injected timer an escape becomes a key by itself', async () => {
  const token = await new Promise<Token>((resolve) => new Tokenizer(resolve).push(Buffer.from('\x1b')));
  expect(spoken(token)).toBe('escape');
});

test('after dispose a pending escape never becomes a key', () => {
  let stopped = false;
  const subject = new Tokenizer(
    () => expect.unreachable(),
    () => () => {
      stopped = true;
    },
  );
  subject.push(Buffer.from('\x1b'));
  subject.dispose();
  expect(stopped).toBe(true);
});

test('half a sequence never turns into typed text, however late its rest is', () => {
  const { push, pause, isWaiting, take } = tokenizer();
  for (const [start, rest] of [
    ['\x1b[<0;1', ';1M'],
    ['\x1b]0;tit', 'le\x07'],
    ['\x1b[1;', '5A'],
  ] as const) {
    push(start);
    expect(isWaiting()).toBe(false);
    pause();
    expect(take()).toEqual([]);
    push(rest);
    expect(take()).toHaveLength(1);
  }
});

test('a large paste arrives in pieces, whole characters each, and keys inside it stay text', () => {
  const { push, take } = tokenizer();
  const text = 'ä漢😀\x1b[A\x1b\x11\x1b[20y\r\n'.repeat(2000);
  const bytes = Buffer.from(`\x1b[200~${text}\x1b[201~j`);
  const tokens: Token[] = [];
  for (let at = 0; at < bytes.length; at += 7) {
    push(bytes.subarray(at, at + 7));
    tokens.push(...take());
  }
  const pastes = tokens.filter((token) => token.kind === 'paste');
  expect(pastes.length).toBeGreaterThan(1000);
  expect(pastes.map((token) => token.text).join('')).toBe(text);
  expect(pastes.map((token) => token.last).lastIndexOf(false)).toBe(pastes.length - 2);
  expect(tokens.slice(pastes.length).map(spoken)).toEqual(['j']);
});

test('a paste broken off in the middle of a character ends with a replacement character', () => {
  const bytes = Buffer.concat([Buffer.from('\x1b[200~a'), Buffer.from([0xe6]), Buffer.from('\x1b[201~b')]);
  expect(tokensOf(bytes)).toMatchObject([{ kind: 'paste', text: 'a\ufffd', last: true }, { name: 'b' }]);
});

test('an endless reply is passed on in pieces, ends where it ends, and holds no key', () => {
  const { push, take } = tokenizer();
  const reply = `\x1b]52;c;${'y'.repeat(100_000)}\x1b\\`;
  for (const chunk of [reply.slice(0, 50_000), reply.slice(50_000, -1), reply.slice(-1), 'q']) push(chunk);
  const tokens = take();
  expect(tokens.map(spoken).slice(0, -1)).toEqual(tokens.slice(0, -1).map(() => 'reply'));
  expect(tokens.map(rawOf).join('')).toBe(`${reply}q`);
  expect(spoken(tokens.at(-1) as Token)).toBe('q');
});

test('an endless reply that is broken off gives the keyboard back', () => {
  const { push, pause, take } = tokenizer();
  push(`\x1bP${'1'.repeat(5000)}`);
  push('\x03y');
  expect(take().map(spoken)).toEqual(['reply', 'ctrl-c', 'y']);
  push(`\x1bP${'1'.repeat(5000)}`);
  push('\x1b');
  pause();
  push('y');
  expect(take().map(spoken)).toEqual(['reply', 'escape', 'y']);
});

const sequences: readonly string[] = [
  'a',
  'Z',
  ' ',
  'é',
  '漢',
  '😀',
  '\r',
  '\t',
  '\x03',
  '\x7f',
  '\x1bx',
  '\x1bé',
  '\x1bOA',
  '\x1b[B',
  '\x1b\x1b[C',
  '\x1b[1;5D',
  '\x1b[5~',
  '\x1b[[A',
  '\x1b[97;5u',
  '\x1b[27;6;97~',
  '\x1b[<0;10;20M',
  '\x1b[<65;300;1M',
  '\x1b[I',
  '\x1b[O',
  '\x1b[?1;2c',
  '\x1b]11;rgb:1/2/3\x1b\\',
  '\x1b]0;ü\x07',
  '\x1bP1+r\x1b\\',
  '\x1b[200~a\x1b[Aé\x1b[201~',
];

function rawOf(token: Token): string {
  if (token.kind === 'focus') return token.gained ? '\x1b[I' : '\x1b[O';
  if (token.kind === 'paste')
    return `\x1b[200~${Buffer.from(token.text, 'utf8').toString('latin1')}\x1b[201~`;
  return token.raw;
}

/** Adjacent pieces of a paste as one. */
function joined(tokens: readonly Token[]): Token[] {
  const whole: Token[] = [];
  let text = '';
  for (const token of tokens) {
    if (token.kind !== 'paste') whole.push(token);
    else {
      text += token.text;
      if (token.last) whole.push({ kind: 'paste', text, last: true });
      if (token.last) text = '';
    }
  }
  return whole;
}

test('ten thousand sequences cut anywhere give the same tokens as uncut, and every byte is in one of them', () => {
  const random = randomFrom(7);
  for (let round = 0; round < 500; round++) {
    const picked = Array.from({ length: 20 }, () => sequences[Math.floor(random() * sequences.length)] ?? '');
    const expected = picked.flatMap((sequence) => tokensOf(sequence));
    const bytes = Buffer.from(picked.join(''));
    const { push, take } = tokenizer();
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + Math.floor(random() * 6);
      push(bytes.subarray(at, end));
      at = end;
    }
    const tokens = joined(take());
    expect(tokens).toEqual(expected);
    expect(tokens.map(rawOf).join('')).toBe(bytes.toString('latin1'));
  }
});

test('random bytes cut anywhere are neither lost nor changed, and the keyboard works afterwards', () => {
  const random = randomFrom(11);
  const alphabet = [
    0x1b, 0x1b, 0x5b, 0x5d, 0x4f, 0x50, 0x3b, 0x31, 0x30, 0x3c, 0x4d, 0x7e, 0x75, 0x5c, 0x07, 0x0d,
  ];
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(
      Array.from({ length: 40 }, () =>
        random() < 0.2 ? Math.floor(random() * 256) : (alphabet[Math.floor(random() * alphabet.length)] ?? 0),
      ),
    );
    const { push, pause, take } = tokenizer();
    for (let at = 0; at < bytes.length; at += 3) {
      push(bytes.subarray(at, at + 3));
      if (random() < 0.1) pause();
    }
    // Ends whatever was begun.
    push('\x03\x03\x03\x03\x03j');
    const tokens = take();
    expect(tokens.map(rawOf).join('')).toBe(`${bytes.toString('latin1')}\x03\x03\x03\x03\x03j`);
    expect((tokens.at(-1) as KeyToken).name).toBe('j');
  }
});

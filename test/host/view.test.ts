import { describe, expect, test } from 'vitest';
import { Scene } from './viewing.ts';

describe('a view', () => {
  test('follows until it is scrolled back, and again at the bottom', () => {
    const scene = new Scene(20, 4).count(0, 30);
    expect(scene.view.scroll).toEqual({ back: 0, history: 27 });
    scene.view.scrollBy(-5);
    expect(scene.view.scroll).toEqual({ back: 5, history: 27 });
    scene.count(30, 40);
    expect(scene.view.scroll).toEqual({ back: 15, history: 37 });
    expect(scene.text).toBe('line 21\nline 22\nline 23\nline 24');
    expect(scene.view.read()?.cursor.visible).toBe(false);
    scene.view.scrollBy(99);
    scene.count(40, 41);
    expect(scene.view.scroll.back).toBe(0);
    expect(scene.text).toContain('line 40');
    expect(scene.view.read()?.cursor.visible).toBe(true);
  });

  test('scrolls no further than the oldest line', () => {
    const scene = new Scene(20, 4).count(0, 30);
    scene.view.scrollBy(-Number.MAX_SAFE_INTEGER);
    expect(scene.view.scroll).toEqual({ back: 27, history: 27 });
    scene.view.scrollTo('bottom');
    expect(scene.view.scroll.back).toBe(0);
    scene.view.scrollTo('top');
    expect(scene.top).toBe('');
    expect(scene.text).toContain('line 0');
  });

  test('stands at the oldest line once its own has been thrown away', () => {
    const scene = new Scene(20, 4, 64).count(0, 60);
    scene.view.scrollTo('top');
    scene.view.scrollBy(10);
    expect(scene.top).toBe('line 9');
    scene.count(60, 70);
    expect(scene.top).toBe('line 9');
    scene.count(70, 200);
    expect(scene.view.scroll).toEqual({ back: 64, history: 64 });
    expect(scene.top).toBe('line 132');
  });

  test('stays at its text over sizes that wrap it anew', async () => {
    const scene = new Scene(40, 6);
    for (let n = 0; n < 30; n++) scene.terminal.write(`${n}: ${'word '.repeat(20)}\r\n`);
    await scene.view.search('17: word', 'back');
    scene.view.scrollBy(3);
    expect(scene.top).toMatch(/^17: word/);
    for (const [cols, rows] of [
      [23, 6],
      [80, 10],
      [11, 3],
      [40, 6],
    ] as const) {
      scene.resize(cols, rows);
      expect(scene.top, `${cols} by ${rows}`).toMatch(/^17: word/);
    }
  });

  test('follows when a screen grows over all there is', () => {
    const scene = new Scene(20, 4).count(0, 10);
    scene.view.scrollBy(-2);
    scene.resize(20, 30);
    expect(scene.view.scroll).toEqual({ back: 0, history: 0 });
  });

  test.each([
    ['begins a full screen', '\x1b[?1049h'],
    ['is reset', '\x1bc'],
    ['erases its scrollback', '\x1b[3J'],
  ])('follows without selection and marks when the program %s', async (_, bytes) => {
    const scene = new Scene(20, 4).count(0, 30);
    scene.view.scrollBy(-10);
    await scene.view.search('line', 'back');
    scene.view.select({ x: 0, y: 0 }, { x: 5, y: 2 }, 'lines');
    expect(scene.marked).toMatch(/<line>/);
    scene.terminal.write(`${bytes}\x1b[Hline new`);
    expect(scene.view.scroll).toEqual({ back: 0, history: 0 });
    expect(scene.marked).not.toMatch(/[<[]/);
    expect(scene.view.copy()).toEqual({ text: '', lines: 0 });
  });

  test('searches and selects in the alternate screen, too', async () => {
    const scene = new Scene(20, 4).count(0, 30);
    scene.terminal.write('\x1b[?1049h\x1b[2Hfull screen');
    expect(await scene.view.search('screen', 'back')).toEqual({
      found: true,
      matches: 1,
      nth: 1,
      at: { x: 5, y: 1 },
    });
    scene.view.select({ x: 1, y: 1 }, { x: 1, y: 1 }, 'words');
    expect(scene.marked).toBe('\n[full] <screen>');
    expect(scene.view.copy()).toEqual({ text: 'full', lines: 1 });
    scene.terminal.write('\x1b[?1049l');
    expect(scene.marked).not.toMatch(/[<[]/);
  });

  test('shows nothing of a frame that is not complete', () => {
    const scene = new Scene(20, 4).count(0, 30);
    scene.view.scrollBy(-1);
    expect(scene.top).toBe('line 25');
    scene.terminal.write('\x1b[?2026h');
    expect(scene.view.read()).toBeNull();
    scene.terminal.write('\x1b[?2026l');
    expect(scene.top).toBe('line 25');
  });
});

describe('a search', () => {
  test('goes from match to match, and around at the ends', async () => {
    const scene = new Scene(20, 4).count(0, 12);
    const found = [];
    for (const direction of ['back', 'back', 'back', 'back', 'forward', 'forward'] as const) {
      const { nth, matches } = await scene.view.search('ne 1', direction);
      found.push(`${nth} of ${matches}: ${/<.*>\d*/.exec(scene.marked)}`);
    }
    expect(found).toEqual([
      '3 of 3: <ne 1>1',
      '2 of 3: <ne 1>0',
      '1 of 3: <ne 1>',
      '3 of 3: <ne 1>1',
      '1 of 3: <ne 1>',
      '2 of 3: <ne 1>0',
    ]);
  });

  test('starts at the edge of what is shown', async () => {
    const scene = new Scene(20, 4).count(0, 40);
    scene.view.scrollTo('top');
    scene.view.scrollBy(10);
    expect(await scene.view.search('line', 'back')).toMatchObject({ nth: 13, at: { x: 0, y: 3 } });
    expect(await scene.view.search('ine', 'forward')).toMatchObject({ nth: 10, at: { x: 1, y: 0 } });
  });

  test('brings a match that was not shown to the middle', async () => {
    const scene = new Scene(20, 9).count(0, 60);
    expect(await scene.view.search('line 17', 'back')).toEqual({
      found: true,
      matches: 1,
      nth: 1,
      at: { x: 0, y: 4 },
    });
    expect(scene.marked.split('\n')[4]).toBe('<line 17>');
    expect(await scene.view.search('line 20', 'forward')).toMatchObject({ at: { x: 0, y: 7 } });
    expect(scene.top).toBe('line 13');
  });

  test('marks all matches that are shown, and none after an empty one', async () => {
    const scene = new Scene(20, 3);
    scene.terminal.write('\x1b[7mabc\x1b[m abc Abc\r\nabcabc');
    await scene.view.search('abc', 'back');
    expect(scene.marked).toBe('abc [abc] [Abc]\n[abc]<abc>');
    expect(await scene.view.search('', 'back')).toEqual({ found: false, matches: 0, nth: 0, at: null });
    expect(scene.marked).toBe('[abc] abc Abc\nabcabc');
  });

  test('that finds nothing stays where it is', async () => {
    const scene = new Scene(20, 4).count(0, 30);
    scene.view.scrollBy(-7);
    expect(await scene.view.search('nowhere', 'back')).toEqual({
      found: false,
      matches: 0,
      nth: 0,
      at: null,
    });
    expect(scene.view.scroll.back).toBe(7);
  });

  test.each([
    ['error', 2],
    ['Error', 1],
    ['ERROR', 0],
    ['é', 2],
    ['e\u0301', 2],
    ['日本', 1],
    ['本 é', 1],
    ['👩\u200d👧', 1],
    ['i̇', 0],
    ['.*', 0],
    [' ', 5],
  ])('for %j finds %i', async (text, matches) => {
    const scene = new Scene(40, 6);
    scene.terminal.write('Error é 日本 e\u0301\r\nan error  \r\n👩\u200d👧 İ');
    expect((await scene.view.search(text, 'back')).matches).toBe(matches);
  });

  test('finds and marks what is wrapped, wide characters whole', async () => {
    const scene = new Scene(10, 4);
    scene.terminal.write('0123456needle\r\n12345678\u001b[1G123456789日本語');
    await scene.view.search('needle', 'back');
    expect(scene.marked.split('\n').slice(0, 2)).toEqual(['0123456<nee>', '<dle>']);
    expect(await scene.view.search('9日', 'back')).toMatchObject({ matches: 1, at: { x: 8, y: 2 } });
    expect(scene.marked.split('\n').slice(2)).toEqual(['12345678<9 >', '<日>本語']);
  });

  test('marks the part of a match that is in sight', async () => {
    const scene = new Scene(5, 3);
    scene.terminal.write('123needleneedle\r\n1\r\n2\r\n3');
    await scene.view.search('needle', 'back');
    scene.view.scrollTo('top');
    scene.view.scrollBy(1);
    expect(scene.marked.split('\n').slice(0, 2)).toEqual(['[edle]<n>', '<eedle>']);
  });

  test('goes on from its match over a resize, and from the edge when that is gone', async () => {
    const scene = new Scene(30, 4, 64).count(0, 30);
    await scene.view.search('line 2', 'back');
    expect(await scene.view.search('line 2', 'back')).toMatchObject({ nth: 10 });
    scene.resize(6, 4);
    expect(await scene.view.search('line 2', 'back')).toMatchObject({ nth: 9 });
    scene.count(30, 200);
    expect(await scene.view.search('line 2', 'back')).toMatchObject({ found: false });
  });

  test('of a long scrollback lets others have their turn, and survives a resize meanwhile', async () => {
    const scene = new Scene(200, 50, 50_000);
    const line = '日本語 and some more of it '.repeat(6);
    for (let n = 0; n < 8000; n++) scene.terminal.write(`${line}${n}\r\n`);
    let turns = 0;
    const count = () => {
      turns++;
      if (turns === 3) scene.resize(150, 40);
      ticking = setImmediate(count);
    };
    let ticking = setImmediate(count);
    expect(await scene.view.search('it 19', 'back')).toMatchObject({ matches: 111 });
    clearImmediate(ticking);
    expect(turns).toBeGreaterThan(4);
  });
});

describe('a selection', () => {
  function text(): Scene {
    const scene = new Scene(16, 5);
    scene.terminal.write('one two(three)  \r\n日本語 wide e\u0301👩\u200d👧 end\r\n\r\nlast');
    return scene;
  }

  test.each([
    ['characters', [4, 0], [6, 0], 'two', 1],
    ['characters backwards', [6, 0], [4, 0], 'two', 1],
    ['to the end of a line', [8, 0], [11, 1], 'three)\n日本語 wide', 2],
    ['from the right half of a wide character', [1, 1], [2, 1], '日本', 1],
    ['over a wrap', [7, 1], [2, 2], 'wide é👩\u200d👧 end', 1],
    ['an empty line', [0, 3], [0, 4], '\nl', 2],
    ['a blank', [3, 0], [3, 0], '', 1],
    ['words', [5, 0], [9, 0], 'two(three', 1],
    ['words of wide characters', [3, 1], [3, 1], '日本語', 1],
    ['words of clusters', [13, 1], [13, 1], 'é👩\u200d👧', 1],
    ['words of a bracket', [7, 0], [7, 0], '(', 1],
    ['lines', [3, 2], [3, 2], '日本語 wide é👩\u200d👧 end', 1],
    ['lines of many', [3, 0], [1, 4], 'one two(three)\n日本語 wide é👩\u200d👧 end\n\nlast', 4],
  ] as const)('of %s copies %j to %j as %j', (what, from, to, copied, lines) => {
    const scene = text();
    const shape = what.startsWith('words') ? 'words' : what.startsWith('lines') ? 'lines' : 'characters';
    scene.view.select({ x: from[0], y: from[1] }, { x: to[0], y: to[1] }, shape);
    expect(scene.view.copy()).toEqual({ text: copied, lines });
  });

  test('is shown, wide characters and clusters whole', () => {
    const scene = text();
    scene.view.select({ x: 5, y: 1 }, { x: 3, y: 1 }, 'characters');
    expect(scene.marked.split('\n')[1]).toBe('日[本語] wide e\u0301👩\u200d👧');
    scene.view.select(undefined, { x: 2, y: 2 }, 'characters');
    expect(scene.marked.split('\n').slice(1, 3)).toEqual(['日本[語 wide e\u0301👩\u200d👧 ]', '[end]']);
    scene.view.clearSelection();
    expect(scene.marked).not.toContain('[');
  });

  test('stays at its text while output comes and the view scrolls', () => {
    const scene = new Scene(20, 4).count(0, 10);
    scene.view.select({ x: 0, y: 1 }, { x: 5, y: 1 }, 'characters');
    scene.count(10, 12);
    expect(scene.text).toBe('line 8\nline 9\nline 10\nline 11');
    scene.view.scrollBy(-3);
    expect(scene.marked).toBe('line 5\nline 6\n[line 7]\nline 8');
    scene.view.select(undefined, { x: 3, y: 0 }, 'characters');
    expect(scene.view.copy().text).toBe('e 5\nline 6\nl');
    scene.resize(5, 4);
    expect(scene.view.copy().text).toBe('e 5\nline 6\nl');
  });

  test('keeps what is left of it when lines are thrown away, and is gone with the last', () => {
    const scene = new Scene(20, 4, 64).count(0, 60);
    scene.view.scrollTo('top');
    scene.view.select({ x: 2, y: 1 }, { x: 3, y: 3 }, 'characters');
    expect(scene.view.copy().text).toBe('ne 0\nline 1\nline');
    scene.count(60, 69);
    expect(scene.view.copy()).toEqual({ text: 'line 1\nline', lines: 2 });
    scene.count(69, 100);
    expect(scene.view.copy()).toEqual({ text: '', lines: 0 });
  });

  test('beyond the edges is taken for the edge', () => {
    const scene = new Scene(10, 3).count(0, 9);
    scene.view.select({ x: 0, y: 0 }, { x: 500, y: 900 }, 'characters');
    expect(scene.view.copy()).toEqual({ text: 'line 6\nline 7\nline 8', lines: 3 });
  });
});

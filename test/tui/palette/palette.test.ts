import { describe, expect, it, test } from 'vitest';
import { type AgentRequest, queueOf } from '../../../src/core/queue.ts';
import { isUnseen, keysAt, placeOf, selectOffers } from '../../../src/tui/definitions.ts';
import { selectPalette } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import { emptyField } from '../../../src/ui/field.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { lineText } from '../../../src/ui/text.ts';
import { boardRoom, card } from '../../features/board/boardFixtures.ts';
import { conflictRoom, invoiceRoom, refusedSync } from '../../features/invoices/documentFixtures.ts';
import { radarRoom, sidesRoom } from '../../features/radar/radarFixtures.ts';
import * as scenes from '../../ui/scenes.ts';
import {
  busyFacts,
  click,
  dialogOf,
  minutesAgo,
  now,
  paste,
  press,
  proposal,
  repo,
  room,
  type,
  worker,
} from '../fixtures.ts';

const { small, medium } = scenes;
const open = (state: AppState) => press(state, ':').state;
const look = (state: AppState, text: string) => type(open(state), text).state;
const enter = (state: AppState) => press(state, 'enter');
const offered = (state: AppState) => selectOffers(state).map(({ item }) => item);
const names = (state: AppState) => offered(state).map(({ name }) => name);
const marked = (state: AppState) =>
  offered(state).find(({ id }) => id === state.palette?.marked)?.name ?? null;
const text = (state: AppState) => selectPalette(state)?.lines.map(lineText).join('\n') ?? '';
/** Returns the cells of the drawn row with this text. */
function rowOf(state: AppState, words: string): { x: number; y: number } {
  const view = selectPalette(state);
  const at = view?.lines.findIndex((line) => lineText(line).includes(words)) ?? -1;
  if (!view || at < 0) throw new Error(`no ${words} in:\n${text(state)}`);
  return { x: view.frame.rect.x + 5, y: view.frame.rect.y + 2 + at };
}
const clicked = (state: AppState, { x, y }: { x: number; y: number }) =>
  updateApp(state, { type: 'tokenArrived', token: click(x, y) });

/** An agent waits for a permission whose row shows it in full. */
function asking(...commands: readonly string[]): AppState {
  const facts = busyFacts({
    workers: [worker('admin/dashboard', { state: 'waiting', asks: 'Bash: one' })],
    proposals: [],
  });
  const requests = commands.map(
    (id, at): AgentRequest => ({
      ...{ id, worker: 'admin/dashboard', kind: 'permission', since: minutesAgo(8 - at) },
      ...{ text: `Bash: ${id}`, detail: id, isWhole: true, isCut: false, questions: [] },
    }),
  );
  const { workers, proposals } = facts;
  const queue = queueOf({ workers, proposals, requests, setAside: new Map(), now });
  return room({ ...facts, queue }, { cols: 200, rows: 50 });
}

/** All places that the palette opens over. */
const places: readonly [string, AppState][] = [
  ['room', scenes.busy(medium)],
  ['room on a repository', press(scenes.busy(medium), 'g').state],
  ['room on an ended worker', press(scenes.busy(medium), 'G').state],
  ['room without anything', scenes.noRepos(small)],
  ['room that connects', scenes.connecting(small)],
  ['room without its controller', scenes.lost(small)],
  ['room with one pane', press(scenes.busy(medium), 'z').state],
  ['crowded room', room(scenes.crowdedFacts, medium)],
  ['queue', press(scenes.busy(medium), 'tab').state],
  ['queue with a request', press(asking('ls'), 'tab').state],
  ['queue after a limit', scenes.stoppedByLimit(medium)],
  ['copy-mode', press(scenes.busy(medium), 'pageup', 'v').state],
  ['board', boardRoom(medium)],
  ['invoices', invoiceRoom(medium)],
  ['sync', refusedSync(medium, 'mass_deletion')],
  ['conflicts', conflictRoom(medium)],
  ['radar', radarRoom(medium)],
  ['lines of both sides', sidesRoom(medium)],
  ['timeline', press(scenes.busy(medium), 't').state],
  ['repository', scenes.showingRepo(medium)],
  ['problem', scenes.problem(medium)],
  ['notices', press(scenes.told(medium), '!').state],
  ['help', press(scenes.busy(medium), '?').state],
];

/** Requests that need a person's yes to something visible. */
const yesses = [
  ...['approve', 'reject', 'finish', 'clean', 'stop', 'stopAll', 'undo', 'createDevelop'],
  ...['answer', 'goOn', 'rebuildSync', 'resolveSync'],
];

/** Marks an item of the palette over this state and presses enter. */
function choose(below: AppState, id: string) {
  return enter({ ...open(below), palette: { filter: emptyField, marked: id } });
}

const keysOfLabels: Readonly<Record<string, string>> = {
  ...{ '↵': 'enter', esc: 'escape', pgup: 'pageup', pgdn: 'pagedown', '↓': 'down', '↑': 'up' },
};

describe.each(places)('over the %s', (_name, below) => {
  it('opens and closes without changes below it', () => {
    expect(placeOf(open(below))?.name).toBe('palette');
    expect(press(below, ':', 'escape').state).toEqual({ ...below, notice: null });
    expect(press(below, 'ctrl-p', 'ctrl-c')).toEqual(press(below, ':', 'escape'));
  });

  it('runs and refuses the same as the key that it shows', () => {
    for (const { id, key, off, name } of offered(open(below))) {
      if (key === null) continue;
      const chosen = choose(below, id);
      const pressed = press(below, keysOfLabels[key] ?? key);
      if (off === null) expect([name, chosen]).toEqual([name, pressed]);
      else expect([name, chosen.effects, chosen.state.notice?.text]).toEqual([name, [], off]);
    }
  });

  it('never answers yes, whatever item is chosen', () => {
    for (const { id, name } of offered(open(below)))
      for (const effect of choose(below, id).effects)
        if (effect.type === 'request') expect(yesses, name).not.toContain(effect.method);
  });

  it('has a unique id for each of its items', () => {
    const ids = offered(open(below)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test.each<[string, AppState]>([
  ['a worker’s pane', press(scenes.busy(medium), 'enter').state],
  ['a search', press(scenes.busy(medium), '/').state],
  ['the form', press(scenes.busy(medium), 'n').state],
  ['the text of a card', press(boardRoom(medium), 'e').state],
  ['a reason', press(scenes.card(medium), 'n').state],
  ['an approval card', scenes.card(medium)],
  ['several starts', scenes.startingSeveral(medium)],
  ['a preview', scenes.finishing(medium)],
  ['a name to be typed', scenes.cleaning(medium)],
  ['a question', press(scenes.busy(medium), 'Q').state],
  ['a terminal that is too small', scenes.busy({ cols: 40, rows: 10 })],
])('it does not open over %s', (_name, state) => {
  expect(press(state, ':').state.palette).toBeNull();
  expect(press(state, 'ctrl-p').state.palette).toBeNull();
});

describe('its list of items', () => {
  it('begins with the actions of the footer and ends with disabled ones', () => {
    const all = offered(open(scenes.busy(medium)));
    expect(all.slice(0, 6).map(({ name }) => name)).toEqual([
      'new',
      'open',
      'finish',
      'clean',
      'stop',
      'zoom',
    ]);
    const off = all.findIndex((item) => item.off !== null);
    expect(all.slice(off).every((item) => item.off !== null)).toBe(true);
    expect(all.find(({ name }) => name === 'resume')?.off).toBe('backend/user-auth is running.');
  });

  it('contains every action of its place but steps and numbers', () => {
    for (const [name, below] of places) {
      const here = selectOffers(open(below)).map(({ item }) => item.id.split(' ')[0]);
      const wanted = keysAt(below).filter(({ palette }) => palette !== 'never');
      expect([name, here]).toEqual([name, expect.arrayContaining(wanted.map(({ id }) => id))]);
    }
  });

  it('contains every worker, proposal, repository and card, in views, too', () => {
    for (const below of [boardRoom(medium), press(boardRoom(medium), 'escape').state]) {
      const all = names(open(below));
      const { workers = [], proposals = [], repos = [], board } = below.facts ?? {};
      for (const { id } of workers) expect(all).toContain(id);
      for (const { draft } of proposals) expect(all).toContain(`${draft.repo}/${draft.task}`);
      for (const one of repos) expect(all).toContain(one.name);
      for (const one of board?.cards ?? []) expect(all).toContain(one.id ?? 'card');
    }
  });

  it('contains in a view the room’s actions that need no selection, without keys of another meaning there', () => {
    const all = offered(open(radarRoom(medium)));
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['new', 'board', 'invoices', 'quit']));
    expect(all.find(({ name }) => name === 'board')?.key).toBeNull();
    expect(all.map(({ name }) => name)).not.toContain('finish');
    expect(all.map(({ name }) => name)).not.toContain('radar');
  });
});

describe('enter', () => {
  it.each<[string, AppState, string, (state: AppState) => unknown, unknown]>([
    ['a form', scenes.busy(medium), 'new', (state) => dialogOf(state)?.kind, 'form'],
    ['a preview', scenes.busy(medium), 'fin', (state) => dialogOf(state)?.kind, 'finish'],
    ['a worker', scenes.busy(medium), 'chk', ({ focus }) => focus, { at: 'pane', id: 'web/checkout' }],
    ['a worker from a view', boardRoom(medium), 'auth', ({ focus }) => focus.at, 'pane'],
    ['an ended worker', scenes.busy(medium), 'oldcart', ({ anchor }) => anchor, 'web/old-cart'],
    ['a repository', scenes.busy(medium), 'admin repo', (state) => dialogOf(state), { repo: 'admin' }],
    ['the queue', scenes.busy(medium), 'queue', ({ list }) => list, 'queue'],
    [
      'the queue from a view',
      press(scenes.busy(medium), '?').state,
      'queue',
      ({ list, focus }) => [list, focus.at],
      ['queue', 'list'],
    ],
    ['the lists', press(scenes.busy(medium), 'tab').state, 'repositories', ({ list }) => list, 'fleet'],
    ['the board', boardRoom(medium), 'help', (state) => dialogOf(state)?.kind, 'help'],
    ['a proposal', scenes.busy(medium), 'rate', (state) => dialogOf(state), { kind: 'card', n: 7 }],
  ])('goes to %s', (_name, below, letters, sight, expected) => {
    const { state } = enter(look(below, letters));
    expect(state.palette).toBeNull();
    if (typeof expected === 'object') expect(sight(state)).toMatchObject(expected as object);
    else expect(sight(state)).toBe(expected);
  });

  it('goes to a card of the board from everywhere', () => {
    const cards = [card('ORC-1', 'To Do', 'Fix it'), card(null, 'Done', 'Write a page for 日本')];
    const below = press(boardRoom(medium, cards), 'escape').state;
    expect(dialogOf(enter(look(below, '日')).state)).toMatchObject({ kind: 'board', column: 'Done' });
  });

  it('leaves copy mode properly when an item leads away', () => {
    const back = press(scenes.busy(medium), 'pageup').state;
    const { state, effects } = enter(look(back, 'help'));
    expect(dialogOf(state)?.kind).toBe('help');
    expect(effects).toContainEqual({ type: 'scroll', id: 'backend/user-auth', to: 'bottom' });
  });

  it('shows the reason of a disabled item and leaves the palette open', () => {
    const refused = enter(look(scenes.busy(medium), 'resume'));
    expect(refused.effects).toEqual([]);
    expect(refused.state.notice?.text).toBe('backend/user-auth is running.');
    expect(refused.state.palette).not.toBeNull();
    expect(type(refused.state, 'x').state.notice).toBeNull();
  });

  it('does nothing without matches', () => {
    const lost = look(scenes.busy(medium), 'zzzz');
    expect(text(lost)).toContain('no matches');
    expect(enter(lost)).toMatchObject({
      effects: [],
      state: { notice: { text: 'No matches.' } },
    });
  });
});

describe('a yes', () => {
  it('to a start is given only on the card after it was drawn', () => {
    const looking = look(scenes.busy(medium), 'rate');
    const { state: opened, effects } = enter(looking);
    expect(effects).toEqual([]);
    expect(isUnseen(opened, looking)).toBe(true);
    const ahead = updateApp(opened, {
      type: 'tokenArrived',
      token: { kind: 'key', name: 'y', ctrl: false, alt: false, shift: false, raw: 'y' },
      unseen: isUnseen(opened, looking),
    });
    expect(ahead.effects).toEqual([]);
    expect(press(opened, 'y').effects).toMatchObject([{ method: 'approve' }]);
  });

  it('to a row of the queue is listed, but given only by its key', () => {
    const below = press(asking('ls'), 'tab').state;
    const told = enter(look(below, 'yes'));
    expect(told.effects).toEqual([]);
    expect(told.state.notice?.text).toBe('Only its own key answers, while nothing covers the question.');
    expect(press(below, 'y').effects).toMatchObject([{ method: 'answer' }]);
  });

  it('typed into the palette is a letter', () => {
    const below = press(asking('ls'), 'tab').state;
    expect(look(below, 'y')).toMatchObject({ palette: { filter: { text: 'y' } } });
    expect(type(open(below), 'yyy').effects).toEqual([]);
  });

  it('is never drawn beneath the palette', () => {
    const hidden = { ...scenes.card(medium), palette: { filter: emptyField, marked: null } };
    expect(isUnseen(scenes.card(medium), hidden)).toBe(true);
  });
});

describe('a change while it is open', () => {
  const arrive = (state: AppState, change: Parameters<typeof busyFacts>[0]) =>
    updateApp(state, { type: 'factsArrived', facts: busyFacts(change) }).state;
  const { workers } = busyFacts();

  it('moves the mark with its item', () => {
    const looking = look(scenes.busy(medium), 'web/');
    expect(marked(looking)).toBe('web/checkout');
    const more = arrive(looking, { workers: [worker('web/a'), ...workers] });
    expect(names(more)[0]).toBe('web/a');
    expect(marked(more)).toBe('web/checkout');
    expect(enter(more).state.focus).toEqual({ at: 'pane', id: 'web/checkout' });
  });

  it('makes enter do nothing if the marked item is gone, and the arrows start over', () => {
    const looking = look(scenes.busy(medium), 'web/');
    const gone = arrive(looking, { workers: workers.filter(({ id }) => id !== 'web/checkout') });
    expect(marked(gone)).toBeNull();
    expect(enter(gone)).toMatchObject({
      effects: [],
      state: { notice: { text: 'The marked item is gone. Mark another.' } },
    });
    expect(marked(press(gone, 'down').state)).toBe('web/old-cart');
    expect(marked(press(gone, 'up').state)).toBe(names(gone).at(-1));
  });

  it('never runs an action for a removed worker on another one', () => {
    const looking = look(scenes.busy(medium), 'finish');
    const gone = arrive(looking, { workers: workers.filter(({ id }) => id !== 'backend/user-auth') });
    expect(enter(gone).effects).toEqual([]);
    expect(enter(gone).state.notice?.text).toBe('The marked item is gone. Mark another.');
  });

  it('refuses an action that became disabled with the reason of its key', () => {
    const looking = look(scenes.busy(medium), 'stop');
    const [first, ...rest] = workers;
    const ended = arrive(looking, { workers: [{ ...worker(first?.id ?? ''), state: 'exited' }, ...rest] });
    expect(enter(ended).state.notice?.text).toBe('backend/user-auth is not running.');
  });

  it('does not confirm a replaced row by letters typed in the palette', () => {
    const arriving = (state: AppState, facts: AppState['facts']) =>
      facts ? updateApp(state, { type: 'factsArrived', facts }).state : state;
    const below = press(asking('ls', 'rm a'), 'tab').state;
    const slid = arriving(open(below), asking('rm a').facts);
    const after = type(slid, 'xyz').state;
    expect(press(after, 'escape', 'y').effects).toEqual([]);
    expect(press(after, 'escape', 'y', 'y').effects).toMatchObject([{ method: 'answer' }]);
  });

  it('opens no dialog under the palette; a requested proposal waits in the queue', () => {
    const asked = press(scenes.busy(medium), 'G', 'r').state;
    const known = updateApp(open(asked), {
      type: 'answered',
      method: 'proposeResume',
      params: { id: 'web/old-cart' },
      tag: asked.nextTag - 1,
      result: { ok: true, value: proposal(9, 'web/old-cart', { kind: 'resume', by: 'person' }) },
    }).state;
    expect(known.focus).toEqual({ at: 'list' });
    expect(known.palette).not.toBeNull();
    expect(names(known)).toContain('web/old-cart');
  });
});

describe('the keys', () => {
  const opened = open(scenes.busy(small));
  const all = names(opened);

  it.each<[string, readonly string[], string | undefined]>([
    ['arrows', ['down', 'down', 'up'], all[1]],
    ['ctrl-n and ctrl-p', ['ctrl-n', 'ctrl-n', 'ctrl-p'], all[1]],
    ['ctrl-j and ctrl-k', ['ctrl-j', 'ctrl-j', 'ctrl-k'], all[1]],
    ['pages', ['pagedown', 'pagedown', 'pageup', 'down'], all[17]],
    ['the upper end', ['up', 'ctrl-p'], all[0]],
    ['the lower end', Array(20).fill('pagedown'), all.at(-1)],
  ])('mark with %s', (_name, keys, expected) => {
    expect(marked(press(opened, ...keys).state)).toBe(expected);
  });

  it('edit the text, and mark the best match again only if the text changed', () => {
    const typed = press(type(opened, 'pane').state, 'down').state;
    const second = marked(typed);
    expect(marked(press(typed, 'left', 'home', 'end').state)).toBe(second);
    expect(marked(press(typed, 'backspace').state)).toBe(names(press(typed, 'backspace').state)[0]);
    expect(press(typed, 'ctrl-u').state.palette?.filter.text).toBe('');
    expect(press(typed, 'ctrl-w').state).toEqual(opened);
  });

  it('take a paste as one line', () => {
    const pasted = updateApp(opened, { type: 'tokenArrived', token: paste('check\nout\u001b[2J') }).state;
    expect(pasted.palette?.filter.text).toBe('check out [2J');
  });

  it('put the caret into the text', () => {
    expect(selectPalette(opened)?.caret).toEqual({ x: 4, y: 3 });
    expect(selectPalette(type(opened, '日本').state)?.caret).toEqual({ x: 8, y: 3 });
    expect(selectPalette(press(type(opened, 'ab').state, 'left').state)?.caret).toEqual({ x: 5, y: 3 });
  });
});

describe('the mouse', () => {
  const opened = open(scenes.busy(medium));

  it('runs the clicked item', () => {
    const { state } = clicked(opened, rowOf(opened, 'zoom'));
    expect(state).toMatchObject({ palette: null, zoomed: true });
  });

  it('runs the clicked item of a scrolled list', () => {
    const end = press(open(scenes.busy(small)), ...Array(9).fill('pagedown')).state;
    const refused = clicked(end, rowOf(end, 'resume'));
    expect(refused.state.notice?.text).toBe('backend/user-auth is running.');
    expect(marked(refused.state)).toBe('resume');
  });

  it('closes the palette by a click beside it, without another effect', () => {
    expect(clicked(opened, { x: 2, y: 3 })).toEqual({ state: { ...opened, palette: null }, effects: [] });
  });

  it('does nothing on the border or the typed text', () => {
    const { x, y } = rowOf(opened, ': letters');
    expect(clicked(opened, { x, y }).state).toEqual(opened);
    expect(clicked(opened, { x, y: y - 2 }).state).toEqual(opened);
  });

  it('moves the mark with the wheel', () => {
    const turn = (state: AppState, action: 'wheel-up' | 'wheel-down') =>
      updateApp(state, { type: 'tokenArrived', token: { ...click(2, 3), action } as never }).state;
    expect(marked(turn(turn(turn(opened, 'wheel-down'), 'wheel-down'), 'wheel-up'))).toBe(names(opened)[1]);
  });
});

test('hostile names are cut and shown as text', () => {
  const facts = busyFacts({
    repos: [repo(`a\u001b[2J\u202e${'long '.repeat(60)}`), repo('店'.repeat(150))],
    workers: [worker(`web/${'x'.repeat(300)}`), worker('web/\u0007\u200b👩‍👩‍👧')],
  });
  for (const size of [{ cols: 60, rows: 16 }, small, medium]) {
    const below = room(facts, size);
    const all = Array.from({ length: 9 }, (_, pages) =>
      text(press(open(below), ...Array(pages).fill('pagedown')).state),
    ).join('\n');
    expect(all.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u200b\u202e]/u);
    expect(all).toContain('a [2J');
    expect(text(look(below, 'xxxxxxxx'))).toContain('…');
  }
});

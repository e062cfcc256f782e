import { expect, test } from 'vitest';
import type { Facts } from '../../src/core/facts.ts';
import type { WorkerState } from '../../src/core/worker.ts';
import type { Token } from '../../src/terminal/input.ts';
import { footerLine, headerLine } from '../../src/tui/bars.ts';
import { selectColumn } from '../../src/tui/column.ts';
import { selectDialog, selectPalette } from '../../src/tui/overlays.ts';
import { selectPanes } from '../../src/tui/panes.ts';
import { updateApp } from '../../src/tui/update.ts';
import type { AppState } from '../../src/ui/state.ts';
import { answerTo, type ScreenEffect, type ScreenMessage } from '../../src/ui/step.ts';
import { lineWidth } from '../../src/ui/text.ts';
import { randomFrom } from '../support/random.ts';
import {
  busyFacts,
  cleanPreview,
  click,
  dialogOf,
  facts,
  finishPreview,
  key,
  paste,
  plan,
  proposal,
  repo,
  room,
  terminal,
  worker,
} from './fixtures.ts';

const rounds = Number(process.env.ORCH_RANDOM_ROUNDS ?? 40);
const keys = [
  ...'nyelzfxrsRQqjkgGAC?+-mo123456789hab/[vVN0$:',
  ...[
    'enter',
    'tab',
    'shift-tab',
    'escape',
    'up',
    'down',
    'left',
    'right',
    'backspace',
    'space',
    'home',
    'end',
  ],
  ...[
    'pageup',
    'pagedown',
    'ctrl-q',
    'ctrl-c',
    'ctrl-j',
    'ctrl-p',
    'ctrl-r',
    'ctrl-z',
    'alt-enter',
    'unknown',
    'ä',
    '日',
  ],
];
const states: readonly WorkerState[] = [
  'starting',
  'needs-trust',
  'working',
  'waiting',
  'idle',
  'limited',
  'exited',
  'lost',
];
const tasks = ['user-auth', 'api-v2', 'a', `${'long-'.repeat(11)}name`];

class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  some<T>(items: readonly T[]): readonly T[] {
    return items.filter(() => this.#random() < 0.6);
  }
}

function someFacts(chance: Chance): Facts {
  const ids = ['backend', 'web', 'gone'].flatMap((name) => tasks.map((task) => `${name}/${task}`));
  const proposals = ['backend/x', 'web/日本', 'backend/user-auth'].map((id, index) => {
    const digest = `digest ${chance.below(3)}`;
    const problem = chance.below(4) === 0 ? { code: 'x', message: 'It\u001b[2J cannot.' } : null;
    return proposal(index + 1, id, { plan: chance.below(3) > 0 ? plan(id, { digest }) : null, problem });
  });
  return facts({
    repos: chance.some([repo('backend', { problem: 'no commits' }), repo('web', { dirty: 2 })]),
    workers: chance
      .some(ids)
      .map((id) => worker(id, { state: chance.of(states), asks: 'npm \u0007install' })),
    proposals: chance.some(proposals),
  });
}

function someToken(chance: Chance): Token {
  const kind = chance.below(20);
  if (kind === 0)
    return paste(chance.of(['y', 'one\r\ntwo', '\u001b[2J', '日本語'.repeat(30)]), chance.below(2) > 0);
  if (kind === 1) return click(chance.below(130), chance.below(40));
  if (kind === 2)
    return {
      ...click(chance.below(130), chance.below(40)),
      action: chance.of(['wheel-up', 'wheel-down', 'move', 'release']),
    } as Token;
  if (kind === 3) return { kind: 'reply', raw: '\u001b[?62c' };
  return key(chance.of(keys));
}

/** Returns a key that moves the focus: chance alone hardly ever leaves a worker or a form. */
function likelyKey(chance: Chance, state: AppState): string {
  if (state.palette) return chance.of(['enter', 'down', 'pagedown', 'y', 'c', 'escape']);
  if (state.focus.at === 'pane') return 'ctrl-q';
  if (state.focus.at === 'copy-mode') return chance.of(['v', 'y', '/', 'k', 'z', 'q']);
  if (state.focus.at === 'list') return chance.of(['tab', 'enter', 'n', 'f', 'A']);
  return state.focus.dialog.kind === 'card' || state.focus.dialog.kind === 'start-several'
    ? chance.of(['y', 'y', 'y', 'y', 'e', 'l'])
    : chance.of(['escape', 'enter']);
}

function someMessage(chance: Chance, state: AppState, asked: readonly ScreenEffect[]): ScreenMessage {
  if (chance.below(2) === 0) return { type: 'tokenArrived', token: key(likelyKey(chance, state)) };
  const request = chance.of(asked);
  if (chance.below(6) === 0 && request?.type === 'request')
    return answerTo(request, someResult(chance, request.method));
  const kind = chance.below(30);
  if (kind === 0 || kind === 8) return { type: 'factsArrived', facts: someFacts(chance) };
  if (kind === 1) return { type: 'factsArrived', facts: busyFacts() };
  if (kind === 2)
    return { type: 'resized', size: { cols: 20 + chance.below(200), rows: 5 + chance.below(60) } };
  if (kind === 3) return { type: 'terminalForgotten', id: 'backend/user-auth' };
  if (kind === 4) return { type: 'terminalChanged', record: terminal('backend/user-auth') };
  if (kind === 5 || kind === 7) return { type: 'connectionChanged', connection: { status: 'live' } };
  if (kind === 6) {
    const problem = { code: 'disconnected', message: 'gone' };
    return { type: 'connectionChanged', connection: { status: 'lost', problem } };
  }
  if (kind === 9) return { type: 'dragHeld' };
  if (kind === 10) return someFound(chance);
  return { type: 'tokenArrived', token: someToken(chance) };
}

function someFound(chance: Chance): ScreenMessage {
  const matches = chance.below(3);
  const found = { found: matches > 0, matches, nth: matches, at: matches > 0 ? { x: 3, y: 4 } : null };
  const text = chance.of(['y', 'a', 'v']);
  return { type: 'searched', id: 'backend/user-auth', text, result: { ok: true, value: found } };
}

type AnyResult = Parameters<typeof answerTo>[1];

function someResult(chance: Chance, method: string): AnyResult {
  if (chance.below(3) === 0)
    return { ok: false, problem: { code: 'no', message: 'fatal: no\nnot at all', hint: 'Wait.' } };
  const values: Readonly<Record<string, unknown>> = {
    facts: someFacts(chance),
    propose: proposal(4, 'web/new'),
    proposeResume: proposal(5, 'web/a', { kind: 'resume' }),
    edit: proposal(1, 'backend/x'),
    approve: worker('backend/x'),
    goOn: { going: ['backend/user-auth'], left: [] },
    stop: worker('backend/user-auth', { state: 'exited' }),
    previewFinish: { ...finishPreview, ignored: chance.some(['.env']), blockers: chance.some(['No.']) },
    previewClean: { ...cleanPreview, wantsTypedName: chance.below(2) > 0 },
    finish: { id: 'backend/user-auth', into: 'develop', merge: 'abcdef0123', backup: 'refs/x' },
    clean: { id: 'backend/user-auth', backup: 'refs/x' },
  };
  // The pairs of method and value above match, which a table cannot express for the compiler.
  return { ok: true, value: values[method] ?? null } as AnyResult;
}

/** Checks that everything drawn stays within the terminal. */
function checkDrawing(state: AppState): void {
  const { cols } = state.size;
  expect(lineWidth(headerLine(state))).toBe(cols);
  expect(lineWidth(footerLine(state))).toBe(cols);
  const dialog = selectDialog(state);
  const palette = selectPalette(state);
  for (const view of [selectColumn(state), ...selectPanes(state), dialog, palette]) {
    if (!view) continue;
    const { rect, top, bottom } = view.frame;
    expect([lineWidth(top), lineWidth(bottom)]).toEqual([rect.width, rect.width]);
    expect(rect.x + rect.width).toBeLessThanOrEqual(cols);
  }
  for (const view of [dialog, palette]) {
    if (!view) continue;
    const { rect } = view.frame;
    expect(view.lines.length + 4).toBe(rect.height);
    expect(rect.y + rect.height).toBeLessThanOrEqual(state.size.rows);
    for (const row of view.lines) expect(lineWidth(row)).toBeLessThanOrEqual(rect.width - 4);
  }
}

/** Returns the plans that a yes may start: that of an open card, or all that were listed together. */
function shownPlans(state: AppState): readonly { n: number; digest: string | null }[] {
  const dialog = dialogOf(state);
  if (dialog?.kind === 'card' && !dialog.changed) return [{ n: dialog.n, digest: dialog.digest }];
  if (dialog?.kind !== 'start-several') return [];
  return dialog.listed.map(({ proposal: { n, plan } }) => ({ n, digest: plan.digest }));
}

test('only y on a dialog that shows exactly that plan approves, whatever happens', () => {
  let approvals = 0;
  for (let seed = 1; seed <= rounds; seed += 1) {
    const chance = new Chance(seed);
    let state = room(busyFacts(), { cols: 120, rows: 36 });
    const asked: ScreenEffect[] = [];
    for (let at = 0; at < 400; at += 1) {
      const message = someMessage(chance, state, asked);
      const step = updateApp(state, message);
      for (const effect of step.effects) {
        if (effect.type !== 'request' || effect.method !== 'approve') continue;
        approvals += 1;
        const shown = state.facts?.proposals.find(({ n }) => n === effect.params.n);
        expect(message).toMatchObject({
          type: 'tokenArrived',
          token: { kind: 'key', name: 'y', ctrl: false, alt: false },
        });
        expect(state.palette).toBeNull();
        const { n, digest } = effect.params;
        expect(shownPlans(state)).toContainEqual({ n, digest });
        expect(shown).toMatchObject({ problem: null, plan: { digest } });
      }
      asked.push(...step.effects);
      state = step.state;
      if (at % 10 === 0 && state.size.cols >= 60 && state.size.rows >= 16) checkDrawing(state);
    }
  }
  expect(approvals).toBeGreaterThan(rounds);
});

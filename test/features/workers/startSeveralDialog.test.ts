import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/facts.ts';
import type { ContinueOutcome } from '../../../src/core/usage.ts';
import type { Problem } from '../../../src/lib/result.ts';
import { selectDialog } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import type { Answered, ScreenEffect } from '../../../src/ui/step.ts';
import { lineText } from '../../../src/ui/text.ts';
import {
  busyFacts,
  dialogOf,
  finishPreview as finish,
  minutesAgo,
  now,
  plan,
  press,
  proposal,
  room,
  worker,
} from '../../tui/fixtures.ts';

const seven = proposal(7, 'backend/rate-limits');
const eight = proposal(8, 'web/seo');
const unplanned = proposal(9, 'web/cart', { plan: null });

const withProposals = (...proposals: Facts['proposals']) => busyFacts({ workers: [], proposals });
const opened = (...proposals: Facts['proposals']) => press(room(withProposals(...proposals)), 'A').state;
const arrives = (state: AppState, facts: Facts) => updateApp(state, { type: 'factsArrived', facts }).state;
const text = (state: AppState) => selectDialog(state)?.lines.map(lineText).join('\n') ?? '';

/** The outcome of a pending request. */
function answered(state: AppState, effect: ScreenEffect | undefined, result: unknown): AppState {
  if (effect?.type !== 'request') throw new Error('nothing was asked');
  const { method, params, tag } = effect;
  return updateApp(state, { type: 'answered', method, params, tag, result } as Answered).state;
}

const started = (id: string) => ({ ok: true, value: worker(id, { state: 'starting' }) });
const refused = (code: string, message: string) => ({ ok: false, problem: { code, message } as Problem });
const minutesOn = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

describe('A', () => {
  it('lists every proposal that can be started, with its plan and warnings', () => {
    const warned = proposal(8, 'web/seo', {
      kind: 'resume',
      plan: plan('web/seo', { agent: 'codex', warnings: ['It has none of our tools.'] }),
      limit: { code: 'limit_reached', message: '4 workers run already.' },
    });
    const shown = text(opened(seven, warned, unplanned));
    expect(shown).toMatch(/#7 {2}backend\/rate-limits {2}claude {2}feature\/rate-limits/);
    expect(shown).toMatch(/#8 {2}web\/seo {14}codex {3}resumes on feature\/seo/);
    expect(shown).toContain('Limit requests to 100 a minute.');
    expect(shown).toMatch(/Command +claude --session-id/);
    expect(shown).toMatch(/! 4 workers run already\.\n.*! It has none of our tools\./);
    expect(shown).toMatch(/Not among them\n {2}#9 web\/cart: still being worked out/);
  });

  it('says which proposals exceed the limit of workers, and that the brief goes on', () => {
    const brief = 'One.\nTwo.\nThree.\nFour.\nFive.\nSix.';
    const long = { ...seven, draft: { ...seven.draft, brief } };
    const given = withProposals(long, eight, proposal(9, 'web/cart'));
    const running = [worker('backend/user-auth'), worker('web/old', { state: 'exited', exitCode: 0 })];
    const workspace = { ...given.workspace, mostWorkers: 2 };
    const shown = text(press(room({ ...given, workers: running, workspace }), 'A').state);
    expect(shown).toMatch(/#7[^#]*│ … 3 more lines on its card/);
    expect(shown.match(/! With those before it, the limit/g)).toHaveLength(2);
    expect(shown).toMatch(/#8[^#]*With those before it, the limit of 2 workers/);
    expect(shown).toContain('What exceeds a limit stays open');
  });

  it('counts started proposals of the list as running, not twice', () => {
    const given = withProposals(eight);
    const workspace = { ...given.workspace, mostWorkers: 2 };
    const asked = press(room({ ...withProposals(seven, eight), workers: [], workspace }), 'A', 'y').state;
    const running = [worker('backend/rate-limits')];
    const started = { ...given, workers: running, workspace };
    const next = updateApp(asked, { type: 'factsArrived', facts: started }).state;
    expect(text(next)).not.toContain('With those before it');
  });

  it('lists nothing but proposals: permissions and questions are answered one by one', () => {
    const asking = worker('admin/dashboard', { state: 'waiting', asks: 'Bash: rm -r build' });
    const step = press(room(busyFacts({ workers: [asking], proposals: [seven] })), 'A', 'y');
    expect(text(step.state)).not.toContain('rm -r');
    expect(step.effects).toMatchObject([{ method: 'approve', params: { n: 7 } }]);
    const none = press(room(busyFacts({ workers: [asking], proposals: [] })), 'tab', 'A', 'y');
    expect(dialogOf(none.state)).toBeNull();
    expect(none.effects).toEqual([]);
  });

  it('shows why it is off', () => {
    expect(press(room(withProposals()), 'A').state.notice?.text).toBe('Nothing is proposed just now.');
    expect(press(room(withProposals(unplanned)), 'A').state.notice?.text).toContain('being worked out');
    const broken = proposal(9, 'web/cart', { plan: null, problem: { code: 'x', message: 'It exists.' } });
    expect(press(room(withProposals(broken)), 'A').state.notice?.text).toContain('as it is;');
  });

  it('then y approves each with its own digest and the size of its pane, in order', () => {
    const { effects } = press(opened(seven, eight), 'y');
    expect(effects).toEqual([
      expect.objectContaining({
        method: 'approve',
        params: { n: 7, digest: 'digest of backend/rate-limits', cols: 86, rows: 15 },
      }),
      expect.objectContaining({
        method: 'approve',
        params: { n: 8, digest: 'digest of web/seo', cols: 86, rows: 15 },
      }),
    ]);
  });

  it('then y approves no proposal that was added, changed or closed while it was open', () => {
    const changed = proposal(8, 'web/seo', { plan: plan('web/seo', { digest: 'another' }) });
    const ten = proposal(10, 'web/late');
    const gone = proposal(6, 'web/gone');
    const later = arrives(opened(gone, seven, eight), withProposals(seven, changed, ten));
    expect(text(later)).toMatch(/#6[^#]*✕ It is no longer open\./);
    expect(text(later)).toMatch(/#8[^#]*✕ It has changed since/);
    expect(text(later)).toMatch(/Not among them\n {2}#10 web\/late: ready since/);
    const { effects } = press(later, 'y');
    expect(effects).toMatchObject([{ method: 'approve', params: { n: 7 } }]);
  });

  it('closes once all are started, and shows how many', () => {
    const { state, effects } = press(opened(seven, eight), 'y');
    const one = answered(state, effects[0], started('backend/rate-limits'));
    expect(dialogOf(one)?.kind).toBe('start-several');
    expect(text(one)).toContain('✓ started');
    const both = answered(one, effects[1], started('web/seo'));
    expect(dialogOf(both)).toBeNull();
    expect(both.notice?.text).toBe('2 workers started.');
    expect(both.facts?.proposals).toEqual([]);
  });

  it('stays open with the proposals not started and the reasons; the next y starts nothing', () => {
    const { state, effects } = press(opened(seven, eight), 'y');
    // Answers may come in any order.
    const second = answered(state, effects[1], refused('limit_reached', '1 worker runs already.'));
    expect(
      selectDialog(second)
        ?.frame.top.map(({ text }) => text)
        .join(''),
    ).toContain('Start these 2?');
    const both = answered(second, effects[0], started('backend/rate-limits'));
    expect(text(both)).toContain('✕ Not started: 1 worker runs already.');
    expect(press(both, 'y').effects).toEqual([]);
    expect(dialogOf(press(both, 'escape').state)).toBeNull();
  });

  it('sends one request: a second y waits for the first', () => {
    expect(press(opened(seven, eight), 'y', 'y').effects).toHaveLength(2);
  });

  it('shows the answers in a notice when it was closed before', () => {
    const { state, effects } = press(opened(seven), 'y');
    const closed = press(state, 'escape').state;
    expect(answered(closed, effects[0], refused('budget_spent', '$5 are spent.')).notice?.text).toBe(
      '$5 are spent.',
    );
  });
});

const over = worker('backend/a', { state: 'limited', limitedUntil: minutesAgo(5) });
const unknown = worker('backend/b', { state: 'limited', limitedUntil: null });
const held = worker('backend/c', { state: 'limited', limitedUntil: minutesOn(20) });
const ended = worker('backend/d', { state: 'lost', limitedUntil: minutesAgo(5), wasLimited: true });
const limits = (...workers: Facts['workers']) => room(busyFacts({ workers, proposals: [] }));

describe('a worker at its usage limit', () => {
  it('is asked to go on by y once the limit is over, or its end is unknown', () => {
    const go = (id: string) => [{ method: 'goOn', params: { ids: [id] } }];
    expect(press(limits(over), 'tab', 'y').effects).toMatchObject(go('backend/a'));
    expect(press(limits(unknown), 'tab', 'y').effects).toMatchObject(go('backend/b'));
    const early = press(limits(held), 'tab', 'y');
    expect(early.effects).toEqual([]);
    expect(early.state.notice?.text).toMatch(/^Its usage limit holds until \d\d:\d\d\.$/);
    expect(press(limits(held), 'tab', 'n').state.notice?.text).toBe('It stays here until it goes on.');
  });

  it('is resumed by y through its card when its process has ended', () => {
    expect(press(limits(ended), 'tab', 'y').effects).toMatchObject([
      { method: 'proposeResume', params: { id: 'backend/d' } },
    ]);
  });

  it('shows why it was not asked to go on', () => {
    const { state, effects } = press(limits(over), 'tab', 'y');
    const problem = { code: 'going_on', message: 'It is being told.' };
    const value: ContinueOutcome = { going: [], left: [{ id: 'backend/a', problem }] };
    expect(answered(state, effects[0], { ok: true, value }).notice?.text).toBe('It is being told.');
  });
});

describe('C', () => {
  it('lists all that can go on, those to resume, and those whose limit holds', () => {
    const { state } = press(limits(over, unknown, held, ended), 'C');
    expect(text(state)).toMatch(/At their prompts\n {2}backend\/a *\n {2}backend\/b: the end is not known/);
    expect(text(state)).toMatch(/Ended: each becomes a proposal to resume\n {2}backend\/d/);
    expect(text(state)).toMatch(/Their limit still holds\n {2}backend\/c: until/);
  });

  it('then y lets them go on together and asks to resume those that ended', () => {
    const { state, effects } = press(limits(over, unknown, held, ended), 'C', 'y');
    expect(effects).toMatchObject([
      { method: 'proposeResume', params: { id: 'backend/d' } },
      { method: 'goOn', params: { ids: ['backend/a', 'backend/b'] } },
    ]);
    const resume = proposal(9, 'backend/d', { kind: 'resume', by: 'person' });
    const asked = answered(state, effects[0], { ok: true, value: resume });
    expect(dialogOf(asked)?.kind).toBe('go-on');
    const value: ContinueOutcome = { going: ['backend/a', 'backend/b'], left: [] };
    const told = answered(asked, effects[1], { ok: true, value });
    expect(dialogOf(told)).toBeNull();
    expect(told.notice?.text).toBe('backend/a, backend/b were asked to continue.');
  });

  it('stays open with those that were not asked to go on', () => {
    const { state, effects } = press(limits(over, unknown), 'C', 'y');
    const problem = { code: 'still_limited', message: 'The usage limit of backend/b holds until 16:00.' };
    const value: ContinueOutcome = { going: ['backend/a'], left: [{ id: 'backend/b', problem }] };
    const told = answered(state, effects[0], { ok: true, value });
    expect(text(told)).toMatch(/Not told\n {2}The usage limit of backend\/b holds/);
    expect(press(told, 'y').effects).toEqual([]);
  });

  it('shows when the limit ends', () => {
    expect(press(limits(held), 'C').state.notice?.text).toMatch(/^The usage limit holds until/);
    expect(press(limits(), 'C').state.notice?.text).toBe('No worker has stopped at a usage limit.');
  });
});

describe('a finish that the orchestrator suggests', () => {
  const finishWish = { by: 'orchestrator', at: minutesAgo(2), why: 'reviewed' };
  const wished = room(
    busyFacts({ workers: [worker('backend/a', { state: 'idle', finishWish })], proposals: [] }),
  );
  const no = [{ method: 'leaveUnfinished', params: { id: 'backend/a' } }];

  it('is declined by n, on its row and in its preview; esc leaves it waiting', () => {
    expect(press(wished, 'tab', 'n').effects).toMatchObject(no);
    const preview = press(wished, 'tab', 'y');
    const [asked] = preview.effects;
    const value = { ...finish, id: 'backend/a' };
    const shown = answered(preview.state, asked, { ok: true, value });
    expect(text(shown)).toContain('✓ The orchestrator suggests finishing it: reviewed');
    expect(press(shown, 'n').effects).toMatchObject(no);
    expect(press(shown, 'escape').effects).toEqual([]);
    const declined = press(shown, 'n');
    expect(answered(declined.state, declined.effects[0], { ok: true, value: null }).notice?.text).toBe(
      'backend/a stays as it is.',
    );
  });
});

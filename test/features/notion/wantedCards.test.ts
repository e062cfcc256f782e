import { expect, it } from 'vitest';
import { boardFacts } from '../../../src/core/board.ts';
import type { WantedCard } from '../../../src/core/notion.ts';
import { selectFacts } from '../../../src/features/state.ts';
import { config, Scene } from '../../controller/scene.ts';

const card: WantedCard = { id: 'ORC-7', task: 'Limit how often a client may ask', repo: 'backend' };

/** Reports a requesting card. */
function wanted(scene: Scene, change: Partial<WantedCard> = {}): Scene {
  return scene.tell({ type: 'worker-wanted', card: { ...card, ...change }, sessionId: 's' });
}

function noticed(scene: Scene): string | undefined {
  return scene.state.notices.at(-1)?.message;
}

it('becomes a proposal with the text of the card, whose plan is worked out, and no more than that', () => {
  const scene = wanted(new Scene());
  const draft = {
    ...{ repo: 'backend', task: 'limit-how-often-a-client-may-ask', agent: null },
    brief: 'Limit how often a client may ask',
  };
  expect(scene.events).toEqual([
    { type: 'proposed', n: 1, kind: 'start', by: 'board', draft, sessionId: 's' },
  ]);
  expect(scene.effects).toEqual([{ type: 'plan', n: 1 }]);
  expect(selectFacts(scene.state).queue).toMatchObject([
    { kind: 'proposal', proposal: 1, text: 'start? (from the board)' },
  ]);
  expect(scene.state.notices).toEqual([]);
});

it('is proposed once, although a sync that was killed tells of it twice', () => {
  const scene = wanted(wanted(new Scene()));
  expect(scene.events).toEqual([]);
  expect(scene.state.notices).toEqual([]);
  expect(scene.state.log.proposals.size).toBe(1);
});

it('is proposed again when it is moved there again after a no', () => {
  const scene = wanted(new Scene()).ask({ do: 'reject', n: 1, why: 'later' });
  expect(wanted(scene).events).toMatchObject([{ type: 'proposed', n: 2, by: 'board' }]);
});

it('is taken to be for the one repository where there is only one', () => {
  const scene = new Scene();
  const [backend] = config.repos;
  scene.tell({ type: 'config-read', config: { ...config, repos: backend ? [backend] : [] } });
  expect(wanted(scene, { repo: null }).events).toMatchObject([{ draft: { repo: 'backend' } }]);
});

it('takes its name from the id where none can be made of the text', () => {
  expect(wanted(new Scene(), { task: '認証を直す' }).events).toMatchObject([
    { draft: { task: 'orc-7', brief: '認証を直す' } },
  ]);
});

it.each<[string, Partial<WantedCard>, RegExp]>([
  [
    'no repository',
    { repo: null },
    /^ORC-7 “Limit .*” asks for a worker .*: no repository set on the card\.$/,
  ],
  ['a repository that is not known', { repo: 'nope' }, /There is no repository "nope" here\.$/],
  ['no name', { id: null, task: '認証' }, /^“認証” asks .* its text gives no task name\.$/],
])('reports why a card with %s gets no worker, and proposes nothing', (_, change, message) => {
  const scene = wanted(new Scene(), change);
  expect(scene.events).toEqual([]);
  expect(scene.effects).toEqual([]);
  expect(noticed(scene)).toMatch(message);
});

it('says that there is a worker or a proposal of that task already', () => {
  const task = 'Auth';
  expect(noticed(wanted(new Scene().started('auth'), { task }))).toContain('There is a worker backend/auth');
  expect(noticed(wanted(new Scene().proposed('auth'), { task }))).toContain('is proposed already');
});

it('says which worker is on the card already, by whatever name', () => {
  const empty = { branch: null, worker: 'backend/auth', priority: null, pr: null, started: null };
  const none = {
    completed: null,
    blockers: null,
    progress: null,
    ready: null,
    column: 'In Progress',
    line: 5,
  } as const;
  const facts = boardFacts('/w/SPRINT_BOARD.md', [{ ...card, ...empty, ...none, problem: null }], []);
  const scene = new Scene().started('auth').tell({ type: 'board-read', board: facts });
  expect(noticed(wanted(scene))).toContain('backend/auth is on it already');
  expect(scene.state.log.proposals.size).toBe(0);
});

it('stops at twenty when all cards were moved there, with one notice', () => {
  const scene = new Scene();
  for (let i = 0; i < 50; i++) wanted(scene, { id: null, task: `Card ${i}` });
  expect(scene.state.log.proposals.size).toBe(20);
  expect(scene.state.notices.map(({ code }) => code)).toEqual(['too_many_wanted']);
});

it('shows no control characters of an external text, neither in the brief nor in a notice', () => {
  const task = 'Fix\u001b[31m it\u202e\nwith care';
  expect(wanted(new Scene(), { task }).events).toMatchObject([{ draft: { brief: 'Fix[31m it\nwith care' } }]);
  expect(noticed(wanted(new Scene(), { task, repo: null }))).toMatch(
    /^ORC-7 “Fix \[31m it<U\+202E> with care” asks/,
  );
});

import { describe, expect, it } from 'vitest';
import {
  type Observation,
  observe,
  type Report,
  type SessionSignal,
  type Signal,
  type TitleSignal,
} from '../../src/core/observation.ts';

const starting: Observation = { state: 'starting', questions: [] };
const hook = (report: Report): Signal => ({ source: 'hook', report });
const prompted = hook({ kind: 'prompted' });
const notified = hook({ kind: 'prompted', byItself: true });
const begins = hook({ kind: 'tool-started' });
const asks = (what: string) => hook({ kind: 'asked', what });
const ends = (what: string) => hook({ kind: 'tool-ended', what });
const stops = hook({ kind: 'turn-ended', said: null });
const goesOn = hook({ kind: 'turn-ended', said: null, goesOn: true });
const title = (says: TitleSignal['says']): Signal => ({ source: 'title', says });
const screen = (says: 'question' | 'prompt'): Signal => ({ source: 'screen', says });
const file = (says: SessionSignal['says']): Signal => ({ source: 'session', says, at: 1 });
const session = hook({ kind: 'session-started', sessionId: 'a' });
const limit = hook({ kind: 'turn-failed', error: 'rate_limit', limited: true });
const gone: Signal = { source: 'process', alive: false };

/** Returns the states after each signal, with the shown question. */
function life(...signs: Signal[]): string[] {
  let now = starting;
  return signs.map((sign) => {
    now = observe(now, sign);
    const asks = now.questions.at(-1)?.text;
    return asks === undefined ? now.state : `${now.state}: ${asks}`;
  });
}

describe('a worker is shown as', () => {
  it.each<[string, Signal[], string[]]>([
    [
      'working, waiting and idle by its hooks',
      [session, prompted, begins, asks('Bash: ls'), ends('Bash: ls'), stops],
      ['idle', 'working', 'working', 'waiting: Bash: ls', 'working', 'idle'],
    ],
    [
      'waiting while tools beside the question begin and end',
      [prompted, asks('Bash: ls'), begins, ends('Read: a'), title('resting'), ends('Bash: ls')],
      ['working', ...Array(4).fill('waiting: Bash: ls'), 'working'],
    ],
    [
      'waiting for the older question once the newer is answered',
      [prompted, asks('one'), asks('two'), ends('two'), ends('three'), ends('one')],
      ['working', 'waiting: one', 'waiting: two', 'waiting: one', 'waiting: one', 'working'],
    ],
    [
      'working when the title says that no question is left',
      [prompted, asks('one'), asks('two'), title('working'), stops],
      ['working', 'waiting: one', 'waiting: two', 'working', 'idle'],
    ],
    [
      'waiting and no longer, where titles are all that tells of it',
      [
        title('working'),
        title('asking'),
        title('asking'),
        title('working'),
        title('asking'),
        title('resting'),
      ],
      ['working', 'waiting: an answer', 'waiting: an answer', 'working', 'waiting: an answer', 'idle'],
    ],
    [
      'idle after Esc in mid-turn, by its title',
      [prompted, title('working'), title('resting')],
      ['working', 'working', 'idle'],
    ],
    [
      'idle after Esc at a question, by its screen',
      [prompted, asks('one'), title('resting'), screen('question'), screen('prompt')],
      ['working', 'waiting: one', 'waiting: one', 'waiting: one', 'idle'],
    ],
    [
      'in need of trust when something is asked before the first hook',
      [screen('question'), title('resting'), session],
      ['needs-trust', 'idle', 'idle'],
    ],
    [
      'what its own file says, where no hook does: Esc, a menu, a command of the person’s',
      [prompted, file('resting'), file('asking'), file('resting'), file('working'), file('resting')],
      ['working', 'idle', 'waiting: something in its pane', 'idle', 'working', 'idle'],
    ],
    [
      'asking what it asked, though its file does not say what that is',
      [prompted, asks('one'), file('asking'), file('resting')],
      ['working', 'waiting: one', 'waiting: one', 'idle'],
    ],
    [
      'limited though its file says that it rests',
      [prompted, limit, file('resting')],
      ['working', 'limited', 'limited'],
    ],
    [
      'working while its agents in the background do, until the turn that follows them ends',
      [prompted, begins, ends('Agent'), goesOn, begins, title('working'), goesOn, prompted, stops],
      [...Array(8).fill('working'), 'idle'],
    ],
    [
      'waiting for what an agent in the background asks, though the turn has ended',
      [prompted, asks('Bash: ls'), goesOn, title('resting'), ends('Bash: ls'), prompted, stops],
      ['working', ...Array(3).fill('waiting: Bash: ls'), 'working', 'working', 'idle'],
    ],
    [
      'waiting for one agent in the background while another ends, until its person says something',
      [prompted, asks('Bash: ls'), goesOn, notified, begins, goesOn, prompted, notified, stops],
      ['working', ...Array(5).fill('waiting: Bash: ls'), 'working', 'working', 'idle'],
    ],
    [
      'idle once its agents in the background were stopped, by its title or by its file',
      [prompted, goesOn, title('resting'), prompted, goesOn, file('resting')],
      ['working', 'working', 'idle', 'working', 'working', 'idle'],
    ],
    ['begun without any hook', [title('working'), title('resting')], ['working', 'idle']],
    [
      'limited whatever its session file says, until it works again',
      [prompted, limit, file('resting'), file('asking'), screen('question'), file('working')],
      ['working', 'limited', 'limited', 'limited', 'limited', 'working'],
    ],
    [
      'limited until it is asked again',
      [prompted, limit, title('resting'), screen('prompt'), prompted],
      ['working', 'limited', 'limited', 'limited', 'working'],
    ],
    [
      'exited, whatever comes late',
      [prompted, gone, asks('one'), stops],
      ['working', 'exited', 'exited', 'exited'],
    ],
  ])('%s', (_, signs, states) => {
    expect(life(...signs)).toEqual(states);
  });

  it('the very same when a sign says nothing new', () => {
    const asked = observe(observe(starting, asks('one')), asks('two'));
    expect(observe(asked, begins)).toBe(asked);
    expect(observe(asked, ends('other'))).toBe(asked);
  });
});

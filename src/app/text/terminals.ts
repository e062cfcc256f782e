import type { TerminalRecord } from '../../protocol/hostApi.ts';
import { type Span, span, type Tone } from '../../room/text/line.ts';
import type { Progress } from '../../terminal/modes.ts';

/** A character that turns or blinks in front of a title, and says nothing once the line stands still. */
const spinner = /^[\p{S}·|/\\-]\s+/u;

/** A terminal's title as it is shown: the same as long as only its spinner turns. */
export function shownTitle(title: string): string {
  return title.replace(spinner, '').trim();
}

/** How far the ending of a worker's process is, in a few words; null while nobody asked for it. */
export function endingText({ ending, exit }: Pick<TerminalRecord, 'ending' | 'exit'>): string | null {
  if (ending === undefined || exit !== null) return null;
  return { interrupting: 'interrupting …', quitting: 'asked to quit …', terminating: 'ending it …' }[ending];
}

const levels = [...'▁▂▃▄▅▆▇█'];

const suffixes: Readonly<Record<Progress['state'], readonly [suffix: string, tone: Tone]>> = {
  value: ['', 'accent'],
  error: ['!', 'bad'],
  paused: ['‖', 'warning'],
  indeterminate: ['', 'accent'],
};

/** How far a program is, in eighths: one cell that seldom changes, readable without colour. */
export function progressMark(progress: Progress | null): Span | null {
  if (progress === null) return null;
  const [suffix, tone] = suffixes[progress.state];
  if (progress.state === 'indeterminate') return span('…', tone);
  const level = Math.min(levels.length - 1, Math.floor((progress.value * levels.length) / 100));
  return span(`${levels[level]}${suffix}`, tone);
}

import type { TextProps } from 'ink';
import type { Tone } from '../room/text/line.ts';

type Look = Pick<TextProps, 'color' | 'bold' | 'dimColor' | 'inverse'>;

/**
 * How each meaning looks, in the terminal's own sixteen colours, so that light and dark themes both work.
 * Without colour the shapes and words stay, and bold and dim.
 */
const looks: Readonly<Record<Tone, Look>> = {
  plain: {},
  muted: { dimColor: true },
  strong: { bold: true },
  accent: { color: 'cyan' },
  good: { color: 'green' },
  warning: { color: 'yellow', bold: true },
  bad: { color: 'red' },
  notice: { color: 'magenta' },
  key: { color: 'cyan' },
  selected: { inverse: true },
  'selected-strong': { inverse: true, bold: true },
  border: { dimColor: true },
  'border-selected': {},
  'border-typing': { color: 'cyan', bold: true },
  'border-history': { color: 'magenta' },
};

export function lookOf(tone: Tone, color: boolean): Look {
  const look = looks[tone];
  if (color || look.color === undefined) return look;
  const { color: _, ...rest } = look;
  return rest;
}

/** How far a program says it is. */
export interface Progress {
  readonly state: ProgressState;
  /** Percent, 0–100; of no meaning while it is indeterminate. */
  readonly value: number;
}

export const progressStates = ['value', 'error', 'indeterminate', 'paused'] as const;
export type ProgressState = (typeof progressStates)[number];

/**
 * What OSC 9 says of progress, in the form that ConEmu gave it: `4 ; state ; percent`, state 0 for none. An error or a
 * pause may leave out the percents and then has those of before.
 * @param data of the sequence, behind its number
 * @returns undefined for what says nothing of progress, such as a notification
 */
export function readProgress(data: string, before: Progress | null): Progress | null | undefined {
  const [, number, percent] = /^4;([0-4])(?:;(\d{0,3}))?;?$/.exec(data) ?? [];
  if (number === undefined) return undefined;
  const state = progressStates[Number(number) - 1];
  if (state === undefined) return null;
  return { state, value: percent ? Math.min(Number(percent), 100) : (before?.value ?? 0) };
}

/** One thing that `doctor` looked at. */
export interface Finding {
  readonly name: string;
  /** `warning`: something is missing that not everybody needs. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly text: string;
}

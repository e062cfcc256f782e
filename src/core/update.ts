/** What a worker reports of itself, as it reports it. Everything in it is the worker's word and no observation. */
export interface Update {
  /** The worker's id. */
  readonly worker: string;
  /** ISO time of its arrival. */
  readonly at: string;
  readonly status: UpdateStatus;
  /** In one line; may be empty. */
  readonly summary: string;
  readonly done: readonly string[];
  readonly next: readonly string[];
  readonly blockers: readonly string[];
  /** Worked since its last report, 0–1440; null where it does not say. */
  readonly minutes: number | null;
  /** 0–100; null where it does not say. */
  readonly percent: number | null;
  readonly readyToMerge: boolean;
}

export type UpdateStatus = 'working' | 'blocked' | 'done';

/** An update before it is known whose it is and when it came. */
export type UpdateDraft = Omit<Update, 'worker' | 'at'>;

/** `pending` can be changed; what was `invoiced` or `paid` is locked. */
export const entryStatuses = ['pending', 'invoiced', 'paid'] as const;
export type EntryStatus = (typeof entryStatuses)[number];

/** Who says how long it took: the worker, our clock, or a person. */
export const entrySources = ['claim', 'measured', 'edited'] as const;
type EntrySource = (typeof entrySources)[number];

/** Time spent on a task, to be invoiced. All numbers are integers. */
export interface TimeEntry {
  /** `T-` and a ULID. */
  readonly id: string;
  /** Empty where nobody says. */
  readonly worker: string;
  readonly repo: string;
  readonly task: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly minutes: number;
  /** For an hour, in the currency's smallest unit; 0 for a fixed amount. */
  readonly rateCents: number;
  /** `amountOf(minutes, rateCents)`, unless a person wrote another one: then the source is `edited`. */
  readonly amountCents: number;
  /** ISO 4217, such as `EUR`. */
  readonly currency: string;
  readonly status: EntryStatus;
  readonly source: EntrySource;
}

/** Whether an entry's status may become another: only forwards, and by a person. */
export function mayBecome(from: EntryStatus, to: EntryStatus): boolean {
  return entryStatuses.indexOf(to) >= entryStatuses.indexOf(from);
}

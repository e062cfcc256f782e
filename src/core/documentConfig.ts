/** Where the board is and what it is asked to do. */
export interface BoardConfig {
  /** Absolute path. */
  readonly file: string;
  /** Of ids that new cards get: `ORC` for `ORC-12`; null for the one that most cards have. */
  readonly prefix: string | null;
  /** Whether a worker without a card gets one when it starts. */
  readonly autoAdd: boolean;
}

/** How time becomes invoices. */
export interface InvoiceConfig {
  /** Absolute path. */
  readonly file: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly rates: Rates;
  /** Which of both an entry holds, where both are known: our clock's time, or what the worker says. */
  readonly time: 'measured' | 'claim';
  /** Working time of a day in minutes; absent: `1 day` needs a person. */
  readonly day?: number;
  /** Who writes invoices; absent where nobody said. */
  readonly from?: InvoiceParty;
  /** By a short name. The first is meant where none is named. */
  readonly clients: Readonly<Record<string, InvoiceClient>>;
  /** Printed below the sum. */
  readonly notes: readonly string[];
}

/** Cents for an hour; what is said most precisely holds: task, then worker, then repository, then `hour`. */
export interface Rates {
  readonly hour: number;
  readonly repos: Readonly<Record<string, number>>;
  readonly tasks: Readonly<Record<string, number>>;
  readonly workers: Readonly<Record<string, number>>;
}

/** Somebody on an invoice. */
export interface InvoiceParty {
  readonly name: string;
  /** Address, tax number … */
  readonly lines: readonly string[];
}

export interface InvoiceClient extends InvoiceParty {
  /** Whose entries are theirs; absent for all. */
  readonly repos?: readonly string[];
}

/** Cents for an hour of this work. */
export function rateFor(
  { hour, repos, tasks, workers }: Rates,
  { repo, task, worker }: { readonly repo: string; readonly task: string; readonly worker: string },
): number {
  return own(tasks, task) ?? own(workers, worker) ?? own(repos, repo) ?? hour;
}

/** Names come from outside: `constructor` is none that everything has. */
function own(rates: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(rates, name) ? rates[name] : undefined;
}

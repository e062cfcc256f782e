/** How agents are offered a command. */
export interface Tool<Params = never, Answer = never> {
  /** Its name for agents; the command's where this is missing. */
  readonly name?: string;
  /** Which sessions have it: all of them, or only the one that coordinates. */
  readonly has: 'everyone' | 'orchestrator';
  /** For the model: what it is for and when to use it. */
  readonly description: string;
  /** It changes nothing. */
  readonly reads?: true;
  /** Returns what is said of the answer: a text, a quotation, or a value to be shown as JSON; the answer without it. */
  says?(params: Params, answer: Answer): unknown;
}

/** What others wrote, for a model to read: it is put between marks that its author could not know. */
export class Quotation {
  readonly what: string;
  readonly text: string;

  constructor(what: string, text: string) {
    this.what = what;
    this.text = text;
  }
}

/** Characters that are handed out at once. */
const partLimit = 60_000;

/** Returns a part of a long text, and where the next one begins. */
export function partOf(text: string, offset: number): string {
  const part = text.slice(offset, offset + partLimit);
  const left = text.length - offset - part.length;
  return left > 0 ? `${part}\n… ${left} characters more: offset ${offset + part.length}` : part;
}

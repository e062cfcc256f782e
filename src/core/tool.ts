/** A command's form as a tool for agents. */
export interface Tool<Params = never, Answer = never> {
  /** Its name for agents; default: the command's. */
  readonly name?: string;
  /** Sessions that have it: all of them, or only the orchestrator. */
  readonly has: 'everyone' | 'orchestrator';
  /** For the model: its purpose and when to use it. */
  readonly description: string;
  /** It only reads. */
  readonly reads?: true;
  /**
   * Returns the result for the model: a text, a quotation, or a value that is shown as JSON; default: the
   * answer.
   */
  says?(params: Params, answer: Answer): unknown;
}

/** Text by others for a model to read; it is put between delimiters that its author could not know. */
export class Quotation {
  readonly what: string;
  readonly text: string;

  constructor(what: string, text: string) {
    this.what = what;
    this.text = text;
  }
}

/** Most characters of one part. */
const partLimit = 60_000;

/** Returns a part of a long text, with the offset of the next one. */
export function partOf(text: string, offset: number): string {
  const part = text.slice(offset, offset + partLimit);
  const left = text.length - offset - part.length;
  return left > 0 ? `${part}\n… ${left} characters more: offset ${offset + part.length}` : part;
}

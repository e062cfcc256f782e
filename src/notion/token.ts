/** The secret of an integration. Nothing shows it by accident: not a log, not JSON, not an error. */
export class Token {
  readonly #secret: string;
  /** Where it was found, such as `NOTION_TOKEN` or a path. */
  readonly source: string;

  constructor(secret: string, source: string) {
    this.#secret = secret;
    this.source = source;
  }

  /** Only for the header of a request, for the place it is kept at, and for finding it where it must not be. */
  reveal(): string {
    return this.#secret;
  }

  /** Enough to tell two tokens apart; nothing for a text that is too short to be one. */
  get lastFour(): string {
    return this.#secret.length < 20 ? '' : this.#secret.slice(-4);
  }
}

/** Whether a text can be a token at all: something a header can carry. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{10,500}$/.test(text);
}

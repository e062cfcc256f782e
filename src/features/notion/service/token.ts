/** The secret of an integration. Nothing shows it by accident: not a log, not JSON, not an error. */
export class NotionToken {
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

/** Where people put a token; the first counts. */
export const tokenVariables = ['NOTION_TOKEN', 'NOTION_API_KEY'] as const;

/** A token as its person gave it, which need not be one, and where. */
export interface GivenToken {
  readonly token: string;
  readonly source: string;
}

/** Takes the token out of an environment: whatever is started with that afterwards does not get it. */
export function takeToken(env: Record<string, string | undefined>): GivenToken | null {
  const given = tokenVariables.map((source) => ({ source, token: env[source]?.trim() ?? '' }));
  for (const name of tokenVariables) delete env[name];
  return given.find(({ token }) => token !== '') ?? null;
}

/** An integration's secret, protected from accidental output in logs, JSON and errors. */
export class NotionToken {
  readonly #secret: string;
  /** Its source, such as `NOTION_TOKEN` or a path. */
  readonly source: string;

  constructor(secret: string, source: string) {
    this.#secret = secret;
    this.source = source;
  }

  /** Returns the secret; only for a request's header, for storing it, and for removing it from messages. */
  reveal(): string {
    return this.#secret;
  }

  /** Distinguishes two tokens; empty for a text that is too short to be one. */
  get lastFour(): string {
    return this.#secret.length < 20 ? '' : this.#secret.slice(-4);
  }
}

/** Reports whether a text can be a token: characters that a header can carry. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{10,500}$/.test(text);
}

/** Environment variables with a token; the first one set counts. */
export const tokenVariables = ['NOTION_TOKEN', 'NOTION_API_KEY'] as const;

/** An unchecked token from a user, and its source. */
export interface GivenToken {
  readonly token: string;
  readonly source: string;
}

/** Removes the token from an environment, so that child processes do not inherit it. */
export function takeToken(env: Record<string, string | undefined>): GivenToken | null {
  const given = tokenVariables.map((source) => ({ source, token: env[source]?.trim() ?? '' }));
  for (const name of tokenVariables) delete env[name];
  return given.find(({ token }) => token !== '') ?? null;
}

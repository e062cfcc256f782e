/** What a status line's input tells of money; null where it tells nothing that can be used. */
export function parseSpent(body: unknown): number | null {
  const cost = object(object(body)?.cost);
  const dollars = cost?.total_cost_usd;
  // More than a million is no sum that an agent has spent.
  return typeof dollars === 'number' && dollars >= 0 && dollars < 1e6 ? dollars : null;
}

/** The command of a settings file's status line; null where there is none. */
export function parseStatusCommand(text: string): string | null {
  try {
    const line = object(object(JSON.parse(text))?.statusLine);
    const { type, command } = line ?? {};
    return type === 'command' && typeof command === 'string' && command.trim() !== '' ? command : null;
  } catch {
    // No JSON: the agent takes nothing from it either.
    return null;
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

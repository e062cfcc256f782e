/** Hooks whose answer may add to what the model reads next. */
const takers = ['UserPromptSubmit', 'PostToolUse'];

/**
 * The answer to a hook that gives the model something to read besides; null for a hook that takes none.
 * @param body the hook's message, as hostile as anything an agent says
 * @param text asked for only when it can be given
 */
export function contextAnswer(body: unknown, text: () => string | null): object | null {
  const event =
    typeof body === 'object' && body !== null && 'hook_event_name' in body ? body.hook_event_name : null;
  if (typeof event !== 'string' || !takers.includes(event)) return null;
  const additionalContext = text();
  return additionalContext === null
    ? null
    : { hookSpecificOutput: { hookEventName: event, additionalContext } };
}

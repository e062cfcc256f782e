import { type Inbox, postToInbox } from '../inbox.ts';

/** Milliseconds; the same for an agent that is worth its name and for us: hooks fail open. */
const hookPatience = 2000;
/** An answer to a question may take as long as a person does. */
const questionPatience = 10 * 60 * 1000;

/** Posts what happens in the shape of Claude Code's hooks. */
export class Hooks {
  readonly #inbox: Inbox | null;
  readonly #common: Readonly<Record<string, unknown>>;

  /** Without an inbox nothing is posted. */
  constructor(inbox: Inbox | null, common: { session_id: string; transcript_path: string; cwd: string }) {
    this.#inbox = inbox;
    this.#common = { ...common, permission_mode: 'default' };
  }

  /** Tells of an event and waits until it has been taken. */
  async tell(event: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#post(event, fields, hookPatience);
  }

  /** Tells of a tool that is about to be used; why it must not be, or null. */
  async judge(fields: Readonly<Record<string, unknown>>): Promise<string | null> {
    return denialOf(await this.#post('PreToolUse', fields, hookPatience));
  }

  /** Asks for a decision; null while nobody but the person in the pane decides. */
  async ask(tool: string, input: object): Promise<'allow' | 'deny' | null> {
    const fields = { tool_name: tool, tool_input: input };
    const answer = await this.#post('PermissionRequest', fields, questionPatience, 'ask');
    return decisionOf(answer);
  }

  async #post(event: string, fields: object, patience: number, topic?: string): Promise<string> {
    if (this.#inbox === null) return '';
    try {
      const body = JSON.stringify({ ...this.#common, hook_event_name: event, ...fields });
      const url = topic === undefined ? this.#inbox.url : new URL(topic, this.#inbox.url).href;
      return await postToInbox({ ...this.#inbox, url }, body, patience);
    } catch {
      // Hooks fail open: an agent goes on when nobody listens.
      return '';
    }
  }
}

function denialOf(answer: string): string | null {
  try {
    const said = JSON.parse(answer)?.hookSpecificOutput;
    return said?.permissionDecision === 'deny' ? String(said.permissionDecisionReason ?? 'Denied.') : null;
  } catch {
    // No decision in it.
    return null;
  }
}

function decisionOf(answer: string): 'allow' | 'deny' | null {
  try {
    const behavior: unknown = JSON.parse(answer)?.hookSpecificOutput?.decision?.behavior;
    return behavior === 'allow' || behavior === 'deny' ? behavior : null;
  } catch {
    // No decision in it.
    return null;
  }
}

import { McpClient, mcpOf } from '../mcpClient.ts';
import { printable } from './text.ts';
import type { Outcome } from './tools.ts';

/** The control room's tools, met as a real agent meets them. */
export class ControlTools {
  readonly #client: McpClient | null;
  #lastId = 0;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const address = mcpOf(environment);
    this.#client = address && new McpClient(address);
  }

  /** Says hello and asks which there are. A demonstration goes on without. */
  async meet(): Promise<void> {
    const hello = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'demo', version: '1' },
    };
    try {
      await this.#ask('initialize', hello);
      await this.#client?.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
      await this.#ask('tools/list', {});
    } catch {
      // Nobody is there; a use of a tool says so.
    }
  }

  /** Uses a tool; what it answers, or why it could not be used, is the outcome. */
  async use(name: string, input: object): Promise<Outcome> {
    if (!this.#client) return { ok: false, text: 'There is no control room.' };
    try {
      const answer = await this.#ask('tools/call', { name, arguments: input });
      return outcomeOf(JSON.parse(answer));
    } catch (error) {
      return { ok: false, text: error instanceof Error ? error.message : String(error) };
    }
  }

  async #ask(method: string, params: object): Promise<string> {
    this.#lastId += 1;
    return (await this.#client?.send({ jsonrpc: '2.0', id: this.#lastId, method, params })) ?? '';
  }
}

/** A tool's result as JSON-RPC brings it. */
interface ToolAnswer {
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly isError?: boolean };
  readonly error?: { readonly message?: string };
}

function outcomeOf({ result, error }: ToolAnswer): Outcome {
  const text = result?.content?.map((part) => part.text ?? '').join('\n') ?? error?.message ?? 'No answer.';
  return { ok: result !== undefined && result.isError !== true, text: printable(text) };
}

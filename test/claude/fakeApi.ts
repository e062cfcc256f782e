import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the model says in one turn of the conversation. */
export interface ScriptedTurn {
  readonly text?: string;
  readonly tools?: readonly { readonly name: string; readonly input: object }[];
  /** Begins to answer and never ends, as a long thought would. */
  readonly hangs?: boolean;
  /** Refuses the request with this HTTP status instead, and for good. */
  readonly fails?: { readonly status: number; readonly type: string; readonly message: string };
  /** Takes its time until this is over. */
  readonly after?: () => Promise<unknown>;
  /** Text of the conversation that this turn is for: the main agent and its subagents ask at the same time. */
  readonly to?: string;
}

type Block = { readonly text: string } | { readonly name: string; readonly input: object };

/**
 * A stand-in for the Messages API on loopback: answers each request of the main conversation with the next
 * scripted turn, and requests without tools, which only ask for a title, with a title.
 */
export class FakeApi {
  /** The conversation as sent with each main request, as JSON text. */
  readonly conversations: string[] = [];
  /** What it will say, in order; more may be added at any time. */
  readonly turns: ScriptedTurn[] = [];
  readonly #server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'HEAD') response.end();
    else if (pathname === '/v1/messages/count_tokens') sendJson(response, 200, { input_tokens: 100 });
    else if (pathname === '/v1/messages') await this.#answer(JSON.parse(text), response);
    else sendJson(response, 404, { type: 'error', error: { type: 'not_found_error', message: pathname } });
  });

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async #answer(
    body: { model: string; stream?: boolean; tools?: unknown[]; messages: unknown },
    response: ServerResponse,
  ) {
    const isMain = (body.tools ?? []).length > 0;
    if (isMain) this.conversations.push(JSON.stringify(body.messages));
    const turn = isMain ? this.#nextTurn(this.conversations.at(-1) ?? '') : title;
    await turn.after?.();
    if (turn.fails) return refuse(response, turn.fails);
    const message = messageOf(turn, body.model);
    if (body.stream) stream(response, turn, message);
    else sendJson(response, 200, { ...message, content: message.content.map(contentOf) });
  }

  #nextTurn(conversation: string): ScriptedTurn {
    const next = this.turns.findIndex(({ to }) => to === undefined || conversation.includes(to));
    return this.turns.splice(next, next < 0 ? 0 : 1)[0] ?? { text: 'The script is over.' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const title: ScriptedTurn = { text: '{"title":"Scripted","isNewTopic":true}' };

function messageOf(turn: ScriptedTurn, model: string) {
  const content: Block[] = [...(turn.text === undefined ? [] : [{ text: turn.text }]), ...(turn.tools ?? [])];
  return {
    id: `msg_${randomUUID()}`,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: turn.tools ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 20 },
  };
}

function contentOf(block: Block): object {
  if ('text' in block) return { type: 'text', text: block.text };
  return { type: 'tool_use', id: `toolu_${randomUUID()}`, ...block };
}

function stream(response: ServerResponse, turn: ScriptedTurn, message: ReturnType<typeof messageOf>): void {
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of message.content.entries()) {
    if ('text' in block) {
      send('content_block_start', { index, content_block: { type: 'text', text: '' } });
      send('content_block_delta', { index, delta: { type: 'text_delta', text: block.text } });
    } else {
      const input = JSON.stringify(block.input);
      send('content_block_start', { index, content_block: { ...contentOf(block), input: {} } });
      send('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: input } });
    }
    send('content_block_stop', { index });
  }
  if (turn.hangs) return;
  const { stop_reason, usage } = message;
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage });
  send('message_stop', {});
  response.end();
}

function refuse(response: ServerResponse, { status, ...error }: NonNullable<ScriptedTurn['fails']>): void {
  // Otherwise it tries again for minutes.
  response.setHeader('x-should-retry', 'false');
  sendJson(response, status, { type: 'error', error });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../src/lib/schedule.ts';
import {
  acceptRuns,
  acceptValue,
  asObject,
  invalid,
  onlyKeys,
  Refusal,
  type StandInProperty,
  showProperty,
  showValue,
} from './standInRules.ts';

type Values = Record<string, unknown>;
type Json = Record<string, unknown>;

interface State {
  at: number;
  values: Values;
  inTrash: boolean;
}

export interface StandInPage {
  id: string;
  source: string;
  createdAt: number;
  /** Oldest first: queries show an older state than reading the page itself. */
  states: State[];
  comments: string[];
}

export interface StandInRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Json;
  headers: Headers;
}

/** A fault; `after` the change was applied or before it. */
export interface Fault {
  kind: 'drop' | 'timeout' | 'status' | 'html' | 'half' | 'stall' | 'throw';
  thrown?: unknown;
  when: 'before' | 'after';
  status?: number;
  retryAfter?: string;
}

interface Source {
  id: string;
  database: string;
  title: string;
  properties: StandInProperty[];
}

const methods: Record<string, string> = {
  409: 'conflict_error',
  429: 'rate_limited',
  500: 'internal_server_error',
  503: 'service_unavailable',
  504: 'gateway_timeout',
  529: 'service_overload',
};

/** Notion's service in memory, as strict as its documentation. */
export class NotionStandIn {
  token = 'ntn_standin000000000000000000000000canary';
  /** Milliseconds of a query's lag. */
  lag = 0;
  /** Most rows of one query. */
  queryLimit = 10_000;
  readonly requests: StandInRequest[] = [];
  readonly sources = new Map<string, Source>();
  readonly pages = new Map<string, StandInPage>();
  readonly parents = new Set<string>();
  /** Called for each request; decides its fault. */
  fault: (request: StandInRequest) => Fault | null = () => null;
  /** Called for each page that the API created or changed. */
  afterWrite: (page: StandInPage) => void = () => {};
  readonly #clock: Clock & { pass?(ms: number): void };

  constructor(clock: Clock & { pass?(ms: number): void }) {
    this.#clock = clock;
  }

  addSource(
    properties: readonly (Omit<StandInProperty, 'id' | 'options'> & { options?: string[] })[],
  ): string {
    const id = randomUUID();
    const own = properties.map((one, at) => ({
      options: [],
      ...one,
      id: one.type === 'title' ? 'title' : `p%3A${at}`,
    }));
    this.sources.set(id, { id, database: randomUUID(), title: 'Tasks', properties: own });
    return id;
  }

  source(id: string): Source {
    const source = this.sources.get(id);
    if (!source) throw new Refusal(404, 'object_not_found', `Could not find data source with ID: ${id}.`);
    return source;
  }

  page(id: string): StandInPage {
    const page = this.pages.get(id);
    if (!page) throw new Refusal(404, 'object_not_found', `Could not find page with ID: ${id}.`);
    return page;
  }

  /** Creates a page as a person in Notion would; values by property name. */
  addPage(source: string, values: Values): StandInPage {
    const now = this.#clock.now();
    const page: StandInPage = { id: randomUUID(), source, createdAt: now, comments: [], states: [] };
    page.states.push({ at: now, values: this.#byId(source, values), inTrash: false });
    this.pages.set(page.id, page);
    return page;
  }

  /** Edits a page as a person in Notion would. */
  edit(page: StandInPage, values: Values, inTrash = now(page).inTrash): void {
    const next = { ...now(page).values, ...this.#byId(page.source, values) };
    page.states.push({ at: this.#clock.now(), values: next, inTrash });
  }

  /** Returns the current values by property name. */
  values(page: StandInPage): Values {
    const { values } = now(page);
    return Object.fromEntries(
      this.source(page.source).properties.map(({ id, name }) => [name, values[id] ?? null]),
    );
  }

  /** Returns the pages of a source outside the trash. */
  living(source: string): StandInPage[] {
    return [...this.pages.values()].filter((page) => page.source === source && !now(page).inTrash);
  }

  /** Handles requests of a client in the same process. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    init.signal?.throwIfAborted();
    const { pathname, searchParams: query } = new URL(url);
    const path = pathname.replace(/^\/v1\//, '');
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Json) : {};
    const request = { method: init.method ?? 'GET', path, query, body, headers: new Headers(init.headers) };
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault?.when === 'before') return this.#break(fault, null);
    const answer = this.#answer(request, typeof init.body === 'string' ? init.body.length : 0);
    return fault ? this.#break(fault, answer) : respond(answer);
  };

  /** Serves on the loopback interface. The caller closes the returned server. */
  async listen(): Promise<{ url: string; server: Server }> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      try {
        const answer = await this.fetch(`http://x${request.url}`, {
          method: request.method ?? 'GET',
          headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
          ...(body === '' ? {} : { body }),
        });
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(await answer.text());
      } catch {
        // Simulates a broken connection.
        response.destroy();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }

  #byId(source: string, values: Values): Values {
    const { properties } = this.source(source);
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const property = properties.find((one) => one.name === name);
        if (!property) throw new Error(`no property ${name}`);
        const isNew = typeof value === 'string' && ['select', 'status'].includes(property.type);
        if (isNew && !property.options.includes(value)) property.options.push(value);
        return [property.id, value];
      }),
    );
  }

  #break({ kind, status = 500, retryAfter, thrown }: Fault, answer: Answer | null): Response {
    switch (kind) {
      case 'drop':
        throw new TypeError('fetch failed');
      case 'throw':
        throw thrown;
      case 'timeout':
        this.#clock.pass?.(30_000);
        throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
      case 'status': {
        const body = { object: 'error', status, code: methods[status], message: 'Not now.', request_id: 'r' };
        return respond({ status, body }, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      }
      case 'html':
        return new Response('<html>502 Bad Gateway</html>', {
          status: 502,
          headers: { 'content-type': 'text/html' },
        });
      case 'half':
        return new Response(JSON.stringify(answer?.body ?? { object: 'list' }).slice(0, -5), {
          headers: { 'content-type': 'application/json' },
        });
      case 'stall': {
        const clock = this.#clock;
        const body = new ReadableStream({
          pull() {
            clock.pass?.(30_000);
            throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
          },
        });
        return new Response(body, { headers: { 'content-type': 'application/json' } });
      }
    }
  }

  #answer(request: StandInRequest, size: number): Answer {
    try {
      if (request.headers.get('authorization') !== `Bearer ${this.token}`)
        throw new Refusal(401, 'unauthorized', 'API token is invalid.');
      if (request.headers.get('notion-version') !== '2026-03-11')
        throw new Refusal(400, 'missing_version', 'Notion-Version header failed validation');
      if (size > 500_000) invalid('body too large');
      return { status: 200, body: this.#route(request) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, message } = error;
      return { status, body: { object: 'error', status, code, message, request_id: randomUUID() } };
    }
  }

  #route({ method, path, query, body }: StandInRequest): Json {
    const [kind = '', id = '', verb] = path.split('/');
    switch (`${method} ${kind}${verb ? `/${verb}` : ''}${id === '' ? '' : ' id'}`) {
      case 'GET users id':
        return { object: 'user', id: randomUUID(), type: 'bot', name: 'orch', bot: {} };
      case 'GET databases id':
        return this.#database(id);
      case 'POST databases':
        return this.#createDatabase(body);
      case 'GET data_sources id':
        return this.#showSource(this.source(id));
      case 'PATCH data_sources id':
        return this.#updateSource(this.source(id), body);
      case 'POST data_sources/query id':
        return this.#query(this.source(id), body);
      case 'POST pages':
        return this.#create(body);
      case 'GET pages id':
        return this.#showPage(this.page(id), now(this.page(id)));
      case 'PATCH pages id':
        return this.#update(this.page(id), body);
      case 'POST comments':
        return this.#comment(body);
      case 'GET comments':
        return this.#comments(query.get('block_id') ?? '');
      default:
        throw new Refusal(400, 'invalid_request_url', `Invalid request URL: ${method} ${path}`);
    }
  }

  #database(id: string): Json {
    const sources = [...this.sources.values()].filter(({ database }) => database === id);
    if (sources.length === 0)
      throw new Refusal(404, 'object_not_found', `Could not find database with ID: ${id}.`);
    return {
      object: 'database',
      id,
      title: [],
      data_sources: sources.map((one) => ({ id: one.id, name: one.title })),
    };
  }

  #createDatabase(body: Json): Json {
    onlyKeys(
      body,
      ['parent', 'title', 'initial_data_source', 'is_inline', 'description', 'icon', 'cover'],
      'body',
    );
    const parent = asObject(body.parent, 'parent').page_id;
    if (typeof parent !== 'string' || !this.parents.has(parent))
      throw new Refusal(404, 'object_not_found', 'Could not find page.');
    const wanted = asObject(
      asObject(body.initial_data_source, 'initial_data_source').properties,
      'properties',
    );
    const id = this.addSource([]);
    this.#addProperties(this.source(id), wanted);
    if (!this.source(id).properties.some(({ type }) => type === 'title')) invalid('a title is required');
    this.source(id).title = acceptRuns(body.title, 'title');
    return this.#database(this.source(id).database);
  }

  #addProperties(source: Source, wanted: Json): void {
    for (const [name, config] of Object.entries(wanted)) {
      const [type = '', inner] = Object.entries(asObject(config, name)).find(([key]) => key !== 'type') ?? [];
      const options = (asObject(inner, name).options ?? []) as { name: string }[];
      const id = type === 'title' ? 'title' : `p%3A${source.properties.length}`;
      source.properties.push({ id, name, type, options: options.map((option) => option.name) });
    }
  }

  #updateSource(source: Source, body: Json): Json {
    onlyKeys(body, ['title', 'icon', 'properties', 'in_trash', 'parent'], 'body');
    this.#addProperties(source, asObject(body.properties, 'properties'));
    return this.#showSource(source);
  }

  #showSource({ id, database, title, properties }: Source): Json {
    return {
      object: 'data_source',
      id,
      title: [{ plain_text: title }],
      parent: { type: 'database_id', database_id: database },
      properties: Object.fromEntries(properties.map((property) => [property.name, showProperty(property)])),
    };
  }

  #create(body: Json): Json {
    onlyKeys(body, ['parent', 'properties', 'children', 'icon', 'cover', 'template', 'position'], 'body');
    const parent = asObject(body.parent, 'parent');
    if (parent.type !== 'data_source_id' || typeof parent.data_source_id !== 'string') invalid('parent');
    const source = this.source(parent.data_source_id);
    const values = this.#accept(source, asObject(body.properties, 'properties'));
    const at = this.#clock.now();
    const page: StandInPage = {
      id: randomUUID(),
      source: source.id,
      createdAt: at,
      comments: [],
      states: [],
    };
    page.states.push({ at, values, inTrash: false });
    this.pages.set(page.id, page);
    this.afterWrite(page);
    return this.#showPage(page, now(page));
  }

  #accept(source: Source, sent: Json): Values {
    return Object.fromEntries(
      Object.entries(sent).map(([key, value]) => {
        const property = source.properties.find(({ id, name }) => id === key || name === key);
        if (!property) return invalid(`${key} is not a property that exists.`);
        return [property.id, acceptValue(property, value)];
      }),
    );
  }

  #update(page: StandInPage, body: Json): Json {
    onlyKeys(
      body,
      ['properties', 'icon', 'cover', 'in_trash', 'is_locked', 'erase_content', 'template'],
      'body',
    );
    const before = now(page);
    if (before.inTrash && body.in_trash !== false)
      invalid("Can't edit page on block with an archived ancestor.");
    const values = this.#accept(this.source(page.source), asObject(body.properties ?? {}, 'properties'));
    const inTrash = typeof body.in_trash === 'boolean' ? body.in_trash : before.inTrash;
    page.states.push({ at: this.#clock.now(), values: { ...before.values, ...values }, inTrash });
    this.afterWrite(page);
    return this.#showPage(page, now(page));
  }

  #comment(body: Json): Json {
    onlyKeys(
      body,
      ['parent', 'rich_text', 'markdown', 'attachments', 'display_name', 'discussion_id'],
      'body',
    );
    const { page_id: id } = asObject(body.parent, 'parent');
    this.page(String(id)).comments.push(acceptRuns(body.rich_text, 'rich_text'));
    return { object: 'comment', id: randomUUID() };
  }

  #comments(id: string): Json {
    const results = this.page(id).comments.map((text) => ({
      object: 'comment',
      rich_text: [{ plain_text: text }],
    }));
    return { object: 'list', results, has_more: false, next_cursor: null, type: 'comment', comment: {} };
  }

  #query(source: Source, body: Json): Json {
    onlyKeys(body, ['filter', 'sorts', 'start_cursor', 'page_size', 'in_trash', 'result_type'], 'body');
    const size = body.page_size ?? 100;
    if (typeof size !== 'number' || size > 100 || size < 1) invalid('page_size should be ≤ 100');
    const seen = this.#clock.now() - this.lag;
    const rows = [...this.pages.values()]
      .filter((page) => page.source === source.id)
      .flatMap((page) => {
        const state = page.states.findLast(({ at }) => at <= seen);
        return state && !state.inTrash && this.#matches(page, state, body.filter) ? [{ page, state }] : [];
      });
    // Without a sort the order is undefined: here by id, which is random.
    const isSorted = Array.isArray(body.sorts) && body.sorts.length > 0;
    rows.sort(
      (a, b) => (isSorted ? a.page.createdAt - b.page.createdAt : 0) || (a.page.id < b.page.id ? -1 : 1),
    );
    const start =
      body.start_cursor === undefined ? 0 : Number(String(body.start_cursor).replace('cursor-', ''));
    const limited = rows.slice(0, this.queryLimit);
    const end = start + size;
    const hasMore = end < limited.length;
    return {
      object: 'list',
      type: 'page_or_data_source',
      page_or_data_source: {},
      results: limited.slice(start, end).map(({ page, state }) => this.#showPage(page, state)),
      has_more: hasMore,
      next_cursor: hasMore ? `cursor-${end}` : null,
      request_status: { type: !hasMore && rows.length > limited.length ? 'incomplete' : 'complete' },
    };
  }

  #matches(page: StandInPage, { values }: State, filter: unknown): boolean {
    if (filter === undefined) return true;
    const {
      property,
      rich_text: text,
      timestamp,
      created_time: time,
    } = filter as Record<string, Json | undefined>;
    if (timestamp !== undefined) return page.createdAt >= Date.parse(String(time?.on_or_after));
    if (!this.source(page.source).properties.some(({ id }) => id === String(property)))
      invalid(`Could not find property with name or id: ${String(property)}`);
    return values[String(property)] === text?.equals;
  }

  #showPage(page: StandInPage, { at, values, inTrash }: State): Json {
    const { properties } = this.source(page.source);
    const shown = properties.map((property) => [property.name, showValue(property, values[property.id])]);
    return {
      object: 'page',
      id: page.id,
      created_time: toMinute(page.createdAt),
      last_edited_time: toMinute(at),
      in_trash: inTrash,
      parent: {
        type: 'data_source_id',
        data_source_id: page.source,
        database_id: this.source(page.source).database,
      },
      properties: Object.fromEntries(shown),
      url: `https://www.notion.so/${page.id.replaceAll('-', '')}`,
    };
  }
}

interface Answer {
  status: number;
  body: Json;
}

function respond({ status, body }: Answer, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-notion-request-id': randomUUID(),
      ...headers,
    },
  });
}

export function now(page: StandInPage): State {
  const state = page.states.at(-1);
  if (!state) throw new Error('a page without a state');
  return state;
}

/** Floors times to the minute, as Notion does. */
function toMinute(at: number): string {
  return new Date(at - (at % 60_000)).toISOString();
}

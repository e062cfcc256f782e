import type {
  Client,
  CreatePageParameters,
  DataSourceObjectResponse,
  PageObjectResponse,
  UpdateDataSourceParameters,
} from '@notionhq/client';
import { failure, type Result, success } from '../lib/result.ts';
import { type Clock, realClock } from '../lib/schedule.ts';
import { problemFor } from './problems.ts';
import { readSchema, type Schema } from './schema.ts';
import type { Token } from './token.ts';
import { type Fetch, type RequestLine, Transport } from './transport.ts';
import type { PropertyValue } from './values.ts';

/** The version of the API whose rules this code follows. */
const notionVersion = '2026-03-11';
const pageSize = 100;

export interface NotionOptions {
  readonly token: Token;
  /** Another address than Notion's, for tests: loopback only, or the token could be sent anywhere. */
  readonly baseUrl?: string | undefined;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** Ends every request, with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly log?: (line: RequestLine) => void;
}

type Properties = Record<string, PropertyValue>;
type NewProperties = NonNullable<UpdateDataSourceParameters['properties']>;
type NewDatabase = Parameters<Client['databases']['create']>[0];

/** The few calls that we make. Each gives a problem for whatever Notion or the network may do. */
export interface Notion {
  /** Who the token is: the name of the integration. */
  me(): Promise<Result<string>>;
  schema(dataSourceId: string): Promise<Result<Schema>>;
  /** The data sources of a database. */
  sources(databaseId: string): Promise<Result<{ id: string; name: string }[]>>;
  /** Every page that is not in the trash, however many; `progress` is told how many there are so far. */
  rows(dataSourceId: string, progress?: (count: number) => void): Promise<Result<PageObjectResponse[]>>;
  /** The pages with a text in a property. */
  find(dataSourceId: string, propertyId: string, text: string): Promise<Result<PageObjectResponse[]>>;
  page(pageId: string): Promise<Result<PageObjectResponse>>;
  /**
   * Writes give the page's id: what Notion has then is what was sent.
   * @param beforeWrite called right before the request is sent, each time
   */
  create(dataSourceId: string, properties: Properties, beforeWrite: () => void): Promise<Result<string>>;
  update(pageId: string, properties: Properties): Promise<Result<string>>;
  trash(pageId: string, inTrash: boolean): Promise<Result<string>>;
  addProperties(dataSourceId: string, properties: NewProperties): Promise<Result<Schema>>;
  createDatabase(database: NewDatabase): Promise<Result<{ id: string; sources: string[] }>>;
  comments(pageId: string): Promise<Result<string[]>>;
  comment(pageId: string, text: string): Promise<Result<void>>;
}

/** The base URL that a person set; `notion_url` for one that is not of this machine. */
export function checkBaseUrl(url: string): Result<string> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(parsed?.hostname ?? '');
  const isPlain = parsed?.username === '' && ['http:', 'https:'].includes(parsed.protocol);
  if (!parsed || !isLoopback || !isPlain)
    return failure('notion_url', 'ORCH_NOTION_URL is not an address of this machine.', 'Unset it.');
  return success(parsed.origin);
}

/** Loads Notion's client, which takes a fifth of a second, and readies it. */
export async function openNotion(options: NotionOptions): Promise<Result<Notion>> {
  const baseUrl = options.baseUrl === undefined ? success(undefined) : checkBaseUrl(options.baseUrl);
  if (!baseUrl.ok) return baseUrl;
  const module = await import('./library.ts');
  const clock = options.clock ?? realClock;
  const transport = new Transport({
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    clock,
    signal: options.signal,
    log: options.log ?? (() => {}),
  });
  const client = new module.Client({
    auth: options.token.reveal(),
    notionVersion,
    retry: false,
    // Ours is the limit that counts.
    timeoutMs: 2 ** 31 - 1,
    fetch: (url, init) => transport.fetch(url, init),
    // Its own goes to the console, into the middle of the screen.
    logger: () => {},
    ...(baseUrl.value === undefined ? {} : { baseUrl: baseUrl.value }),
  });
  return success(new NotionCalls(client, module, transport, options.token));
}

class NotionCalls implements Notion {
  readonly #client: Client;
  readonly #module: typeof import('./library.ts');
  readonly #transport: Transport;
  readonly #token: Token;

  constructor(client: Client, module: typeof import('./library.ts'), transport: Transport, token: Token) {
    this.#client = client;
    this.#module = module;
    this.#transport = transport;
    this.#token = token;
  }

  me(): Promise<Result<string>> {
    return this.#read(async () => (await this.#client.users.me({})).name ?? 'without a name');
  }

  schema(dataSourceId: string): Promise<Result<Schema>> {
    return this.#read(async () =>
      readSchema(this.#whole(await this.#client.dataSources.retrieve({ data_source_id: dataSourceId }))),
    );
  }

  sources(databaseId: string): Promise<Result<{ id: string; name: string }[]>> {
    return this.#read(async () => {
      const database = await this.#client.databases.retrieve({ database_id: databaseId });
      return 'data_sources' in database ? database.data_sources : [];
    });
  }

  rows(dataSourceId: string, progress?: (count: number) => void): Promise<Result<PageObjectResponse[]>> {
    return this.#read(async () => {
      const pages: PageObjectResponse[] = [];
      const query = { data_source_id: dataSourceId, page_size: pageSize };
      // By windows of time where there are more than the 10,000 that one query gives.
      for await (const row of this.#module.iterateAllDataSourceRows(this.#client, query)) {
        if (row.object === 'page' && this.#module.isFullPage(row)) pages.push(row);
        if (pages.length % pageSize === 0) progress?.(pages.length);
      }
      return pages;
    });
  }

  find(dataSourceId: string, propertyId: string, text: string): Promise<Result<PageObjectResponse[]>> {
    return this.#read(async () => {
      const { results } = await this.#client.dataSources.query({
        data_source_id: dataSourceId,
        filter: { property: propertyId, rich_text: { equals: text } },
        page_size: pageSize,
      });
      return results.filter((row) => row.object === 'page').filter(this.#module.isFullPage);
    });
  }

  page(pageId: string): Promise<Result<PageObjectResponse>> {
    return this.#read(async () => this.#whole(await this.#client.pages.retrieve({ page_id: pageId })));
  }

  create(dataSourceId: string, properties: Properties, beforeWrite: () => void): Promise<Result<string>> {
    const page: CreatePageParameters = {
      parent: { type: 'data_source_id', data_source_id: dataSourceId },
      properties,
    };
    return this.#write(async () => (await this.#client.pages.create(page)).id, beforeWrite);
  }

  update(pageId: string, properties: Properties): Promise<Result<string>> {
    return this.#write(async () => (await this.#client.pages.update({ page_id: pageId, properties })).id);
  }

  trash(pageId: string, inTrash: boolean): Promise<Result<string>> {
    return this.#write(
      async () => (await this.#client.pages.update({ page_id: pageId, in_trash: inTrash })).id,
    );
  }

  addProperties(dataSourceId: string, properties: NewProperties): Promise<Result<Schema>> {
    return this.#write(async () =>
      readSchema(
        this.#whole(await this.#client.dataSources.update({ data_source_id: dataSourceId, properties })),
      ),
    );
  }

  createDatabase(database: NewDatabase): Promise<Result<{ id: string; sources: string[] }>> {
    return this.#write(async () => {
      const made = await this.#client.databases.create(database);
      return { id: made.id, sources: 'data_sources' in made ? made.data_sources.map(({ id }) => id) : [] };
    });
  }

  comments(pageId: string): Promise<Result<string[]>> {
    return this.#read(async () => {
      const { results } = await this.#client.comments.list({ block_id: pageId, page_size: pageSize });
      return results.map(({ rich_text }) => rich_text.map((run) => run.plain_text).join(''));
    });
  }

  comment(pageId: string, text: string): Promise<Result<void>> {
    return this.#write(async () => {
      await this.#client.comments.create({
        parent: { page_id: pageId },
        rich_text: [{ type: 'text', text: { content: text } }],
      });
    });
  }

  #read<T>(call: () => Promise<T>): Promise<Result<T>> {
    return this.#result(call, false);
  }

  #write<T>(call: () => Promise<T>, beforeWrite: () => void = () => {}): Promise<Result<T>> {
    return this.#transport.inTurn(() => this.#result(call, true), beforeWrite);
  }

  async #result<T>(call: () => Promise<T>, isWrite: boolean): Promise<Result<T>> {
    try {
      return success(await call());
    } catch (error) {
      return { ok: false, problem: problemFor(error, isWrite, this.#token.reveal()) };
    }
  }

  /** Notion leaves parts of an object out where the integration may not read it. */
  #whole(page: { object: 'page' } & object): PageObjectResponse;
  #whole(source: { object: 'data_source' } & object): DataSourceObjectResponse;
  #whole(answer: { object: string } & object): object {
    if (!('properties' in answer) || !('parent' in answer)) throw new Partial();
    return answer;
  }
}

/** Told as Notion tells that something may not be read. */
class Partial extends Error {
  readonly status = 403;
  readonly code = 'restricted_resource';
}

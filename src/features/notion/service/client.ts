import type {
  Client,
  CreatePageParameters,
  DataSourceObjectResponse,
  PageObjectResponse,
  UpdateDataSourceParameters,
} from '@notionhq/client';
import { failure, type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import { type Clock, realClock } from '../../../lib/schedule.ts';
import type { PropertyValue } from './rowCodec.ts';
import type { NotionToken } from './token.ts';
import { type Fetch, type RequestLine, Transport, Unanswered } from './transport.ts';

/** The API version that this code follows. */
const notionVersion = '2026-03-11';
const pageSize = 100;
/** Characters of one text run; longer summaries are not needed. */
const longestComment = 2000;

interface NotionOptions {
  readonly token: NotionToken;
  /** Replaces Notion's address in tests: loopback only, or the token could be sent anywhere. */
  readonly baseUrl?: string | undefined;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** Aborts every request, with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly log?: (line: RequestLine) => void;
}

type Library = typeof import('./library.ts');
type Properties = Record<string, PropertyValue>;
type NewProperties = NonNullable<UpdateDataSourceParameters['properties']>;
type NewDatabase = Parameters<Client['databases']['create']>[0];

/** Validates a configured base URL; `notion_url` for one that is not on this machine. */
export function checkBaseUrl(url: string): Result<string> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(parsed?.hostname ?? '');
  const isPlain = parsed?.username === '' && ['http:', 'https:'].includes(parsed.protocol);
  if (!parsed || !isLoopback || !isPlain)
    return failure('notion_url', 'ORCH_NOTION_URL is not an address of this machine.', 'Unset it.');
  return success(parsed.origin);
}

/** Loads and configures Notion's client, which takes a fifth of a second. */
export async function openNotion({ token, baseUrl, ...options }: NotionOptions): Promise<Result<Notion>> {
  const url = baseUrl === undefined ? success(undefined) : checkBaseUrl(baseUrl);
  if (!url.ok) return url;
  const module = await import('./library.ts');
  const transport = new Transport({
    fetch: (to, init) => globalThis.fetch(to, init),
    clock: realClock,
    log: () => {},
    ...options,
  });
  const client = new module.Client({
    auth: token.reveal(),
    notionVersion,
    retry: false,
    // Our own timeout applies.
    timeoutMs: 2 ** 31 - 1,
    fetch: (to, init) => transport.fetch(to, init),
    // Its default logger writes to the console, into the screen.
    logger: () => {},
    ...(url.value === undefined ? {} : { baseUrl: url.value }),
  });
  return success(new Notion({ client, module, transport, token }));
}

interface NotionParts {
  readonly client: Client;
  readonly module: Library;
  readonly transport: Transport;
  readonly token: NotionToken;
}

/** Notion requests with failures of Notion and the network as problems. */
export class Notion {
  readonly #parts: NotionParts;

  constructor(parts: NotionParts) {
    this.#parts = parts;
  }

  /** Returns the name of the token's integration. */
  me(): Promise<Result<string>> {
    return this.#read(async () => (await this.#parts.client.users.me({})).name ?? 'without a name');
  }

  schema(dataSourceId: string): Promise<Result<Schema>> {
    return this.#read(async () =>
      readSchema(
        this.#complete(await this.#parts.client.dataSources.retrieve({ data_source_id: dataSourceId })),
      ),
    );
  }

  /** Returns the data sources of a database. */
  sources(databaseId: string): Promise<Result<{ id: string; name: string }[]>> {
    return this.#read(async () => {
      const database = await this.#parts.client.databases.retrieve({ database_id: databaseId });
      return 'data_sources' in database ? database.data_sources : [];
    });
  }

  /** Returns every page outside the trash; `progress` gets the count so far. */
  rows(dataSourceId: string, progress?: (count: number) => void): Promise<Result<PageObjectResponse[]>> {
    return this.#read(async () => {
      const pages: PageObjectResponse[] = [];
      const query = { data_source_id: dataSourceId, page_size: pageSize };
      // Iterates over time windows, because one query returns at most 10,000 rows.
      for await (const row of this.#parts.module.iterateAllDataSourceRows(this.#parts.client, query)) {
        if (row.object === 'page' && this.#parts.module.isFullPage(row)) pages.push(row);
        if (pages.length % pageSize === 0) progress?.(pages.length);
      }
      return pages;
    });
  }

  /** Returns the pages with a text in a property. */
  find(dataSourceId: string, propertyId: string, text: string): Promise<Result<PageObjectResponse[]>> {
    return this.#read(async () => {
      const { results } = await this.#parts.client.dataSources.query({
        data_source_id: dataSourceId,
        filter: { property: propertyId, rich_text: { equals: text } },
        page_size: pageSize,
      });
      return results.filter((row) => row.object === 'page').filter(this.#parts.module.isFullPage);
    });
  }

  page(pageId: string): Promise<Result<PageObjectResponse>> {
    return this.#read(async () =>
      this.#complete(await this.#parts.client.pages.retrieve({ page_id: pageId })),
    );
  }

  /**
   * Returns the page's id, like all writes: Notion then stores what was sent.
   * @param beforeWrite called right before each request is sent
   */
  create(dataSourceId: string, properties: Properties, beforeWrite: () => void): Promise<Result<string>> {
    const page: CreatePageParameters = {
      parent: { type: 'data_source_id', data_source_id: dataSourceId },
      properties,
    };
    return this.#write(async () => (await this.#parts.client.pages.create(page)).id, beforeWrite);
  }

  update(pageId: string, properties: Properties): Promise<Result<string>> {
    return this.#write(
      async () => (await this.#parts.client.pages.update({ page_id: pageId, properties })).id,
    );
  }

  trash(pageId: string, inTrash: boolean): Promise<Result<string>> {
    return this.#write(
      async () => (await this.#parts.client.pages.update({ page_id: pageId, in_trash: inTrash })).id,
    );
  }

  addProperties(dataSourceId: string, properties: NewProperties): Promise<Result<Schema>> {
    return this.#write(async () =>
      readSchema(
        this.#complete(
          await this.#parts.client.dataSources.update({ data_source_id: dataSourceId, properties }),
        ),
      ),
    );
  }

  createDatabase(database: NewDatabase): Promise<Result<{ id: string; sources: string[] }>> {
    return this.#write(async () => {
      const made = await this.#parts.client.databases.create(database);
      return { id: made.id, sources: 'data_sources' in made ? made.data_sources.map(({ id }) => id) : [] };
    });
  }

  #comments(pageId: string): Promise<Result<string[]>> {
    return this.#read(async () => {
      const { results } = await this.#parts.client.comments.list({ block_id: pageId, page_size: pageSize });
      return results.map(({ rich_text }) => rich_text.map((run) => run.plain_text).join(''));
    });
  }

  /**
   * Adds a comment to a page once: without an answer it checks for the comment before it retries. Texts are
   * cut at 2000 characters.
   */
  async comment(pageId: string, text: string): Promise<Result<void>> {
    const content = text.trim().slice(0, longestComment);
    if (content === '') return failure('empty_comment', 'A comment needs a text.');
    const written = await this.#comment(pageId, content);
    if (written.ok || written.problem.code !== unanswered) return written;
    const comments = await this.#comments(pageId);
    if (!comments.ok) return comments;
    return comments.value.includes(content) ? success(undefined) : this.#comment(pageId, content);
  }

  #comment(pageId: string, content: string): Promise<Result<void>> {
    return this.#write(async () => {
      await this.#parts.client.comments.create({
        parent: { page_id: pageId },
        rich_text: [{ type: 'text', text: { content } }],
      });
    });
  }

  #read<T>(call: () => Promise<T>): Promise<Result<T>> {
    return this.#result(call, false);
  }

  #write<T>(call: () => Promise<T>, beforeWrite: () => void = () => {}): Promise<Result<T>> {
    return this.#parts.transport.runExclusive(() => this.#result(call, true), beforeWrite);
  }

  async #result<T>(call: () => Promise<T>, isWrite: boolean): Promise<Result<T>> {
    try {
      return success(await call());
    } catch (error) {
      return { ok: false, problem: problemFor(error, isWrite, this.#parts.token.reveal()) };
    }
  }

  /** Returns an object that must be complete. Notion omits parts that the integration may not read. */
  #complete(page: { object: 'page' } & object): PageObjectResponse;
  #complete(source: { object: 'data_source' } & object): DataSourceObjectResponse;
  #complete(answer: { object: string } & object): object {
    if (!('properties' in answer) || !('parent' in answer)) throw new IncompleteObject();
    return answer;
  }
}

/** Mimics Notion's error for content that may not be read. */
class IncompleteObject extends Error {
  readonly status = 403;
  readonly code = 'restricted_resource';
}

export interface SchemaProperty {
  /** Stays when a property is renamed. */
  readonly id: string;
  readonly name: string;
  /** Notion's type name, including types that are not supported. */
  readonly type: string;
  /** Options of selects and statuses. */
  readonly options: readonly string[];
}

/** A data source, Notion's term for a table, with the parts that a sync needs. */
export interface Schema {
  readonly databaseId: string;
  readonly dataSourceId: string;
  readonly title: string;
  readonly properties: readonly SchemaProperty[];
}

function readSchema(source: DataSourceObjectResponse): Schema {
  return {
    databaseId: source.parent.type === 'database_id' ? source.parent.database_id : '',
    dataSourceId: source.id,
    title: source.title.map((run) => run.plain_text).join(''),
    properties: Object.values(source.properties).map((property) => ({
      id: property.id,
      name: property.name,
      type: property.type,
      options: optionsOf(property),
    })),
  };
}

function optionsOf(property: DataSourceObjectResponse['properties'][string]): string[] {
  if (property.type === 'select') return property.select.options.map(({ name }) => name);
  if (property.type === 'status') return property.status.options.map(({ name }) => name);
  return [];
}

/** Code of a write without an answer, which may or may not have been applied. */
export const unanswered = 'notion_unanswered';

/** Codes of problems that affect all further requests. */
const fatalCodes = new Set([
  'notion_unauthorized',
  'notion_forbidden',
  'notion_busy',
  'notion_unreachable',
  'cancelled',
]);

export function isFatal({ code }: Problem): boolean {
  return fatalCodes.has(code);
}

/**
 * Converts an expected failure of a request into a problem, without the token.
 * @throws the error itself when it is a bug
 */
function problemFor(error: unknown, isWrite: boolean, token: string): Problem {
  if (error instanceof Error && error.name === 'AbortError')
    return problemOf('cancelled', 'The sync was cancelled.');
  if (error instanceof Unanswered) return isWrite ? lostWrite : unreachable;
  if (!isApiError(error)) throw error;
  const message = error.message.replaceAll(token, '…').replace(/\s+/g, ' ').slice(0, 200);
  return refusals[error.status] ?? problemOf('notion_refused', `Notion refused (${error.code}): ${message}`);
}

const busy = problemOf('notion_busy', 'Notion is busy.', 'Sync again in a few minutes.');

/** Problems by HTTP status. */
const refusals: Readonly<Record<number, Problem>> = {
  401: problemOf(
    'notion_unauthorized',
    'Notion refused the token.',
    'Give a new one with `orch-tui notion connect`.',
  ),
  403: problemOf(
    'notion_forbidden',
    'The integration may not do that in Notion.',
    'Give it the right to read, update and insert content in its settings.',
  ),
  404: problemOf(
    'notion_not_shared',
    'Notion has no such page or database, or it is not shared with the integration.',
    'Open it in Notion, and add the integration under ••• → Connections.',
  ),
  ...{ 409: busy, 429: busy, 529: busy },
};

const unreachable = problemOf(
  'notion_unreachable',
  'Notion does not answer.',
  'Check the connection and status.notion.so, then sync again.',
);

const lostWrite = problemOf(
  unanswered,
  'Notion did not answer; it is not known yet whether the change was made.',
  'Sync again: what was made is found, and the rest repeated.',
);

/** Reports whether it is an error of Notion's client; any other is a bug. */
function isApiError(error: unknown): error is Error & { readonly status: number; readonly code: string } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && 'code' in error;
}

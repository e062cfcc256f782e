import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type Conf from 'conf';
import { resolvePresets } from '../agents/presets.ts';
import { currencyDigits } from '../core/amounts.ts';
import type { BoardConfig } from '../core/board.ts';
import { foldCase, parseSlug } from '../core/ids.ts';
import type { InvoiceClient, InvoiceConfig, InvoiceParty } from '../core/invoices.ts';
import type { NotionConfig } from '../core/notion.ts';
import type { Repo } from '../core/repo.ts';
import type { RepoSetup } from '../core/worker.ts';
import {
  type AgentPreset,
  type TrustFacts,
  untrustedProblem,
  type WorkspaceConfig,
} from '../core/workspace.ts';
import { readText, syncFolder } from '../lib/files.ts';
import { failure, type Result, success, whyOf } from '../lib/result.ts';
import { largestBytes, longestName, parseConfig, type StoredConfig } from './schema.ts';
import { configFile, configName, type MemoryServer, readTrust, trustWritten } from './trust/trust.ts';

export { configFile };

/** The library's content: parsed JSON, which `schema.ts` validates. */
type Store = Record<string, unknown>;

/** A usable configuration, and its trust. */
export interface OpenedConfig {
  /** The stored configuration where that is trusted, else the last trusted one. */
  readonly config: WorkspaceConfig;
  readonly trust: TrustFacts;
}

/**
 * Reads and validates the trusted configuration. Starts no process and never writes the file.
 * @returns `untrusted_workspace` where none is trusted, `config_invalid` with the fault
 */
export function openConfig(root: string): Result<OpenedConfig> {
  const trust = readTrust(root);
  if (!trust.ok) return trust;
  const { facts, usable, server } = trust.value;
  if (!usable) return { ok: false, problem: untrustedProblem(root, facts) };
  const config = checked(root, usable, facts.configuration === 'trusted' ? server : null);
  return config.ok ? success({ config: config.value, trust: facts }) : config;
}

/** Returns the configuration to use, including the last trusted one while a changed one waits. */
export function readConfig(root: string): Result<WorkspaceConfig> {
  const opened = openConfig(root);
  return opened.ok ? success(opened.value.config) : opened;
}

/** Returns the configuration for callers that start programs: a changed one has to be trusted first. */
export function demandTrusted(root: string): Result<WorkspaceConfig> {
  const opened = openConfig(root);
  if (!opened.ok) return opened;
  const { config, trust } = opened.value;
  return trust.configuration === 'trusted'
    ? success(config)
    : { ok: false, problem: untrustedProblem(root, trust) };
}

/** Reads and validates the stored configuration, for display only. */
export function readUntrusted(root: string): Result<OpenedConfig> {
  const trust = readTrust(root);
  if (!trust.ok) return trust;
  const config = checked(root, trust.value.onDisk, null);
  return config.ok ? success({ config: config.value, trust: trust.value.facts }) : config;
}

function checked(root: string, stored: Readonly<Record<string, unknown>>, server: MemoryServer | null) {
  const config = check(root, stored);
  return config.ok && server !== null
    ? success({
        ...config.value,
        memory: { ...config.value.memory, server: server.spec, serverName: server.name },
      })
    : config;
}

/** Contents of a new workspace. */
export interface NewWorkspace {
  readonly repos: readonly Repo[];
  readonly defaultAgent?: string;
  readonly agents?: { readonly [name: string]: Partial<AgentPreset> };
}

/** Creates the configuration, or replaces the given settings; the others, such as agents, are kept. */
export function writeConfig(
  root: string,
  { repos, ...others }: NewWorkspace,
): Promise<Result<WorkspaceConfig>> {
  return change(root, (stored) => ({
    name: stored.name ?? usualName(root),
    repos: repos.map(({ name, path }) => ({ ...known(stored, name), name, path: shorten(root, path) })),
    ...others,
  }));
}

/**
 * Returns a folder's name, cut to the allowed length at a character boundary; `workspace` for an empty one.
 */
function usualName(root: string): string {
  let name = '';
  for (const { segment } of new Intl.Segmenter().segment(basename(root))) {
    if (name.length + segment.length > longestName) break;
    name += segment;
  }
  return name || 'workspace';
}

/** Stores the sync with Notion; other settings are kept. */
export function storeNotion(root: string, notion: NotionConfig): Promise<Result<WorkspaceConfig>> {
  return change(root, () => ({ notion }));
}

/**
 * Changes the configuration, if the result is valid. The user requested the change, so it is trusted at
 * once; a file with changes by others has to be trusted first.
 */
async function change(
  root: string,
  wanted: (stored: StoredConfig) => Store,
): Promise<Result<WorkspaceConfig>> {
  const there = look(root);
  if (!there.ok) return there;
  const before = there.value ? readTrust(root) : null;
  if (before && !before.ok) return before;
  if (before && before.value.facts.configuration !== 'trusted')
    return { ok: false, problem: untrustedProblem(root, before.value.facts) };
  try {
    const conf = await open(root, before?.value.onDisk);
    const changes = wanted(parseConfig(conf.store));
    const next = { ...conf.store, ...changes };
    const config = check(root, next);
    if (!config.ok) return config;
    const written = write(conf, changes, config);
    const trusted = written.ok ? trustWritten(root, next) : written;
    return trusted.ok ? config : trusted;
  } catch (error) {
    return invalid((error as Error).message);
  }
}

/** Writes the file atomically: the old one stays whole where the new one cannot be written. */
function write<T>(conf: Conf<Store>, changes: Store, done: Result<T>): Result<T> {
  try {
    conf.set(changes);
    syncFolder(dirname(conf.path));
    return done;
  } catch (error) {
    return failure('config_not_written', `${configName} cannot be written: ${whyOf(error)}`);
  }
}

/**
 * Checks the file before the library does, which follows links and waits for pipes.
 * @returns whether it exists; `unsafe_path`, or `config_invalid` for one that is far too large
 */
function look(root: string): Result<boolean> {
  const read = readText(root, configFile(root), largestBytes);
  if (read.ok) return success(read.value !== null);
  return read.problem.code === 'unsafe_path' ? read : invalid(read.problem.message);
}

/**
 * Opens the library that writes the file; reading needs none.
 * @param stored replaces the file's content; the file itself where absent
 */
async function open(root: string, stored?: Readonly<Record<string, unknown>>): Promise<Conf<Store>> {
  const { default: Library } = await import('conf');
  return new Library<Store>({
    cwd: join(root, '.orch'),
    configName: 'config',
    clearInvalidConfig: false,
    accessPropertiesByDotNotation: false,
    // Uses exactly the content that was hashed, even where the file changes in between.
    ...(stored && { deserialize: () => structuredClone(stored) as Store }),
  });
}

/** Returns the stored settings of a repository. */
function known({ repos = [] }: StoredConfig, name: string) {
  return repos.find((one) => one.name === name) ?? {};
}

function check(root: string, onDisk: Readonly<Record<string, unknown>>): Result<WorkspaceConfig> {
  let stored: StoredConfig;
  try {
    stored = parseConfig(onDisk);
  } catch (error) {
    return invalid((error as Error).message);
  }
  const repos: Repo[] = [];
  for (const { name, path } of stored.repos ?? []) {
    const slug = parseSlug(name, 'repository');
    if (!slug.ok) return invalid(slug.problem.message);
    if (repos.some((known) => foldCase(known.name) === foldCase(name)))
      return invalid(`two repositories are named ${name}`);
    repos.push({ name, path: resolve(root, path) });
  }
  const agents = resolvePresets(stored.agents ?? {});
  if (!agents.ok) return invalid(agents.problem.message);
  const defaultAgent = stored.defaultAgent ?? 'claude';
  if (!Object.hasOwn(agents.value, defaultAgent))
    return invalid(
      `the default agent ${JSON.stringify(defaultAgent)} is none of ${Object.keys(agents.value).join(', ')}`,
    );
  const jobs = resolveJobs(stored);
  const setup = resolveSetups(stored.repos ?? []);
  const { name = usualName(root), radar, memory, guard, limits, ports } = stored;
  const invoices = resolveInvoices(root, stored.invoices);
  if (!invoices.ok) return invalid(invoices.problem.message);
  return success({
    ...{ name, root, repos, agents: agents.value, defaultAgent },
    ...(jobs && { jobs }),
    ...(radar !== undefined && { radar }),
    ...(memory && { memory }),
    ...(guard !== undefined && { guard: guard && resolveGuard(root, guard) }),
    ...(limits && { limits }),
    ...(stored.board !== undefined && { board: resolveBoard(root, stored.board) }),
    ...(invoices.value && { invoices: invoices.value }),
    ...(stored.notion && { notion: stored.notion }),
    ...(setup && { setup }),
    ...(ports && { ports }),
  });
}

const usualMinutes = 10;

/**
 * Git's own command to fill submodules, as the first step of a setup: it shows progress and can be retried.
 */
const fillSubmodules = ['git', 'submodule', 'update', '--init', '--recursive'];

/** Returns the setups by repository; null where none is configured. */
function resolveSetups(
  repos: NonNullable<StoredConfig['repos']>,
): Readonly<Record<string, RepoSetup>> | null {
  const setups = repos.flatMap(({ name, setup = [], setupMinutes, submodules = false, lfs = 'files' }) => {
    const commands = [...(submodules ? [fillSubmodules] : []), ...setup];
    if (commands.length === 0 && lfs === 'files') return [];
    return [[name, { commands, timeoutMs: (setupMinutes ?? usualMinutes) * 60_000, lfs }] as const];
  });
  return setups.length > 0 ? Object.fromEntries(setups) : null;
}

/** Returns each repository's jobs, where its own override the workspace's. */
function resolveJobs({ jobs = {}, repos = [] }: StoredConfig): WorkspaceConfig['jobs'] | null {
  const byRepo = repos.map((repo) => {
    const all = Object.entries({ ...jobs, ...repo.jobs }).filter(([, command]) => command.length > 0);
    return [repo.name, Object.fromEntries(all)] as const;
  });
  return byRepo.some(([, all]) => Object.keys(all).length > 0) ? Object.fromEntries(byRepo) : null;
}

function resolveGuard(root: string, { allow, writable }: Exclude<StoredConfig['guard'], false | undefined>) {
  return {
    ...(allow && { allow }),
    ...(writable && { writable: writable.map((path) => resolve(root, path)) }),
  };
}

function invalid(why: string): Result<never> {
  return failure(
    'config_invalid',
    `${configName} cannot be used: ${why}`,
    'Fix the file; nothing was changed.',
  );
}

function shorten(root: string, path: string): string {
  const inside = relative(root, path);
  return inside === '' ? '.' : inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** Finds a configured repository by its name, else `unknown_repo`. */
export function findRepo(config: WorkspaceConfig, name: string): Result<Repo> {
  const repo = config.repos.find((known) => known.name === name);
  return repo
    ? success(repo)
    : failure(
        'unknown_repo',
        `The repository ${name} is not configured any more.`,
        `Add it to ${configName}.`,
      );
}

/** Finds a configured agent by its name, else `unknown_agent`. */
export function findPreset(config: WorkspaceConfig, name: string): Result<AgentPreset> {
  const preset = Object.hasOwn(config.agents, name) ? config.agents[name] : undefined;
  return preset
    ? success(preset)
    : failure('unknown_agent', `The agent ${name} is not configured any more.`, `Add it to ${configName}.`);
}

type StoredInvoices = NonNullable<StoredConfig['invoices']>;
type StoredParty = NonNullable<StoredInvoices['from']>;

/** Returns the board's settings; false where it is turned off. A missing file means an empty board. */
export function resolveBoard(root: string, stored: StoredConfig['board'] = {}): BoardConfig | false {
  if (stored === false) return false;
  const { file = 'SPRINT_BOARD.md', prefix = null, autoAdd = false } = stored;
  return { file: resolve(root, file), prefix, autoAdd };
}

/** @returns null where nothing is configured; `bad_currency` */
export function resolveInvoices(
  root: string,
  stored: StoredConfig['invoices'],
): Result<InvoiceConfig | null> {
  if (!stored) return success(null);
  const digits = currencyDigits(stored.currency);
  if (!digits.ok) return digits;
  const { file = 'INVOICES.md', currency, rate = 0, time = 'measured', hoursPerDay = 8, from } = stored;
  const { hour = 0, repos = {}, tasks = {}, workers = {} } = typeof rate === 'number' ? { hour: rate } : rate;
  const clients = Object.entries(stored.clients ?? {}).map(([name, client]) => [name, clientOf(client)]);
  return success({
    ...{ file: resolve(root, file), currency, time, rates: { hour, repos, tasks, workers } },
    day: Math.round(hoursPerDay * 60),
    ...(from && { from: partyOf(from) }),
    clients: Object.fromEntries(clients),
    notes: stored.notes ?? [],
  });
}

function partyOf({ name, lines = [] }: StoredParty): InvoiceParty {
  return { name, lines };
}

function clientOf({ repos, ...party }: NonNullable<StoredInvoices['clients']>[string]): InvoiceClient {
  return { ...partyOf(party), ...(repos && { repos }) };
}

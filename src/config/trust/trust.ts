import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TrustFacts, WorkspaceConfig } from '../../core/workspace.ts';
import { followPath, isBelow, readPlain, readText, replaceFile } from '../../lib/files.ts';
import { parseJson } from '../../lib/json.ts';
import { failure, type Result, success, whyOf } from '../../lib/result.ts';
import { isPrivate, openStateFolder, stateFolder } from '../../lib/stateFolder.ts';
import { hashOf, rowsOf, type TrustedParts, withoutInert } from './parts.ts';

type Stored = Readonly<Record<string, unknown>>;

/** Trust in a workspace, read from files alone. */
export interface Trust {
  readonly root: string;
  readonly facts: TrustFacts;
  /** The configuration on the disk, parsed and not validated. */
  readonly onDisk: Stored;
  /** The values to use: those on the disk, or the last trusted ones; null while nothing was ever trusted. */
  readonly usable: Stored | null;
  /** The memory server of `.mcp.json` that belongs to the usable values. */
  readonly server: MemoryServer | null;
  readonly record: TrustRecord | null;
}

const mostConfigBytes = 4 * 1024 * 1024;

/** The configuration's name in messages: relative to the workspace, so that a message stays short. */
export const configName = '.orch/config.json';

/** Returns the path of a workspace's configuration. */
export function configFile(root: string): string {
  return join(root, configName);
}

/**
 * Reads how far the user trusts a workspace. Starts no process and writes nothing.
 * @param root absolute path, links resolved
 * @returns `unsafe_path` where a link is in the way, `config_invalid` where the configuration is no JSON
 * object
 */
export function readTrust(root: string, env: Readonly<NodeJS.ProcessEnv> = process.env): Result<Trust> {
  const onDisk = readStored(root);
  if (!onDisk.ok) return onDisk;
  const parts = partsOf(root, onDisk.value);
  const hash = hashOf(parts);
  const record = readRecord(root, env);
  const state = stateOwner(root, record?.stateId ?? null);
  const common = { root, onDisk: onDisk.value, record };
  if (record?.hash === hash) {
    const facts = { configuration: 'trusted', state, hash } as const;
    return success({ ...common, facts, usable: onDisk.value, server: serverOf(parts) });
  }
  const before = record?.stored ? partsIn(record, record.stored) : null;
  const configuration = before ? 'changed' : 'untrusted';
  const facts = { configuration, state, hash, rows: rowsOf(parts, before) } as const;
  return success({ ...common, facts, usable: record?.stored ?? null, server: record && serverOf(record) });
}

/**
 * Records that the user trusts the configuration of exactly this hash. @returns `trust_changed` for another
 */
export function grantTrust(
  root: string,
  hash: string,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Result<null> {
  const now = readTrust(root, env);
  return now.ok ? grant(now.value, partsOf(root, now.value.onDisk), hash, env) : now;
}

/**
 * Trusts a configuration that a command of the user has just written. Changes by others in `.mcp.json` are
 * not included: a memory server there still has to be reviewed.
 * @param written the whole configuration, as passed to the file
 * @returns `trust_changed` where the file differs by now
 */
export function trustWritten(
  root: string,
  written: object,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Result<null> {
  const now = readTrust(root, env);
  if (!now.ok) return now;
  // JSON drops keys without a value, so the comparison does too.
  const stored = JSON.parse(JSON.stringify(written)) as Stored;
  const known = withKnownServer(now.value, partsOf(root, now.value.onDisk));
  return grant(now.value, known, hashOf(withKnownServer(now.value, partsOf(root, stored))), env);
}

function withKnownServer({ record }: Trust, { config, repos, ...named }: TrustedParts): TrustedParts {
  const known = serverParts(record && serverOf(record));
  return { config, repos, ...(named.server === null ? named : known) };
}

function grant(
  now: Trust,
  parts: TrustedParts,
  hash: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Result<null> {
  const { root, facts, onDisk, record } = now;
  const found = hashOf(parts);
  if (found !== hash)
    return failure(
      'trust_changed',
      `The configuration of ${root} is not the one with the hash ${hash}; now it is ${found}.`,
      'Look at it again: orch-tui trust',
    );
  const { config: _, ...rest } = parts;
  return withNewState(
    { root, hash, stored: onDisk, ...rest, stateId: record?.stateId ?? null },
    facts.state,
    env,
  );
}

/** Takes over the state of a workspace: it counts as the user's own afterwards. */
export function adoptState(trust: Trust, env: Readonly<NodeJS.ProcessEnv> = process.env): Result<null> {
  const id = stampState(trust.root);
  return id.ok ? writeRecord({ ...recordOf(trust), stateId: id.value }, env) : id;
}

/** Moves the state of a workspace away and starts a new one. @returns the folder of the old one */
export function discardState(trust: Trust, env: Readonly<NodeJS.ProcessEnv> = process.env): Result<string> {
  const moved = putStateAside(trust.root);
  if (!moved.ok) return moved;
  const adopted = adoptState(trust, env);
  return adopted.ok ? moved : adopted;
}

/**
 * Creates the user's own state for a workspace without one. Existing state stays as it is.
 * @returns the owner of the state
 */
export function claimNewState(
  root: string,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Result<TrustFacts['state']> {
  const trust = readTrust(root, env);
  if (!trust.ok) return trust;
  if (trust.value.facts.state !== 'none') return success(trust.value.facts.state);
  const claimed = adoptState(trust.value, env);
  return claimed.ok ? success('own') : claimed;
}

function withNewState(
  record: TrustRecord,
  state: TrustFacts['state'],
  env: Readonly<NodeJS.ProcessEnv>,
): Result<null> {
  if (state !== 'none') return writeRecord(record, env);
  const id = stampState(record.root);
  return id.ok ? writeRecord({ ...record, stateId: id.value }, env) : id;
}

function recordOf({ root, record }: Trust): TrustRecord {
  return record ?? { root, hash: null, stored: null, repos: [], server: null, stateId: null };
}

/** Reads the configuration file as JSON. Does not follow a link, which could expose any file of the user. */
function readStored(root: string): Result<Stored> {
  const text = readText(root, configFile(root), mostConfigBytes);
  if (!text.ok) return text.problem.code === 'unsafe_path' ? text : invalid(text.problem.message);
  // A missing file would otherwise read as a workspace without repositories.
  if (text.value === null) return invalid('it is gone');
  const parsed = parseJson(text.value);
  if (!parsed.ok) return invalid(parsed.problem.message);
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return success(value as Stored);
  return invalid(`it holds ${kindOf(value)} where an object, {…}, has to be, so this is no workspace yet`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

function invalid(why: string): Result<never> {
  const message = `${configName} cannot be used: ${why}`;
  return failure('config_invalid', message, 'Fix the file; nothing was changed.');
}

function partsOf(root: string, stored: Stored): TrustedParts {
  return {
    config: withoutInert(stored),
    repos: listOf(stored.repos).map((entry) => realPath(root, entry)),
    ...serverParts(namedServer(root, stored)),
  };
}

function partsIn(record: TrustRecord, stored: Stored): TrustedParts {
  return { config: withoutInert(stored), repos: record.repos, ...serverParts(serverOf(record)) };
}

function realPath(root: string, entry: unknown): string {
  const { path } = (entry ?? {}) as { path?: unknown };
  const at = resolve(root, typeof path === 'string' ? path : '');
  try {
    return realpathSync(at);
  } catch {
    // Missing or not accessible: then only its name can be trusted.
    return at;
  }
}

/** A third-party program that stores memories, as `.mcp.json` names it. */
export interface MemoryServer {
  readonly name: string;
  readonly spec: unknown;
}

const usualServer = 'copilot-memory';

function serverOf({ server, serverName = usualServer }: Pick<TrustRecord, 'server' | 'serverName'>) {
  return server === null ? null : { name: serverName, spec: server };
}

function serverParts(server: MemoryServer | null): Pick<TrustedParts, 'server' | 'serverName'> {
  if (!server) return { server: null };
  const { name, spec } = server;
  return { server: spec, ...(name !== usualServer && { serverName: name }) };
}

/**
 * Returns the memory server of `.mcp.json`: the one called `copilot-memory`, else one with a `WORKSPACE_ID`
 * variable, else one with memory in its name. Null where there is none, or the configuration turns it off.
 */
function namedServer(root: string, { memory }: Stored): MemoryServer | null {
  if ((memory as { copilot?: unknown } | undefined)?.copilot === false) return null;
  const file = followPath(root, join(root, '.mcp.json'));
  const text = file.ok ? readPlain(file.value, mostConfigBytes) : file;
  if (!text.ok || text.value === null) return null;
  try {
    const { mcpServers } = JSON.parse(text.value.replace(/^\ufeff/, '')) as { mcpServers?: unknown };
    const servers = Object.entries(mcpServers ?? {}).flatMap(([name, spec]) =>
      typeof spec === 'object' && spec !== null && name !== 'orch' ? [{ name, spec: spec as Stored }] : [],
    );
    return (
      servers.find(({ name }) => name === usualServer) ??
      servers.find(({ spec }) => Object.hasOwn(Object(spec.env), 'WORKSPACE_ID')) ??
      servers.find(({ name }) => /memory/i.test(name)) ??
      null
    );
  } catch {
    // Not JSON, so it names no server.
    return null;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The user's decision about the workspace in one folder. */
interface TrustRecord {
  /** Absolute path of the workspace, links resolved. */
  readonly root: string;
  /** Hash of the trusted configuration, 64 hexadecimal digits; null while only the state is known. */
  readonly hash: string | null;
  /** The trusted configuration file, parsed; its values stay in use while a changed one waits for trust. */
  readonly stored: Readonly<Record<string, unknown>> | null;
  /** Real paths of its repositories, and the memory server of `.mcp.json`; see `TrustedParts`. */
  readonly repos: readonly string[];
  readonly server: unknown;
  readonly serverName?: string;
  /** The random id of the state that was written here; null while there is none. */
  readonly stateId: string | null;
}

const mostBytes = 4 * 1024 * 1024;

/** Returns the trust record of a workspace; null where there is none, or it is damaged. */
function readRecord(root: string, env: Readonly<NodeJS.ProcessEnv>): TrustRecord | null {
  const folder = stateFolder(env);
  // A folder that others can write to cannot hold the user's decision.
  const text = isPrivate(folder) ? readPlain(recordFile(folder, root), mostBytes) : null;
  if (!text?.ok || text.value === null) return null;
  try {
    const record = JSON.parse(text.value) as Partial<TrustRecord> & { v?: unknown };
    const isRecord =
      record.v === 1 &&
      record.root === root &&
      (record.hash === null || typeof record.hash === 'string') &&
      Array.isArray(record.repos) &&
      (record.stateId === null || typeof record.stateId === 'string');
    return isRecord ? (record as TrustRecord) : null;
  } catch {
    // Not JSON. A damaged record trusts nothing: the user is asked again.
    return null;
  }
}

/**
 * Replaces the record of a workspace and syncs it to the disk.
 * @returns `not_written` with the system's reason
 */
function writeRecord(record: TrustRecord, env: Readonly<NodeJS.ProcessEnv>): Result<null> {
  const folder = openStateFolder(env);
  if (!folder.ok) return folder;
  const file = recordFile(folder.value, record.root);
  return replaceFile(folder.value, file, `${JSON.stringify({ v: 1, ...record })}\n`);
}

/** Returns the path of a workspace's record, existing or not. */
export function recordPath(root: string, env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  return recordFile(stateFolder(env), root);
}

function recordFile(folder: string, root: string): string {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 32);
  return join(folder, 'trust', `${name}.json`);
}

/** Returns the path of the file that identifies a workspace's state. */
function idFile(root: string): string {
  return join(root, '.orch', 'id');
}

/** Lists the controller's files in `.orch`, without the configuration. */
function stateFiles(root: string): readonly string[] {
  return ['log.jsonl', 'notion'].map((name) => join(root, '.orch', name)).filter(holdsSomething);
}

function holdsSomething(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  return found.isDirectory() ? readdirSync(path).length > 0 : found.size > 0;
}

/**
 * Reports who wrote a workspace's state.
 * @param known the id in the user's record; null where it has none
 */
function stateOwner(root: string, known: string | null): TrustFacts['state'] {
  const id = readStateId(root);
  if (id !== null && id === known) return 'own';
  return stateFiles(root).length > 0 ? 'foreign' : 'none';
}

/** Returns the id in the state, or null where it has none. */
function readStateId(root: string): string | null {
  const text = readText(root, idFile(root), 1000);
  return text.ok && text.value && /^[0-9a-f]{32}\n?$/.test(text.value) ? text.value.trim() : null;
}

/**
 * Writes a new id into the state, to be recorded by the caller. @returns it, or why it could not be written
 */
function stampState(root: string): Result<string> {
  const id = randomBytes(16).toString('hex');
  const written = replaceFile(root, idFile(root), `${id}\n`);
  return written.ok ? success(id) : written;
}

/**
 * Moves the state into a new folder beside it, so that the workspace starts without one. Deletes nothing.
 * @returns that folder
 */
function putStateAside(root: string): Result<string> {
  const folder = freeName(join(root, '.orch', 'discarded'));
  try {
    mkdirSync(folder, { mode: 0o700 });
    const names = readdirSync(join(root, '.orch')).filter((name) =>
      /^(log[.\w-]*\.jsonl?|notion|id)$/.test(name),
    );
    for (const name of names) renameSync(join(root, '.orch', name), join(folder, name));
    return success(folder);
  } catch (error) {
    return failure('state_not_moved', `${folder} cannot be filled: ${whyOf(error)}`);
  }
}

function freeName(path: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${path}-${n}`)) return `${path}-${n}`;
}

/** A path of the configuration that is not in the workspace. */
export interface OutsidePath {
  /** The setting, such as `board.file` or `repos.backend.path`. */
  readonly setting: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * Lists the configured paths outside the workspace, for the user who is asked to trust it: documents that
 * are written, repositories, and folders that workers may write to.
 */
export function outsidePaths({
  root,
  board,
  invoices,
  repos,
  guard,
}: WorkspaceConfig): readonly OutsidePath[] {
  const writable = guard ? (guard.writable ?? []) : [];
  const named: OutsidePath[] = [
    ...(board ? [{ setting: 'board.file', path: board.file }] : []),
    ...(invoices ? [{ setting: 'invoices.file', path: invoices.file }] : []),
    ...repos.map(({ name, path }) => ({ setting: `repos.${name}.path`, path })),
    ...writable.map((path) => ({ setting: 'guard.writable', path })),
  ];
  return named.filter(({ path }) => !isBelow(root, path));
}

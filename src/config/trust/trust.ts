import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TrustFacts } from '../../core/workspace.ts';
import { followPath, readPlain, readText } from '../../lib/files.ts';
import { parseJson } from '../../lib/json.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { hashOf, rowsOf, type TrustedParts, withoutInert } from './parts.ts';
import { readRecord, type TrustRecord, writeRecord } from './record.ts';
import { putStateAside, stampState, stateOwner } from './stateOwner.ts';

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

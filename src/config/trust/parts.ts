import { createHash } from 'node:crypto';
import type { TrustRow } from '../../core/workspace.ts';
import { visible } from '../../lib/sanitize.ts';

/** The trusted parts of a workspace's configuration: all that decides what runs and what is accessed. */
export interface TrustedParts {
  /** The configuration as parsed from the file, without inert keys. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Real path of each repository, by its index in the list: relative paths and links resolved. */
  readonly repos: readonly string[];
  /** The memory server of `.mcp.json`, which is started and passed to sessions; null for none. */
  readonly server: unknown;
  /** Its name there; absent for `copilot-memory`, the only one that earlier versions started. */
  readonly serverName?: string;
}

/**
 * Keys that can neither start a program nor widen access, whatever their value. Every other key counts,
 * including unknown ones.
 */
const inertKeys: ReadonlySet<string> = new Set(['name', 'radar']);

/** Returns a configuration without its inert keys. */
export function withoutInert(stored: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stored).filter(([key]) => !inertKeys.has(key)));
}

/** Returns the SHA-256 of all parts as 64 hexadecimal digits; the order of keys does not matter. */
export function hashOf(parts: TrustedParts): string {
  const { config, repos, server, serverName } = parts;
  const all = { config, repos, server, ...(serverName !== undefined && { serverName }) };
  return createHash('sha256').update(canonical(all)).digest('hex');
}

/** Returns JSON with sorted keys, so that equal values have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}

/**
 * Returns a row for each setting, programs first.
 * @param before the previously trusted parts; differences are marked, and removed rows are included as
 * `removed`
 */
export function rowsOf(parts: TrustedParts, before: TrustedParts | null = null): readonly TrustRow[] {
  const now = flatten(parts);
  const then = before && flatten(before);
  const rows = [...now].map(([key, value]): TrustRow => {
    const row = { key, value, effect: effectOf(key) };
    const was = then?.get(key);
    if (then === null || was === value) return row;
    return was === undefined ? { ...row, change: 'added' } : { ...row, change: 'changed', was };
  });
  const gone = [...(then ?? [])]
    .filter(([key]) => !now.has(key))
    .map(([key, value]): TrustRow => ({ key, value, effect: effectOf(key), change: 'removed' }));
  const order = ['runs', 'reaches', 'sets'];
  return [...rows, ...gone].sort((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect));
}

function flatten({
  config,
  repos,
  server,
  serverName = 'copilot-memory',
}: TrustedParts): Map<string, string> {
  const rows = new Map<string, string>();
  const { repos: listed, ...rest } = config;
  add(rows, '', rest);
  if (Array.isArray(listed))
    for (const [at, entry] of listed.entries()) {
      const { name, path, ...others } = asObject(entry);
      const named = `repos.${typeof name === 'string' ? keyText(name) : at}`;
      const key = rows.has(`${named}.path`) ? `repos.${at}` : named;
      const real = repos[at];
      rows.set(`${key}.path`, real === undefined || real === path ? text(path) : text(real));
      add(rows, key, others);
    }
  else if (listed !== undefined) rows.set('repos', text(listed));
  if (server !== null) add(rows, `.mcp.json ${keyText(serverName)}`, server);
  return rows;
}

/** Adds a row for each leaf; a list of plain values is one row, because it is one command or one set. */
function add(rows: Map<string, string>, at: string, value: unknown): void {
  const isBranch = typeof value === 'object' && value !== null && !isPlainList(value);
  if (!isBranch) {
    rows.set(at, text(value));
    return;
  }
  for (const [key, one] of Object.entries(value))
    add(rows, at === '' ? keyText(key) : `${at}.${keyText(key)}`, one);
}

function isPlainList(value: object): boolean {
  return Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null);
}

/** Formats a command as it would be typed; everything else as JSON. */
function text(value: unknown): string {
  if (typeof value === 'string') return word(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.map(word).join(' ');
  return visible(value);
}

function word(value: string): string {
  return /^[\w./:@%+=,{}~-]+$/.test(value) ? value : visible(value);
}

/** Quotes a key that could be read as several, or as another one. */
function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : visible(key);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const runs =
  /^(agents|jobs|memory|tools|services|teardown|\.mcp\.json)\b|^repos\..*\.(jobs|setup|submodules)\b/;
const reaches = /^(guard|board|invoices|notion|repos)\b/;

function effectOf(key: string): TrustRow['effect'] {
  if (runs.test(key)) return 'runs';
  return reaches.test(key) ? 'reaches' : 'sets';
}

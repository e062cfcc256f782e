import { chmod, constants, mkdir, open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { replaceWhole } from '../../../lib/files.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { isToken, NotionToken, tokenVariables } from './token.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface CredentialsOptions {
  readonly env: Environment;
  /** Null for none; default: the system's. */
  readonly keychain?: Keychain | null;
}

const keychainName = 'the keychain';
const maxBytes = 64 * 1024;

/**
 * Finds the token in the environment, else in the keychain, else in a file that only its owner can read.
 * @returns null when there is none; else `credentials_unsafe` or `credentials_unreadable`
 */
export async function findToken(options: CredentialsOptions): Promise<Result<NotionToken | null>> {
  for (const name of tokenVariables) {
    const value = options.env[name]?.trim();
    if (value) return isToken(value) ? success(new NotionToken(value, name)) : failure(...notAToken(name));
  }
  const kept = await readKeychain(options);
  if (kept !== null && isToken(kept)) return success(new NotionToken(kept, keychainName));
  return readCredentials(credentialsFile(options.env));
}

/** Stores a token in the keychain, or in the file where there is none. @returns it with its source */
export async function saveToken(text: string, options: CredentialsOptions): Promise<Result<NotionToken>> {
  const secret = text.trim();
  if (!isToken(secret)) return failure(...notAToken('What was given'));
  const keychain = await keychainOf(options);
  if (keychain) {
    try {
      await keychain.write(secret);
      return success(new NotionToken(secret, keychainName));
    } catch {
      // Locked, and unlocking is not possible: falls back to the file.
    }
  }
  return writeCredentials(credentialsFile(options.env), secret);
}

export function credentialsFile(env: Environment): string {
  const { XDG_CONFIG_HOME: config, HOME: home } = env;
  // The XDG specification requires to ignore relative ones.
  const base = config && isAbsolute(config) ? config : join(home || homedir(), '.config');
  return join(base, 'orch-tui', 'credentials.json');
}

async function readKeychain(options: CredentialsOptions): Promise<string | null> {
  try {
    return (await (await keychainOf(options))?.read()) ?? null;
  } catch {
    // Locked or not accessible: treated as absent.
    return null;
  }
}

function keychainOf({ keychain }: CredentialsOptions): Promise<Keychain | null> | Keychain | null {
  return keychain === undefined ? openKeychain() : keychain;
}

/**
 * Reads the token from the file; null where there is none. @returns `credentials_unsafe`,
 * `credentials_unreadable`
 */
export async function readCredentials(path: string): Promise<Result<NotionToken | null>> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return success(null);
    if (code === 'ELOOP') return failure(...unsafe(path, 'is a symbolic link'));
    return failure('credentials_unreadable', `${path} cannot be read (${code}).`, 'Check who owns it.');
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) return failure(...unsafe(path, 'is not a plain file'));
    const { mode, uid, size } = found;
    if (uid !== process.getuid?.()) return failure(...unsafe(path, 'belongs to another user'));
    if ((mode & 0o077) !== 0) return failure(...unsafe(path, 'can be read by others'));
    const secret = size > maxBytes ? null : secretIn(await file.readFile('utf8'));
    if (secret === null)
      return failure('credentials_unreadable', `${path} holds no token.`, 'Connect again, or remove it.');
    return success(new NotionToken(secret, path));
  } finally {
    await file.close();
  }
}

async function writeCredentials(path: string, secret: string): Promise<Result<NotionToken>> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await chmod(dirname(path), 0o700);
    // The exact mode is set, in case of an unusual umask.
    const text = `${JSON.stringify({ notion: { token: secret } }, null, 2)}\n`;
    replaceWhole(path, [text], { mode: 0o600, isExact: true });
    return success(new NotionToken(secret, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure('credentials_unwritable', `${path} cannot be written (${code}).`);
  }
}

function secretIn(text: string): string | null {
  try {
    const token = (JSON.parse(text) as { notion?: { token?: unknown } } | null)?.notion?.token;
    return typeof token === 'string' && isToken(token) ? token : null;
  } catch {
    // The error of JSON.parse quotes the text, which may be the token.
    return null;
  }
}

function unsafe(path: string, why: string): [string, string, string] {
  return [
    'credentials_unsafe',
    `${path} ${why}; it was not read.`,
    `Make it a file of yours: chmod 600 ${path}`,
  ];
}

function notAToken(what: string): [string, string, string] {
  return ['notion_token', `${what} is not a Notion token.`, 'It begins with ntn_ or secret_.'];
}

/** The operating system's secret store, where there is one. */
export interface Keychain {
  /** Returns null when it has no token. @throws when it cannot be read */
  read(): Promise<string | null>;
  /** @throws when it cannot be written */
  write(secret: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Milliseconds before the keychain counts as unavailable: the user may have to unlock it, but a hanging
 * service must not block.
 */
const keychainTimeout = 30_000;

/** Opens the keychain; null where the optional package is not installed or has no service. */
async function openKeychain(): Promise<Keychain | null> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    // Linux's other store, the kernel's keyring, is lost at the next start.
    const entry = new AsyncEntry('orch-tui', 'notion', { linux: { store: 'secret-service' } });
    return {
      read: () => entry.getPassword(AbortSignal.timeout(keychainTimeout)),
      write: (secret) => entry.setPassword(secret, AbortSignal.timeout(keychainTimeout)),
      remove: async () => {
        await entry.deletePassword(AbortSignal.timeout(keychainTimeout));
      },
    };
  } catch {
    // No package for this platform, or no service: falls back to the file.
    return null;
  }
}

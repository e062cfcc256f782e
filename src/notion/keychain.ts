/** The secrets of the operating system, where it keeps some. */
export interface Keychain {
  /** Null when it has none for us. @throws when it cannot be read */
  read(): Promise<string | null>;
  /** @throws when it cannot be written */
  write(secret: string): Promise<void>;
  remove(): Promise<void>;
}

/** A person may be asked to unlock it; then there is no hurry, but a service that hangs must not hold up anything. */
const patience = 30_000;

/** Null where the optional package is not installed or has nothing to talk to. */
export async function openKeychain(): Promise<Keychain | null> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    // Linux' other store, the kernel's, forgets everything at the next start.
    const entry = new AsyncEntry('orch-tui', 'notion', { linux: { store: 'secret-service' } });
    return {
      read: () => entry.getPassword(AbortSignal.timeout(patience)),
      write: (secret) => entry.setPassword(secret, AbortSignal.timeout(patience)),
      remove: async () => {
        await entry.deletePassword(AbortSignal.timeout(patience));
      },
    };
  } catch {
    // No package for this platform, or no service: the file will do.
    return null;
  }
}

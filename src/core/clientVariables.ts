import { hasControl } from '../lib/sanitize.ts';

/*
 * Environment variables that a client forwards to the controller, for git and the agents that it starts.
 * Another shell may have started the controller days ago. The model is tmux's `update-environment`: few
 * names, each specific to the shell or login session, and removed where that shell lacks one. The list holds
 * no secret and no location of configuration, state or temporary files (`HOME`, `XDG_*`, `TMPDIR`,
 * `CLAUDE_CONFIG_DIR`): trust, guard and the agents' own files are looked up there.
 */

export type Variables = Readonly<Record<string, string>>;

/** Why each one is forwarded. */
const reasons = {
  PATH: 'which programs are found: version managers and virtual environments change it in one shell',
  SSH_AUTH_SOCK: 'the agent of ssh: another one after each login, and with each forwarded connection',
  DISPLAY: 'where windows open, such as those that ask for a passphrase',
  WAYLAND_DISPLAY: 'the same under Wayland',
  XAUTHORITY: 'the key to that display',
  GPG_TTY: 'the terminal that gpg asks at for the passphrase of a signature',
  DBUS_SESSION_BUS_ADDRESS: 'how keyrings and their windows are reached',
  KRB5CCNAME: 'tickets of Kerberos, of one login each',
  LANG: 'language, and the encoding of texts',
  LANGUAGE: 'the same, as a list',
  TZ: 'the time zone, which a traveller changes',
};

/** The categories of locale(7). */
const categories = [
  ...['ALL', 'ADDRESS', 'COLLATE', 'CTYPE', 'IDENTIFICATION', 'MEASUREMENT', 'MESSAGES', 'MONETARY', 'NAME'],
  ...['NUMERIC', 'PAPER', 'TELEPHONE', 'TIME'],
];

/** Every forwarded name; no other variable of a client reaches git or an agent. */
const lentNames: readonly string[] = [
  ...Object.keys(reasons),
  ...categories.map((category) => `LC_${category}`),
];

/** UTF-16 units; a long PATH has a few thousand. */
const longestValue = 32 * 1024;

/**
 * Returns the variables of an environment that are forwarded. Values that are too long or hold control
 * characters count as not set.
 */
export function lentBy(env: Readonly<Record<string, string | undefined>>): Variables {
  const set = lentNames.flatMap((name) => {
    const value = env[name];
    return value !== undefined && isLendable(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(set);
}

/** Reports whether variables are such as `lentBy` returns. */
export function areLent(variables: Variables): boolean {
  return Object.entries(variables).every(([name, value]) => lentNames.includes(name) && isLendable(value));
}

/**
 * Reports whether a value can be forwarded. No working path, address or locale holds control characters (NUL
 * and newline included).
 */
function isLendable(value: string): boolean {
  return value.length <= longestValue && !hasControl(value);
}

/** Returns an environment whose listed variables are exactly the forwarded ones. */
export function withLent(
  env: Readonly<Record<string, string | undefined>>,
  variables: Variables,
): Record<string, string | undefined> {
  const own = Object.entries(env).filter(([name]) => !lentNames.includes(name));
  return { ...Object.fromEntries(own), ...variables };
}

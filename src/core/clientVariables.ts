import { hasControl } from '../lib/sanitize.ts';

/*
 * Environment variables that a client forwards to the controller, for git and the agents that it starts.
 * Another shell may have started the controller days ago. The model is tmux's `update-environment`: few
 * names, each specific to the shell or login session, and removed where that shell lacks one. The list holds
 * no secret and no location of configuration, state or temporary files (`HOME`, `XDG_*`, `TMPDIR`,
 * `CLAUDE_CONFIG_DIR`): trust, guard and the agents' own files are looked up there.
 */

export type Variables = Readonly<Record<string, string>>;

/** Forwarded names, each with its reason. */
const reasons = {
  PATH: 'the programs that are found: version managers and virtual environments change it in one shell',
  SSH_AUTH_SOCK: 'the agent of ssh, which differs after each login and for each forwarded connection',
  DISPLAY: 'the display of windows, such as those that ask for a passphrase',
  WAYLAND_DISPLAY: 'the same under Wayland',
  XAUTHORITY: 'the key to that display',
  GPG_TTY: 'the terminal where gpg asks for the passphrase of a signature',
  DBUS_SESSION_BUS_ADDRESS: 'the address of keyrings and their windows',
  KRB5CCNAME: 'the Kerberos tickets of one login',
  LANG: 'language, and the encoding of texts',
  LANGUAGE: 'the same, as a list',
  TZ: 'the time zone, which changes on a journey',
};

/** The categories of locale(7). */
const categories = [
  ...['ALL', 'ADDRESS', 'COLLATE', 'CTYPE', 'IDENTIFICATION', 'MEASUREMENT', 'MESSAGES', 'MONETARY', 'NAME'],
  ...['NUMERIC', 'PAPER', 'TELEPHONE', 'TIME'],
];

/** Every forwarded name; no other variable of a client reaches git or an agent. */
const forwardedNames: readonly string[] = [
  ...Object.keys(reasons),
  ...categories.map((category) => `LC_${category}`),
];

/** UTF-16 units; a long PATH has a few thousand. */
const longestValue = 32 * 1024;

/**
 * Returns the variables of an environment that are forwarded. Values that are too long or hold control
 * characters count as not set.
 */
export function forwardedVariables(env: Readonly<Record<string, string | undefined>>): Variables {
  const set = forwardedNames.flatMap((name) => {
    const value = env[name];
    return value !== undefined && isForwardable(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(set);
}

/** Reports whether variables are such as `lentBy` returns. */
export function areForwardable(variables: Variables): boolean {
  return Object.entries(variables).every(
    ([name, value]) => forwardedNames.includes(name) && isForwardable(value),
  );
}

/**
 * Reports whether a value can be forwarded. No working path, address or locale holds control characters (NUL
 * and newline included).
 */
function isForwardable(value: string): boolean {
  return value.length <= longestValue && !hasControl(value);
}

/** Returns an environment whose listed variables are exactly the forwarded ones. */
export function withForwarded(
  env: Readonly<Record<string, string | undefined>>,
  variables: Variables,
): Record<string, string | undefined> {
  const own = Object.entries(env).filter(([name]) => !forwardedNames.includes(name));
  return { ...Object.fromEntries(own), ...variables };
}

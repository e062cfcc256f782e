import { hasControl } from '../lib/sanitize.ts';

/*
 * What a client lends the controller of its environment: git and agents that its person starts get it. The controller may
 * have been started by another shell days ago. tmux's `update-environment` is the model: few names, each of which belongs to
 * the shell or the session that one sits in, and where that shell lacks one it is taken away. No secret is among them, and
 * nothing that says where configuration, state or temporary files are (`HOME`, `XDG_*`, `TMPDIR`, `CLAUDE_CONFIG_DIR`):
 * trust, guard and what agents keep of themselves are looked for there.
 */

export type Variables = Readonly<Record<string, string>>;

/** Why each is lent. */
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

/** Every name that is lent; no other one of a client ever reaches git or an agent. */
export const lentNames: readonly string[] = [
  ...Object.keys(reasons),
  ...categories.map((category) => `LC_${category}`),
];

/** UTF-16 units; a long PATH has a few thousand. */
const longestValue = 32 * 1024;

/** Returns what of an environment is lent. What no variable of the list can hold is left out, as if it were not set. */
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

/** Control characters, NUL and newline among them, are in no path, address or locale that works. */
function isLendable(value: string): boolean {
  return value.length <= longestValue && !hasControl(value);
}

/** Returns an environment in which the variables of the list are those that were lent, and no others. */
export function withLent(
  env: Readonly<Record<string, string | undefined>>,
  variables: Variables,
): Record<string, string | undefined> {
  const own = Object.entries(env).filter(([name]) => !lentNames.includes(name));
  return { ...Object.fromEntries(own), ...variables };
}

/** What the host itself needs. Children get an environment of their own, so nothing secret has to pass through it. */
const needed = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  // Where the approval key of the person is, and the digest of the demo's.
  'XDG_STATE_HOME',
  'ORCH_OWN_KEY_DIGEST',
  'ORCH_LINGER_MS',
];

/** The part of an environment that the host is started with. */
export function hostEnvironment(
  ambient: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    needed.flatMap((name) => (ambient[name] === undefined ? [] : [[name, ambient[name]]])),
  );
}

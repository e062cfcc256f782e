/**
 * Events that change what we know of a worker. The oldest supported version knows all of them; a name that a version
 * does not know stops its start with a dialog.
 */
const postedEvents = [
  'UserPromptSubmit',
  'PostToolUse',
  'PostToolUseFailure',
  'Notification',
  'Stop',
  'StopFailure',
  'SessionEnd',
];

/** Seconds a tool waits for us at most. Hooks fail open: after that the agent goes on. */
const hookSeconds = 5;

/** The guard answers at once, but on a machine that swaps even that can take a while: then the tool waits for it. */
const guardSeconds = 30;

/** A question is on the screen meanwhile and can be answered there; who is at lunch may answer it here after that. */
export const askSeconds = 3600;

/**
 * What `--settings` names for one worker. It is merged with the person's own settings, whose hooks run as well.
 * @param hookUrl the inbox, `http://127.0.0.1:<port>/hook`, in full: a URL with a variable in it is refused
 * @param guardUrl where a tool is judged before it is used, likewise
 * @param askUrl where questions wait for a person's answer
 */
export function claudeSettings(wiring: {
  node: string;
  hookProgram: string;
  statusProgram: string;
  hookUrl: string;
  guardUrl: string;
  askUrl: string;
}): object {
  const post = {
    type: 'http',
    url: wiring.hookUrl,
    // Filled in by the agent from its environment: the file holds no secret.
    headers: { Authorization: 'Bearer $ORCH_TOKEN' },
    allowedEnvVars: ['ORCH_TOKEN'],
    timeout: hookSeconds,
  };
  const ask = { ...post, url: wiring.askUrl, timeout: askSeconds };
  const guard = { ...post, url: wiring.guardUrl, timeout: guardSeconds };
  // The one event that cannot be posted; Claude Code hands this command to a shell.
  const run = {
    type: 'command',
    command: `${quoted(wiring.node)} ${quoted(wiring.hookProgram)}`,
    timeout: hookSeconds,
  };
  return {
    // Otherwise a `true` in the person's settings would silence ours.
    disableAllHooks: false,
    // Otherwise `←` in an empty prompt moves the session to a background process, and the pane shows a list of sessions:
    // text sent to the worker would start another session there, and stopping one worker would end others.
    disableAgentView: true,
    // Not merged with the person's own: ours runs theirs.
    statusLine: { type: 'command', command: `${quoted(wiring.node)} ${quoted(wiring.statusProgram)}` },
    hooks: {
      SessionStart: [{ hooks: [run] }],
      PreToolUse: [{ hooks: [guard] }],
      PermissionRequest: [{ hooks: [ask] }],
      ...Object.fromEntries(postedEvents.map((event) => [event, [{ hooks: [post] }]])),
    },
  };
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

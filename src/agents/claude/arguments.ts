/**
 * Claude Code's flags for a worker. They are not remembered: a resume passes them again.
 * `--` comes before the brief, because some flags swallow every word up to the next flag.
 */
export function claudeArguments(start: {
  readonly sessionId: string;
  readonly resume: boolean;
  readonly brief: string;
  readonly name: string;
  readonly settingsFile: string;
}): string[] {
  const { sessionId, resume, brief, name, settingsFile } = start;
  return [
    ...[resume ? '--resume' : '--session-id', sessionId],
    ...['-n', name],
    ...['--settings', settingsFile],
    ...(resume || brief === '' ? [] : ['--', brief]),
  ];
}

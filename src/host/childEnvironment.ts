import type { OpenTerminal } from '../protocol/hostApi.ts';

/** What a child is given: what was asked for, the kind of terminal, and where it posts to as whom. */
export function childEnvironment({ env, token }: OpenTerminal, hookUrl: string): Record<string, string> {
  return {
    ...env,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    ORCH_TOKEN: token,
    ORCH_HOOK_URL: hookUrl,
  };
}

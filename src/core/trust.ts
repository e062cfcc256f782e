import { type Problem, problemOf } from '../lib/result.ts';

/** One setting of a workspace that can start programs or widen access. */
export interface TrustRow {
  /** Place in the configuration, such as `agents.claude.command`. */
  readonly key: string;
  /** Its value in one line, words quoted as a shell would need them. */
  readonly value: string;
  /** `runs`: starts programs. `reaches`: widens what is read, written or sent. `sets`: everything else. */
  readonly effect: 'runs' | 'reaches' | 'sets';
  /** How it differs from what was trusted before; absent where it does not, or nothing was. */
  readonly change?: 'added' | 'changed' | 'removed';
  /** The value that was trusted before; only of a changed row. */
  readonly was?: string;
}

/** How far a person trusts a workspace. */
export interface TrustFacts {
  /** `changed`: an earlier configuration is trusted, and its values stay in use. */
  readonly configuration: 'trusted' | 'changed' | 'untrusted';
  /** Who wrote the log and what else lies in `.orch`; `none` where nothing does. */
  readonly state: 'own' | 'foreign' | 'none';
  /** Names the configuration as it is now, for `orch-tui trust --hash`. */
  readonly hash: string;
  /** What the configuration sets; only while it is not trusted. */
  readonly rows?: readonly TrustRow[];
}

/** Reports whether there is nothing left for the person to decide about. */
export function isWhollyTrusted({ configuration, state }: TrustFacts): boolean {
  return configuration === 'trusted' && state !== 'foreign';
}

/** Returns why nothing may be run yet, with the way out. */
export function untrustedProblem(root: string, { configuration, hash }: TrustFacts): Problem {
  const what =
    configuration === 'changed'
      ? `The configuration changed and is not trusted yet: ${root}, hash ${hash}.`
      : `This workspace is not trusted yet, so nothing in it was run: ${root}, hash ${hash}.`;
  return problemOf('untrusted_workspace', what, 'Look at what it can run, and decide: orch-tui trust');
}

/** Returns why nothing may be changed while the state of a workspace was not written here. */
export function foreignStateProblem(root: string): Problem {
  return problemOf(
    'foreign_state',
    `The state in ${root}/.orch was not written by you on this machine, so it is only shown.`,
    'Take it over: orch-tui trust --state. Or put it aside: orch-tui trust --state --discard',
  );
}

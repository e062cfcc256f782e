import { foreignStateProblem } from '../../core/workspace.ts';
import type { Message } from '../../features/messages.ts';
import type { RunEffect, WorldEffect } from '../core.ts';

/**
 * What may be done while the log was not written here: looking, and what the workers that live need. Nothing in it may
 * start, merge, remove, move a card or enter time.
 */
const allowedEffects: ReadonlySet<WorldEffect['type']> = new Set([
  'end-process',
  'look-at-agent',
  'look-at-repos',
  'count-tokens',
]);

/** Runs the allowed effects alone. A proposal shows why it has no plan; every other effect is dropped. */
export function onlyForLiveWorkers(run: RunEffect, tell: (message: Message) => void): RunEffect {
  return (effect, state) => {
    if (allowedEffects.has(effect.type)) return run(effect, state);
    const draft = effect.type === 'plan' && state.log.proposals.get(effect.n)?.draft;
    if (!draft || effect.type !== 'plan') return;
    const plan = { ok: false, problem: foreignStateProblem(state.config.root) } as const;
    queueMicrotask(() => tell({ type: 'planned', n: effect.n, draft, config: state.config, plan }));
  };
}

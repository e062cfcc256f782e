import type { CleanPreview, CleanResult, FinishPreview, FinishResult } from '../../core/proposal.ts';
import { asksNothing } from '../../core/values.ts';
import { defineCommand, defineServed } from '../define.ts';
import { beginEnd } from './ending.ts';

const foreseen = { '--dry-run': 'only show what would happen', ...asksNothing } as const;
const onlyLooks = { name: 'dryRun', by: 'anyone' } as const;

/** Shows what a finish would do. */
export const previewFinish = defineServed<FinishPreview>()({
  name: 'previewFinish',
  by: 'anyone',
  params: ({ worker }) => worker,
  handle: ({ workers }, { id }) => workers.previewFinish(id),
});

/**
 * Merges a worker and takes it away. `tip` and `checks` as previewed: others are refused (`checks_changed`). `confirm`:
 * the task's name, wanted when ignored files would go. `skipChecks` merges without running the configured checks.
 */
export const finish = defineCommand<FinishResult>()({
  name: 'finish',
  by: 'person',
  what: 'finish workers',
  params: ({ z, text, flag }) =>
    z.strictObject({
      id: text,
      tip: text,
      checks: z.array(text).readonly().exactOptional(),
      confirm: text.exactOptional(),
      skipChecks: flag,
    }),
  decide: (state, told, { ticket }) => beginEnd(state, ticket, { ...told, do: 'finish' }),
  verbs: [
    {
      usage: 'worker finish <id>',
      about: 'merge it into develop, remove worktree and branch',
      notForAgents: true,
      withOption: onlyLooks,
      options: {
        ...foreseen,
        '--confirm <task>': 'the task name, when ignored files would go',
        '--no-verify': 'without the configured checks',
      },
    },
  ],
});

/** Shows what a clean would take away. */
export const previewClean = defineServed<CleanPreview>()({
  name: 'previewClean',
  by: 'anyone',
  params: ({ worker }) => worker,
  handle: ({ workers }, { id }) => workers.previewClean(id),
});

/** Takes a worker away without merging it. */
export const clean = defineCommand<CleanResult>()({
  name: 'clean',
  by: 'person',
  what: 'clean workers',
  params: ({ z, text }) => z.strictObject({ id: text, tip: text, confirm: text.exactOptional() }),
  decide: (state, told, { ticket }) => beginEnd(state, ticket, { ...told, do: 'clean' }),
  verbs: [
    {
      usage: 'worker clean <id>',
      about: 'remove worktree and branch without merging',
      notForAgents: true,
      withOption: onlyLooks,
      options: { ...foreseen, '--confirm <task>': 'the task name, when work would be lost' },
    },
  ],
});

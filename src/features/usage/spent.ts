import type { UsageRow } from '../../core/usage.ts';
import { success } from '../../lib/result.ts';
import { defineServed } from '../define.ts';
import { usageRows } from './used.ts';

/** What workers used, those that are no more included: one row for each and day. */
export const usage = defineServed<readonly UsageRow[]>()({
  name: 'usage',
  by: 'anyone',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: ({ state }) => success(usageRows(state.log.used)),
  verbs: [
    {
      usage: 'usage [repo]',
      about: 'what workers used: money and tokens, by day and worker',
      what: 'look at what was used',
    },
  ],
});

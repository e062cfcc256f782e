import { upTo } from '../../core/values.ts';
import type { Update } from '../../core/worker.ts';
import { success } from '../../lib/result.ts';
import { defineServed, defineVerb } from '../define.ts';
import { updatesOf } from './sessions.ts';

/** What workers reported, newest first; of one, or of all. */
export const updates = defineServed<readonly Update[]>()({
  name: 'updates',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) => z.strictObject({ id: text.exactOptional() }),
  handle: ({ state }, { id }) => success(updatesOf(state, id)),
  verbs: [
    {
      usage: 'updates [id]',
      about: 'what workers reported, newest first',
      what: 'look at reports',
      options: { '--blocks': 'as [WORKER UPDATE] blocks' },
    },
  ],
});

/** What sessions say of themselves and to each other. */
export const talkVerbs = [
  defineVerb({
    usage: 'report [summary]',
    about: 'inside a worker: say where its task stands',
    by: 'anyone',
    what: 'report where its task is',
    untrusted: true,
    options: {
      '--status <word>': 'working, blocked or done',
      '--done <text...>': 'what has been finished',
      '--next <text...>': 'what comes next',
      '--blocker <text...>': 'what keeps it from going on',
      '--percent <n>': { about: 'how much of the whole task is done', parse: upTo(100) },
      '--minutes <n>': { about: 'worked since the last report', parse: upTo(24 * 60) },
      '--ready': 'ready to merge: everything is committed and checked',
      '--block <text>': 'a [WORKER UPDATE] block instead; - reads it from standard input',
    },
  }),
  defineVerb({
    usage: 'messages [id]',
    about: 'what sessions wrote to each other',
    by: 'anyone',
    what: 'look at messages',
  }),
  // Listed for those who write configurations; it speaks a protocol and no language.
  defineVerb({
    usage: 'mcp',
    about: 'inside a session: its tools over standard input and output',
    by: 'anyone',
    what: 'use its tools',
    untrusted: true,
    plain: true,
  }),
] as const;

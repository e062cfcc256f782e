import { wholeNumber } from '../../core/values.ts';
import { success } from '../../lib/result.ts';
import { defineServed, defineVerb } from '../define.ts';
import type { LoggedEvent } from '../services.ts';

/** The worker's part of the log, oldest first. */
export const log = defineServed<readonly LoggedEvent[]>()({
  name: 'log',
  by: 'anyone',
  onForeignState: true,
  params: ({ worker }) => worker,
  handle: ({ workers }, { id }) => success(workers.eventsOf(id)),
  verbs: [{ usage: 'worker log <id>', about: 'what happened to it', what: 'look at workers' }],
});

/** Types a line into the agent as a bracketed paste and submits it; `looks_like_command` unless meant. */
export const send = defineServed<null>()({
  name: 'send',
  by: 'person',
  what: 'type into workers; its tool is send_message',
  params: ({ z, text, flag }) => z.strictObject({ id: text, text, command: flag }),
  handle: ({ workers }, { id, text, command = false }) => workers.send(id, text, command),
  verbs: [
    {
      usage: 'worker send <id> <text>',
      about: 'type a line into it',
      options: { '--command': 'also what it takes for a command: ! / # @' },
    },
  ],
});

/** Ways to look at workers that need no request of their own. */
export const lookingVerbs = [
  defineVerb({ usage: 'worker list', about: 'all workers', by: 'anyone', what: 'look at workers' }),
  defineVerb({
    usage: 'worker show <id>',
    about: 'everything about one',
    by: 'anyone',
    what: 'look at workers',
  }),
  defineVerb({
    usage: 'worker screen <id>',
    about: 'its screen as text',
    by: 'anyone',
    what: 'look at screens',
    options: {
      '--ansi': 'with colours',
      '--scrollback <lines>': { about: 'lines above the screen', parse: wholeNumber },
    },
  }),
  defineVerb({
    usage: 'worker attach <id>',
    about: 'its terminal in this one; ctrl-q leaves',
    by: 'person',
    what: 'type into workers',
  }),
  defineVerb({
    usage: 'proposals',
    about: 'what waits for approval',
    by: 'anyone',
    what: 'look at proposals',
  }),
  defineVerb({
    usage: 'queue',
    about: 'all that needs you, oldest first',
    by: 'anyone',
    what: 'look at what waits',
  }),
] as const;

import { failure, success } from '../../lib/result.ts';
import { oneLine, withoutHidden } from '../../lib/sanitize.ts';
import { defineCommand } from '../define.ts';
import { noSuchWorker, noted, reply } from '../state.ts';

/** Characters that fit into a list. */
const longestTitle = 60;

/** Changes a worker's title; an empty one stands for its task's name. Id, branch and worktree stay. */
export const rename = defineCommand<{ id: string; title: string }>()({
  name: 'rename',
  by: 'person',
  what: 'rename workers',
  params: ({ z, text, flag }) => z.strictObject({ id: text, title: text, undo: flag }),
  decide: (state, { id, title, undo = false }, { ticket }) => {
    const worker = state.log.workers.get(id);
    if (!worker) return reply(state, ticket, noSuchWorker(state, id));
    if (undo && worker.titleBefore === undefined)
      return reply(state, ticket, failure('not_renamed', `${id} was not renamed.`));
    const next = undo ? (worker.titleBefore ?? '') : oneLine(withoutHidden(title), longestTitle);
    const shown = success({ id, title: next || worker.task });
    return noted(state, ticket, { type: 'renamed', id, title: next }, shown);
  },
  verbs: [
    {
      usage: 'worker rename <id> [title]',
      about: 'show it under another title, or under its task again; its id stays',
      options: { '--undo': 'go back to the title before' },
      request: ([id = '', title = ''], { undo }) => ({ id, title, ...(undo === true && { undo }) }),
      says: ({ id }, { title }) => `${id} is shown as ${title}.`,
    },
  ],
});

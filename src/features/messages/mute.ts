import { defineCommand } from '../define.ts';
import { about } from '../state.ts';

/** Mutes other sessions' messages to a worker's agent, or unmutes them. */
export const mute = defineCommand<null>()({
  name: 'muteNotes',
  by: 'person',
  what: 'mute workers',
  params: ({ z, text }) => z.strictObject({ id: text, muted: z.boolean() }),
  decide: (state, { id, muted }, { ticket }) => about(state, ticket, id, { type: 'notes-muted', id, muted }),
  verbs: [
    {
      usage: 'messages mute <id>',
      about: 'give a worker no messages of others',
      request: ([id = '']) => ({ id, muted: true }),
      json: (params) => params,
      says: ({ id }) => `${id} is given no messages.`,
    },
    {
      usage: 'messages unmute <id>',
      about: 'give it its messages again',
      what: 'unmute workers',
      request: ([id = '']) => ({ id, muted: false }),
      json: (params) => params,
      says: ({ id }) => `${id} is given its messages again.`,
    },
  ],
});

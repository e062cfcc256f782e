import { failure } from '../lib/result.ts';
import type { Message, ViewEffect } from '../ui/step.ts';
import type { Clipboard } from './clipboard.ts';
import type { Terminals } from './terminals.ts';

/**
 * Has the host scroll, search or select in a terminal's view, or copies what is selected there. Requests go out in the
 * order of the calls.
 * @returns what came of it, where anyone waits for that: how a view has moved is seen
 */
export async function runViewEffect(
  effect: ViewEffect,
  terminals: Terminals,
  clipboard: Clipboard,
): Promise<Message | null> {
  const { id } = effect;
  const { call, channel } = terminals.viewOf(id) ?? notWatched;
  switch (effect.type) {
    case 'scroll':
      await call('scroll', 'to' in effect ? { channel, to: effect.to } : { channel, by: effect.by });
      return null;
    case 'select': {
      const { type: _, id: __, ...selection } = effect;
      await call('select', { channel, ...selection });
      return null;
    }
    case 'search': {
      const { text, direction } = effect;
      return { type: 'searched', id, text, result: await call('search', { channel, text, direction }) };
    }
    case 'copy': {
      const copied = await call('copy', { channel });
      const result = copied.ok ? await clipboard.put(copied.value.text, copied.value.lines) : copied;
      return { type: 'copied', result };
    }
  }
}

/** A pane that is not on the page has no view. */
const notWatched = {
  channel: 0,
  call: async () => failure('not_watched', 'The pane is not on the screen any more.'),
};

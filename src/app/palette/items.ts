import { draftId } from '../../domain/proposal.ts';
import { keyLabel } from '../../room/keyName.ts';
import { findProposal } from '../../room/select.ts';
import { type AppState, selectionOf } from '../../room/state.ts';
import { toList } from '../../room/step.ts';
import { type Action, hintOf, isEnabled, keysOf } from '../action.ts';
import { cardKey, selectedCard } from '../board.ts';
import { dialogOf } from '../dialog.ts';
import type { PaletteItem } from './item.ts';
import { placesOf } from './places.ts';

/** An answer is given to what one looks at, and the palette lies over it. */
const onlyByKey = 'Its own key answers, while all of it is in sight.';

/**
 * What can be done in a place, then in the room behind it, then where one can go; what cannot be done just now comes
 * last, with the reason. In a place those come first that its footer would name: they fit what is selected.
 * @param state without the palette
 * @param here what its place has
 * @param room what the room has, where the place is another
 */
export function itemsOf(
  state: AppState,
  here: readonly Action[],
  room: readonly Action[],
): readonly PaletteItem[] {
  const own = here
    .filter(({ palette }) => palette !== 'never')
    .toSorted((one, other) => Number(!hintOf(one, state)) - Number(!hintOf(other, state)));
  const open = dialogOf(state)?.kind;
  const behind = room.filter(({ id, palette }) => palette === 'everywhere' && id !== open);
  const items = [
    ...own.map((action) => itemHere(state, action)),
    ...behind.map((action) => itemBehind(state, action)),
    ...placesOf(state),
  ];
  return [...items.filter(({ off }) => off === null), ...items.filter(({ off }) => off !== null)];
}

function itemHere(state: AppState, action: Action): PaletteItem {
  return {
    ...itemOf(state, action),
    // Done to something else it is something else.
    id: `${action.id} ${subjectOf(state) ?? ''}`,
    key: keyLabel(keysOf(action, state.settings)[0] ?? ''),
    run: action.run,
  };
}

/** Done as by its key in the room; the view that is open closes. */
function itemBehind(state: AppState, action: Action): PaletteItem {
  return {
    ...itemOf(toList(state), action),
    id: action.id,
    key: null,
    run: (below) => action.run(toList(below)),
  };
}

function itemOf(state: AppState, action: Action): Pick<PaletteItem, 'name' | 'text' | 'off'> {
  const enabled = isEnabled(action, state);
  const told = action.palette === 'told' ? onlyByKey : null;
  const name = action.id.replaceAll('-', ' ');
  // Some titles begin with the name, which stands beside them here.
  const text = action.title.replace(`${name}: `, '');
  return { name, text, off: enabled === true ? told : enabled };
}

/** What is selected, which most actions are done to; null where nothing is. */
export function subjectOf(state: AppState): string | null {
  const dialog = dialogOf(state);
  const card = dialog?.kind === 'board' ? selectedCard(state, dialog) : null;
  if (card) return cardKey(card);
  const key = state.focus.at === 'list' ? selectionOf(state) : null;
  if (!key) return null;
  if (key.kind === 'repo') return key.name;
  if (key.kind !== 'proposal') return key.id;
  const proposal = findProposal(state, key.n);
  return proposal && draftId(proposal.draft);
}

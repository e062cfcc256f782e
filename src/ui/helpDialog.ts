import { defineDialog, emptyBody, type RoomDialog } from './dialog.ts';
import { closeKey, type RoomKey } from './keys.ts';
import type { Scrolling, Settings } from './state.ts';
import { noEffects, withDialog } from './step.ts';
import { cellWidth, type Line, line, span, wrapLines } from './text.ts';

/** The dialog that lists all keys. */
interface HelpDialog extends Scrolling {
  readonly kind: 'help';
}

/** A heading and its keys; the keys of a row do the same. */
export interface KeyGroup {
  readonly group: string;
  readonly rows: readonly { readonly keys: readonly string[]; readonly title: string }[];
}

export const helpKey: RoomKey = {
  group: 'Program',
  id: 'help',
  title: 'all keys',
  hint: 'help',
  keys: ['?'],
  palette: 'everywhere',
  run(state) {
    const dialog: HelpDialog = { kind: 'help', scroll: 0 };
    return noEffects(withDialog(state, dialog));
  },
};

/** Declares the help. @param selectKeys returns all keys, including those of the help */
export function defineHelp(selectKeys: (settings: Settings) => readonly KeyGroup[]): RoomDialog<HelpDialog> {
  return defineDialog<HelpDialog>({
    kind: 'help',
    group: 'Dialogs',
    takesTypedAhead: 'It only shows something.',
    keys: [closeKey],
    view({ settings }, _, width) {
      const rows = selectKeys(settings).flatMap(({ group, rows: keys }, index): readonly Line[] => [
        ...(index > 0 ? [line('')] : []),
        line(group, 'strong'),
        ...keys.flatMap((row) => keyRows(row.keys.join(' '), row.title, width)),
      ]);
      return { ...emptyBody, title: line('Keys', 'strong'), rows };
    },
  });
}

const keyColumns = 24;

function keyRows(keys: string, title: string, width: number): readonly Line[] {
  const column = Math.max(keyColumns, cellWidth(keys) + 4);
  return wrapLines(title, width - column).map((row, index) => [
    span((index === 0 ? `  ${keys}` : '').padEnd(column), 'key'),
    ...row,
  ]);
}

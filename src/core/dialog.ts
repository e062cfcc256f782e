/**
 * How a dialog is declared: all of it in one place. Keymap, footer, help, palette, stale dialogs and the protection
 * against keys typed ahead follow from the definitions. Nothing here knows what the screen's state is.
 */

/** The types of one program: its state, what a step comes to, what is drawn, an answer, a text, the mouse. */
export interface DialogTypes {
  readonly state: unknown;
  readonly step: unknown;
  readonly view: unknown;
  readonly answer: unknown;
  readonly text: unknown;
  readonly mouse: unknown;
}

/** What is said of a key, wherever it is pressed. */
export interface KeyWords {
  readonly id: string;
  readonly title: string;
  /** Names of keys; see `keyName`. `leave` stands for the configured leave key. */
  readonly keys: readonly string[];
  /** Heading in the help and in the list of keys, where it is another than its place's. */
  readonly group?: string;
  /**
   * What the palette makes of it, which else offers it in its places. `everywhere`: needs nothing selected, so views
   * offer it, too. `never`: a step or a number, of no use from there. `told`: an answer to what must be in sight, so it
   * is told there and given by its own key alone.
   */
  readonly palette?: 'everywhere' | 'never' | 'told';
}

/** As a method, so that one list holds keys of all dialogs. */
type Hint<T extends DialogTypes, D> = { of(state: T['state'], dialog: D): string | null }['of'];

/** A key of a dialog. */
export interface DialogKey<T extends DialogTypes, D> extends KeyWords {
  /** A word for the footer; without one it is not shown there. */
  readonly hint?: string | Hint<T, D>;
  /** It decides nothing, so it may be pressed before the dialog has been drawn. What leaves a dialog may be anyway. */
  readonly isHarmless?: true;
  /** Returns in one sentence why the key does nothing now; null while it works. Without it the key always works. */
  disabledReason?(state: T['state'], dialog: D): string | null;
  /** Called only while the key works. */
  run(state: T['state'], dialog: D): T['step'];
}

/** Other keys that a dialog has for a while. */
export interface DialogMode<T extends DialogTypes, D> {
  readonly group: string;
  when(dialog: D): boolean;
  readonly keys: readonly DialogKey<T, D>[];
}

/** All of one dialog. */
export interface DialogDefinition<T extends DialogTypes, D extends { readonly kind: string }> {
  readonly kind: D['kind'];
  /** Heading of its keys in the help and in the list of keys. */
  readonly group: string;
  readonly keys: readonly DialogKey<T, D>[];
  readonly modes?: readonly DialogMode<T, D>[];
  /** Where letters go while it has a text; then they are no keys. */
  readonly text?: DialogText<T, D>;
  /** It is as wide as the screen. */
  readonly isWide?: true;
  view(state: T['state'], dialog: D, width: number): T['view'];
  /** Takes the answer that the dialog waits for; null leaves that to the room, which closes the dialog. */
  onAnswer?(state: T['state'], dialog: D, answer: T['answer']): T['step'] | null;
  /** Whether it waits for several answers, this one among them. It then takes refusals, too. */
  awaits?(dialog: D, tag: number): boolean;
  /** Returns why the dialog has lost its subject, so that it closes; null while it has one. */
  isStale?(state: T['state'], dialog: D): string | null;
  /** Follows what has changed in a new picture of the facts. */
  onFacts?(state: T['state'], dialog: D): T['state'];
  onMouse?(state: T['state'], dialog: D, token: T['mouse']): T['step'];
  /** Why its keys count before it has been drawn. Without a reason they do not. */
  readonly takesTypedAhead?: string;
  /** Returns what a yes is to, beside the dialog's kind: when that changes, it must be drawn again before a key decides. */
  subject?(state: T['state'], dialog: D): string;
  /** Names what has to be read to its end before a yes counts. */
  mustRead?(dialog: D): string;
  /** Whether the palette opens over it. Else it does where keys typed ahead count and no text is written. */
  isCoverable?(dialog: D): boolean;
  /** Names what is selected in it, which most of its keys act on. */
  selected?(state: T['state'], dialog: D): string | null;
  /** Only a type: no value is ever stored here. */
  readonly state?: { readonly type: D };
}

interface DialogText<T extends DialogTypes, D> {
  /** Returns the text that letters go into; null where letters are keys. */
  of(dialog: D): T['text'] | null;
  with(dialog: D, text: T['text']): D;
  /** Whether it has line breaks. */
  isMultiline?(dialog: D): boolean;
}

/** The state of a dialog, of its definition. */
export type DialogStateOf<Definition> = Definition extends { readonly state?: { readonly type: infer D } }
  ? D
  : never;

/** Returns the keys that a dialog has now, and their heading. */
export function keysNow<T extends DialogTypes, D extends { readonly kind: string }>(
  definition: DialogDefinition<T, D>,
  dialog: D,
): Pick<DialogMode<T, D>, 'group' | 'keys'> {
  return definition.modes?.find((mode) => mode.when(dialog)) ?? definition;
}

/** Returns the keys of a dialog in all of its modes, each with its heading. */
export function allKeys<T extends DialogTypes, D extends { readonly kind: string }>(
  definition: DialogDefinition<T, D>,
): readonly Pick<DialogMode<T, D>, 'group' | 'keys'>[] {
  return [definition, ...(definition.modes ?? [])];
}

/** Returns the text that letters go into; null where letters are keys. */
export function textNow<T extends DialogTypes, D extends { readonly kind: string }>(
  { text }: DialogDefinition<T, D>,
  dialog: D,
): T['text'] | null {
  return text?.of(dialog) ?? null;
}

/** Returns what a key would decide about; null where keys count before they could be meant for what is shown. */
export function decidedSubject<T extends DialogTypes, D extends { readonly kind: string }>(
  definition: DialogDefinition<T, D>,
  state: T['state'],
  dialog: D,
): string | null {
  if (definition.takesTypedAhead !== undefined) return null;
  return `${definition.kind} ${definition.subject?.(state, dialog) ?? ''}`;
}

/** Whether a key waits until the dialog has been drawn. */
export function isDeciding<T extends DialogTypes, D>({ keys, isHarmless }: DialogKey<T, D>): boolean {
  return !isHarmless && !keys.includes('escape');
}

/** Whether the palette may open over a dialog. */
export function isCoverable<T extends DialogTypes, D extends { readonly kind: string }>(
  definition: DialogDefinition<T, D>,
  dialog: D,
): boolean {
  if (definition.isCoverable) return definition.isCoverable(dialog);
  return definition.takesTypedAhead !== undefined && textNow(definition, dialog) === null;
}

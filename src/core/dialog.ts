/**
 * Declaration of a dialog, complete in one place. Keymap, footer, help, palette, stale dialogs and the
 * protection against keys typed ahead derive from the definitions. Independent of the screen's state type.
 */

/** The types of one program: its state, its transition, its view, an answer, a text, a mouse event. */
interface DialogTypes {
  readonly state: unknown;
  readonly step: unknown;
  readonly view: unknown;
  readonly answer: unknown;
  readonly text: unknown;
  readonly mouse: unknown;
}

/** Description of a key, the same wherever it is pressed. */
export interface KeyDescription {
  readonly id: string;
  readonly title: string;
  /** Names of keys; see `keyName`. `leave` stands for the configured detach key. */
  readonly keys: readonly string[];
  /** Heading in the help and in the list of keys, where it differs from its dialog's. */
  readonly group?: string;
  /**
   * Its place in the palette, which by default lists it where the key works. `everywhere`: needs no
   * selection, so views list it too. `never`: a step or a number, useless from there. `described`: an answer
   * to something that must be visible, so the palette only describes it, and only its own key triggers it.
   */
  readonly palette?: 'everywhere' | 'never' | 'described';
}

/** Declared as a method (bivariant), so that one list holds keys of all dialogs. */
type Hint<T extends DialogTypes, D> = { of(state: T['state'], dialog: D): string | null }['of'];

/** A key of a dialog. */
export interface DialogKey<T extends DialogTypes, D> extends KeyDescription {
  /** A word for the footer; without one the footer omits the key. */
  readonly hint?: string | Hint<T, D>;
  /** It decides nothing, so it works before the dialog has been drawn. Keys that leave a dialog always do. */
  readonly isHarmless?: true;
  /**
   * Returns one sentence why the key does nothing now; null while it works. Without it the key always works.
   */
  disabledReason?(state: T['state'], dialog: D): string | null;
  /** Called only while the key works. */
  run(state: T['state'], dialog: D): T['step'];
}

/** Alternative keys that a dialog has temporarily. */
interface DialogMode<T extends DialogTypes, D> {
  readonly group: string;
  when(dialog: D): boolean;
  readonly keys: readonly DialogKey<T, D>[];
}

/** Definition of one dialog. */
export interface DialogDefinition<T extends DialogTypes, D extends { readonly kind: string }> {
  readonly kind: D['kind'];
  /** Heading of its keys in the help and in the list of keys. */
  readonly group: string;
  readonly keys: readonly DialogKey<T, D>[];
  readonly modes?: readonly DialogMode<T, D>[];
  /** Text input: while it is active, letters are typed into it and are no keys. */
  readonly text?: DialogText<T, D>;
  /** It is as wide as the screen. */
  readonly isWide?: true;
  view(state: T['state'], dialog: D, width: number): T['view'];
  /** Handles an answer that the dialog waits for; null leaves it to the room, which closes the dialog. */
  onAnswer?(state: T['state'], dialog: D, answer: T['answer']): T['step'] | null;
  /** Reports whether it waits for several answers, including this one. It then handles refusals too. */
  awaits?(dialog: D, tag: number): boolean;
  /** Returns why the dialog has lost its subject, so that it closes; null while it has one. */
  isStale?(state: T['state'], dialog: D): string | null;
  /** Updates the dialog after new facts. */
  onFacts?(state: T['state'], dialog: D): T['state'];
  onMouse?(state: T['state'], dialog: D, token: T['mouse']): T['step'];
  /** Why its keys work before it has been drawn; without a reason they do not. */
  readonly takesTypedAhead?: string;
  /**
   * Returns the subject of a confirmation, besides the dialog's kind: when it changes, the dialog must be
   * drawn again before a key decides.
   */
  subject?(state: T['state'], dialog: D): string;
  /** Names the text that has to be read to its end before a confirmation counts. */
  mustRead?(dialog: D): string;
  /**
   * Reports whether the palette opens over it. Default: where typed-ahead keys work and no text input is
   * active.
   */
  isCoverable?(dialog: D): boolean;
  /** Returns the selected item, which most of its keys act on. */
  selected?(state: T['state'], dialog: D): string | null;
  /** Only a type; never holds a value. */
  readonly state?: { readonly type: D };
}

interface DialogText<T extends DialogTypes, D> {
  /** Returns the text that letters are typed into; null where letters are keys. */
  of(dialog: D): T['text'] | null;
  with(dialog: D, text: T['text']): D;
  /** Reports whether the text may have line breaks. */
  isMultiline?(dialog: D): boolean;
}

/** The state type of a dialog's definition. */
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

/** Returns the keys of a dialog in all of its modes, each list with its heading. */
export function allKeys<T extends DialogTypes, D extends { readonly kind: string }>(
  definition: DialogDefinition<T, D>,
): readonly Pick<DialogMode<T, D>, 'group' | 'keys'>[] {
  return [definition, ...(definition.modes ?? [])];
}

/** Returns the text that letters are typed into; null where letters are keys. */
export function textNow<T extends DialogTypes, D extends { readonly kind: string }>(
  { text }: DialogDefinition<T, D>,
  dialog: D,
): T['text'] | null {
  return text?.of(dialog) ?? null;
}

/** Returns the subject that a key would decide about; null where typed-ahead keys work. */
export function decidedSubject<T extends DialogTypes, D extends { readonly kind: string }>(
  definition: DialogDefinition<T, D>,
  state: T['state'],
  dialog: D,
): string | null {
  if (definition.takesTypedAhead !== undefined) return null;
  return `${definition.kind} ${definition.subject?.(state, dialog) ?? ''}`;
}

/** Reports whether a key waits until the dialog has been drawn. */
export function isDeciding<T extends DialogTypes, D>({ keys, isHarmless }: DialogKey<T, D>): boolean {
  return !isHarmless && !keys.includes('escape');
}

/** Reports whether the palette may open over a dialog. */
export function isCoverable<T extends DialogTypes, D extends { readonly kind: string }>(
  definition: DialogDefinition<T, D>,
  dialog: D,
): boolean {
  if (definition.isCoverable) return definition.isCoverable(dialog);
  return definition.takesTypedAhead !== undefined && textNow(definition, dialog) === null;
}

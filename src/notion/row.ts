import type { Result } from '../lib/result.ts';

/** Text, a count of minutes or cents, or nothing. Normalised, so that equal values are the same. */
export type Value = string | number | null;

/** Values by field. A field that is not there cannot be said on that side, and nothing happens to it. */
export type Fields = Readonly<Record<string, Value>>;

/** One card or time entry, on either side. */
export interface Row {
  /** Such as `ORC-12`; what ties the two sides together. */
  readonly id: string;
  readonly fields: Fields;
}

/** A row as Notion has it. */
export interface RemoteRow {
  readonly pageId: string;
  /** Empty where it was born in Notion. */
  readonly id: string;
  readonly fields: Fields;
  /** The name of its status, whatever column it is mapped to. */
  readonly status: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What both sides had when they were last the same. */
export interface BaseRow {
  readonly pageId: string;
  readonly fields: Fields;
  readonly status: string | null;
  /** Fields that the file had no place for: an empty one there is no edit. */
  readonly unseen: readonly string[];
  /** Made anew after what was known got lost: `fields` has only what was the same on both sides then, or became so. */
  readonly isPartial?: true;
  /** When it was last changed, in milliseconds: queries may lag behind that. */
  readonly at: number;
}

/** Something to be done to the person's document. */
export type LocalChange =
  | { readonly do: 'add'; readonly id: string; readonly fields: Fields }
  /** Only where the fields still are `from`. */
  | { readonly do: 'edit'; readonly id: string; readonly from: Fields; readonly to: Fields }
  /** To the section for what was put away; the text stays in the file. */
  | { readonly do: 'archive'; readonly id: string; readonly from: Fields };

/** The document, as the sync sees it. */
export interface LocalTable {
  /** Every sound row with an id. A field its table has no column for is left out. */
  rows(): Promise<Result<readonly Row[]>>;
  /**
   * Makes the changes in one write.
   * @returns the ids of rows that were left as they are: edited meanwhile, gone, or an `add` whose id is taken
   */
  apply(changes: readonly LocalChange[]): Promise<Result<readonly string[]>>;
  /** An id that nobody has or will be given again. */
  newId(taken: ReadonlySet<string>): string;
}

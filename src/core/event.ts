/** One kind of event about a thing: what it holds, what follows from it, and how people read it. */
export interface EventDefinition<Type extends string, Fields, Subject> {
  /** Its name in the log; never renamed, for old logs are read for ever. */
  readonly type: Type;
  /** What is different about its subject after it. Pure. */
  after(subject: Subject, event: Fields & { readonly at: string }): Partial<Subject>;
  /** Says it in a sentence, of "it". */
  text(event: Fields): string;
}

/** The events that a list of definitions describes. */
export type EventOf<Definition> = Definition extends {
  readonly type: infer Type;
  text(event: infer Fields): string;
}
  ? { readonly type: Type; readonly id: string } & Fields
  : never;

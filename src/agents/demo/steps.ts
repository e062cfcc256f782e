/** One thing the demo agent does in a turn. */
export type Step =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'plan'; readonly items: readonly string[] }
  | { readonly kind: 'look' }
  | { readonly kind: 'write'; readonly file: string; readonly text: string }
  | { readonly kind: 'append'; readonly file: string; readonly text: string }
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'commit'; readonly message: string }
  /** Of the orchestrator: a worker that a person may start. */
  | { readonly kind: 'propose'; readonly repo: string; readonly task: string; readonly brief: string }
  | { readonly kind: 'stream'; readonly lines: number }
  /** Ends the turn as a usage limit does; 0 seconds: it does not say until when. */
  | { readonly kind: 'limit'; readonly seconds: number }
  | { readonly kind: 'exit'; readonly code: number };

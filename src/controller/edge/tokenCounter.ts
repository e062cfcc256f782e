import { TranscriptReader } from '../../agents/claude/files.ts';
import type { Message } from '../../features/messages.ts';
import { pause } from '../../lib/schedule.ts';

/** Between two looks at the same transcript, in milliseconds: agents use tools several times a second. */
const pauseMs = 2000;

interface Counted {
  readonly reader: TranscriptReader;
  /** A look is under way, or the pause after it. */
  isBusy: boolean;
  /** Looks still to come. */
  looks: number;
}

/** An agent writes its transcript some time after its hooks have fired. */
const looksForEach = 3;

/** Counts what transcripts say was used, at the pace of one look at a time for each. */
export class TokenCounter {
  readonly #tell: (message: Message) => void;
  readonly #fail: (error: unknown) => void;
  readonly #counted = new Map<string, Counted>();

  constructor(tell: (message: Message) => void, fail: (error: unknown) => void) {
    this.#tell = tell;
    this.#fail = fail;
  }

  /** Something was written to the transcript of a worker's conversation. */
  ask(id: string, session: string, path: string): void {
    const counted = this.#counted.get(path) ?? {
      reader: new TranscriptReader(path),
      isBusy: false,
      looks: 0,
    };
    this.#counted.set(path, counted);
    counted.looks = looksForEach;
    if (!counted.isBusy) this.#look(id, session, counted).catch(this.#fail);
  }

  async #look(id: string, session: string, counted: Counted): Promise<void> {
    counted.isBusy = true;
    try {
      while (counted.looks > 0) {
        counted.looks -= 1;
        const days = await counted.reader.count();
        if (Object.keys(days).length > 0) this.#tell({ type: 'tokens-counted', id, session, days });
        await pause(pauseMs, { keepsAlive: false });
      }
    } finally {
      counted.isBusy = false;
    }
  }
}

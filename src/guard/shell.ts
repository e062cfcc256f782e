/** A part of a word: text as it stands, or a variable whose value is put there. */
type Part = { readonly text: string } | { readonly variable: string };
export type Word = readonly Part[];

/** A simple command, or where a subshell begins and ends. */
export type Step =
  | {
      readonly kind: 'command';
      readonly words: readonly Word[];
      /** Files that its output is written to. */
      readonly writes: readonly Word[];
      /** What it reads from a here-document. */
      readonly input: string | null;
    }
  | { readonly kind: 'enter' }
  | { readonly kind: 'leave' };

export interface Script {
  readonly steps: readonly Step[];
  /** Scripts of command substitutions, which run as well. */
  readonly nested: readonly string[];
}

interface Heredoc {
  readonly end: string;
  readonly isRaw: boolean;
  readonly owner: Draft;
}

interface Draft {
  words: Word[];
  writes: Word[];
  input: string | null;
}

const operators = /^(\|\||&&|;;|\|&|[;&|\n()])/;
const redirections = /^(\d*|&)(<<<|<<-?|<>|<&|>&|>>|>\||[<>])/;

/**
 * Reads a command line of a POSIX shell or bash as far as it takes to tell what is run on what. Functions, aliases,
 * arithmetic and brace expansion are not followed. Total: whatever cannot be read becomes text.
 */
export function parseShell(text: string): Script {
  return new Reader(text.replaceAll('\\\n', '')).read();
}

class Reader {
  readonly #text: string;
  readonly #steps: Step[] = [];
  readonly #nested: string[] = [];
  #at = 0;
  #command: Draft = { words: [], writes: [], input: null };
  #heredocs: Heredoc[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): Script {
    while (this.#at < this.#text.length) this.#next();
    this.#end();
    return { steps: this.#steps, nested: this.#nested };
  }

  #next(): void {
    const rest = this.#text.slice(this.#at, this.#at + 8);
    if (/^[ \t\r]/.test(rest)) this.#at += 1;
    else if (rest.startsWith('#')) this.#at = this.#lineEnd();
    else if (/^[<>]\(/.test(rest)) this.#substitution(this.#at + 1);
    else if (redirections.test(rest)) this.#redirect(redirections.exec(rest));
    else if (operators.test(rest)) this.#operator(operators.exec(rest)?.[0] ?? '');
    else this.#command.words.push(this.#word());
  }

  #operator(sign: string): void {
    this.#at += sign.length;
    this.#end();
    if (sign === '(') this.#steps.push({ kind: 'enter' });
    if (sign === ')') this.#steps.push({ kind: 'leave' });
    if (sign === '\n') this.#readHeredocs();
  }

  #redirect(found: RegExpExecArray | null): void {
    const [all = '', fd = '', sign = ''] = found ?? [];
    this.#at += all.length;
    while (/[ \t]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    const isRaw = /['"\\]/.test(this.#text[this.#at] ?? '');
    const target = this.#word();
    if (sign === '<<' || sign === '<<-')
      this.#heredocs.push({ end: plain(target), isRaw, owner: this.#command });
    else if (sign === '<<<') this.#command.input = plain(target);
    // `2>&1` and `>&-` name no file.
    else if (sign.includes('>') && !(sign === '>&' && /^(\d+|-)$/.test(plain(target))) && fd !== '<')
      this.#command.writes.push(target);
  }

  #readHeredocs(): void {
    for (const { end, isRaw, owner } of this.#heredocs) {
      const from = this.#at;
      let to = from;
      for (;;) {
        const lineEnd = this.#lineEnd();
        const line = this.#text.slice(this.#at, lineEnd);
        to = this.#at;
        this.#at = Math.min(this.#text.length, lineEnd + 1);
        if (line.replace(/^\t+/, '') === end || lineEnd >= this.#text.length) break;
      }
      owner.input = this.#text.slice(from, to);
      if (!isRaw) this.#nested.push(...substitutionsIn(owner.input));
    }
    this.#heredocs = [];
  }

  #end(): void {
    const { words, writes } = this.#command;
    // The here-document of a command is read after it: its object is kept.
    if (words.length > 0 || writes.length > 0) this.#steps.push(asStep(this.#command));
    this.#command = { words: [], writes: [], input: null };
  }

  #lineEnd(): number {
    const found = this.#text.indexOf('\n', this.#at);
    return found < 0 ? this.#text.length : found;
  }

  #word(): Word {
    const parts: Part[] = [];
    const start = this.#at;
    if (/^~(\/|$|[\s;&|<>()])/.test(this.#text.slice(start, start + 2))) {
      parts.push({ variable: 'HOME' });
      this.#at += 1;
    }
    while (this.#at < this.#text.length && !/[\s;&|<>()]/.test(this.#text[this.#at] ?? ''))
      this.#piece(parts, false);
    // A sign that begins no word would be read for ever.
    if (this.#at === start) this.#at += 1;
    return parts;
  }

  #piece(parts: Part[], isQuoted: boolean): void {
    const sign = this.#text[this.#at] ?? '';
    if (sign === '\\') {
      parts.push({ text: this.#text[this.#at + 1] ?? '' });
      this.#at += 2;
    } else if (sign === "'" && !isQuoted) this.#quoted(parts);
    else if (sign === '"' && !isQuoted) {
      this.#at += 1;
      while (this.#at < this.#text.length && this.#text[this.#at] !== '"') this.#piece(parts, true);
      this.#at += 1;
      parts.push({ text: '' });
    } else if (sign === '`') this.#backticks(parts);
    else if (sign === '$') this.#dollar(parts, isQuoted);
    else {
      parts.push({ text: sign });
      this.#at += 1;
    }
  }

  #quoted(parts: Part[]): void {
    const end = this.#text.indexOf("'", this.#at + 1);
    const to = end < 0 ? this.#text.length : end;
    parts.push({ text: this.#text.slice(this.#at + 1, to) });
    this.#at = to + 1;
  }

  #backticks(parts: Part[]): void {
    const end = this.#text.indexOf('`', this.#at + 1);
    const to = end < 0 ? this.#text.length : end;
    this.#nested.push(this.#text.slice(this.#at + 1, to));
    parts.push({ variable: '()' });
    this.#at = to + 1;
  }

  #dollar(parts: Part[], isQuoted: boolean): void {
    const rest = this.#text.slice(this.#at + 1, this.#at + 200);
    const name = /^(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(rest);
    if (name) {
      parts.push({ variable: name[1] ?? name[2] ?? '' });
      this.#at += 1 + name[0].length;
    } else if (rest.startsWith('(')) {
      this.#at += 1;
      this.#substitution(this.#at);
      parts.push({ variable: '()' });
    } else {
      // `$'…'` and `$"…"` are quotes; anything else stays an unknown expansion.
      if (!isQuoted && /^['"]/.test(rest)) this.#at += 1;
      else {
        parts.push({ variable: '?' });
        this.#at += 1;
      }
    }
  }

  /** @param open where its parenthesis opens */
  #substitution(open: number): void {
    const end = closing(this.#text, open);
    this.#nested.push(this.#text.slice(open + 1, end));
    this.#at = end + 1;
  }
}

/** Where the parenthesis that opens at `open` closes; quotes are passed over. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\') at += 1;
    else if (sign === "'") at = Math.max(at, text.indexOf("'", at + 1));
    else if (sign === '(') depth += 1;
    else if (sign === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}

function substitutionsIn(text: string): readonly string[] {
  // Read as one quoted word: only what is substituted counts.
  return new Reader(`"${text.replaceAll('"', '\\"')}"`).read().nested;
}

function plain(word: Word): string {
  return word.map((part) => ('text' in part ? part.text : `$${part.variable}`)).join('');
}

function asStep(draft: Draft): Step {
  return Object.assign(draft, { kind: 'command' } as const);
}

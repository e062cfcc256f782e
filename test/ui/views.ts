/**
 * Every view and dialog, in colour: `npm run views [SCENE] [COLS×ROWS]`. In a terminal they can be stepped through; with
 * `-- --print`, or where the output is no terminal, one scene is printed. Without a scene the names are printed there.
 */
import { caretOf, label } from '../../src/client/panes.ts';
import { Tokenizer } from '../../src/terminal/input.ts';
import { Compositor } from '../../src/terminal/renderer.ts';
import { blit, createGrid, type Grid } from '../../src/terminal/screen.ts';
import { gridToAnsi } from '../../src/terminal/serialize.ts';
import { capabilitiesOf, Tty } from '../../src/terminal/tty.ts';
import type { AppState, ScreenSize } from '../../src/ui/state.ts';
import { cellsOf, gallery, type SceneName } from './gallery.ts';
import { large, least, medium, roomy, small } from './scenes.ts';

const names = Object.keys(gallery) as SceneName[];
const usage = 'npm run views [SCENE] [COLS×ROWS] [-- --print]';

interface Request {
  /** Null when none was named. */
  readonly scene: SceneName | null;
  /** Null for the size of the terminal. */
  readonly size: ScreenSize | null;
  readonly isPrinted: boolean;
}

/** Parses the arguments. @returns the request, or the problem */
function requestOf(argv: readonly string[]): Request | string {
  let [scene, size]: [SceneName | null, ScreenSize | null] = [null, null];
  for (const word of argv.filter((one) => one !== '--print')) {
    const [, cols, rows] = /^([1-9]\d{0,2})[x×]([1-9]\d{0,2})$/.exec(word) ?? [];
    const named = names.find((name) => name === word);
    if (cols !== undefined) size = { cols: Number(cols), rows: Number(rows) };
    else if (named) scene = named;
    else return `There is no scene "${word}". Known:\n${names.join('\n')}`;
  }
  return {
    scene,
    size,
    isPrinted: argv.includes('--print') || !(process.stdin.isTTY && process.stdout.isTTY),
  };
}

const hasColor = capabilitiesOf({ ...process.env, TERM: process.env.TERM ?? 'xterm' }).colors !== 'none';

function print({ scene, size }: Request): void {
  if (scene === null) return void process.stdout.write(`${names.join('\n')}\n`);
  process.stdout.write(`${gridToAnsi(cellsOf(gallery[scene](size ?? medium), hasColor))}\n`);
}

/** Steps through scenes in the terminal, above a line with the scene's name and the keys. */
class Gallery {
  readonly #outer = new Tty(process.stdin, process.stdout, { mouse: false, title: false });
  readonly #compositor = new Compositor(capabilitiesOf(process.env));
  readonly #sizes: readonly (ScreenSize | null)[];
  #at: number;
  #sizeAt = 0;

  constructor({ scene, size }: Request) {
    this.#at = scene === null ? 0 : names.indexOf(scene);
    this.#sizes = [size, ...(size ? [null] : []), least, small, medium, roomy, large];
  }

  open(): void {
    const keys = new Tokenizer((token) => token.kind === 'key' && this.#press(token.name));
    this.#outer.onInput = (chunk) => keys.push(chunk);
    this.#outer.onResize = this.#draw;
    this.#outer.onReturn = this.#draw;
    this.#outer.enter();
    this.#draw();
  }

  #press(key: string): void {
    const step = steps[key];
    if (step !== undefined) this.#at = (this.#at + step + names.length) % names.length;
    else if (key === 's') this.#sizeAt = (this.#sizeAt + 1) % this.#sizes.length;
    else if (['q', 'escape', 'c'].includes(key)) this.#leave();
    this.#draw();
  }

  #leave(): never {
    this.#outer.restore();
    process.exit();
  }

  readonly #draw = (): void => {
    const { cols, rows } = this.#outer.size;
    const name = names[this.#at] as SceneName;
    const state = gallery[name](this.#sizes[this.#sizeAt] ?? { cols, rows: rows - 1 });
    const whole = createGrid(cols, rows);
    put(cellsOf(state, hasColor), whole, 0, rows - 1);
    put(label(this.#status(name, state).slice(0, cols)), whole, rows - 1, 1);
    this.#compositor.invalidate();
    this.#outer.write(this.#compositor.frame(whole, [], caretOf(state)));
  };

  #status(name: SceneName, { size }: AppState): string {
    const place = `${this.#at + 1} of ${names.length}`;
    return ` ${name}  ${size.cols}x${size.rows}  ${place}   n next  p previous  s size  q quit `;
  }
}

/** Steps by key. */
const steps: Readonly<Record<string, number>> = { n: 1, space: 1, right: 1, p: -1, left: -1, backspace: -1 };

/** Copies the part of a grid that fits, from its top left corner. */
function put(from: Grid, to: Grid, y: number, height: number): void {
  const [width, most] = [Math.min(from.cols, to.cols), Math.min(from.rows, height)];
  blit(from, { x: 0, y: 0, width, height: most }, to, 0, y);
}

const request = requestOf(process.argv.slice(2));
if (typeof request === 'string') {
  process.stderr.write(`${request}\n\n${usage}\n`);
  process.exitCode = 2;
} else if (request.isPrinted) print(request);
else new Gallery(request).open();

import { accent, bold, dim, frame } from './style.ts';
import { cellWidth, cut } from './text.ts';

/** Who is at work, on what and where. */
export interface Introduction {
  readonly name: string;
  readonly cwd: string;
  readonly branch: string | null;
}

const widest = 72;

/** The box at the top of the conversation; plain lines where it would not fit. */
export function renderBanner({ name, cwd, branch }: Introduction, cols: number): string[] {
  const width = Math.min(cols, widest) - 4;
  const where = branch === null ? cwd : `${cwd} · ${branch}`;
  const lines: [string, (text: string) => string][] = [
    [`◆ demo agent · ${name}`, (text) => accent(bold(text))],
    ['No model, no network: real files, commands and commits.', dim],
    [tail(where, width), dim],
  ];
  if (width < 16) return lines.slice(0, 1).map(([text, style]) => style(cut(text, cols)));
  const edge = '─'.repeat(width + 2);
  const rows = lines.map(([text, style]) => {
    const shown = cut(text, width);
    return `${frame('│')} ${style(shown)}${' '.repeat(width - cellWidth(shown))} ${frame('│')}`;
  });
  return [frame(`╭${edge}╮`), ...rows, frame(`╰${edge}╯`)];
}

/** The end of a path says more than its beginning. */
function tail(text: string, width: number): string {
  return text.length > width ? `…${text.slice(text.length - width + 1)}` : text;
}

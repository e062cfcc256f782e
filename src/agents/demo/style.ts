/** Styles of the demo agent: SGR around a text. */
export const bold = sgr('1', '22');
export const dim = sgr('2', '22');
export const accent = sgr('38;5;79', '39');
export const busy = sgr('38;5;215', '39');
export const good = sgr('38;5;114', '39');
export const bad = sgr('38;5;203', '39');
export const frame = sgr('38;5;240', '39');

const hues = [79, 75, 141, 211, 215, 149];

/** One of a few colours, in turn. */
export function hue(n: number): (text: string) => string {
  return sgr(`38;5;${hues[n % hues.length]}`, '39');
}

function sgr(on: string, off: string): (text: string) => string {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}

import type { Capabilities } from '../terminal/sgr.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the person's terminal can show, as far as the environment tells; see no-color.org for NO_COLOR. */
export function capabilitiesOf(env: Environment): Capabilities {
  return { colors: colorsOf(env), underlineStyles: knowsUnderlineStyles(env), osc: takesOsc(env) };
}

function colorsOf({ NO_COLOR, COLORTERM, TERM = '' }: Environment): Capabilities['colors'] {
  if (NO_COLOR || TERM === '' || TERM === 'dumb') return 'none';
  if (COLORTERM === 'truecolor' || COLORTERM === '24bit' || TERM.endsWith('-direct')) return 'rgb';
  if (modernTerminal.test(TERM)) return 'rgb';
  return TERM.includes('256color') ? '256' : '16';
}

/** Terminals that have both, and whose name survives ssh where COLORTERM does not. */
const modernTerminal = /^(?:xterm-(?:kitty|ghostty)|alacritty|foot|wezterm|contour)/;

/** Others show `4:3` as something else or drop the whole sequence, so only those known to have it. */
function knowsUnderlineStyles({ TERM = '', TERM_PROGRAM = '', VTE_VERSION }: Environment): boolean {
  const programs = ['iTerm.app', 'WezTerm', 'ghostty', 'vscode'];
  // VTE has them since 0.52, which it tells as 5200.
  return modernTerminal.test(TERM) || programs.includes(TERM_PROGRAM) || Number(VTE_VERSION) >= 5200;
}

/** All but what has no notion of it; the Linux console would set its colours by some of it. */
function takesOsc({ TERM = '' }: Environment): boolean {
  return TERM !== '' && TERM !== 'dumb' && !TERM.startsWith('linux');
}

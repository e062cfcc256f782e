import { allowedBelow, refusedCommands, refusedWith } from './ownCommands.ts';
import type { Shell } from './shell.ts';
import { cannotTell, denial, isKnown, leavesMachine } from './text.ts';

/** Judges one of our own commands, also behind a program that runs JavaScript. */
export function judgeOwnCommand(words: readonly string[], walk: Shell): void {
  const at = words.findIndex((word) => /(^|\/)orch-tui(\.js)?$/.test(word));
  if (at < 0) return;
  const args = words.slice(at + 1);
  if (args.some((arg) => /^(--help|-h)$/.test(arg))) return;
  const said = args.filter((arg) => !arg.startsWith('-'));
  if (said.slice(0, 2).some((word) => !isKnown(word))) {
    walk.refuse(
      cannotTell(`orch-tui ${said.slice(0, 2).join(' ')}`, 'It cannot be told which command this is.'),
    );
    return;
  }
  const isSaid = (name: string) => name === said.slice(0, name.split(' ').length).join(' ');
  const decides =
    refusedCommands.some(isSaid) ||
    refusedWith.some(([name, option]) => isSaid(name) && args.includes(option));
  if (!decides || allowedBelow.some(isSaid)) return;
  const name = `orch-tui ${said.slice(0, 2).join(' ')}`;
  walk.refuse(
    denial('approve', name, 'Only a person may run this.', 'Report what you need: it is shown to them.'),
  );
}

const publishing =
  /^(pr|mr|repo|project|release|issue|gist|snippet|workflow|run|secret|variable|label|ruleset|cache|ssh-key|gpg-key|auth|ci|schedule|deploy-key|codespace|extension|alias)$/;
const looking = /^(list|ls|view|show|status|diff|checks|watch|download|clone|trace|lint|get|token|help|)$/;

/**
 * Judges the command line of GitHub or GitLab: what changes there is as public as a push.
 * @param args behind `gh` or `glab`
 */
export function judgeForge(program: string, args: readonly string[], walk: Shell): void {
  if (args.some((arg) => /^(--help|-h|--version)$/.test(arg))) return;
  const [about = '', verb = ''] = args.filter((arg, at) => !arg.startsWith('-') && !namesRepo(args[at - 1]));
  const word = `${program} ${about} ${verb}`.trim();
  if (!isKnown(about) || (publishing.test(about) && !isKnown(verb))) {
    walk.refuse(cannotTell(word, 'It cannot be told which command this is.'));
    return;
  }
  if (/^[pm]r$/.test(about) && verb === 'checkout') {
    walk.refuse(denial('switch', word, 'This leaves your branch.', `Stay on ${walk.rules.branch}.`));
    return;
  }
  const changes = about === 'api' ? sends(args) : publishing.test(about) && !looking.test(verb);
  if (changes) walk.refuse(leavesMachine(word));
}

function namesRepo(flag: string | undefined): boolean {
  return flag === '-R' || flag === '--repo';
}

/** Fields make a request a POST where no method is named. */
function sends(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => /^(-X|--method)/.test(arg));
  if (at < 0) return args.some((arg) => /^(-[fF]|--field|--raw-field|--input)/.test(arg));
  return !/GET$/i.test(args[at] ?? '') && !/^GET$/i.test(args[at + 1] ?? '');
}

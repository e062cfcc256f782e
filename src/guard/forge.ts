import { deny, leavesMachine } from './git.ts';
import type { Place } from './places.ts';
import type { Denial } from './rules.ts';

const publishing = /^(pr|mr|repo|project|release|issue|gist|snippet)$/;
const looking = /^(list|ls|view|show|status|diff|checks|)$/;

/**
 * Whether a worker may use the command line of GitHub or GitLab so: what changes there is as public as a push.
 * @param args behind `gh` or `glab`
 */
export function judgeForge(args: readonly string[], { rules }: Place): Denial | null {
  const allows = (topic: 'switch' | 'push') => rules.allow.includes(topic);
  const [about = '', verb = ''] = args.filter((arg, at) => !arg.startsWith('-') && !namesRepo(args[at - 1]));
  if (/^[pm]r$/.test(about) && verb === 'checkout')
    return allows('switch') ? null : deny('switch', 'This leaves your branch.', `Stay on ${rules.branch}.`);
  const changes = about === 'api' ? sends(args) : publishing.test(about) && !looking.test(verb);
  return changes && !allows('push') ? leavesMachine() : null;
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

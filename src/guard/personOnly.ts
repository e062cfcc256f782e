import { allowedBelow, refusedCommands, refusedWith } from './ownCommands.ts';
import type { Run, Shell } from './shell.ts';
import {
  type Choices,
  denial,
  denySending,
  denyUnknown,
  isGiven,
  isKnown,
  readOptions,
  valuesOf,
} from './text.ts';

/** Judges our own commands, also behind a program that runs JavaScript. */
export function judgeOwnCommand(words: readonly string[], walk: Shell): void {
  const at = words.findIndex((word) => /(^|\/)orch-tui(\.js)?$/.test(word));
  if (at < 0) return;
  const args = words.slice(at + 1);
  if (args.some((arg) => /^(--help|-h)$/.test(arg))) return;
  const named = args.filter((arg) => !arg.startsWith('-'));
  if (named.slice(0, 2).some((word) => !isKnown(word))) {
    walk.refuse(
      denyUnknown(`orch-tui ${named.slice(0, 2).join(' ')}`, 'It cannot be told which command this is.'),
    );
    return;
  }
  const isNamed = (name: string) => name === named.slice(0, name.split(' ').length).join(' ');
  const decides =
    refusedCommands.some(isNamed) ||
    refusedWith.some(([name, option]) => isNamed(name) && args.includes(option));
  if (!decides || allowedBelow.some(isNamed)) return;
  const name = `orch-tui ${named.slice(0, 2).join(' ')}`;
  walk.refuse(
    denial('approve', name, 'Only a person may run this.', 'Report what you need: it is shown to them.'),
  );
}

const forgeSubjects =
  /^(pr|mr|repo|project|release|issue|gist|snippet|workflow|run|secret|variable|label|ruleset|cache|ssh-key|gpg-key|auth|ci|schedule|deploy-key|codespace|extension|alias)$/;
const readVerbs = /^(list|ls|view|show|status|diff|checks|watch|download|clone|trace|lint|get|token|help|)$/;

/**
 * Judges the command lines of GitHub and GitLab: changes there are as public as a push.
 * @param args behind `gh` or `glab`
 */
export function judgeForge(program: string, args: readonly string[], walk: Shell): void {
  if (args.some((arg) => /^(--help|-h|--version)$/.test(arg))) return;
  const [about = '', verb = ''] = args.filter((arg, at) => !arg.startsWith('-') && !namesRepo(args[at - 1]));
  const word = `${program} ${about} ${verb}`.trim();
  if (!isKnown(about) || (forgeSubjects.test(about) && !isKnown(verb))) {
    walk.refuse(denyUnknown(word, 'It cannot be told which command this is.'));
    return;
  }
  if (/^[pm]r$/.test(about) && verb === 'checkout') {
    walk.refuse(denial('switch', word, 'This leaves your branch.', `Stay on ${walk.rules.branch}.`));
    return;
  }
  const changes = about === 'api' ? isSending(args) : forgeSubjects.test(about) && !readVerbs.test(verb);
  if (changes) walk.refuse(denySending(word));
}

function namesRepo(flag: string | undefined): boolean {
  return flag === '-R' || flag === '--repo';
}

/** Reports whether a request changes something. Without a method, fields make it a POST. */
function isSending(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => /^(-X|--method)/.test(arg));
  if (at < 0) return args.some((arg) => /^(-[fF]|--field|--raw-field|--input)/.test(arg));
  return !/GET$/i.test(args[at] ?? '') && !/^GET$/i.test(args[at + 1] ?? '');
}

/** Judges programs that send files or requests to another machine. */
export function judgeSending({ program, args, input, walk }: Run): void {
  const dryRunOptions =
    program === 'rsync'
      ? /^(--help|--version|--dry-run|-[a-zA-Z]*n[a-zA-Z]*)$/
      : /^--(help|version|dry-?run)$/;
  if (args.some((arg) => dryRunOptions.test(arg))) return;
  const sent = /^(nc|ncat|netcat|socat)$/.test(program) ? pipedTo(args, input) : sentBy(program, args);
  if (sent !== null) walk.refuse(denySending(`${program} ${sent}`));
}

/**
 * Returns the remote address that unknown text, such as file contents, is piped to; null for none. A literal text in
 * the line may be sent.
 */
function pipedTo(args: readonly string[], input: Choices<string>): string | null {
  if (input.every(isKnown)) return null;
  const read = readOptions(args, { short: 'pswXxIOiqmMTPbB', anywhere: true });
  return read.rest.find((word) => /\./.test(word) && !isLocal(word.replace(/^[\w-]+:/, ''))) ?? null;
}

/** Returns the word that names the target of a transfer; null when nothing leaves the machine. */
function sentBy(program: string, args: readonly string[]): string | null {
  switch (program) {
    case 'curl':
      return sentByCurl(args);
    case 'wget':
      return sentByWget(args);
    case 'http':
    case 'https':
    case 'xh':
      return args.some((arg) => /^(POST|PUT|PATCH|DELETE)$/i.test(arg)) ? forgeAddress(args) : null;
    case 'scp':
    case 'rsync':
      return remoteTarget(program, args);
    case 'aws':
      return args[0] === 's3' && /^(cp|sync|mv)$/.test(args[1] ?? '')
        ? bucketBehind(args.slice(2), /^s3:/)
        : null;
    case 'gsutil':
      return args.some((arg) => /^(cp|mv|rsync)$/.test(arg)) ? bucketBehind(args.slice(1), /^gs:/) : null;
    case 'rclone':
      return /^(copy|copyto|sync|move|moveto)$/.test(args[0] ?? '')
        ? bucketBehind(args.slice(1), /^[\w-]+:/)
        : null;
    default:
      return null;
  }
}

const curlValues =
  'request data data-raw data-binary data-urlencode data-ascii json form form-string upload-file header user output url user-agent cookie max-time connect-timeout retry proxy cacert cert key write-out referer range resolve';

/** Returns the address of a request that changes something at a forge or registry, or that sends a file. */
function sentByCurl(args: readonly string[]): string | null {
  const read = readOptions(args, {
    short: 'XdFTHuoAbcmxEwerKYyzCD',
    long: curlValues.split(' '),
    anywhere: true,
  });
  const [method] = valuesOf(read, 'X', 'request');
  const bodies = valuesOf(
    read,
    ...['d', 'data', 'data-raw', 'data-binary', 'data-urlencode', 'data-ascii', 'json'],
    ...['F', 'form', 'form-string', 'T', 'upload-file'],
  );
  const addresses = [...read.rest, ...valuesOf(read, 'url')];
  const isGet = isGiven(read, 'G', 'get') || /^(GET|HEAD|OPTIONS)$/i.test(method ?? '');
  const changes = method === undefined ? bodies.length > 0 && !isGet : !isGet;
  if (changes) {
    const address = forgeAddress(addresses);
    if (address !== null) return address;
  }
  const files = [
    ...valuesOf(read, 'T', 'upload-file'),
    ...valuesOf(read, 'F', 'form').filter((body) => /=[@<]/.test(body)),
    ...valuesOf(read, 'data-binary').filter((body) => body.startsWith('@')),
  ];
  return files.length > 0 ? (addresses.find((address) => !isLocal(address)) ?? null) : null;
}

function sentByWget(args: readonly string[]): string | null {
  const read = readOptions(args, { long: ['method', 'body-data', 'body-file', 'post-data', 'post-file'] });
  const files = valuesOf(read, 'body-file', 'post-file');
  const changes =
    files.length > 0 ||
    isGiven(read, 'post-data') ||
    valuesOf(read, 'method').some((one) => !/^GET$/i.test(one));
  const addresses = args.filter((arg) => /^\w+:\/\/|^[\w.-]+\.\w+\//.test(arg));
  if (changes && forgeAddress(addresses) !== null) return forgeAddress(addresses);
  return files.length > 0 ? (addresses.find((address) => !isLocal(address)) ?? null) : null;
}

/** Hosts where a request is as public as a push. */
const forges =
  /^(\w+:\/\/)?([^/@]*@)?((api|uploads)\.github\.com|[^/]*\/api\/(v3|graphql)|(www\.)?gitlab\.[\w.-]+\/api|api\.bitbucket\.org|codeberg\.org\/api|registry\.npmjs\.org|upload\.pypi\.org|hooks\.slack\.com|discord\.com\/api\/webhooks)/i;

function forgeAddress(args: readonly string[]): string | null {
  return args.find((arg) => forges.test(arg) && !isLocal(arg)) ?? null;
}

/** Reports whether an address is this machine, or may be: a name without a dot. */
function isLocal(address: string): boolean {
  return /^(\w+:\/\/)?(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|host\.docker\.internal|[\w-]+)(:\d+)?(\/|\?|$)/i.test(
    address,
  );
}

/** Returns the target of `scp` or `rsync` on another machine; null for a local one. */
function remoteTarget(program: string, args: readonly string[]): string | null {
  const read = readOptions(args, {
    short: program === 'rsync' ? 'efBMT' : 'cDFiJloPSX',
    long: ['rsh', 'rsync-path', 'exclude', 'include', 'files-from', 'filter', 'exclude-from', 'out-format'],
    anywhere: true,
  });
  const target = read.rest.at(-1) ?? '';
  const isRemote = /^(rsync|scp):\/\//.test(target) || /^(?:[^/:@]+@)?[^/:]+:/.test(target);
  return read.rest.length > 1 && isRemote && !/^(\S+@)?(localhost|127\.0\.0\.1):/.test(target)
    ? target
    : null;
}

function bucketBehind(args: readonly string[], bucket: RegExp): string | null {
  const target = args.filter((arg) => !arg.startsWith('-')).slice(1, 2)[0] ?? '';
  return bucket.test(target) ? target : null;
}

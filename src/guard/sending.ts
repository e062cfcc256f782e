import { isGiven, readOptions, valuesOf } from './options.ts';
import type { Run } from './shell.ts';
import { type Choices, isKnown, leavesMachine } from './text.ts';

/** Judges programs that send files or requests to another machine. */
export function judgeSending({ program, args, input, walk }: Run): void {
  const pretends =
    program === 'rsync'
      ? /^(--help|--version|--dry-run|-[a-zA-Z]*n[a-zA-Z]*)$/
      : /^--(help|version|dry-?run)$/;
  if (args.some((arg) => pretends.test(arg))) return;
  const sent = /^(nc|ncat|netcat|socat)$/.test(program) ? pipedTo(args, input) : sentBy(program, args);
  if (sent !== null) walk.refuse(leavesMachine(`${program} ${sent}`));
}

/** Where a pipe of what files hold or programs print goes to another machine; a text of the line itself may go. */
function pipedTo(args: readonly string[], input: Choices<string>): string | null {
  if (input.every(isKnown)) return null;
  const read = readOptions(args, { short: 'pswXxIOiqmMTPbB', anywhere: true });
  return read.rest.find((word) => /\./.test(word) && !isLocal(word.replace(/^[\w-]+:/, ''))) ?? null;
}

/** Returns the word that says what is sent where; null where nothing leaves the machine. */
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

/** A request that changes something at a forge or a registry, or that sends a file to another machine. */
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

/** Hosts where a request changes what others see, as a push does. */
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

/** Where `scp` and `rsync` copy to, when that is another machine. */
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

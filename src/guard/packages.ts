import type { Shell } from './shell.ts';
import { denial, denySending, readOptions, valuesOf } from './text.ts';

/** Package and container programs, with the options that name their working folder. */
const folderOptions: Readonly<Record<string, readonly string[]>> = {
  npm: ['prefix', 'C'],
  pnpm: ['dir', 'C', 'prefix'],
  yarn: ['cwd'],
  bun: ['cwd'],
  pip: ['target', 't', 'prefix', 'root'],
  uv: ['directory', 'project'],
  poetry: ['directory', 'C', 'project', 'P'],
  cargo: ['manifest-path', 'target-dir', 'root', 'C'],
  composer: ['working-dir', 'd'],
  bundle: ['path'],
  mvn: ['file', 'f'],
  gradle: ['project-dir', 'p'],
  go: ['C', 'o'],
  make: ['directory', 'C'],
  cmake: ['B', 'build'],
};

/** Verbs that change the folder they run in. */
const changingVerbs =
  /^(i|install|ci|add|remove|rm|uninstall|un|update|up|upgrade|init|create|link|dedupe|prune|import|rebuild|pkg|build|clean|tidy|get|generate|lock|sync|vendor|fetch|version|set-script|compile|package|require|dump-autoload)$/;

/** Publishing commands by program: words without options, in their order. */
const publishCommands: Readonly<Record<string, RegExp>> = {
  npm: /^(publish|unpublish|deprecate|dist-tag|owner|access|team|star|unstar|hook)\b/,
  pnpm: /^(publish|unpublish|deprecate|dist-tag|changeset publish)\b/,
  yarn: /^(publish|npm|changeset publish)\b/,
  bun: /^publish\b/,
  deno: /^publish\b/,
  jsr: /^publish\b/,
  changeset: /^publish\b/,
  lerna: /^publish\b/,
  nx: /^(release( publish)?|run-many .*publish)\b/,
  'semantic-release': /^/,
  'release-it': /^/,
  cargo: /^(publish|yank|owner)\b/,
  twine: /^upload\b/,
  poetry: /^publish\b/,
  uv: /^publish\b/,
  hatch: /^publish\b/,
  pdm: /^publish\b/,
  flit: /^publish\b/,
  gem: /^(push|yank)\b/,
  docker: /^((image |manifest |compose |plugin )?push)\b/,
  podman: /^((image |manifest )?push)\b/,
  buildah: /^push\b/,
  skopeo: /^(copy|sync|delete)\b/,
  crane: /^(push|copy|delete)\b/,
  helm: /^push\b/,
  goreleaser: /^(release|publish)\b/,
  vsce: /^publish\b/,
  ovsx: /^publish\b/,
  nuget: /^push\b/,
  dotnet: /^nuget push\b/,
  mix: /^hex\.publish\b/,
  dart: /^pub publish\b/,
  flutter: /^pub publish\b/,
  mvn: /(^| )(deploy|release:perform|deploy:deploy\S*)( |$)/,
  mvnw: /(^| )(deploy|release:perform|deploy:deploy\S*)( |$)/,
  gradle: /(^| |:)publish(?!ToMavenLocal)\w*( |$)/,
  gradlew: /(^| |:)publish(?!ToMavenLocal)\w*( |$)/,
  sbt: /(^| )(publish|publishSigned|sonatypeBundleRelease)( |$)/,
};

/** Judges a package program: where it writes, what it publishes, and what it changes for the person. */
export function judgePackages(program: string, args: readonly string[], walk: Shell): void {
  if (args.some((arg) => /^(--help|--dry-run|--version)$/.test(arg))) return;
  const long = folderOptions[program]?.filter((name) => name.length > 1) ?? [];
  const short = folderOptions[program]?.filter((name) => name.length === 1).join('') ?? '';
  const read = readOptions(args, { short, long, anywhere: true });
  const [verb = ''] = read.rest;
  const word = `${program} ${verb}`.trim();
  const command = args.filter((arg) => !arg.startsWith('-')).join(' ');
  if (Object.hasOwn(publishCommands, program) && publishCommands[program]?.test(command))
    walk.refuse(denySending(word));
  if (/^(docker|podman)$/.test(program)) {
    judgeMounts(args, walk);
    if (args.some((arg) => /^--push(=true)?$|type=registry|push=true/.test(arg)))
      walk.refuse(denySending(`${word} --push`));
  }
  if (!Object.hasOwn(folderOptions, program)) return;
  const folders = valuesOf(read, ...long, ...short);
  for (const folder of folders) walk.write(folder);
  if (folders.length === 0 && (changingVerbs.test(verb) || (/^(yarn|make)$/.test(program) && verb === '')))
    walk.write('.');
  judgePersonal(word, verb, args, walk);
  if (program === 'npm' && verb === 'pkg') judgeScripts(read.rest, walk);
}

/** Refuses installing or configuring outside of this project. */
function judgePersonal(word: string, verb: string, args: readonly string[], walk: Shell): void {
  const isGlobal =
    args.some((arg) => /^(-g|--global|--location=(global|user))$/.test(arg)) && changingVerbs.test(verb);
  const isProject = args.some((arg) => /^(--location=project|--project|--local)$/.test(arg));
  const sets = /^(config|c|set|login|logout|adduser|env)$/.test(verb) && !isProject;
  const looks =
    args.some((arg) => /^(get|list|ls|-json|debug)$/.test(arg)) || (verb === 'env' && !args.includes('-w'));
  if (isGlobal || (sets && !looks))
    walk.refuse(
      denial('outside', word, 'This changes what the person has set up.', 'Keep it inside the project.'),
    );
}

/** Judges `npm pkg set scripts.x=…`, a command that `npm run x` runs. */
function judgeScripts(words: readonly string[], walk: Shell): void {
  for (const word of words) {
    const [, script] = /^scripts\.[^=]*=(.*)$/s.exec(word) ?? [];
    if (script !== undefined) walk.subshell(script);
  }
}

/** Judges folders that a container may write to. */
function judgeMounts(args: readonly string[], walk: Shell): void {
  const read = readOptions(args, { short: 'v', long: ['volume', 'mount'], anywhere: true });
  for (const mount of valuesOf(read, 'v', 'volume')) {
    const [source = '', , ...modes] = mount.split(':');
    if (/^[/.~]/.test(source) && !modes.join(',').split(',').includes('ro')) walk.write(source);
  }
  for (const mount of valuesOf(read, 'mount')) {
    const source = /(?:^|,)(?:source|src)=([^,]*)/.exec(mount)?.[1];
    const isBind = /(^|,)type=bind(,|$)/.test(mount) && !/(^|,)(readonly|ro)(=true|,|$)/.test(mount);
    if (source !== undefined && isBind) walk.write(source);
  }
}

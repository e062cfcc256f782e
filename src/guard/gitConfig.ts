import { judgeSequence } from './builtins.ts';
import { judgeWrite } from './places.ts';
import type { GitCall, Shell } from './shell.ts';
import { type Denial, denial, denyUnknown, isKnown, readOptions, valuesOf } from './text.ts';

/** Settings whose value is a command that git runs (git-config(1)). */
const commandKeys =
  /^(core\.(sshcommand|editor|pager|askpass|fsmonitor|gitproxy|alternaterefscommand)|sequence\.editor|credential(\..*)?\.helper|diff\.external|diff\..*\.(command|textconv)|merge\..*\.driver|filter\..*\.(clean|smudge|process)|gpg(\..*)?\.program|gpg\.ssh\.defaultkeycommand|pager\..*|(diff|merge)tool\..*\.cmd|(browser|man)\..*\.cmd|trailer\..*\.(cmd|command)|uploadpack\.packobjectshook|interactive\.difffilter|sendemail\..*cmd|imap\.tunnel|web\.browser|init\.templatedir)$/;

/** Settings that redirect git, or include other settings. */
const redirectingKeys =
  /^(alias\..*|core\.(hookspath|worktree|attributesfile|excludesfile|bare|gitdir)|include(if\..*)?\.path|includeif\..*|remote\..*\.(url|pushurl|push|fetch|mirror|receivepack|uploadpack|vcs)|url\..*\.(insteadof|pushinsteadof)|branch\..*\.pushremote|remote\.pushdefault|push\.default|protocol\..*|http\..*proxy.*|extensions\..*|safe\.directory|submodule\..*\.(url|update))$/;

/** Harmless commands as values: they do nothing or only print. */
const harmlessValues =
  /^(|true|false|:|cat|less|more|git|gpg2?|ssh|ssh -\S+|store|cache|\/dev\/null|\/bin\/true|vi|vim|nano)$/;

/** Judges settings for one command, as `KEY=VALUE`. */
export function judgeSettings(settings: readonly string[], walk: Shell): void {
  for (const setting of settings) {
    const at = setting.indexOf('=');
    const [key, value] = at < 0 ? [setting, ''] : [setting.slice(0, at), setting.slice(at + 1)];
    walk.refuse(judgeSetting(key, value, walk, false));
  }
}

/** Judges variables that carry settings of git. */
export function judgeGitVariables(environment: ReadonlyMap<string, string>, walk: Shell): void {
  for (const [name, value] of environment) {
    const [, number] = /^GIT_CONFIG_KEY_(\d+)$/.exec(name) ?? [];
    if (number !== undefined)
      walk.refuse(judgeSetting(value, environment.get(`GIT_CONFIG_VALUE_${number}`) ?? '', walk, false));
    if (name === 'GIT_CONFIG_PARAMETERS')
      judgeSettings(
        [...value.matchAll(/'([^']*)'(?:='([^']*)')?/g)].map(([, key = '', other]) =>
          other === undefined ? key : `${key}=${other}`,
        ),
        walk,
      );
    if (
      /^GIT_(CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG|EXEC_PATH|TEMPLATE_DIR)$/.test(name) &&
      value !== '' &&
      value !== '/dev/null'
    )
      walk.refuse(
        denial('switch', `${name}=${value}`, 'Git would take commands from there.', 'Leave it out.'),
      );
  }
}

function judgeSetting(name: string, value: string, walk: Shell, isKept: boolean): Denial | null {
  const key = name.toLowerCase();
  if (!isKnown(key)) return denyUnknown(name, 'It cannot be told which setting of git this is.');
  if (/^alias\./.test(key))
    return denial('switch', name, 'An alias could be any command.', 'Name the command itself.');
  if (commandKeys.test(key)) {
    if (!isKept && harmlessValues.test(value)) return null;
    if (key === 'sequence.editor') judgeSequence(value, walk);
    if (!isKept && isKnown(value)) walk.subshell(value.replace(/^!/, ''));
    return isKept ||
      !isKnown(value) ||
      /hooks|helper|fsmonitor|driver|clean|smudge|process|textconv|external|packobjects/.test(key)
      ? denial(
          'outside',
          name,
          'Git would run what it says, also for others.',
          'Leave this setting to the person.',
        )
      : null;
  }
  if (redirectingKeys.test(key)) {
    if (
      !isKept &&
      (value === '/dev/null' || /^(push\.default|protocol\.version|safe\.directory|http\.)/.test(key))
    )
      return null;
    return denial(
      'outside',
      name,
      'This leads git elsewhere, also for others.',
      'Leave this setting to the person.',
    );
  }
  return null;
}

/** Judges the settings that `git config` writes, and the file. */
export function judgeConfigured({ args, place, walk }: GitCall): Denial | null {
  const read = readOptions(args, {
    short: 'f',
    long: ['file', 'blob', 'type', 'default', 'comment', 'value'],
    anywhere: true,
  });
  const has = (...names: string[]) => read.options.some(([name]) => names.includes(name));
  const verbs = /^(get|list|set|unset|rename-section|remove-section|edit|get-color|get-colorbool)$/;
  const [first = '', ...others] = read.rest;
  const verb = verbs.test(first) ? first : null;
  const rest = verb === null ? read.rest : others;
  const [key = '', value] = rest;
  const reads =
    verb === 'get' ||
    verb === 'list' ||
    has('l', 'list', 'get', 'get-all', 'get-regexp', 'get-urlmatch', 'get-color') ||
    (verb === null &&
      value === undefined &&
      !has('unset', 'unset-all', 'remove-section', 'rename-section', 'e', 'edit', 'add', 'replace-all'));
  if (reads) return null;
  for (const path of valuesOf(read, 'f', 'file')) {
    const denial = judgeWrite(path, place);
    if (denial) return denial;
  }
  if (has('global', 'system'))
    return denial(
      'outside',
      'git config --global',
      'These are settings of the person, for all repositories.',
      'Leave them.',
    );
  if (has('e', 'edit') || verb === 'edit')
    return denyUnknown('git config --edit', 'It cannot be told what is changed.');
  if (has('remove-section', 'rename-section') || verb === 'remove-section' || verb === 'rename-section')
    return denial(
      'outside',
      `git config ${args.join(' ')}`,
      'Settings belong to the whole repository.',
      'Leave them to the person.',
    );
  return judgeSetting(key, value ?? '', walk, true);
}

// Packs what a person installs: `npm run package` writes dist/orch-tui-VERSION.tgz, `node src/package.mjs FOLDER` into another folder.
// Libraries are in the bundles, so its manifest names only the packages that the bundles still import.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/** Copied as they are; what else lies in `.claude` is a person's own. */
const shipped = ['.claude/.claude-plugin', '.claude/skills', 'README.md', 'LICENSE'];
/** Texts of packages that are published without theirs, each taken from the package's repository. */
const texts = 'src/licences';

const project = resolve(import.meta.dirname, '..');
const target = resolve(process.argv[2] ?? join(project, 'dist'));
process.chdir(project);

const staging = mkdtempSync(join(tmpdir(), 'orch-package-'));
try {
  const file = pack(staging, target);
  // Without a leading dot npm would look for a repository of that name.
  const shown = relative('.', file).replace(/^(?!\.)/, './');
  process.stdout.write(
    `${shown}: ${(statSync(file).size / 1e6).toFixed(1)} MB. Install it with: npm install -g ${shown}\n`,
  );
} catch (error) {
  process.stderr.write(`Nothing is packed: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true });
}

/** Builds and packs in a folder of its own, so that `dist` may be in use meanwhile. @returns the tarball's path */
function pack(staging, target) {
  const root = join(staging, 'package');
  const metafileAt = join(staging, 'metafile.json');
  mkdirSync(root);
  run(process.execPath, ['src/build.mjs', join(root, 'dist'), metafileAt]);
  const { outputs } = JSON.parse(readFileSync(metafileAt, 'utf8'));
  const manifest = manifestFor(JSON.parse(readFileSync('package.json', 'utf8')), importsOf(outputs));
  writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(root, 'THIRD-PARTY-NOTICES'), noticesOf(foldersOf(outputs)));
  for (const name of shipped) cpSync(name, join(root, name), { recursive: true });
  setModes(root, Object.values(manifest.bin));
  mkdirSync(target, { recursive: true });
  const name = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', target], root);
  return join(target, name.trim());
}

/** Gives all files the same modes, whatever the umask of the checkout, so that everybody packs the same and may read it. */
function setModes(root, programs) {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) chmodSync(path, programs.includes(relative(root, path)) ? 0o755 : 0o644);
  }
}

/** Keeps of the checkout's manifest what an installed program needs. @throws when an import has no exact version there */
function manifestFor(manifest, imports) {
  const { name, version, description, license, type, engines, bin, files } = manifest;
  const pick = (versions) =>
    Object.fromEntries(imports.filter((one) => one in versions).map((one) => [one, versions[one]]));
  const dependencies = pick(manifest.dependencies);
  const optionalDependencies = pick(manifest.optionalDependencies);
  for (const one of imports) {
    const wanted = dependencies[one] ?? optionalDependencies[one];
    if (!/^(npm:.+@)?\d+\.\d+\.\d+$/.test(wanted ?? ''))
      throw new Error(`the bundles import ${one}, of which package.json names no exact version.`);
  }
  return {
    ...{ name, version, description, license, type, engines, bin },
    files: [...files, 'THIRD-PARTY-NOTICES'],
    dependencies,
    optionalDependencies,
  };
}

/** Names the packages that the bundles import when they run. */
function importsOf(outputs) {
  const paths = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external && !isBuiltin(path))
    .map(({ path }) => /^(@[^/]+\/)?[^/]+/.exec(path)[0]);
  return [...new Set(paths)].sort();
}

/** Finds the folders of the packages of which code is in the bundles. */
function foldersOf(outputs) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const folders = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)];
}

/** Writes each package's name, version, licence and its text; two copies of the same version are one. */
function noticesOf(folders) {
  const notices = new Set(folders.map(noticeOf).sort());
  const heading = `orch-tui contains code of these ${notices.size} packages.\n`;
  return [heading, ...notices].join(`\n${'-'.repeat(80)}\n\n`);
}

/** @throws when a package names no licence, or its licence text is not found */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${folder} names no licence in its package.json.`);
  const ofPackage = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|third-?party-?notices)\b/i.test(file))
    .map((file) => join(folder, file));
  const hasText = ofPackage.some((file) => !/notice/i.test(file));
  const files = hasText ? ofPackage : [...ofPackage, join(texts, `${name.replace('/', '+')}.txt`)];
  return `${name} ${version} (${license})\n\n${files.map((file) => licenceText(name, file)).join('\n\n')}\n`;
}

function licenceText(name, file) {
  try {
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();
  } catch {
    throw new Error(`${name} brings no licence text. Put that of its repository into ${file}.`);
  }
}

function run(program, args, cwd = project) {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

import { existsSync, statSync } from 'node:fs';
import { readConfig } from '../controller/config/workspaceConfig.ts';
import type { Problem } from '../lib/result.ts';
import { credentialsFile, findToken, readCredentials } from '../notion/credentials.ts';
import { type GivenToken, isToken, Token } from '../notion/token.ts';
import type { Finding } from './finding.ts';

const name = 'notion';

/**
 * Where the token of Notion is and its last four characters, nothing more of it; and what is wrong with a file that
 * keeps one, whether or not it is the one in use. Notion itself is not asked.
 * @param own of the shell
 * @param root of the workspace, if there is one
 */
export async function checkNotion(own: GivenToken | null, root: string | null): Promise<readonly Finding[]> {
  if (own && !isToken(own.token))
    return [{ name, verdict: 'warning', text: `What ${own.source} holds is no token of Notion.` }];
  const file = credentialsFile(process.env);
  const kept = await readCredentials(file);
  const unsafe = kept.ok ? [] : [warning(kept.problem)];
  // Without its variables: they were taken out of the environment when this program began.
  const found = own ? new Token(own.token, own.source) : await foundToken();
  if (found) return [{ name, verdict: 'ok', text: tokenText(found, file) }, ...unsafe];
  if (unsafe.length > 0) return unsafe;
  const isMissing = root !== null && isConnected(root);
  const text = isMissing
    ? 'connected, but there is no token. Give one: orch-tui notion connect'
    : 'no token (nothing is synced)';
  return [{ name, verdict: isMissing ? 'warning' : 'ok', text }];
}

async function foundToken(): Promise<Token | null> {
  const found = await findToken({ env: process.env });
  // What is wrong with the file is told beside it.
  return found.ok ? found.value : null;
}

function tokenText({ source, lastFour }: Token, file: string): string {
  const isFile = source === file && existsSync(file);
  const mode = isFile ? ` (mode ${(statSync(file).mode & 0o777).toString(8).padStart(4, '0')})` : '';
  return `token from ${source}${mode}, ending in …${lastFour}`;
}

function warning({ message, hint }: Problem): Finding {
  return { name, verdict: 'warning', text: [message, hint].filter(Boolean).join(' ') };
}

function isConnected(root: string): boolean {
  const config = readConfig(root);
  return config.ok && (config.value.notion?.board ?? config.value.notion?.invoices) !== undefined;
}

import { readText, replaceFile } from '../../lib/files.ts';
import type { Result } from '../../lib/result.ts';
import { mcpConfigFile } from '../edge/tools.ts';

/** Writes what `--mcp-config` names: the token is filled in from each agent's environment. */
export function writeMcpConfig(root: string, url: string): Result<null> {
  const headers = { Authorization: 'Bearer $' + '{ORCH_TOKEN}' };
  const config = { mcpServers: { orch: { type: 'http', url, headers } } };
  return replaceFile(root, mcpConfigFile(root), JSON.stringify(config, null, 2));
}

/** The port that agents were told last time; null where there is none. */
export function lastPort(root: string): number | null {
  const text = readText(root, mcpConfigFile(root), 64 * 1024);
  // Where nothing was ever started, any port is as good.
  const port = Number(/"http:\/\/127\.0\.0\.1:(\d{1,5})\/mcp"/.exec((text.ok && text.value) || '')?.[1]);
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : null;
}

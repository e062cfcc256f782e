import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../../lib/durable.ts';
import { mcpConfigFile } from '../edge/tools.ts';

/** Writes what `--mcp-config` names: the token is filled in from each agent's environment. */
export async function writeMcpConfig(root: string, url: string): Promise<void> {
  const file = mcpConfigFile(root);
  const headers = { Authorization: 'Bearer $' + '{ORCH_TOKEN}' };
  const config = { mcpServers: { orch: { type: 'http', url, headers } } };
  await mkdir(dirname(file), { recursive: true });
  replaceFile(file, [JSON.stringify(config, null, 2)]);
}

/** The port that agents were told last time; null where there is none. */
export function lastPort(root: string): number | null {
  try {
    const text = readFileSync(mcpConfigFile(root), 'utf8');
    const port = Number(/"http:\/\/127\.0\.0\.1:(\d{1,5})\/mcp"/.exec(text)?.[1]);
    return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : null;
  } catch {
    // Nothing was ever started here: any port is as good.
    return null;
  }
}

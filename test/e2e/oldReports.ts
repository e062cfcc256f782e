// Reports in the forms that people bring, as parts of an agent's shell script in which `$0` is the program.

/** A command that reports a block of these lines. */
export function blockReport(...lines: readonly string[]): string {
  return `printf '[WORKER UPDATE]\\n${lines.join('\\n')}\\n' | "$0" report --block -`;
}

/** A command that stores a report of one line through the memory. */
export function storedReport(line: string): string {
  const messages = [
    message(1, 'initialize', {
      ...{ protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'sh', version: '1' } },
    }),
    message(2, 'tools/call', { name: 'memory_store', arguments: { content: line } }),
  ];
  return `printf '%s\\n' ${messages.join(' ')} | "$0" mcp`;
}

function message(id: number, method: string, params: object): string {
  return `'${JSON.stringify({ jsonrpc: '2.0', id, method, params })}'`;
}

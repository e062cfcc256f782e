/**
 * Turns Node's pool of small buffers off until `restorePool`; to be imported before the package that needs that.
 *
 * When loaded, @xterm/addon-unicode-graphemes 0.4.0 unpacks its tables from a buffer, and takes for their head the start
 * of the memory in which that lies: right only where nothing else lies before it. In the pool it finds whatever was
 * there first, and asks for gigabytes, gets widths wrong, or throws. Without the pool every buffer has memory of its own.
 */
const { poolSize } = Buffer;
Buffer.poolSize = 0;

export function restorePool(): void {
  Buffer.poolSize = poolSize;
}

/**
 * What travels on a link: `length u32 BE · kind u8 · payload`, length counting kind and payload.
 * Numbers are frozen: an unknown kind is a later addition and ignored, a malformed frame ends the link.
 */
export const FrameKind = {
  /** A JSON-RPC message, UTF-8. */
  message: 0,
  /** Host to client: `channel u32 BE`, then an encoded screen update. */
  screen: 1,
  /** Client to host: `channel u32 BE`; the last screen frame has been taken in, send the next when there is one. */
  seen: 2,
  /** Client to host: `id length u16 BE · id · bytes` for the child's terminal input. */
  input: 3,
  /** Host to client: `channel u32 BE`, then bytes for a real terminal. */
  raw: 4,
  /** Client to host: `channel u32 BE · count u32 BE`; so many raw bytes are on the terminal. */
  taken: 5,
  /** Client to host: `id length u16 BE · id · flags u8 · UTF-8`: a piece of pasted text; see `pasteFlags`. */
  paste: 6,
} as const;

export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Bits of a paste's piece. A paste begins at its first piece and is typed at its last. */
export const pasteFlags = {
  first: 1,
  last: 2,
  /** Not cleaned: it is a terminal's own, and that has done so. */
  asItIs: 4,
} as const;

/** Larger than any screen or request; a length above it is a fault of the peer. */
const maxFrameBytes = 16 * 1024 * 1024;

const headerBytes = 5;

/** A frame as one buffer, ready to be written. */
export function encodeFrame(kind: FrameKind, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt32BE(length + 1, 0);
  frame[4] = kind;
  let at = headerBytes;
  for (const part of parts) {
    frame.set(part, at);
    at += part.byteLength;
  }
  return frame;
}

/** Cuts a byte stream into frames, however the bytes arrive. */
export class FrameReader {
  #pending: Buffer[] = [];
  #bytes = 0;
  /** Nothing is looked at before so much is there: joining chunk by chunk would copy a large frame each time. */
  #wanted = headerBytes;

  /** @throws RangeError on a length no peer of ours sends */
  push(chunk: Buffer, onFrame: (kind: number, payload: Buffer) => void): void {
    this.#pending.push(chunk);
    this.#bytes += chunk.byteLength;
    while (this.#bytes >= this.#wanted) {
      const all = this.#joined();
      const length = all.readUInt32BE(0);
      if (length < 1 || length > maxFrameBytes) throw new RangeError(`frame of ${length} bytes`);
      this.#wanted = 4 + length;
      if (all.byteLength < this.#wanted) return;
      const kind = all[4] as number;
      const payload = all.subarray(headerBytes, 4 + length);
      this.#bytes = all.byteLength - 4 - length;
      this.#pending = this.#bytes > 0 ? [all.subarray(4 + length)] : [];
      this.#wanted = headerBytes;
      onFrame(kind, payload);
    }
  }

  #joined(): Buffer {
    const first = this.#pending.length === 1 ? this.#pending[0] : undefined;
    const all = first ?? Buffer.concat(this.#pending, this.#bytes);
    this.#pending = [all];
    return all;
  }
}

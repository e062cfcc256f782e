import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTempFolder } from './tempFolder.ts';

/** When this much may have been written, everything is thrown away and made again. */
const mostBytes = 1 << 29;
const mostSnapshots = 500;

/**
 * A temporary folder where git writes objects and indexes of its own, so that nothing in the repository changes. It is
 * bounded, gone after `close`, and what a killed process left is swept away by the next one.
 */
export class Quarantine {
  readonly #folder: string;
  readonly #objects: string;
  readonly #alternates: string;
  #bytes = 0;
  #snapshots = 0;

  private constructor(folder: string, objects: string) {
    this.#folder = folder;
    this.#objects = join(folder, 'objects');
    // Quoted, as a colon would part the path: https://git-scm.com/docs/git#Documentation/git.txt-codeGITALTERNATEOBJECTDIRECTORIEScode
    this.#alternates = `"${objects.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
  }

  /** @param objects the repository's object directory; everything in it can be read. */
  static async open(objects: string): Promise<Quarantine> {
    const quarantine = new Quarantine(await makeTempFolder(), objects);
    await mkdir(quarantine.#objects);
    return quarantine;
  }

  /** Makes git write objects here. */
  get env(): Record<string, string> {
    return {
      GIT_OBJECT_DIRECTORY: this.#objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: this.#alternates,
    };
  }

  /** The path of a file of ours. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Notes that a snapshot of files with so many bytes is made. */
  count(bytes: number): void {
    this.#bytes += bytes;
    this.#snapshots++;
  }

  /** Whether it should be closed and opened anew. */
  get isFull(): boolean {
    return this.#bytes > mostBytes || this.#snapshots > mostSnapshots;
  }

  async isThere(): Promise<boolean> {
    return stat(this.#objects).then(
      () => true,
      () => false, // Whatever happened to it, it is of no use any more.
    );
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

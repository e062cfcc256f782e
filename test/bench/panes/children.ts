import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What a child can be asked to do. A mark is a letter left alone on its screen when it is done. */
export type Order =
  /** Prints a file, at once or on the next key; tells `streamed` when all of it has been parsed. */
  | { readonly do: 'stream'; readonly file: string; readonly mark: string; readonly onKey: boolean }
  /** Prints a file over and over; tells `flooding`. */
  | { readonly do: 'flood'; readonly file: string }
  /** Prints a little, as a working agent does; tells `chatting`. */
  | { readonly do: 'chat' }
  /** Stops what it does; tells `shown`. */
  | { readonly do: 'show'; readonly mark: string };

/** Another way to the programs in the panes than their terminals. */
export class Children {
  readonly #server: Server;
  readonly #sockets = new Map<string, Socket>();
  readonly #told = new Set<string>();
  readonly #waiting = new Map<string, () => void>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      socket.on('error', () => socket.destroy());
      createInterface(socket).on('line', (line) => {
        const { name, told } = JSON.parse(line) as { name: string; told: string };
        this.#sockets.set(name, socket);
        this.#hear(`${name} ${told}`);
      });
    });
  }

  /** @param path of the socket that children are given */
  static async listen(path: string): Promise<Children> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return new Children(server);
  }

  /** Resolves when the child has told so; each word counts once. */
  told(name: string, what: string): Promise<void> {
    const news = `${name} ${what}`;
    if (this.#told.delete(news)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(news, resolve));
  }

  order(name: string, order: Order): void {
    this.#sockets.get(name)?.write(`${JSON.stringify(order)}\n`);
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#server.close();
  }

  #hear(news: string): void {
    const resolve = this.#waiting.get(news);
    this.#waiting.delete(news);
    if (resolve) resolve();
    else this.#told.add(news);
  }
}

import type { IUnicodeVersionProvider, Terminal } from '@xterm/headless';
import { longestCluster } from '../domain/characters.ts';

/**
 * When loaded, the addon 0.4.0 unpacks its tables from a buffer, and takes for their head the start of the memory in
 * which that lies: right only where nothing else lies before it. In Node's pool of small buffers it finds whatever was
 * there first, asks for gigabytes, or gets widths wrong. Without the pool every buffer has memory of its own.
 */
const { poolSize } = Buffer;
Buffer.poolSize = 0;
const { UnicodeGraphemesAddon } = await import('@xterm/addon-unicode-graphemes');
Buffer.poolSize = poolSize;

/** Bit of a character's properties: it joins the cell of the one before. */
const joins = 1;

/**
 * Makes a terminal measure text by grapheme clusters of at most `longestCluster` code points. Without the
 * limit a program that prints nothing but combining marks grows one cell until memory runs out.
 */
export function measureByGraphemes(terminal: Terminal): void {
  new UnicodeGraphemesAddon().activate({
    unicode: {
      versions: [],
      activeVersion: '',
      register: (provider: IUnicodeVersionProvider) => terminal.unicode.register(limited(provider)),
    },
  } as unknown as Parameters<InstanceType<typeof UnicodeGraphemesAddon>['activate']>[0]);
  terminal.unicode.activeVersion = '15-graphemes';
}

function limited(provider: IUnicodeVersionProvider): IUnicodeVersionProvider {
  let joined = 0;
  return {
    version: provider.version,
    wcwidth: (code) => provider.wcwidth(code),
    charProperties(code, preceding) {
      const properties = provider.charProperties(code, preceding);
      if ((properties & joins) === 0) joined = 0;
      else if (++joined >= longestCluster) {
        joined = 0;
        return provider.charProperties(code, 0);
      }
      return properties;
    },
  };
}

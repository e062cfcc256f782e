// First, see there.
import './unpooled.ts';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import type { IUnicodeVersionProvider, Terminal } from '@xterm/headless';
import { longestCluster } from './cell.ts';
import { restorePool } from './unpooled.ts';

restorePool();

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

import MarkdownIt from 'markdown-it';

type Parser = InstanceType<typeof MarkdownIt>;
type Token = ReturnType<Parser['parse']>[number];
type BlockRule = ReturnType<Parser['block']['ruler']['getRules']>[number];

/**
 * The block tokens of a Markdown text, nothing within them. A table is one token, `table`: markdown-it makes three of
 * each cell, which takes most of its time, and rows are read from the text itself.
 */
export function parseBlocks(text: string): Token[] {
  return blocks.parse(text, {});
}

const blocks = new MarkdownIt('commonmark').enable('table');
blocks.core.ruler.enableOnly(['normalize', 'block']);
blocks.block.ruler.at('table', tableRule(loneRule('table')), { alt: ['paragraph', 'reference'] });

function loneRule(name: string): BlockRule {
  const { ruler } = new MarkdownIt('commonmark').block;
  ruler.enableOnly(name);
  const [rule] = ruler.getRules('');
  if (!rule) throw new Error(`markdown-it has no rule ${name}`);
  return rule;
}

/** A table as markdown-it knows it by its first two lines; it ends where another block begins. */
function tableRule(isTable: BlockRule): BlockRule {
  return (state, from, end, isSilent) => {
    if (!isTable(state, from, end, true)) return false;
    if (isSilent) return true;
    const before = state.parentType;
    state.parentType = 'table';
    const others = state.md.block.ruler.getRules('blockquote');
    const isRow = (line: number) => {
      const indent = (state.sCount[line] ?? 0) - state.blkIndent;
      if (indent < 0 || indent >= 4 || state.isEmpty(line)) return false;
      const isPiped = state.src[(state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0)] === '|';
      return isPiped || !others.some((rule) => rule(state, line, end, true));
    };
    let line = from + 2;
    while (line < end && isRow(line)) line++;
    state.push('table', 'table', 0).map = [from, line];
    state.parentType = before;
    state.line = line;
    return true;
  };
}
